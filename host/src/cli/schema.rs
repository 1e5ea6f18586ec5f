//! `plugpipe schema`: the pipeline language as JSON Schema.

use super::described::describe;
use super::trees::TreeArguments;
use super::{DONE, FAILED, output};
use crate::catalog::Catalog;
use crate::pipeline::language;
use clap::Args;

/// Print a JSON Schema of pipelines, for editors.
///
/// It holds the configuration of every installed plug, so that an editor checks each step against its
/// own one.
#[derive(Args, Debug)]
pub(super) struct SchemaArguments {
    #[command(flatten)]
    trees: TreeArguments,
}

pub(super) fn run(arguments: &SchemaArguments) -> u8 {
    let places = match arguments.trees.places() {
        Ok(places) => places,
        Err(message) => return output::wrong(&message),
    };
    let catalog = Catalog::scan(&places);
    // Start-up code of a library may print.
    output::claim_stdout();
    match language::schema(catalog.installed(), &describe(catalog.installed())) {
        Ok(schema) => {
            output::result(&format!("{schema:#}"));
            DONE
        }
        Err(fault) => {
            output::error(&fault.to_string());
            FAILED
        }
    }
}
