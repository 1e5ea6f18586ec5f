//! `plugs.lock`: which plugs may be used, down to the last byte of every file of theirs.

mod files;
mod hold;
mod record;

pub(crate) use hold::differs;

use super::{Manifest, Sha256};
use semver::Version;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The plugs of a lock file. Keys that this version does not know are left alone; `signatures` is
/// reserved, at the top and in a plug.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// The version of the file's form: 1.
    version: u32,
    plugs: Vec<LockedPlug>,
}

/// One plug and its files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct LockedPlug {
    category: String,
    name: String,
    version: Version,
    /// The digest of every file in the plug's folder, by its path from there.
    files: BTreeMap<String, Sha256>,
}

/// Why a lock file cannot be used or written.
#[derive(Debug, Error)]
pub enum LockError {
    /// It is not there, or not readable.
    #[error("the lock file {0} cannot be read: {1}; `plugpipe lock` writes one")]
    Read(PathBuf, io::Error),
    /// Its text is not that of a lock file.
    #[error("the lock file {0} is not usable: {1}; `plugpipe lock` writes a new one")]
    Malformed(PathBuf, String),
    /// It could not be written.
    #[error("the lock file {0} cannot be written: {1}")]
    Write(PathBuf, io::Error),
    /// A plug's files could not be read.
    #[error("{0} cannot be locked: {1}")]
    Plug(PathBuf, String),
}

/// The form that this version reads and writes.
const VERSION: u32 = 1;

impl Lock {
    /// Where it is looked for when nobody says.
    pub const FILE: &'static str = "plugs.lock";

    /// Reads a lock file.
    ///
    /// # Errors
    /// [`LockError::Read`] or [`LockError::Malformed`].
    pub fn read(path: &Path) -> Result<Self, LockError> {
        let unreadable = |error| LockError::Read(path.to_path_buf(), error);
        let text = std::fs::read(path).map_err(unreadable)?;
        Self::parse(&text).map_err(|what| LockError::Malformed(path.to_path_buf(), what))
    }

    /// How many plugs it names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.plugs.len()
    }

    /// Whether it names none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.plugs.is_empty()
    }

    fn parse(text: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Form {
            version: u64,
        }
        let form: Form = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if form.version != u64::from(VERSION) {
            return Err(format!("it has version {}, this host reads {VERSION}", form.version));
        }
        let lock: Self = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let mut seen = BTreeSet::new();
        let again = lock.plugs.iter().find(|plug| !seen.insert(plug.key()));
        match again {
            Some(plug) => Err(format!("it names {} {} twice", plug.name, plug.version)),
            None => Ok(lock),
        }
    }
}

impl LockedPlug {
    fn key(&self) -> (&str, &str, &Version) {
        (&self.category, &self.name, &self.version)
    }

    /// Where it would lie in a tree.
    fn folder(&self) -> PathBuf {
        [&self.category, &self.name, &self.version.to_string()].into_iter().collect()
    }

    fn manifest(&self) -> Option<&Sha256> {
        self.files.get(Manifest::FILE)
    }
}

#[cfg(test)]
mod tests;
