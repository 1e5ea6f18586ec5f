//! What somebody asks to be compiled: a plug by name, or the folder of a crate.

use crate::catalog::PluginRef;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A plug of the trees, or a crate wherever it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Every plug of the trees that fits.
    Plug(PluginRef),
    /// The crate in this folder.
    Folder(PathBuf),
}

impl Wanted {
    /// Whether the text means a folder: one that holds a manifest, or one that no name could mean.
    #[must_use]
    pub fn is_folder(text: &str) -> bool {
        let path = Path::new(text);
        let is_spelt_as_path = text.starts_with(['.', '/']) || text.ends_with('/');
        is_spelt_as_path || path.join("plug.yaml").is_file()
    }
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if Self::is_folder(text) {
            return Ok(Self::Folder(PathBuf::from(text)));
        }
        text.parse().map(Self::Plug)
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plug(plug) => plug.fmt(f),
            Self::Folder(folder) => folder.display().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_one_that_holds_a_manifest_or_is_spelt_as_a_path() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("plug.yaml"), "").unwrap();
        let cases = [
            (folder.path().to_str().unwrap(), true),
            ("./echo", true),
            ("echo/", true),
            ("echo", false),
            ("demo/echo", false),
            ("demo/echo/1.0.0", false),
        ];
        for (text, expected) in cases {
            let wanted: Wanted = text.parse().unwrap();
            assert_eq!(matches!(wanted, Wanted::Folder(_)), expected, "{text}");
            assert_eq!(Wanted::is_folder(text), expected, "{text}");
        }
    }
}
