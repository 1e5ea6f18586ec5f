//! `plugpipe show` and `plugpipe doc`: what a plug is and how it is configured.

use super::chosen::Chosen;
use super::trees::TreeArguments;
use super::{DONE, FAILED, build, output};
use crate::about::{About, markdown::markdown, text::text};
use crate::compile::Wanted;
use clap::Args;

/// Show what a plug is, what it takes and how it is configured. Loads it.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  plugpipe show kafka_producer")]
pub(super) struct ShowArguments {
    /// The plug, or its folder
    #[arg(value_name = "PLUG|DIR", value_parser = build::wanted)]
    plug: Wanted,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    trees: TreeArguments,
}

/// Write the reference of a plug as Markdown. Loads it.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  plugpipe doc kafka_producer > kafka_producer.md")]
pub(super) struct DocArguments {
    /// The plug, or its folder
    #[arg(value_name = "PLUG|DIR", value_parser = build::wanted)]
    plug: Wanted,
    #[command(flatten)]
    trees: TreeArguments,
}

pub(super) fn show(arguments: &ShowArguments) -> u8 {
    print(&arguments.plug, &arguments.trees, |about| {
        if arguments.json { output::json(about) } else { output::result(&text(about)) }
    })
}

pub(super) fn doc(arguments: &DocArguments) -> u8 {
    print(&arguments.plug, &arguments.trees, |about| output::result(&markdown(about)))
}

fn print(plug: &Wanted, trees: &TreeArguments, show: impl FnOnce(&About)) -> u8 {
    let plug = match Chosen::find(plug, trees) {
        Ok(chosen) => chosen.plug,
        Err(message) => return output::wrong(&message),
    };
    // Start-up code of a library may print.
    output::claim_stdout();
    match super::loader().open(&plug) {
        Ok(opened) => {
            show(&About::from((&*plug, &opened.description)));
            DONE
        }
        Err(reason) => {
            output::error(&format!(
                "plugin `{}@{}` was refused: {reason}",
                plug.name, plug.version
            ));
            FAILED
        }
    }
}
