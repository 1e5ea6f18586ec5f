//! A tree of plugs for one test: some of the built ones, and folders that are broken on purpose.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Host, build};

/// A temporary tree; it goes when this is dropped.
pub struct Tree {
    folder: TempDir,
}

impl Tree {
    /// A tree without plugs.
    ///
    /// # Panics
    /// When no temporary folder can be made.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// Adds a copy of a built plug, `category/name/version`.
    ///
    /// # Panics
    /// When there is no such plug.
    #[must_use]
    pub fn with_plug(self, plug: &str) -> Self {
        self.with_copy(Host::shared().tree(), plug)
    }

    /// Adds a copy of a built plug of `tests/fixtures`, `category/name/version`.
    ///
    /// # Panics
    /// When there is no such plug, or the fixtures do not compile.
    #[must_use]
    pub fn with_fixture(self, plug: &str) -> Self {
        // The binary builds the fixtures.
        Host::shared();
        self.with_copy(build::fixtures(), plug)
    }

    /// Adds a file; `path` starts at the tree's root.
    ///
    /// # Panics
    /// When it cannot be written.
    #[must_use]
    pub fn with_file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(path, content.as_ref());
        self
    }

    /// The same tree without one of its files; `path` starts at the tree's root.
    ///
    /// # Panics
    /// When it is there and cannot be removed.
    #[must_use]
    pub fn without_file(self, path: &str) -> Self {
        let removed = fs::remove_file(self.path().join(path));
        let gone = removed.or_else(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        });
        gone.expect("a file that can be removed");
        self
    }

    /// Puts a file in place in one step, as an installer does: nobody reads half of it.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn put(&self, path: &str, content: impl AsRef<[u8]>) {
        let unfinished = self.write(&format!("{path}.unfinished"), content.as_ref());
        fs::rename(unfinished, self.path().join(path)).expect("a file in its place");
    }

    /// A file of the tree; `path` starts at the tree's root.
    ///
    /// # Panics
    /// When it cannot be read.
    pub fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The tree's root.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn with_copy(self, tree: &Path, plug: &str) -> Self {
        let built = tree.join(plug);
        let files = fs::read_dir(&built)
            .unwrap_or_else(|error| panic!("no built plug {}: {error}", built.display()));
        for entry in files {
            let entry = entry.expect("a folder that can be read");
            if entry.file_type().expect("the type of a file").is_file() {
                let bytes = fs::read(entry.path()).expect("a file of a built plug");
                self.write(&format!("{plug}/{}", entry.file_name().display()), &bytes);
            }
        }
        self
    }

    fn write(&self, path: &str, content: &[u8]) -> PathBuf {
        let file = self.path().join(path);
        fs::create_dir_all(file.parent().expect("a folder in the tree")).expect("a new folder");
        fs::write(&file, content).expect("a new file");
        file
    }
}
