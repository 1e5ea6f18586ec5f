//! What is installed: trees are scanned, manifests and headers of libraries read, and nothing is
//! run. What somebody else could have put into a tree is refused.

pub(crate) mod checksum;
mod manifest;
mod places;
mod reason;
mod reference;
mod refusal;
pub(crate) mod scan;
mod sha256;
mod stamp;
pub(crate) mod trusted;

pub use manifest::Manifest;
pub use places::Places;
pub use reason::Reason;
pub use reference::PluginRef;
pub use refusal::Refusal;
pub use sha256::{NotADigest, Sha256};
pub use stamp::{FileStamp, Stamp};

use crate::diagnostics::nearest;
use crate::elf::Meta;
use semver::Version;
use std::collections::BTreeSet;
use std::path::PathBuf;
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
}

/// Every plug of some trees, and every folder that was refused.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    places: Places,
    installed: Vec<Arc<Installed>>,
    refused: Vec<Refusal>,
}

/// No plug fits: what is there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFound {
    /// What was asked for and what is installed.
    pub message: String,
    /// The nearest name, or how to get it.
    pub hint: Option<String>,
    /// No plug of that name is there at all, not even a refused one.
    pub absent: bool,
}

impl Installed {
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
        let folders = places.folders.iter().map(|folder| scan::scan_folder(folder));
        for found in folders.chain(places.trees.iter().map(|tree| scan::scan(tree))) {
            catalog.refused.extend(found.refused);
            let new = |plug: &Installed| {
                seen.insert((plug.category.clone(), plug.name.clone(), plug.version.clone()))
            };
            catalog.installed.extend(found.installed.into_iter().filter(new).map(Arc::new));
        }
        catalog
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
        let id =
            |plug: &Installed| (plug.category.clone(), plug.name.clone(), plug.version.clone());
        let wanted = id(plug);
        self.installed.iter().find(|one| id(one) == wanted)
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

    /// The highest version that fits.
    ///
    /// # Errors
    /// What is installed instead, with the nearest name.
    pub fn find(&self, wanted: &PluginRef) -> Result<&Arc<Installed>, NotFound> {
        let fits =
            |plug: &&Arc<Installed>| wanted.matches(&plug.category, &plug.name, &plug.version);
        let fitting: Vec<&Arc<Installed>> = self.installed.iter().filter(fits).collect();
        let categories: BTreeSet<&str> =
            fitting.iter().map(|plug| plug.category.as_str()).collect();
        if categories.len() > 1 {
            return Err(ambiguous(wanted, &categories));
        }
        let best = fitting.into_iter().max_by(|one, other| one.version.cmp(&other.version));
        best.ok_or_else(|| self.not_found(wanted))
    }

    fn not_found(&self, wanted: &PluginRef) -> NotFound {
        let named = |plug: &&Arc<Installed>| wanted.names(&plug.category, &plug.name);
        let versions: Vec<String> =
            self.installed.iter().filter(named).map(|plug| plug.version.to_string()).collect();
        if !versions.is_empty() {
            let (name, asked) = (&wanted.name, &wanted.requirement);
            let there = versions.join(", ");
            let message =
                format!("no installed version of `{name}` fits `{asked}`: there is {there}");
            return NotFound { message, hint: None, absent: false };
        }
        self.refused_instead(wanted).unwrap_or_else(|| self.unknown(wanted))
    }

    /// The folder that would be it, had it not been refused.
    fn refused_instead(&self, wanted: &PluginRef) -> Option<NotFound> {
        let named = |refusal: &&Refusal| {
            let names: Vec<_> =
                refusal.path.iter().rev().map(|name| name.to_string_lossy()).collect();
            matches!(names.as_slice(), [_, name, category, ..] if wanted.names(category, name))
        };
        let refusal = self.refused.iter().find(named)?;
        let (name, reason) = (&wanted.name, &refusal.reason);
        let message = format!("plugin `{name}` is there but was refused: {reason}");
        let hint = Some(format!("its folder is {}", refusal.path.display()));
        Some(NotFound { message, hint, absent: false })
    }

    fn unknown(&self, wanted: &PluginRef) -> NotFound {
        let message = format!("plugin `{wanted}` is not installed");
        let names: BTreeSet<&str> = self.installed.iter().map(|plug| plug.name.as_str()).collect();
        let near = nearest(&wanted.name, names.iter().copied());
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        let all = || match names.len() {
            0 => format!("no plug is installed in {}; `plugpipe list` shows why", self.places),
            _ => format!("installed are {}", names.iter().copied().collect::<Vec<_>>().join(", ")),
        };
        NotFound { message, hint: Some(hint.unwrap_or_else(all)), absent: true }
    }
}

fn ambiguous(wanted: &PluginRef, categories: &BTreeSet<&str>) -> NotFound {
    let name = &wanted.name;
    let full: Vec<String> =
        categories.iter().map(|category| format!("{category}/{name}")).collect();
    let message = format!("`{name}` could be {}", full.join(" or "));
    let hint = Some("write the category in front of the name".to_owned());
    NotFound { message, hint, absent: false }
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(wanted: &str) -> NotFound {
        let catalog = Catalog::of(vec![Installed::named("kafka_producer")]);
        catalog.find(&wanted.parse().unwrap()).err().unwrap()
    }

    #[test]
    fn a_misspelt_name_gets_the_nearest_one() {
        let missing = missing("kafka_produser");
        assert_eq!(missing.message, "plugin `kafka_produser` is not installed");
        assert_eq!(missing.hint.as_deref(), Some("did you mean `kafka_producer`?"));
        assert!(missing.absent);
    }

    #[test]
    fn a_version_that_is_not_there_names_those_that_are() {
        let missing = missing("kafka_producer@^2");
        assert_eq!(
            missing.message,
            "no installed version of `kafka_producer` fits `^2`: there is 1.0.0"
        );
        assert!(!missing.absent);
    }

    #[test]
    fn the_highest_fitting_version_wins() {
        let mut newer = Installed::named("echo");
        newer.version = Version::new(1, 2, 0);
        let catalog = Catalog::of(vec![Installed::named("echo"), newer]);
        let version =
            |wanted: &str| catalog.find(&wanted.parse().unwrap()).unwrap().version.clone();
        assert_eq!(version("echo"), Version::new(1, 2, 0));
        assert_eq!(version("test/echo@<1.2"), Version::new(1, 0, 0));
    }
}
