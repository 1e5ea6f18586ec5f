//! The first load of an unknown library happens in a child process: a library that crashes, hangs or
//! ends its process takes nothing but that child with it.
//!
//! [`Probe`] is the host's side: it starts the child, hands it the sealed library, and turns what
//! became of it into a reason. [`serve`] is the child's side, behind the command `plugpipe probe`.

mod child;
mod ended;
mod known;
mod limits;
mod protocol;
mod services;
mod spawned;

pub use child::serve;
pub use known::Known;

use super::sealed::SealedCopy;
use crate::catalog::{Reason, Sha256};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// How long a child may take from its start to its end.
const DEADLINE: Duration = Duration::from_secs(5);

/// Whether libraries are tried in a child before they are opened here.
#[derive(Clone, Debug)]
pub enum Probe {
    /// They are not: a crash while one is being opened ends this process.
    Off,
    /// They are, unless they are known to have passed.
    Child {
        /// What understands `probe -`: the `plugpipe` command of this very version.
        program: PathBuf,
        /// What has passed before.
        known: Known,
    },
}

impl Probe {
    /// Probes with `program` and remembers what passed in the cache of the user.
    #[must_use]
    pub fn child(program: impl Into<PathBuf>) -> Self {
        Self::Child { program: program.into(), known: Known::of_user() }
    }

    pub(super) fn pass(&self, copy: &SealedCopy, sha256: &Sha256) -> Result<(), Reason> {
        let Self::Child { program, known } = self else { return Ok(()) };
        if known.contains(sha256) {
            return Ok(());
        }
        let mut command = Command::new(program);
        command.args(["probe", "-"]);
        let library = copy.lend().map_err(|error| spawned::failed(&error))?;
        spawned::run(command, library, DEADLINE)?;
        known.remember(sha256);
        Ok(())
    }
}
