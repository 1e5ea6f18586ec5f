//! What became different when another snapshot was published.

use crate::catalog::{Catalog, Installed, Refusal};
use serde::Serialize;
use std::sync::Arc;

/// The difference of two snapshots.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Changes {
    /// Versions that were not there before.
    pub added: Vec<Change>,
    /// Versions whose files are other ones now.
    pub replaced: Vec<Change>,
    /// Versions that are there no more.
    pub removed: Vec<Change>,
    /// Folders that are refused and were not before, or for another reason.
    pub refused: Vec<Refused>,
}

/// One plug that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `category/name`.
    pub plugin: String,
    /// Its version.
    pub version: String,
}

/// One folder that is not used.
#[derive(Clone, Debug, Serialize)]
pub struct Refused {
    /// The folder, the stable name of the reason, and the reason.
    #[serde(flatten)]
    pub refusal: Refusal,
    /// What was loaded from this folder before goes on serving.
    pub still_serving: bool,
}

impl Changes {
    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.replaced.is_empty()
            && self.removed.is_empty()
            && self.refused.is_empty()
    }

    pub(super) fn between(old: &Catalog, new: &Catalog) -> Self {
        let is_there =
            |plug: &Arc<Installed>, catalog: &Catalog| catalog.same_version(plug).is_some();
        let same_files = |plug: &Arc<Installed>, catalog: &Catalog| catalog.holds(plug);
        let listed = |catalog: &Catalog, wanted: &dyn Fn(&Arc<Installed>) -> bool| {
            let plugs = catalog.installed().iter().filter(|plug| wanted(plug));
            plugs.map(|plug| Change::of(plug)).collect()
        };
        let known = |refusal: &&Refusal| {
            let same =
                |other: &Refusal| other.path == refusal.path && other.reason == refusal.reason;
            !old.refused().iter().any(same)
        };
        let serving =
            |refusal: &Refusal| new.installed().iter().any(|plug| plug.path == refusal.path);
        let refused = new.refused().iter().filter(known).cloned();
        Self {
            added: listed(new, &|plug| !is_there(plug, old)),
            replaced: listed(new, &|plug| is_there(plug, old) && !same_files(plug, old)),
            removed: listed(old, &|plug| !is_there(plug, new)),
            refused: refused
                .map(|refusal| Refused { still_serving: serving(&refusal), refusal })
                .collect(),
        }
    }
}

impl Change {
    fn of(plug: &Installed) -> Self {
        let plugin = format!("{}/{}", plug.category, plug.name);
        Self { plugin, version: plug.version.to_string() }
    }
}
