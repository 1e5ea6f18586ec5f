//! A private copy of a library in memory that nobody can write to any more.
//!
//! The dynamic linker maps the file it is given. Had it the file in the tree, overwriting that file
//! would pull running code from under the host.

use crate::catalog::Reason;
use rustix::fs::{MemfdFlags, OFlags, SealFlags, fcntl_add_seals, memfd_create};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Sealed memory with the bytes of a library.
pub(super) struct SealedCopy {
    file: OwnedFd,
    bytes: Vec<u8>,
}

/// Copies the file as it is now.
pub(super) fn copy(library: &Path) -> Result<SealedCopy, Reason> {
    // Neither a link nor a pipe that took the place of the file since it was listed.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
    let mut original = File::options().read(true).custom_flags(flags).open(library)?;
    if !original.metadata()?.is_file() {
        return Err(Reason::NotAFile(library.display().to_string()));
    }
    let mut bytes = Vec::new();
    original.read_to_end(&mut bytes)?;
    let file = seal(&bytes).map_err(|error| Reason::Unreadable(format!("sealed copy: {error}")))?;
    Ok(SealedCopy { file, bytes })
}

fn seal(bytes: &[u8]) -> std::io::Result<OwnedFd> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let mut file = File::from(memfd_create("plugpipe-plugin", flags)?);
    file.write_all(bytes)?;
    let seals = SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE;
    fcntl_add_seals(&file, seals)?;
    Ok(file.into())
}

impl SealedCopy {
    /// The bytes that are sealed.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A path that leads to the sealed memory as long as the descriptor is open.
    ///
    /// The descriptor stays open for ever: glibc remembers the path of what it has loaded, and a
    /// descriptor number used again would bring the old library back.
    pub(super) fn into_path(self) -> PathBuf {
        let number = self.file.as_raw_fd();
        std::mem::forget(self.file);
        PathBuf::from(format!("/proc/self/fd/{number}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_copy_cannot_be_written() {
        let mut file = File::from(seal(b"code").unwrap());
        let refused = file.write_all(b"other").unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::PermissionDenied);
    }

    #[test]
    fn overwriting_the_original_does_not_reach_the_copy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lib.so");
        std::fs::write(&path, b"first").unwrap();
        let copy = copy(&path).unwrap();
        std::fs::write(&path, b"other").unwrap();
        assert_eq!(std::fs::read(copy.into_path()).unwrap(), b"first");
    }
}
