//! Libraries that have passed a probe of this version of the host, by their digest.

use crate::catalog::Sha256;
use std::env;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

/// A folder of empty files, each named by a digest. Without one, or where it cannot be written,
/// every library is probed each time.
#[derive(Clone, Debug, Default)]
pub struct Known {
    folder: Option<PathBuf>,
}

/// Chooses the folder; empty means none.
const VARIABLE: &str = "PLUGPIPE_PROBED_CACHE";

impl Known {
    /// The cache of the user: `$PLUGPIPE_PROBED_CACHE`, else `plugpipe/probed` in `$XDG_CACHE_HOME`
    /// or `~/.cache`.
    #[must_use]
    pub fn of_user() -> Self {
        let absolute =
            |name: &str| env::var_os(name).map(PathBuf::from).filter(|at| at.is_absolute());
        let folder = match env::var_os(VARIABLE) {
            Some(chosen) => Some(PathBuf::from(chosen)).filter(|at| !at.as_os_str().is_empty()),
            None => absolute("XDG_CACHE_HOME")
                .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
                .map(|cache| cache.join("plugpipe/probed")),
        };
        folder.map_or_else(Self::default, |folder| Self::at(&folder))
    }

    /// The cache in that folder, a part of it for each version of the host.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self { folder: Some(folder.join(env!("CARGO_PKG_VERSION"))) }
    }

    pub(super) fn contains(&self, library: &Sha256) -> bool {
        let user = rustix::process::geteuid().as_raw();
        let ours = |path: PathBuf| {
            fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.uid() == user)
        };
        self.path(library).is_some_and(ours)
    }

    /// Remembers that it passed, where that can be written down.
    pub(super) fn remember(&self, library: &Sha256) {
        let Some((folder, path)) = self.folder.as_ref().zip(self.path(library)) else { return };
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        if let Err(error) = made.and_then(|()| fs::write(path, "")) {
            tracing::debug!(folder = %folder.display(), %error, "a passed probe is not remembered");
        }
    }

    fn path(&self, library: &Sha256) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(library.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passed_is_known_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (Sha256::of(b"one"), Sha256::of(b"other"));
        let known = Known::at(&folder.path().join("cache"));
        assert!(!known.contains(&one));
        known.remember(&one);
        assert_eq!((known.contains(&one), known.contains(&other)), (true, false));
    }

    #[test]
    fn a_cache_that_cannot_be_written_knows_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        for known in [Known::default(), Known::at(&folder.path().join("file"))] {
            known.remember(&Sha256::of(b"one"));
            assert!(!known.contains(&Sha256::of(b"one")));
        }
    }
}
