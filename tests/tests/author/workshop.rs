//! Folders in which an author works: a copy of the checkout, or any other place.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use end_to_end::host::{Host, Output, target_folder};
use tempfile::TempDir;

/// Compiles plugin-api once more where it is a copy.
const LIMIT: Duration = Duration::from_mins(10);

/// A working folder.
pub struct Workshop {
    folder: PathBuf,
    /// Where cargo builds: crates that stand alone do not share the workspace's own folder, in which
    /// each would build the other's plugin-api anew.
    target: PathBuf,
    /// Whether the plugs of the workspace are installed, built.
    has_plugs: bool,
    /// Held for what goes when this is dropped.
    _temporary: Option<TempDir>,
}

impl Workshop {
    /// A folder outside every checkout.
    pub fn elsewhere() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().to_owned();
        let target = target_folder().join("end-to-end/foreign");
        Self { folder, target, has_plugs: false, _temporary: Some(temporary) }
    }

    /// The same for somebody who has the plugs of the workspace installed.
    pub fn elsewhere_with_plugs() -> Self {
        Self { has_plugs: true, ..Self::elsewhere() }
    }

    /// A copy of the checkout, its plugs built.
    pub fn checkout() -> Self {
        let folder = Host::shared().checkout("workshop");
        Self { folder, target: target_folder(), has_plugs: false, _temporary: None }
    }

    /// The working folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// A line for `sh` in the working folder.
    pub fn shell(&self, line: &str) -> Output {
        let host = Host::shared();
        let line = host.shell(line).in_folder(&self.folder).limit(LIMIT);
        let line = line.env("CARGO_TARGET_DIR", &self.target);
        if self.has_plugs {
            line.env("PLUGPIPE_PLUGS", host.tree()).output()
        } else {
            line.output()
        }
    }

    /// The text of a file.
    pub fn read(&self, file: &str) -> String {
        let file = self.folder.join(file);
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    /// Changes a file; what is to be replaced must stand in it.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} does not hold {from:?}");
        fs::write(self.folder.join(file), text.replace(from, to)).unwrap();
    }
}
