//! Libraries that have passed a probe of this version of the host, by their digest.

use crate::catalog::Sha256;
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, fstat, openat, statat};
use rustix::io::Errno;
use std::env;
use std::fs::DirBuilder;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// A folder of empty files, each named by a digest, and of what libraries said of themselves. Without one, where it cannot be written, or
/// where it is not the user's own, every library is probed each time.
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

    /// The cache in that folder, a part of it for each version of the host and each kind of machine:
    /// a home may be shared.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        let part = concat!(env!("CARGO_PKG_VERSION"), "-").to_owned() + env::consts::ARCH;
        Self { folder: Some(folder.join(part)) }
    }

    /// The folder, if it is there and nobody else can write to it.
    pub(in crate::loader) fn open_folder(&self) -> Option<OwnedFd> {
        self.folder.as_deref().and_then(|folder| own_folder(folder).ok())
    }

    pub(super) fn contains(&self, library: &Sha256) -> bool {
        let Some(folder) = self.open_folder() else { return false };
        let user = rustix::process::geteuid().as_raw();
        let mark = statat(&folder, library.to_string(), AtFlags::SYMLINK_NOFOLLOW);
        mark.is_ok_and(|mark| {
            FileType::from_raw_mode(mark.st_mode) == FileType::RegularFile && mark.st_uid == user
        })
    }

    /// Remembers that it passed, where that can be written down.
    pub(in crate::loader) fn remember(&self, library: &Sha256) {
        let Some(folder) = &self.folder else { return };
        if let Err(error) = mark(folder, library) {
            tracing::debug!(folder = %folder.display(), %error, "a passed probe is not remembered");
        }
    }
}

fn mark(folder: &Path, library: &Sha256) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let folder = own_folder(folder)?;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match openat(&folder, library.to_string(), flags, Mode::RUSR | Mode::WUSR) {
        // Another process was as fast.
        Ok(_) | Err(Errno::EXIST) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Opens a folder in which nobody else can make a mark: it is the user's, and no link.
fn own_folder(folder: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = openat(CWD, folder, flags, Mode::empty())?;
    let found = fstat(&opened)?;
    let is_own = found.st_uid == rustix::process::geteuid().as_raw();
    if is_own && found.st_mode & 0o022 == 0 {
        return Ok(opened);
    }
    Err(io::Error::other("it is not the user's own, or others can write it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

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
    fn marks_count_only_in_a_folder_of_the_users_own() {
        let folder = tempfile::tempdir().unwrap();
        let one = Sha256::of(b"one");
        let known = Known::at(folder.path());
        known.remember(&one);
        let part = known.folder.clone().unwrap();
        for (mode, counts) in [(0o755, true), (0o770, false), (0o777, false), (0o700, true)] {
            fs::set_permissions(&part, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(known.contains(&one), counts, "{mode:o}");
        }
        let other = Sha256::of(b"other");
        symlink(part.join(one.to_string()), part.join(other.to_string())).unwrap();
        known.remember(&other);
        assert!(!known.contains(&other), "a link is no mark");
        fs::rename(&part, folder.path().join("aside")).unwrap();
        symlink("aside", &part).unwrap();
        assert!(!known.contains(&one), "nor is a link the folder");
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
