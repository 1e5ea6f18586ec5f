//! Which folders hold a plug's source code.

use super::{CompileError, Wanted};
use crate::catalog::PluginRef;
use crate::catalog::scan::{Folder, read_manifest, version_folders};
use crate::catalog::{Manifest, Reason};
use semver::Version;
use std::path::{Path, PathBuf};

/// A plug that can be compiled.
pub(super) struct SourcePlug {
    pub(super) folder: Folder,
    pub(super) version: Version,
    pub(super) library_file: String,
    /// Its `Cargo.toml`, as cargo spells the path.
    pub(super) cargo_toml: PathBuf,
}

/// The category of a crate that lies in no tree, as the catalog calls it.
const LONE: &str = "local";

/// The source plugs that are wanted: all of the trees, when nothing is named.
pub(super) fn find(trees: &[PathBuf], wanted: &[Wanted]) -> Result<Vec<SourcePlug>, CompileError> {
    let names: Vec<&PluginRef> = wanted.iter().filter_map(plug_of).collect();
    let mut plugs = Vec::new();
    if wanted.is_empty() || !names.is_empty() {
        plugs = of_trees(trees, &names)?;
    }
    for folder in wanted.iter().filter_map(folder_of) {
        plugs.push(of_folder(folder)?);
    }
    if plugs.is_empty() {
        let names: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        let asked = if names.is_empty() { "the trees".to_owned() } else { names.join(", ") };
        return Err(CompileError::NothingToBuild(asked));
    }
    Ok(plugs)
}

fn plug_of(wanted: &Wanted) -> Option<&PluginRef> {
    match wanted {
        Wanted::Plug(plug) => Some(plug),
        Wanted::Folder(_) => None,
    }
}

fn folder_of(wanted: &Wanted) -> Option<&Path> {
    match wanted {
        Wanted::Plug(_) => None,
        Wanted::Folder(folder) => Some(folder),
    }
}

fn of_trees(trees: &[PathBuf], wanted: &[&PluginRef]) -> Result<Vec<SourcePlug>, CompileError> {
    let mut plugs = Vec::new();
    for folder in trees.iter().flat_map(|tree| version_folders(tree)) {
        if !folder.path.join("Cargo.toml").is_file() {
            continue;
        }
        let manifest = match read_manifest(&folder.path) {
            Ok(Some(manifest)) => manifest,
            Ok(None) => continue,
            // `list` shows it; it stops no other plug unless it was asked for.
            Err(_) if !wanted.iter().any(|one| one.names(&folder.category, &folder.name)) => {
                continue;
            }
            Err(reason) => return Err(unusable(&folder.path, &reason)),
        };
        let asked =
            |one: &&PluginRef| one.matches(&folder.category, &folder.name, &manifest.version);
        if wanted.is_empty() || wanted.iter().any(asked) {
            plugs.push(source_plug(folder, &manifest)?);
        }
    }
    Ok(plugs)
}

/// The crate in one folder. The manifest says what it is, unless the folder has the shape of a tree's:
/// `<category>/<name>/<version>`.
fn of_folder(path: &Path) -> Result<SourcePlug, CompileError> {
    if !path.join("Cargo.toml").is_file() {
        return Err(CompileError::NoCrate(path.to_owned()));
    }
    let manifest = read_manifest(path).and_then(|found| found.ok_or(Reason::NoManifest));
    let manifest = manifest.map_err(|reason| unusable(path, &reason))?;
    let (name, version) = (manifest.name.clone(), manifest.version.to_string());
    let category = category_in_path(path, &name, &version).unwrap_or_else(|| LONE.to_owned());
    source_plug(Folder { path: path.to_owned(), category, name, version }, &manifest)
}

/// The category that the path of a plug's folder tells, where it ends in the plug's name and version.
pub(crate) fn category_in_path(path: &Path, name: &str, version: &str) -> Option<String> {
    let path = path.canonicalize().ok()?;
    let mut words = path.iter().rev().map(|word| word.to_string_lossy().into_owned());
    let (last, before, category) = (words.next()?, words.next()?, words.next()?);
    drop(words);
    (last == version && before == name).then_some(category)
}

fn source_plug(folder: Folder, manifest: &Manifest) -> Result<SourcePlug, CompileError> {
    let cargo_toml = folder.path.join("Cargo.toml").canonicalize();
    let cargo_toml = cargo_toml.map_err(|error| CompileError::Write(folder.path.clone(), error))?;
    let (version, library_file) = (manifest.version.clone(), manifest.library_file());
    Ok(SourcePlug { folder, version, library_file, cargo_toml })
}

fn unusable(folder: &Path, reason: &Reason) -> CompileError {
    CompileError::Manifest(folder.to_owned(), reason.to_string())
}
