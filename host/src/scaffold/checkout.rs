//! A checkout of PlugPipe: its own sources, among which a new plug may lie.

use std::fs;
use std::path::{Path, PathBuf};

/// What every checkout's workspace takes in.
const PLUGS: &str = "plugs/*/*/*/src/..";

/// What makes a member glob one for folders of plugs.
const SHAPE: &str = "/*/*/*/src/..";

/// The root of a checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checkout {
    root: PathBuf,
    /// Trees of plugs whose crates are members, by their path in the checkout.
    trees: Vec<PathBuf>,
}

impl Checkout {
    /// The checkout whose root is this folder.
    pub(super) fn at(folder: &Path) -> Option<Self> {
        let root = folder.canonicalize().ok()?;
        let workspace = fs::read_to_string(root.join("Cargo.toml")).ok()?;
        let words = workspace.split('"').filter_map(|word| word.strip_suffix(SHAPE));
        let trees: Vec<PathBuf> = words.map(PathBuf::from).collect();
        let plugs = PLUGS.strip_suffix(SHAPE).map(Path::new)?;
        let is_whole = trees.iter().any(|tree| tree == plugs) && root.join(API).is_file();
        is_whole.then_some(Self { root, trees })
    }

    /// The checkout that a folder lies in, which need not be there yet.
    pub(super) fn around(folder: &Path) -> Option<Self> {
        folder.ancestors().find_map(Self::at)
    }

    /// The checkout that this program was built from, if it is still there.
    pub(super) fn of_this_program() -> Option<Self> {
        Self::at(Path::new(env!("CARGO_MANIFEST_DIR")).parent()?)
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The names below a tree whose crates are members: category, name and version.
    pub(super) fn member<'a>(&self, folder: &'a Path) -> Option<[&'a str; 3]> {
        let inside = folder.strip_prefix(&self.root).ok()?;
        let below = self.trees.iter().find_map(|tree| inside.strip_prefix(tree).ok())?;
        let names: Option<Vec<&str>> = below.iter().map(|name| name.to_str()).collect();
        names?.try_into().ok()
    }
}

/// What every checkout holds.
const API: &str = "plugin-api/Cargo.toml";
