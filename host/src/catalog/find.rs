//! From a reference to the one plug that it means, or to what is there instead.

use super::scan::{LEVELS, version_folders};
use super::{Catalog, Installed, PluginRef, Refusal};
use crate::diagnostics::nearest;
use semver::Version;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// No plug fits: what is there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFound {
    /// What was asked for and what is installed.
    pub message: String,
    /// The nearest name, or how to get it.
    pub hint: Option<String>,
    /// What it lacks.
    pub missing: Missing,
}

/// What keeps a reference from meaning a plug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// No plug of that name is there at all, not even a refused one.
    Plug,
    /// Only other versions of it are.
    Version,
    /// Plugs of several categories have that name.
    Category,
    /// It is there and was refused.
    Usable,
}

impl Catalog {
    /// The highest version that fits. A folder that was named by itself comes before the trees.
    ///
    /// # Errors
    /// What is installed instead, with the nearest name.
    pub fn find(&self, wanted: &PluginRef) -> Result<&Arc<Installed>, NotFound> {
        let fits =
            |plug: &&Arc<Installed>| wanted.matches(&plug.category, &plug.name, &plug.version);
        let mut fitting: Vec<&Arc<Installed>> = self.installed.iter().filter(fits).collect();
        if fitting.iter().any(|plug| plug.is_lone()) {
            fitting.retain(|plug| plug.is_lone());
        }
        let categories: BTreeSet<&str> =
            fitting.iter().map(|plug| plug.category.as_str()).collect();
        if categories.len() > 1 {
            return Err(ambiguous(wanted, &categories));
        }
        let best = fitting.into_iter().max_by(|one, other| one.version.cmp(&other.version));
        let best = best.ok_or_else(|| self.not_found(wanted))?;
        self.downgraded(wanted, best).map_or(Ok(best), Err)
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
            return NotFound { message, hint: None, missing: Missing::Version };
        }
        let refused = self.refused_instead(wanted).or_else(|| self.refused_above(wanted));
        refused.unwrap_or_else(|| self.unknown(wanted))
    }

    /// Under a lock: the newer version that fits and was refused. Whoever can change one byte of it
    /// must not thereby choose an older one.
    fn downgraded(&self, wanted: &PluginRef, best: &Installed) -> Option<NotFound> {
        self.places.lock.as_ref()?;
        let newer = |refusal: &&Refusal| {
            let mut names = refusal.path.iter().rev().filter_map(|name| name.to_str());
            let (version, name, category) = (names.next(), names.next(), names.next());
            let version = version.and_then(|version| Version::parse(version).ok());
            version.is_some_and(|version| {
                version > best.version
                    && wanted.matches(
                        category.unwrap_or_default(),
                        name.unwrap_or_default(),
                        &version,
                    )
            })
        };
        let refusal = self.refused.iter().find(newer)?;
        let (name, reason) = (&wanted.name, &refusal.reason);
        let message = format!(
            "plugin `{name}` has a newer version that was refused: {reason}; with --locked no older \
             one takes its place unless it is asked for by its version"
        );
        Some(NotFound { message, hint: None, missing: Missing::Usable })
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
        Some(NotFound { message, hint, missing: Missing::Usable })
    }

    /// A tree or a folder of it that was refused with all that lies below, which has that name in it.
    fn refused_above(&self, wanted: &PluginRef) -> Option<NotFound> {
        let refusal = self.refused.iter().find(|refusal| {
            let trees = self.places.trees.iter().filter(|tree| is_above_plugs(&refusal.path, tree));
            // The names of folders: nothing in them is read.
            trees.flat_map(|tree| version_folders(tree)).any(|folder| {
                folder.path.starts_with(&refusal.path)
                    && wanted.names(&folder.category, &folder.name)
            })
        })?;
        let (name, reason) = (&wanted.name, &refusal.reason);
        let message = format!("plugin `{name}` is there, in a folder that was refused: {reason}");
        let hint = Some(format!("that folder is {}", refusal.path.display()));
        Some(NotFound { message, hint, missing: Missing::Usable })
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
        NotFound { message, hint: Some(hint.unwrap_or_else(all)), missing: Missing::Plug }
    }
}

/// Whether a folder is the tree, or a category or a name in it.
fn is_above_plugs(folder: &Path, tree: &Path) -> bool {
    folder.strip_prefix(tree).is_ok_and(|inner| inner.iter().count() < LEVELS)
}

fn ambiguous(wanted: &PluginRef, categories: &BTreeSet<&str>) -> NotFound {
    let name = &wanted.name;
    let full: Vec<String> =
        categories.iter().map(|category| format!("{category}/{name}")).collect();
    let message = format!("`{name}` could be {}", full.join(" or "));
    let hint = Some("write the category in front of the name".to_owned());
    NotFound { message, hint, missing: Missing::Category }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Places;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;

    fn missing(wanted: &str) -> NotFound {
        let catalog = Catalog::of(vec![Installed::named("kafka_producer")]);
        catalog.find(&wanted.parse().unwrap()).err().unwrap()
    }

    #[test]
    fn a_misspelt_name_gets_the_nearest_one() {
        let missing = missing("kafka_produser");
        assert_eq!(missing.message, "plugin `kafka_produser` is not installed");
        assert_eq!(missing.hint.as_deref(), Some("did you mean `kafka_producer`?"));
        assert_eq!(missing.missing, Missing::Plug);
    }

    #[test]
    fn a_version_that_is_not_there_names_those_that_are() {
        let missing = missing("kafka_producer@^2");
        assert_eq!(
            missing.message,
            "no installed version of `kafka_producer` fits `^2`: there is 1.0.0"
        );
        assert_eq!(missing.missing, Missing::Version);
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

    #[test]
    fn a_plug_below_a_refused_folder_is_not_said_to_be_missing() {
        for refused in ["", "demo", "demo/echo"] {
            let tree = tempfile::tempdir().unwrap();
            fs::create_dir_all(tree.path().join("demo/echo/1.0.0")).unwrap();
            fs::create_dir_all(tree.path().join("demo/other/1.0.0")).unwrap();
            // Without the stroke that an empty name leaves behind.
            let folder: PathBuf = tree.path().join(refused).components().collect();
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
            let catalog = Catalog::scan(&Places::trees(vec![tree.path().into()]));
            let find = |wanted: &str| catalog.find(&wanted.parse().unwrap()).err().unwrap();
            for wanted in ["echo", "demo/echo@^1"] {
                let found = find(wanted);
                assert_eq!(found.missing, Missing::Usable, "{refused}");
                let said = "plugin `echo` is there, in a folder that was refused: ";
                assert!(found.message.starts_with(said), "{}", found.message);
                assert_eq!(found.hint, Some(format!("that folder is {}", folder.display())));
            }
            for wanted in ["others/echo", "ecco"] {
                assert_eq!(find(wanted).missing, Missing::Plug, "{wanted}");
            }
        }
    }

    #[test]
    fn a_folder_that_was_named_by_itself_comes_before_the_trees() {
        let mut lone = Installed::named("echo");
        lone.category = "local".to_owned();
        lone.root = lone.path.clone();
        let mut newer = Installed::named("echo");
        newer.version = Version::new(1, 2, 0);
        newer.root = "elsewhere".into();
        let catalog = Catalog::of(vec![newer, lone]);
        let found = catalog.find(&"echo".parse().unwrap()).unwrap();
        assert_eq!((&*found.category, found.version.minor), ("local", 0));
    }
}
