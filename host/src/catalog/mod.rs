//! What is installed: trees are scanned, manifests and headers of libraries read, and nothing is
//! run. What somebody else could have put into a tree is refused.

pub(crate) mod accept;
pub(crate) mod checksum;
mod find;
mod host_default;
pub(crate) mod lock;
mod manifest;
mod places;
mod reason;
mod reference;
mod refusal;
pub(crate) mod scan;
mod search;
mod sha256;
mod stamp;
mod stand_in;
pub(crate) mod trusted;

pub use find::{Missing, NotFound};
pub use host_default::HostDefault;
pub use lock::{Lock, LockError};
pub use manifest::Manifest;
pub use places::Places;
pub use reason::Reason;
pub use reference::PluginRef;
pub use refusal::Refusal;
pub use search::{Found, search};
pub use sha256::{NotADigest, Sha256};
pub use stamp::{FileStamp, Stamp};

use crate::elf::Meta;
use semver::Version;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One plug that may be loaded.
#[derive(Clone, Debug)]
pub struct Installed {
    /// The folder above its name.
    pub category: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// The tree that it was found in, or its folder when it lies in no tree.
    pub root: PathBuf,
    /// Its folder: the root or below it.
    pub path: PathBuf,
    /// Its library.
    pub library: PathBuf,
    /// What `plug.yaml` says.
    pub manifest: Manifest,
    /// What the library says without being run.
    pub meta: Meta,
    /// The state of its files when they were read.
    pub stamp: Stamp,
    /// The digest that its library must have, when plugs are held to a lock.
    pub locked: Option<Sha256>,
}

/// Every plug of some trees, and every folder that was refused.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    places: Places,
    installed: Vec<Arc<Installed>>,
    refused: Vec<Refusal>,
}

impl Installed {
    /// What lists of plugs are sorted by.
    pub(crate) fn order(&self) -> (&str, &str, &Version) {
        (&self.category, &self.name, &self.version)
    }

    /// Whether the other has the same name and version.
    #[must_use]
    pub fn is_same_version(&self, other: &Self) -> bool {
        self.order() == other.order()
    }

    /// Whether it lies in a folder that was named by itself, and in no tree.
    #[must_use]
    pub fn is_lone(&self) -> bool {
        self.root == self.path
    }

    /// Whether the other is the same folder with the same files.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.path == other.path && self.stamp == other.stamp
    }
}

impl Catalog {
    /// Reads single folders, then trees in order. The same plug and version in a later place is
    /// shadowed.
    #[must_use]
    pub fn scan(places: &Places) -> Self {
        let mut catalog = Self { places: places.clone(), ..Self::default() };
        let mut seen = BTreeSet::new();
        let lock = places.lock.as_deref();
        let folders = places.folders.iter().map(|folder| scan::scan_folder(folder, lock));
        for found in folders.chain(places.trees.iter().map(|tree| scan::scan(tree, lock))) {
            catalog.refused.extend(found.refused);
            let new = |plug: &Installed| {
                seen.insert((plug.category.clone(), plug.name.clone(), plug.version.clone()))
            };
            catalog.installed.extend(found.installed.into_iter().filter(new).map(Arc::new));
        }
        catalog.refuse_missing(lock);
        catalog.with_host_defaults(&places.defaults)
    }

    /// Locked plugs that are nowhere are shown where the first tree would have them.
    fn refuse_missing(&mut self, lock: Option<&Lock>) {
        let Some(lock) = lock else { return };
        let tree = self.places.trees.first().map_or(Path::new(""), PathBuf::as_path);
        let found = |category: &str, name: &str, version: &Version| {
            let key = (category, name, version);
            self.installed.iter().any(|plug| (&*plug.category, &*plug.name, &plug.version) == key)
        };
        let missing: Vec<Refusal> = lock.missing(tree, &self.refused, found).collect();
        self.refused.extend(missing);
    }

    /// What may be loaded, in the order of the trees and of names.
    #[must_use]
    pub fn installed(&self) -> &[Arc<Installed>] {
        &self.installed
    }

    /// Where the plugs were looked for.
    #[must_use]
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// What was refused, and why.
    #[must_use]
    pub fn refused(&self) -> &[Refusal] {
        &self.refused
    }

    /// The plug of the same name and version that is installed here.
    #[must_use]
    pub fn same_version(&self, plug: &Installed) -> Option<&Arc<Installed>> {
        self.installed.iter().find(|one| one.is_same_version(plug))
    }

    /// Whether this very plug is installed here, its files unchanged.
    #[must_use]
    pub fn holds(&self, plug: &Installed) -> bool {
        self.installed.iter().any(|one| one.is_same(plug))
    }

    /// The same places with other findings.
    #[must_use]
    pub fn judged(&self, installed: Vec<Arc<Installed>>, refused: Vec<Refusal>) -> Self {
        Self { places: self.places.clone(), installed, refused }
    }
}

#[cfg(test)]
impl Catalog {
    /// A catalog without a tree.
    pub(crate) fn of(installed: Vec<Installed>) -> Self {
        Self { installed: installed.into_iter().map(Arc::new).collect(), ..Self::default() }
    }
}

#[cfg(test)]
impl Installed {
    /// A plug `test/<name>` 1.0.0 that is nowhere on disk.
    pub(crate) fn named(name: &str) -> Self {
        let manifest = Manifest::parse(format!("name: {name}\nversion: 1.0.0\n").as_bytes());
        let meta = serde_json::json!({
            "name": name, "version": "1.0.0", "abi": "1.0.0", "rustc": "", "panic": "unwind"
        });
        Self {
            category: "test".to_owned(),
            name: name.to_owned(),
            version: Version::new(1, 0, 0),
            root: PathBuf::from(name),
            path: PathBuf::from(name),
            library: PathBuf::from(name),
            manifest: manifest.unwrap(),
            meta: serde_json::from_value(meta).unwrap(),
            stamp: Stamp::default(),
            locked: None,
        }
    }
}
