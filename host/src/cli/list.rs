//! `plugpipe list`: what is installed, and what was refused and why.

use super::{DONE, FAILED, output, trees::TreeArguments};
use crate::catalog::{Catalog, Installed};
use crate::diagnostics::printable;
use clap::Args;
use serde_json::{Value, json};
use std::sync::Arc;

/// Show the installed plugs, and the folders that were refused with the reason.
///
/// Reads manifests and the headers of libraries; runs nothing.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  plugpipe list --json")]
pub(super) struct ListArguments {
    /// Print JSON: `{plugs: [...], refused: [...]}`
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    trees: TreeArguments,
}

pub(super) fn run(arguments: &ListArguments) -> u8 {
    let places = match arguments.trees.places() {
        Ok(places) => places,
        Err(message) => return output::wrong(&message),
    };
    let catalog = Catalog::scan(&places);
    if arguments.json {
        output::json(&as_json(&catalog));
    } else {
        output::result(&as_text(&catalog));
    }
    // What is held to a lock and does not fit it is a finding.
    if places.lock.is_some() && !catalog.refused().is_empty() { FAILED } else { DONE }
}

fn as_json(catalog: &Catalog) -> Value {
    let plugs: Vec<Value> = catalog.installed().iter().map(|plug| entry(plug)).collect();
    json!({ "plugs": plugs, "refused": catalog.refused() })
}

/// A plug, as `list` and `search` print it.
pub(super) fn entry(plug: &Installed) -> Value {
    json!({
        "category": plug.category,
        "name": plug.name,
        "version": plug.version.to_string(),
        "roles": plug.manifest.roles,
        "tags": plug.manifest.tags,
        "description": plug.manifest.description,
        "abi": plug.meta.abi,
        "path": plug.path,
    })
}

/// A line for each plug, for people.
pub(super) fn lines(plugs: &[Arc<Installed>]) -> Vec<String> {
    let names: Vec<String> = plugs.iter().map(|plug| reference(plug)).collect();
    let width = names.iter().map(String::len).max().unwrap_or_default();
    let line = |(plug, name): (&Arc<Installed>, &String)| {
        let description = printable(&plug.manifest.description);
        format!("{name:width$}  {description}").trim_end().to_owned()
    };
    plugs.iter().zip(&names).map(line).collect()
}

fn as_text(catalog: &Catalog) -> String {
    let mut lines = lines(catalog.installed());
    if lines.is_empty() {
        lines.push(format!("no plug is installed in {}", catalog.places()));
    }
    if !catalog.refused().is_empty() {
        lines.push(String::new());
        lines.push("refused:".to_owned());
    }
    let refused = catalog.refused().iter();
    lines
        .extend(refused.map(|one| format!("  {}: {}", one.path.display(), printable(&one.reason))));
    lines.join("\n")
}

fn reference(plug: &Installed) -> String {
    format!("{}/{} {}", plug.category, plug.name, plug.version)
}
