//! `plugpipe graph`: the flow of a pipeline, drawn.

use super::trees::TreeArguments;
use super::{DONE, WRONG, failure, output, run_pipeline};
use crate::catalog::Catalog;
use crate::diagnostics::printable;
use crate::pipeline::graph::{mermaid, text};
use clap::{Args, ValueEnum};

/// Draw the flow of a pipeline.
///
/// As text, one line a step: its level, its plugin, what it follows and under which condition; steps of
/// one level can run at once. Plugins need not be installed.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  plugpipe graph orders.yaml --format mermaid > orders.mmd")]
pub(super) struct GraphArguments {
    /// A pipeline file, or `-` for stdin
    #[arg(value_name = "FILE")]
    file: String,
    /// The kind of drawing
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    trees: TreeArguments,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Lines for a terminal
    Text,
    /// A flowchart for Markdown and the web
    Mermaid,
}

pub(super) fn run(arguments: &GraphArguments) -> u8 {
    let places = match arguments.trees.places() {
        Ok(places) => places,
        Err(message) => return failure::wrong("bad_input", &message),
    };
    let file = match run_pipeline::read(&arguments.file) {
        Ok(file) => file,
        Err(message) => return failure::wrong("unreadable", &message),
    };
    match file.outline(&Catalog::scan(&places)) {
        Ok(outline) => {
            for plugin in &outline.missing {
                let plugin = printable(plugin);
                output::note(&format!(
                    "warning: plugin `{plugin}` is not installed; what its step can do is a guess"
                ));
            }
            output::result(&match arguments.format {
                Format::Text => text(&outline),
                Format::Mermaid => mermaid(&outline),
            });
            DONE
        }
        Err(problems) => {
            failure::print_diagnostics(&problems, file.source());
            WRONG
        }
    }
}
