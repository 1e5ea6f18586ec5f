//! `plugpipe build`: compiles source plugs.

use super::{DONE, FAILED, WRONG, output, trees::TreeArguments};
use crate::catalog::PluginRef;
use crate::compile::{Built, CompileError, compile};
use clap::Args;
use std::path::PathBuf;

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
    match compile(&arguments.trees.trees(), &arguments.wanted, arguments.out.as_deref()) {
        Ok(built) => {
            built.iter().for_each(|plug| output::note(&line(plug)));
            DONE
        }
        Err(fault) => {
            output::error(&fault.to_string());
            code_of(&fault)
        }
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
        | CompileError::Cargo(_)
        | CompileError::Manifest(..)
        | CompileError::Write(..) => WRONG,
    }
}
