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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Reason;

    fn plug(name: &str, folder: &str) -> Arc<Installed> {
        Arc::new(Installed { path: folder.into(), ..Installed::named(name) })
    }

    fn names(changes: &[Change]) -> Vec<&str> {
        changes.iter().map(|change| change.plugin.as_str()).collect()
    }

    #[test]
    fn each_way_to_change_is_told_apart() {
        let refused = |folder: &str| Refusal::new(folder, &Reason::EmptyFile);
        let places = Catalog::default();
        let old =
            places.judged(vec![plug("stays", "1"), plug("moves", "2"), plug("goes", "3")], vec![]);
        let new = places.judged(
            vec![plug("stays", "1"), plug("moves", "4"), plug("comes", "5")],
            vec![refused("1"), refused("6")],
        );
        let changes = Changes::between(&old, &new);
        assert_eq!(names(&changes.added), ["test/comes"]);
        assert_eq!(names(&changes.replaced), ["test/moves"]);
        assert_eq!(names(&changes.removed), ["test/goes"]);
        let still: Vec<bool> = changes.refused.iter().map(|one| one.still_serving).collect();
        assert_eq!(still, [true, false]);
    }

    #[test]
    fn a_refusal_that_was_known_is_no_change() {
        let refused = vec![Refusal::new("1", &Reason::EmptyFile)];
        let catalog = Catalog::default().judged(vec![plug("stays", "2")], refused);
        assert!(Changes::between(&catalog, &catalog).is_empty());
    }
}
