//! Which trees of plugs a command looks at.

use crate::catalog::Places;
use clap::Args;
use std::ffi::OsStr;
use std::path::PathBuf;

/// The choice of trees that every command has.
#[derive(Args, Debug, Clone)]
pub(super) struct TreeArguments {
    /// A tree of plugs to look at instead of the usual ones; may be given several times
    #[arg(long = "plugs", value_name = "DIR")]
    plugs: Vec<PathBuf>,
    /// The folder of one plug to use as well, wherever it lies; may be given several times
    #[arg(long = "plug", value_name = "DIR")]
    folders: Vec<PathBuf>,
}

impl TreeArguments {
    /// The same arguments for another process.
    pub(super) fn again(&self) -> impl Iterator<Item = &OsStr> {
        let trees = self.plugs.iter().map(|tree| ("--plugs", tree));
        let all = trees.chain(self.folders.iter().map(|folder| ("--plug", folder)));
        all.flat_map(|(option, place)| [OsStr::new(option), place.as_os_str()])
    }

    /// The trees, and the single folders before them.
    ///
    /// # Errors
    /// A place that was asked for and is not there.
    pub(super) fn places(&self) -> Result<Places, String> {
        match self.folders.iter().find(|folder| !folder.is_dir()) {
            Some(missing) => Err(format!("--plug: there is no folder {}", missing.display())),
            None => Ok(Places { trees: self.trees()?, folders: self.folders.clone() }),
        }
    }

    /// `--plugs`, else `PLUGPIPE_PLUGS`, else `./plugs` and the installed trees.
    ///
    /// # Errors
    /// A tree that was asked for and is not there.
    pub(super) fn trees(&self) -> Result<Vec<PathBuf>, String> {
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
