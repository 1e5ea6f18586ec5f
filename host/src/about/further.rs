//! What `plug.yaml` says and the host does without: where a plug belongs, and what it needs beside it.

use crate::yaml;
use serde::Deserialize;
use std::path::Path;

/// Keys of the manifest for people and for installing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Further {
    /// Where the plug goes when it is installed.
    pub(crate) category: Option<String>,
    /// The plugs that it needs beside it.
    pub(crate) requires: Vec<String>,
}

impl Further {
    /// Reads them; `None` when the manifest or one of these keys cannot be read.
    pub(crate) fn read(folder: &Path) -> Option<Self> {
        Self::parse(&std::fs::read(folder.join("plug.yaml")).ok()?)
    }

    /// Reads them from the bytes of a manifest.
    pub(crate) fn parse(manifest: &[u8]) -> Option<Self> {
        let root = yaml::load(manifest).root?;
        serde_json::from_str(root.to_json().get()).ok()
    }
}
