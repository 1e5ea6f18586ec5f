//! Holds what lies in the trees to a lock.

use super::{Lock, LockedPlug, files};
use crate::catalog::trusted::TrustedFolder;
use crate::catalog::{Manifest, Reason, Refusal, Sha256};
use semver::Version;
use std::collections::BTreeMap;
use std::path::Path;

impl Lock {
    /// Holds a plug's folder to the lock: every file that is locked and no other. `manifest` is the
    /// digest of the very bytes that the manifest was read from. Answers the digest that the library
    /// must still have when it is opened.
    pub(in crate::catalog) fn hold(
        &self,
        (category, name, version): (&str, &str, &Version),
        folder: &TrustedFolder,
        (library, manifest): (&str, &Sha256),
    ) -> Result<Sha256, Reason> {
        let locked = self.plugs.iter().find(|plug| plug.key() == (category, name, version));
        let locked = locked.ok_or_else(|| self.not_locked(category, name))?;
        compare(&locked.files, &files::digests(folder)?)?;
        if let Some(expected) = locked.manifest().filter(|expected| *expected != manifest) {
            return Err(differs(Manifest::FILE, manifest, expected));
        }
        let library_file = locked.files.get(library);
        library_file.copied().ok_or_else(|| mismatch(library, "is not there"))
    }

    /// Locked plugs that are neither `found` nor refused, as refusals in `tree`.
    pub(in crate::catalog) fn missing<'a>(
        &'a self,
        tree: &'a Path,
        refused: &'a [Refusal],
        found: impl Fn(&str, &str, &Version) -> bool + 'a,
    ) -> impl Iterator<Item = Refusal> + 'a {
        let absent = move |plug: &&LockedPlug| {
            let (category, name, version) = plug.key();
            !found(category, name, version)
                && !refused.iter().any(|refusal| refusal.path.ends_with(plug.folder()))
        };
        let absent = self.plugs.iter().filter(absent);
        absent.map(|plug| Refusal::new(tree.join(plug.folder()), &Reason::LockedMissing))
    }

    fn not_locked(&self, category: &str, name: &str) -> Reason {
        let same =
            self.plugs.iter().filter(|plug| (&*plug.category, &*plug.name) == (category, name));
        let versions: Vec<String> = same.map(|plug| plug.version.to_string()).collect();
        let there = match versions.is_empty() {
            true => String::new(),
            false => format!(", which has version {} of it", versions.join(", ")),
        };
        Reason::NotLocked(there)
    }
}

fn compare(
    locked: &BTreeMap<String, Sha256>,
    found: &BTreeMap<String, Sha256>,
) -> Result<(), Reason> {
    for (file, expected) in locked {
        match found.get(file) {
            None => return Err(mismatch(file, "is not there")),
            Some(digest) if digest != expected => return Err(differs(file, digest, expected)),
            Some(_) => {}
        }
    }
    match found.keys().find(|file| !locked.contains_key(*file)) {
        Some(file) => Err(mismatch(file, "is not in the lock file")),
        None => Ok(()),
    }
}

fn mismatch(file: &str, what: &str) -> Reason {
    Reason::LockMismatch(format!("{file} {what}"))
}

/// A file whose bytes are not those that were locked.
pub(crate) fn differs(file: &str, found: &Sha256, expected: &Sha256) -> Reason {
    let (found, expected) = (found.short(), expected.short());
    Reason::LockMismatch(format!("{file} has the SHA-256 {found}…, {expected}… is locked"))
}
