//! `plugpipe lock`: writes down what is installed, to the last byte.

use super::{DONE, output, trees::TreeArguments};
use crate::catalog::{Catalog, Lock, LockError, Places};
use crate::diagnostics::printable;
use clap::Args;
use std::path::PathBuf;

/// Write the lock file: the SHA-256 of every file of every installed plug.
///
/// With --locked, every other command uses only plugs that are in the lock file, exactly as they are
/// there, and refuses the rest before any of it runs. Runs nothing.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  plugpipe lock && plugpipe run orders.yaml --locked")]
pub(super) struct LockArguments {
    /// The file to write
    #[arg(long, value_name = "FILE", default_value = Lock::FILE)]
    file: PathBuf,
    #[command(flatten)]
    trees: TreeArguments,
}

pub(super) fn run(arguments: &LockArguments) -> u8 {
    if arguments.trees.lock_file().is_some() {
        return output::wrong("lock: --locked holds plugs to a lock file, --file FILE writes one");
    }
    let places = match arguments.trees.places() {
        Ok(places) => places,
        Err(message) => return output::wrong(&message),
    };
    match lock(arguments, &places) {
        Ok(()) => DONE,
        Err(error) => output::wrong(&error.to_string()),
    }
}

fn lock(arguments: &LockArguments, places: &Places) -> Result<(), LockError> {
    let catalog = Catalog::scan(places);
    let lock = Lock::record(&catalog)?;
    lock.write(&arguments.file)?;
    for refusal in catalog.refused() {
        let line = format!("{} is refused: {}", refusal.path.display(), refusal.reason);
        output::note(&format!("not locked: {}", printable(&line)));
    }
    output::note(&format!("locked {} plugs in {}", lock.len(), arguments.file.display()));
    Ok(())
}
