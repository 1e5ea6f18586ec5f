//! `plugpipe install` and `plugpipe remove`.

use super::compiling::Compiling;
use super::trees::TreeArguments;
use super::{DONE, FAILED, WRONG, build, output};
use crate::catalog::PluginRef;
use crate::install::{Addition, InstallError, add, removable, remove};
use clap::Args;
use std::path::PathBuf;

/// Put a copy of a plug into a tree, with its checksum and README. Loads it first.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  plugpipe install ./my_serializer --into plugs")]
pub(super) struct InstallArguments {
    /// The folder of a plug, built or a crate, or a library beside its plug.yaml
    #[arg(value_name = "PATH")]
    from: PathBuf,
    /// The tree that takes it [default: the first of --plugs, PLUGPIPE_PLUGS, ./plugs]
    #[arg(long, value_name = "TREE")]
    into: Option<PathBuf>,
    /// Its category [default: as its path says, else its plug.yaml]
    #[arg(long)]
    category: Option<String>,
    /// Replace the same version with another content
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    trees: TreeArguments,
}

/// Take one version of a plug out of its tree.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  plugpipe remove serialization/my_serializer/1.0.0")]
pub(super) struct RemoveArguments {
    /// The plug: `name`, `category/name` or `category/name/1.0.0`
    #[arg(value_name = "PLUG", value_parser = plugin_ref)]
    plug: PluginRef,
    /// Remove it with its source code
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    trees: TreeArguments,
}

fn plugin_ref(text: &str) -> Result<PluginRef, String> {
    text.parse()
}

pub(super) fn install(arguments: InstallArguments) -> u8 {
    let InstallArguments { from, into, category, replace, trees } = arguments;
    if let Err(message) = trees.refuse_lock() {
        return output::wrong(&message);
    }
    let tree = match into.map_or_else(|| first(&trees), Ok) {
        Ok(tree) => tree,
        Err(message) => return output::wrong(&message),
    };
    // Start-up code of a library may print.
    output::claim_stdout();
    match add(&Addition { from, tree, category, replace }, &super::loader(), &Compiling::new()) {
        Ok(added) => {
            let what = if added.was_there { "already installed:" } else { "installed" };
            output::result(&format!("{what} {}", added.path.display()));
            DONE
        }
        Err(fault) => failed(&fault),
    }
}

pub(super) fn remove_plug(arguments: &RemoveArguments) -> u8 {
    let trees = match arguments.trees.trees() {
        Ok(trees) => trees,
        Err(message) => return output::wrong(&message),
    };
    let removed = removable(&trees, &arguments.plug, arguments.force)
        .and_then(|folder| remove(&folder).map(|()| folder));
    match removed {
        Ok(folder) => {
            output::result(&format!("removed {}", folder.display()));
            DONE
        }
        Err(fault) => failed(&fault),
    }
}

fn first(trees: &TreeArguments) -> Result<PathBuf, String> {
    let first = trees.trees()?.into_iter().next();
    first.ok_or_else(|| "no tree to install into; name one with --into".to_owned())
}

/// What does not compile or is refused has failed; everything else is wrong usage.
fn failed(fault: &InstallError) -> u8 {
    output::error(&fault.to_string());
    match fault {
        InstallError::Compile(fault) => build::code_of(fault),
        InstallError::Refused(..) | InstallError::NoPlug(..) => FAILED,
        _ => WRONG,
    }
}
