//! A folder in the tree for what is under way.

use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// It goes, with all that is left in it, when this is dropped.
pub(super) struct Staging {
    folder: TempDir,
}

impl Staging {
    /// In the tree itself: a rename from another file system would be a copy.
    pub(super) fn in_tree(tree: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(".staging-").tempdir_in(tree)?;
        Ok(Self { folder })
    }

    /// Where the one thing lies that is under way. A folder in the staging folder, which only its
    /// owner may enter.
    pub(super) fn plug(&self) -> PathBuf {
        self.folder.path().join("plug")
    }
}
