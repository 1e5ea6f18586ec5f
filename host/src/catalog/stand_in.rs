//! Plugs that stand in for missing ones, so that a pipeline can be looked at where it cannot run.

use super::{Catalog, Installed, Manifest, PluginRef, Refusal, Stamp};
use crate::elf::Meta;
use semver::{Op, Version};
use std::path::PathBuf;
use std::sync::Arc;

impl Catalog {
    /// This catalog and a plug that cannot be loaded for each of these, with its roles.
    #[must_use]
    pub fn with_stand_ins(&self, wanted: &[(PluginRef, Vec<String>)]) -> Self {
        let stand_ins = wanted.iter().map(|(wanted, roles)| Arc::new(stand_in(wanted, roles)));
        let installed = self.installed().iter().cloned().chain(stand_ins).collect();
        let refused: Vec<Refusal> = self.refused().to_vec();
        self.judged(installed, refused)
    }
}

fn stand_in(wanted: &PluginRef, roles: &[String]) -> Installed {
    let version = version(wanted);
    let manifest = Manifest {
        name: wanted.name.clone(),
        version: version.clone(),
        description: String::new(),
        roles: roles.to_vec(),
        tags: Vec::new(),
        entrypoint: None,
        needs: Vec::new(),
        config_defaults: serde_json::Map::new(),
        host_defaults: serde_json::Map::new(),
    };
    let meta = Meta {
        name: wanted.name.clone(),
        version: version.to_string(),
        abi: String::new(),
        rustc: String::new(),
        panic: String::new(),
        build: None,
        mapped: 0,
    };
    Installed {
        category: wanted.category.clone().unwrap_or_default(),
        name: wanted.name.clone(),
        version,
        root: PathBuf::new(),
        path: PathBuf::from(&wanted.name),
        library: PathBuf::new(),
        manifest,
        meta,
        stamp: Stamp::default(),
        locked: None,
    }
}

/// A version that fits.
fn version(wanted: &PluginRef) -> Version {
    let comparators = wanted.requirement.comparators.iter();
    let lowest = comparators.map(|one| {
        let mut version = Version::new(one.major, one.minor.unwrap_or(0), one.patch.unwrap_or(0));
        version.pre = one.pre.clone();
        match one.op {
            Op::Greater => version.patch += 1,
            Op::Less => version = Version::new(0, 0, 0),
            _ => {}
        }
        version
    });
    let fits = |version: &Version| wanted.requirement.matches(version);
    lowest.filter(fits).max().unwrap_or_else(|| Version::new(1, 0, 0))
}
