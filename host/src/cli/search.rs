//! `plugpipe search`: installed plugs by words.

use super::{DONE, FAILED, list, output, trees::TreeArguments};
use crate::catalog::{Catalog, Found, search};
use clap::Args;
use serde_json::{Value, json};

/// Find installed plugs by words.
///
/// Looks at names, categories, roles, tags and descriptions; every word has to fit. Exit code 1 when
/// nothing does.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  plugpipe search kafka sink")]
pub(super) struct SearchArguments {
    /// The words; all plugs when none is given
    #[arg(value_name = "WORDS")]
    words: Vec<String>,
    /// Print JSON: `{plugs: [...], nearest}`
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    trees: TreeArguments,
}

pub(super) fn run(arguments: &SearchArguments) -> u8 {
    let places = match arguments.trees.places() {
        Ok(places) => places,
        Err(message) => return output::wrong(&message),
    };
    let catalog = Catalog::scan(&places);
    let found = search(&catalog, &arguments.words);
    if arguments.json {
        output::json(&as_json(&found));
    }
    match found {
        Found::Plugs(plugs) => {
            if !arguments.json {
                output::result(&list::lines(&plugs).join("\n"));
            }
            DONE
        }
        Found::Nothing { word, nearest } => {
            let hint = match nearest {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "`plugpipe list` shows all plugs".to_owned(),
            };
            output::error(&format!("no installed plug fits `{word}` here; {hint}"));
            FAILED
        }
    }
}

fn as_json(found: &Found) -> Value {
    match found {
        Found::Plugs(plugs) => {
            let plugs: Vec<Value> = plugs.iter().map(|plug| list::entry(plug)).collect();
            json!({ "plugs": plugs, "nearest": null })
        }
        Found::Nothing { nearest, .. } => json!({ "plugs": [], "nearest": nearest }),
    }
}
