//! `plugpipe build`: compiles source plugs.

use super::compiling::Compiling;
use super::{DONE, FAILED, WRONG, output, trees::TreeArguments};
use crate::catalog::{Catalog, Places, Refusal};
use crate::compile::{Built, CompileError, Order, Wanted, compile};
use clap::Args;
use std::path::{Path, PathBuf};

/// Compile plugs from their source and put each library beside its plug.yaml.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  plugpipe build json_serializer")]
pub(super) struct BuildArguments {
    /// The plugs to compile: names such as `json_serializer`, or folders of crates; all plugs of the
    /// trees when none is named
    #[arg(value_name = "PLUG|DIR", value_parser = wanted)]
    wanted: Vec<Wanted>,
    /// Put the plugs into this tree instead, each with its plug.yaml
    #[arg(long, value_name = "TREE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    trees: TreeArguments,
}

/// A plug or a folder, as an argument.
pub(super) fn wanted(text: &str) -> Result<Wanted, String> {
    text.parse()
}

pub(super) fn run(arguments: &BuildArguments) -> u8 {
    let trees = match arguments.trees.trees() {
        Ok(trees) => trees,
        Err(message) => return output::wrong(&message),
    };
    let out = arguments.out.as_deref();
    let order = Order { trees: &trees, wanted: &arguments.wanted, out };
    match compile(order, &Compiling::new()) {
        Ok(built) => {
            built.iter().for_each(|plug| output::note(&line(plug)));
            refusals(&built, &places(arguments, trees.clone()))
        }
        Err(fault) => {
            output::error(&fault.to_string());
            code_of(&fault)
        }
    }
}

/// A plug that compiles and that the host would refuse is a failure: its author is here to mend it.
fn refusals(built: &[Built], places: &Places) -> u8 {
    let catalog = Catalog::scan(places);
    let placed = |path: &Path| built.iter().any(|plug| plug.library.parent() == Some(path));
    let refused: Vec<&Refusal> =
        catalog.refused().iter().filter(|refusal| placed(&refusal.path)).collect();
    for refusal in &refused {
        output::error(&format!("{} is refused: {}", refusal.path.display(), refusal.reason));
    }
    if refused.is_empty() { DONE } else { FAILED }
}

/// Where the plugs lie now.
fn places(arguments: &BuildArguments, trees: Vec<PathBuf>) -> Places {
    let folder = |wanted: &Wanted| match wanted {
        Wanted::Folder(folder) => Some(folder.clone()),
        Wanted::Plug(_) => None,
    };
    match &arguments.out {
        Some(tree) => Places::trees(vec![tree.clone()]),
        None => Places {
            trees,
            folders: arguments.wanted.iter().filter_map(folder).collect(),
            ..Places::default()
        },
    }
}

fn line(plug: &Built) -> String {
    format!("built {} {} → {}", plug.name, plug.version, plug.library.display())
}

/// A plug that does not compile has failed; everything else is wrong usage.
pub(super) fn code_of(fault: &CompileError) -> u8 {
    match fault {
        CompileError::Compiler(_) | CompileError::NoLibrary(_) => FAILED,
        CompileError::NothingToBuild(_)
        | CompileError::NoCrate(_)
        | CompileError::Cargo(_)
        | CompileError::Manifest(..)
        | CompileError::Write(..) => WRONG,
    }
}
