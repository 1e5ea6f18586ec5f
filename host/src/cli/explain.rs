//! `plugpipe explain`: what a kind of problem means and how to mend it.

use super::{DONE, output};
use crate::diagnostics::kinds::{self, Kind};
use crate::diagnostics::nearest;
use clap::Args;

/// Explain a kind of problem, with a wrong and a right example.
///
/// Kinds are what `check`, `plan` and `run` report in brackets; without one, all are listed.
#[derive(Args, Debug)]
pub(super) struct ExplainArguments {
    /// The kind, such as `unknown_config_key`
    #[arg(value_name = "KIND")]
    kind: Option<String>,
}

pub(super) fn run(arguments: &ExplainArguments) -> u8 {
    let Some(name) = &arguments.kind else {
        output::result(&list());
        return DONE;
    };
    match kinds::find(name) {
        Some(kind) => {
            output::result(&explained(kind));
            DONE
        }
        None => output::wrong(&unknown(name)),
    }
}

fn list() -> String {
    let width = kinds::all().map(|kind| kind.name.len()).max().unwrap_or_default();
    let line = |kind: &Kind| format!("{:width$}  {}", kind.name, kind.meaning);
    kinds::all().map(line).collect::<Vec<_>>().join("\n")
}

fn explained(kind: &Kind) -> String {
    let Kind { name, meaning, why, mend, .. } = kind;
    let mut text = format!("{name}: {meaning}\n\nWhy: {why}\nWhat to do: {mend}");
    for (title, example) in [("Wrong", kind.wrong), ("Right", kind.right)] {
        if !example.is_empty() {
            let lines = example.trim().lines().map(|line| format!("  {line}"));
            text.push_str(&format!("\n\n{title}:\n{}", lines.collect::<Vec<_>>().join("\n")));
        }
    }
    text
}

fn unknown(name: &str) -> String {
    let near = nearest(name, kinds::all().map(|kind| kind.name));
    let hint = near.map_or_else(
        || "`plugpipe explain` lists all kinds".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    format!("there is no kind `{name}`; {hint}")
}
