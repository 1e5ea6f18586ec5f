//! Everything that is checked before the first byte of a library runs.

use super::sealed::SealedCopy;
use super::{Opened, Probe, agree, describe, library};
use crate::catalog::accept::agree_with_library;
use crate::catalog::trusted::{TrustedFile, TrustedFolder};
use crate::catalog::{FileStamp, Installed, Manifest, Reason, Sha256, checksum, lock};
use crate::elf::{self, Meta};
use std::ffi::OsStr;
use std::io::Read as _;

/// A library that passed every check and of which nothing has run.
pub struct Admitted {
    copy: SealedCopy,
    sha256: Sha256,
    meta: Meta,
}

impl Admitted {
    /// The digest of the library.
    #[must_use]
    pub fn sha256(&self) -> Sha256 {
        self.sha256
    }

    /// The library, as it was checked.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.copy.bytes()
    }

    /// Bytes of the library.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.copy.bytes().len() as u64
    }

    /// What the library says of itself.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    pub(super) fn pass(&self, probe: &Probe) -> Result<(), Reason> {
        probe.pass(&self.copy, &self.sha256)
    }

    /// Loads the library into this process and has it describe itself: its code runs from here on.
    ///
    /// # Errors
    /// What the dynamic linker or the layouts of its surface say.
    pub fn open(self) -> Result<Opened, Reason> {
        let Self { copy, sha256, meta } = self;
        let root = library::root(copy)?;
        let description = describe(&root)?;
        agree((&meta.name, &meta.version), &description)?;
        Ok(Opened { root, description, sha256, mapped: meta.mapped })
    }
}

/// Checks an installed plug from the path of its files to the tables of its library.
pub(super) fn admit(plug: &Installed) -> Result<Admitted, Reason> {
    let folder = TrustedFolder::below(&plug.root, &plug.path)?;
    let name = plug.manifest.library_file();
    let library = listed(plug, &folder, &name)?;
    let copy = SealedCopy::of_file(&library.file)?;
    // A file that was being written while it was copied.
    if FileStamp::of(&library.file.metadata()?) != plug.stamp.library {
        return Err(Reason::Changed);
    }
    let sha256 = Sha256::of(copy.bytes());
    if let Some(locked) = plug.locked.filter(|locked| *locked != sha256) {
        return Err(lock::differs(&name, &sha256, &locked));
    }
    if let Some(text) = checksum_beside(&folder, &name)? {
        let verified = checksum::verify(&name, &text, &sha256);
        verified.map_err(|reason| unless_replaced(plug, &folder, &name, reason))?;
    }
    let meta = check(&copy, &plug.manifest)?;
    Ok(Admitted { copy, sha256, meta })
}

/// The library, if it and the manifest are still the files that the catalog read.
fn listed(plug: &Installed, folder: &TrustedFolder, name: &str) -> Result<TrustedFile, Reason> {
    let library = folder.file(OsStr::new(name))?.ok_or(Reason::Changed)?;
    let manifest = folder.file(OsStr::new(Manifest::FILE))?.ok_or(Reason::Changed)?;
    let same = FileStamp::of(&library.metadata) == plug.stamp.library
        && FileStamp::of(&manifest.metadata) == plug.stamp.manifest;
    if same { Ok(library) } else { Err(Reason::Changed) }
}

/// A build may have put a new library and its checksum into place since the old library was opened.
fn unless_replaced(plug: &Installed, folder: &TrustedFolder, name: &str, reason: Reason) -> Reason {
    let now = folder.file(OsStr::new(name)).ok().flatten();
    let same = now.is_some_and(|now| FileStamp::of(&now.metadata) == plug.stamp.library);
    if same { reason } else { Reason::Changed }
}

fn checksum_beside(folder: &TrustedFolder, library: &str) -> Result<Option<Vec<u8>>, Reason> {
    let Some(opened) = folder.file(OsStr::new(&checksum::file_of(library)))? else {
        return Ok(None);
    };
    let mut text = Vec::new();
    opened.file.take(checksum::LONGEST).read_to_end(&mut text)?;
    Ok(Some(text))
}

/// What the bytes say of themselves, and that it fits the manifest and this host.
fn check(copy: &SealedCopy, manifest: &Manifest) -> Result<Meta, Reason> {
    let meta = elf::inspect(copy.bytes())?;
    agree_with_library(manifest, &meta)?;
    same_surface(&meta.abi)?;
    Ok(meta)
}

/// Refuses another major of the binary surface (0.x: another minor) before any code of it runs. What
/// is left is judged by the layouts themselves.
fn same_surface(theirs: &str) -> Result<(), Reason> {
    let read = |text: &str| semver::Version::parse(text).ok();
    let series = |version: semver::Version| match version.major {
        0 => (0, version.minor),
        major => (major, 0),
    };
    let ours = plugin_abi::ABI_VERSION;
    if read(theirs).map(series).is_some_and(|theirs| Some(theirs) == read(ours).map(series)) {
        return Ok(());
    }
    Err(Reason::Abi(format!("it was built for plugin-abi {theirs}, this host has {ours}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_that_tells_of_another_library_counts_only_while_the_library_is_the_same() {
        let root = tempfile::tempdir().unwrap();
        let library = root.path().join("libecho.so");
        std::fs::write(&library, "old").unwrap();
        let mut plug = Installed::named("echo");
        plug.stamp.library = FileStamp::of(&std::fs::metadata(&library).unwrap());
        let folder = TrustedFolder::root(root.path()).unwrap().unwrap();
        let judged = || {
            let reason = Reason::BadChecksum("libecho.so.sha256".to_owned());
            unless_replaced(&plug, &folder, "libecho.so", reason).kind()
        };
        assert_eq!(judged(), "bad_checksum");
        std::fs::write(root.path().join("new"), "new").unwrap();
        std::fs::rename(root.path().join("new"), &library).unwrap();
        assert_eq!(judged(), "changed");
        std::fs::remove_file(&library).unwrap();
        assert_eq!(judged(), "changed");
    }

    #[test]
    fn another_series_of_the_surface_is_refused() {
        assert_eq!(same_surface(plugin_abi::ABI_VERSION), Ok(()));
        for other in ["7.0.0", "0.99.0", "", "one"] {
            assert!(matches!(same_surface(other), Err(Reason::Abi(_))), "{other}");
        }
    }
}
