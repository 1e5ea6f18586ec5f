//! Folders in which an author works: a copy of the checkout, or any other place.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use end_to_end::host::{Host, Output, target_folder};
use end_to_end::workspace_root;
use tempfile::TempDir;

/// Compiles plugin-api once more where it is a copy.
const LIMIT: Duration = Duration::from_mins(10);

/// The profile of the workspace, so that what is built already is used.
const PROFILE: &str = "[profile.dev]\ndebug = \"line-tables-only\"\n\n\
                       [profile.dev.package.\"*\"]\nopt-level = 1\ndebug = false\n";

/// A working folder.
pub struct Workshop {
    folder: PathBuf,
    /// Held for what goes when this is dropped.
    _temporary: Option<TempDir>,
}

impl Workshop {
    /// A folder outside every checkout.
    pub fn elsewhere() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().to_owned();
        fs::create_dir(folder.join(".cargo")).unwrap();
        fs::write(folder.join(".cargo/config.toml"), PROFILE).unwrap();
        Self { folder, _temporary: Some(temporary) }
    }

    /// A copy of the checkout, its plugs built. It stays at one place, so that cargo knows it again.
    pub fn checkout() -> Self {
        let folder = target_folder().join("end-to-end/workshop");
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        copy(workspace_root(), &folder, &|path| {
            let is_library = path.extension().is_some_and(|ending| ending == "so");
            let is_target = path.file_name().is_some_and(|name| name == "target");
            !is_library && !is_target && !path.ends_with(".git") && !path.ends_with("examples/data")
        });
        copy(Host::shared().tree(), &folder.join("plugs"), &|_| true);
        Self { folder, _temporary: None }
    }

    /// The working folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// A line for `sh` in the working folder.
    pub fn shell(&self, line: &str) -> Output {
        Host::shared().shell(line).in_folder(&self.folder).limit(LIMIT).output()
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

fn copy(from: &Path, to: &Path, wanted: &dyn Fn(&Path) -> bool) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if !wanted(&path) {
            continue;
        }
        if path.is_dir() {
            copy(&path, &target, wanted);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}
