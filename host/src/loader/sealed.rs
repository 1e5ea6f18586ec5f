//! A private copy of a library in memory that nobody can write to any more.
//!
//! The dynamic linker maps the file it is given. Had it the file in the tree, overwriting that file
//! would pull running code from under the host.

use crate::catalog::Reason;
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;

/// Sealed memory with the bytes of a library.
pub(super) struct SealedCopy {
    file: OwnedFd,
    bytes: Vec<u8>,
}

/// Bytes of a library: a file with holes can claim any number of them.
const LARGEST: u64 = 1 << 30;

impl SealedCopy {
    /// Copies an open file as it is now.
    pub(super) fn of_file(original: &File) -> Result<Self, Reason> {
        fits(original.metadata()?.len())?;
        Self::of(original)
    }

    /// Copies what can be read of `original`.
    pub(super) fn of(original: impl Read) -> Result<Self, Reason> {
        let mut bytes = Vec::new();
        let read = original.take(LARGEST + 1).read_to_end(&mut bytes)? as u64;
        fits(read)?;
        let file =
            seal(&bytes).map_err(|error| Reason::Unreadable(format!("sealed copy: {error}")))?;
        Ok(Self { file, bytes })
    }

    /// The bytes that are sealed.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The sealed memory as a file for another process.
    pub(super) fn lend(&self) -> std::io::Result<OwnedFd> {
        self.file.try_clone()
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

fn fits(bytes: u64) -> Result<(), Reason> {
    if bytes > LARGEST { Err(Reason::TooLarge(LARGEST)) } else { Ok(()) }
}

fn seal(bytes: &[u8]) -> std::io::Result<OwnedFd> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let mut file = File::from(memfd_create("plugpipe-plugin", flags)?);
    file.write_all(bytes)?;
    let seals = SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE;
    fcntl_add_seals(&file, seals)?;
    Ok(file.into())
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
        let copy = SealedCopy::of(File::open(&path).unwrap()).unwrap();
        std::fs::write(&path, b"other").unwrap();
        assert_eq!(std::fs::read(copy.into_path()).unwrap(), b"first");
    }

    #[test]
    fn a_file_that_claims_too_many_bytes_is_not_copied() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::create_new(folder.path().join("lib.so")).unwrap();
        file.set_len(LARGEST + 1).unwrap();
        assert_eq!(SealedCopy::of_file(&file).err(), Some(Reason::TooLarge(LARGEST)));
    }
}
