//! Where plugs are looked for, and what they are held to.

use super::Lock;
use std::path::PathBuf;
use std::sync::Arc;

/// What a catalog is read from.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Trees `<category>/<name>/<version>/`, in the order in which they are read.
    pub trees: Vec<PathBuf>,
    /// Folders of single plugs that lie in no tree. They come before every tree.
    pub folders: Vec<PathBuf>,
    /// What they are held to, when only locked plugs may be used.
    pub lock: Option<Arc<Lock>>,
}

impl Places {
    /// These trees and nothing else.
    #[must_use]
    pub fn trees(trees: Vec<PathBuf>) -> Self {
        Self { trees, ..Self::default() }
    }
}

impl std::fmt::Display for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all = self.folders.iter().chain(&self.trees);
        let shown: Vec<String> = all.map(|place| place.display().to_string()).collect();
        f.write_str(&shown.join(", "))
    }
}
