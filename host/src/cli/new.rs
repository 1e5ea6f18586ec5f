//! `plugpipe new`: begins a plug.

use super::trees::TreeArguments;
use super::{DONE, output};
use crate::scaffold::shell::word;
use crate::scaffold::{Commands, Created, Kind, Wish, create};
use clap::Args;
use std::env;
use std::path::{Path, PathBuf};

/// Begin a plug: write a crate that compiles, passes its tests and runs.
///
/// In the root of a checkout it becomes plugs/CATEGORY/NAME/0.1.0, elsewhere ./NAME, a crate that
/// stands alone. Nothing is overwritten.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  plugpipe new serializer my_serializer")]
pub(super) struct NewArguments {
    /// What it is to be
    #[arg(value_enum)]
    kind: Kind,
    /// Its name: a small letter, then small letters, digits and `_`. Of a serializer: its format
    name: String,
    /// Its category [default: serialization, tools, sources, transforms or sinks, by kind]
    #[arg(long)]
    category: Option<String>,
    /// Its folder, which must be absent or empty
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Where plugin-api lies: its folder or a checkout [default: the checkout around the new folder,
    /// around the working folder or of this program, else the crate registry]
    #[arg(long, value_name = "DIR")]
    api: Option<PathBuf>,
    #[command(flatten)]
    trees: TreeArguments,
}

pub(super) fn run(arguments: NewArguments) -> u8 {
    let trees = match arguments.trees.trees() {
        Ok(trees) => trees,
        Err(message) => return output::wrong(&message),
    };
    let given = arguments.trees.again().map(ToOwned::to_owned).collect();
    let NewArguments { kind, name, category, out, api, .. } = arguments;
    match create(&Wish { kind, name, category, out, api }) {
        Ok(created) => {
            output::result(&text(&created, &Commands { program: program(), trees, given }));
            DONE
        }
        Err(refused) => output::wrong(&refused.to_string()),
    }
}

/// How this program was started, as the lines to type next begin.
fn program() -> String {
    let by_cargo = env::var_os("CARGO_PKG_NAME").is_some_and(|name| name == "plugpipe");
    match env::args_os().next() {
        _ if by_cargo && cfg!(debug_assertions) => "cargo run --".to_owned(),
        _ if by_cargo => "cargo run --release --".to_owned(),
        Some(typed) => word(Path::new(&typed)),
        None => "plugpipe".to_owned(),
    }
}

/// The files, and the lines to type next.
fn text(created: &Created, context: &Commands) -> String {
    let folder = created.folder.display();
    let files = created.files.iter().map(|file| format!("  {file}"));
    let commands = created.commands(context).into_iter().map(|line| format!("  {line}"));
    let mut lines = vec![format!("wrote {folder}")];
    lines.extend(files);
    lines.push("next:".to_owned());
    lines.extend(commands);
    lines.join("\n")
}
