//! The folders between a tree and a plug, which go again when no plug came into them.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// Folders that were missing, the deepest first.
pub(super) struct FoldersAbove {
    made: Vec<PathBuf>,
}

impl FoldersAbove {
    /// Makes `folder` and what is missing above it. Nobody but the owner may write there.
    pub(super) fn make(folder: &Path) -> io::Result<Self> {
        let missing = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
        let made = folder.ancestors().take_while(missing).map(Path::to_path_buf).collect();
        // What was made before a failure goes, too.
        let above = Self { made };
        DirBuilder::new().recursive(true).mode(0o755).create(folder)?;
        Ok(above)
    }

    /// They stay: something lies in them now. Brings their entries to the disk where that works; the
    /// plug is in place either way.
    pub(super) fn keep(mut self, folder: &Path) {
        let made = std::mem::take(&mut self.made);
        let parents = made.iter().filter_map(|path| path.parent());
        for changed in std::iter::once(folder).chain(parents) {
            let changed = if changed.as_os_str().is_empty() { Path::new(".") } else { changed };
            if let Err(error) = File::open(changed).and_then(|folder| folder.sync_all()) {
                tracing::debug!(folder = %changed.display(), %error, "not yet on the disk");
            }
        }
    }
}

impl Drop for FoldersAbove {
    fn drop(&mut self) {
        for folder in &self.made {
            // One that holds something by now stays.
            let _ = fs::remove_dir(folder);
        }
    }
}
