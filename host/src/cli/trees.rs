//! Which trees of plugs a command looks at, and what it holds them to.

use crate::catalog::{Lock, Places};
use clap::Args;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The choice of trees that every command has.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Plugs")]
pub(super) struct TreeArguments {
    /// A tree of plugs instead of the usual ones; again for more
    #[arg(long = "plugs", value_name = "DIR")]
    plugs: Vec<PathBuf>,
    /// The folder of one plug to use as well; again for more
    #[arg(long = "plug", value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Use only plugs that are in the lock file, exactly as they are there
    #[arg(long)]
    locked: bool,
    /// The lock file, instead of ./plugs.lock; implies --locked
    #[arg(long, value_name = "FILE")]
    lock_file: Option<PathBuf>,
}

impl TreeArguments {
    /// The same arguments for another process.
    pub(super) fn again(&self) -> impl Iterator<Item = &OsStr> {
        let trees = self.plugs.iter().map(|tree| ("--plugs", tree.as_path()));
        let folders = self.folders.iter().map(|folder| ("--plug", folder.as_path()));
        let all = trees.chain(folders).chain(self.lock_file().map(|file| ("--lock-file", file)));
        all.flat_map(|(option, place)| [OsStr::new(option), place.as_os_str()])
    }

    /// The trees, and the single folders before them; the lock, when they are held to one.
    ///
    /// # Errors
    /// A place that was asked for and is not there, or a lock file that cannot be used.
    pub(super) fn places(&self) -> Result<Places, String> {
        self.places_before(&[])
    }

    /// As [`TreeArguments::places`], with trees that only `--plugs` comes before.
    ///
    /// # Errors
    /// As there.
    pub(super) fn places_before(&self, configured: &[PathBuf]) -> Result<Places, String> {
        if let Some(missing) = self.folders.iter().find(|folder| !folder.is_dir()) {
            return Err(format!("--plug: there is no folder {}", missing.display()));
        }
        let lock = self.lock_file().map(Lock::read).transpose();
        let lock = lock.map_err(|error| error.to_string())?.map(Arc::new);
        let lock_file = self.lock_file().map(Path::to_path_buf);
        let trees = match configured {
            [_, ..] if self.plugs.is_empty() => configured.to_vec(),
            _ => self.chosen()?,
        };
        Ok(Places { trees, folders: self.folders.clone(), lock, lock_file, ..Places::default() })
    }

    /// The lock file that plugs are held to, when they are.
    pub(super) fn lock_file(&self) -> Option<&Path> {
        let usual = || self.locked.then_some(Path::new(Lock::FILE));
        self.lock_file.as_deref().or_else(usual)
    }

    /// The trees of a command that changes what lies there.
    ///
    /// # Errors
    /// A tree that was asked for and is not there, or that plugs are to be held to a lock.
    pub(super) fn trees(&self) -> Result<Vec<PathBuf>, String> {
        self.refuse_lock()?;
        self.chosen()
    }

    /// Asked before a command changes a plug or runs a compiler: neither is what was locked.
    ///
    /// # Errors
    /// Plugs are to be held to a lock, whether or not it can be read.
    pub(super) fn refuse_lock(&self) -> Result<(), String> {
        match self.lock_file() {
            None => Ok(()),
            Some(_) => Err("--locked: this command changes what is locked; run `plugpipe lock` \
                            after it"
                .to_owned()),
        }
    }

    /// `--plugs`, else `PLUGPIPE_PLUGS`, else `./plugs` and the installed trees.
    ///
    /// # Errors
    /// A tree that was asked for and is not there.
    fn chosen(&self) -> Result<Vec<PathBuf>, String> {
        let variable = || std::env::var_os("PLUGPIPE_PLUGS").filter(|list| !list.is_empty());
        let (chosen, by) = match (self.plugs.as_slice(), variable()) {
            ([], None) => return Ok(usual()),
            ([], Some(list)) => (std::env::split_paths(&list).collect(), "PLUGPIPE_PLUGS"),
            (given, _) => (given.to_vec(), "--plugs"),
        };
        match chosen.iter().find(|tree| !tree.is_dir()) {
            Some(missing) => Err(format!("{by}: there is no folder {}", missing.display())),
            None => Ok(chosen),
        }
    }
}

fn usual() -> Vec<PathBuf> {
    let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let data = data.or_else(|| home.map(|home| home.join(".local/share")));
    let own = data.map(|data| data.join("plugpipe/plugs"));
    let system = Some(PathBuf::from("/usr/lib/plugpipe/plugs"));
    [Some(PathBuf::from("plugs")), own, system].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        trees: TreeArguments,
    }

    #[test]
    fn another_process_gets_the_same_places_and_the_same_lock() {
        let usual = ["--lock-file", "plugs.lock"];
        let given = ["--plugs", "a", "--plug", "b", "--lock-file", "c"];
        let cases: [(&[&str], &[&str]); 4] =
            [(&[], &[]), (&["--locked"], &usual), (&given, &given), (&given[4..], &given[4..])];
        for (arguments, again) in cases {
            let command = Command::parse_from([&["plugpipe"], arguments].concat());
            assert_eq!(command.trees.again().collect::<Vec<_>>(), again, "{arguments:?}");
        }
    }

    #[test]
    fn a_command_that_changes_plugs_is_not_held_to_a_lock() {
        let tree = tempfile::tempdir().unwrap();
        let plugs = ["plugpipe", "--plugs", tree.path().to_str().unwrap()];
        let free = Command::parse_from(plugs).trees.trees();
        assert_eq!(free, Ok(vec![tree.path().to_path_buf()]));
        for lock in [&["--locked"][..], &["--lock-file", "/nonexistent"]] {
            let held = Command::parse_from([&plugs[..], lock].concat()).trees;
            for refused in [held.trees().map(|_| ()), held.refuse_lock()] {
                let said = refused.unwrap_err();
                assert!(
                    said.starts_with("--locked: this command changes what is locked"),
                    "{said}"
                );
            }
        }
    }
}
