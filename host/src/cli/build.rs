//! `plugpipe build`: compiles source plugs.

use super::{DONE, FAILED, WRONG, output, trees::TreeArguments};
use crate::catalog::{Catalog, Places, PluginRef, Refusal};
use crate::compile::{Built, CompileError, compile};
use clap::Args;
use std::path::{Path, PathBuf};

/// Compile plugs from their source and put each library beside its plug.yaml.
#[derive(Args, Debug)]
pub(super) struct BuildArguments {
    /// The plugs to compile, such as `json_serializer`; all when none is named
    #[arg(value_name = "PLUG", value_parser = plugin_ref)]
    wanted: Vec<PluginRef>,
    /// Put the plugs into this tree instead, each with its plug.yaml
    #[arg(long, value_name = "TREE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    trees: TreeArguments,
}

fn plugin_ref(text: &str) -> Result<PluginRef, String> {
    text.parse()
}

pub(super) fn run(arguments: &BuildArguments) -> u8 {
    let trees = match arguments.trees.trees() {
        Ok(trees) => trees,
        Err(message) => return output::wrong(&message),
    };
    let out = arguments.out.as_deref();
    match compile(&trees, &arguments.wanted, out) {
        Ok(built) => {
            built.iter().for_each(|plug| output::note(&line(plug)));
            refusals(&built, &out.map_or(trees, |tree| vec![tree.to_path_buf()]))
        }
        Err(fault) => {
            output::error(&fault.to_string());
            code_of(&fault)
        }
    }
}

/// A plug that compiles and that the host would refuse is a failure: its author is here to mend it.
fn refusals(built: &[Built], trees: &[PathBuf]) -> u8 {
    let catalog = Catalog::scan(&Places::trees(trees.to_vec()));
    let placed = |path: &Path| built.iter().any(|plug| plug.library.parent() == Some(path));
    let refused: Vec<&Refusal> =
        catalog.refused().iter().filter(|refusal| placed(&refusal.path)).collect();
    for refusal in &refused {
        output::error(&format!("{} is refused: {}", refusal.path.display(), refusal.reason));
    }
    if refused.is_empty() { DONE } else { FAILED }
}

fn line(plug: &Built) -> String {
    format!("built {} {} → {}", plug.name, plug.version, plug.library.display())
}

/// A plug that does not compile has failed; everything else is wrong usage.
pub(super) fn code_of(fault: &CompileError) -> u8 {
    match fault {
        CompileError::Compiler(_) | CompileError::NoLibrary(_) => FAILED,
        CompileError::NothingToBuild(_)
        | CompileError::Cargo(_)
        | CompileError::Manifest(..)
        | CompileError::Write(..) => WRONG,
    }
}
