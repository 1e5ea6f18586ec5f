//! Compiles source plugs with cargo and puts each library beside its manifest, with its checksum.

mod cargo;

use crate::catalog::scan::{Folder, read_manifest, version_folders};
use crate::catalog::{PluginRef, Sha256, checksum};
use semver::Version;
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why plugs could not be compiled. cargo's own messages have gone to stderr by then.
#[derive(Debug, Error)]
pub enum CompileError {
    /// No folder with source code fits what was asked for.
    #[error("there is no plug with source code that fits {0}; `plugpipe list` shows the folders")]
    NothingToBuild(String),
    /// cargo could not be started or gave no sensible answer.
    #[error("cargo could not be used: {0}. Building plugs needs a Rust toolchain")]
    Cargo(String),
    /// The compiler refused a plug.
    #[error("cargo could not compile {0}; its messages stand above, the other plugs are in place")]
    Compiler(String),
    /// A crate compiled and gave no shared library.
    #[error("{0} gives no shared library; its Cargo.toml needs `crate-type = [\"cdylib\"]`")]
    NoLibrary(PathBuf),
    /// A manifest of a source plug cannot be used.
    #[error("{0}: {1}")]
    Manifest(PathBuf, String),
    /// A file could not be written.
    #[error("{0}: {1}")]
    Write(PathBuf, std::io::Error),
}

/// One plug that was compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The plug's name.
    pub name: String,
    /// The plug's version.
    pub version: Version,
    /// Where its library lies now.
    pub library: PathBuf,
}

struct SourcePlug {
    folder: Folder,
    version: Version,
    library_file: String,
    /// Its `Cargo.toml`, as cargo spells the path.
    cargo_toml: PathBuf,
}

/// Compiles every source plug of `trees` that `wanted` names (all, when it is empty), in the profile
/// the host itself was built in. Libraries go beside their manifests, or into the tree `out`.
///
/// # Errors
/// See [`CompileError`]. What was compiled before the fault stays in place.
pub fn compile(
    trees: &[PathBuf],
    wanted: &[PluginRef],
    out: Option<&Path>,
) -> Result<Vec<Built>, CompileError> {
    if let Some(file) = out.filter(|out| out.exists() && !out.is_dir()) {
        let not_a_folder = std::io::Error::from(std::io::ErrorKind::NotADirectory);
        return Err(CompileError::Write(file.to_owned(), not_a_folder));
    }
    let plugs = source_plugs(trees, wanted)?;
    let manifests: Vec<&Path> = plugs.iter().map(|plug| plug.cargo_toml.as_path()).collect();
    let compiled = cargo::build(&manifests)?;
    let failed = |plug: &&SourcePlug| {
        !compiled.libraries.contains_key(&plug.cargo_toml) && !compiled.failed.is_empty()
    };
    let placed: Vec<Built> = plugs
        .iter()
        .filter(|plug| !failed(plug))
        .map(|plug| place(plug, &compiled.libraries, out))
        .collect::<Result<_, _>>()?;
    match compiled.failed.as_slice() {
        [] => Ok(placed),
        names => Err(CompileError::Compiler(names.join(", "))),
    }
}

fn source_plugs(trees: &[PathBuf], wanted: &[PluginRef]) -> Result<Vec<SourcePlug>, CompileError> {
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
            Err(reason) => {
                return Err(CompileError::Manifest(folder.path.clone(), reason.to_string()));
            }
        };
        let asked =
            |one: &PluginRef| one.matches(&folder.category, &folder.name, &manifest.version);
        if wanted.is_empty() || wanted.iter().any(asked) {
            let library_file = manifest.library_file();
            let cargo_toml = folder.path.join("Cargo.toml").canonicalize();
            let cargo_toml =
                cargo_toml.map_err(|error| CompileError::Write(folder.path.clone(), error))?;
            plugs.push(SourcePlug { folder, version: manifest.version, library_file, cargo_toml });
        }
    }
    if plugs.is_empty() {
        let names: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        let asked = if names.is_empty() { "the trees".to_owned() } else { names.join(", ") };
        return Err(CompileError::NothingToBuild(asked));
    }
    Ok(plugs)
}

fn place(
    plug: &SourcePlug,
    libraries: &BTreeMap<PathBuf, PathBuf>,
    out: Option<&Path>,
) -> Result<Built, CompileError> {
    let folder = &plug.folder;
    let missing = || CompileError::NoLibrary(plug.cargo_toml.clone());
    let library = libraries.get(&plug.cargo_toml).ok_or_else(missing)?;
    let target = match out {
        None => folder.path.clone(),
        Some(tree) => tree.join(&folder.category).join(&folder.name).join(&folder.version),
    };
    let write_fault = |error| CompileError::Write(target.clone(), error);
    fs::create_dir_all(&target).map_err(write_fault)?;
    if out.is_some() {
        let manifest = "plug.yaml";
        let source = folder.path.join(manifest);
        through_part(&target, manifest, |part| fs::copy(&source, part)).map_err(write_fault)?;
    }
    place_library(library, &target, &plug.library_file).map_err(write_fault)?;
    let library = target.join(&plug.library_file);
    Ok(Built { name: folder.name.clone(), version: plug.version.clone(), library })
}

/// Puts a library and its checksum into place. The old checksum goes first and the new one comes
/// last: a reader in between sees a library without one, never a library with another's.
fn place_library(from: &Path, folder: &Path, name: &str) -> std::io::Result<()> {
    let beside = checksum::file_of(name);
    match fs::remove_file(folder.join(&beside)) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let digest = through_part(folder, name, |part| {
        fs::copy(from, part)?;
        Sha256::of_reader(fs::File::open(part)?)
    })?;
    through_part(folder, &beside, |part| fs::write(part, checksum::line(name, &digest)))
}

/// A reader sees the old file or the new one, never half of one.
fn through_part<T>(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&Path) -> std::io::Result<T>,
) -> std::io::Result<T> {
    let part = folder.join(format!(".{name}.{}.part", std::process::id()));
    let written = write(&part).and_then(|written| {
        fs::rename(&part, folder.join(name))?;
        Ok(written)
    });
    written.inspect_err(|_| {
        let _ = fs::remove_file(&part);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_placed_with_its_own_checksum() {
        let folder = tempfile::tempdir().unwrap();
        let built = folder.path().join("built");
        for content in ["first", "second"] {
            fs::write(&built, content).unwrap();
            place_library(&built, folder.path(), "libx.so").unwrap();
            let text = fs::read_to_string(folder.path().join("libx.so.sha256")).unwrap();
            assert_eq!(text, format!("{}  libx.so\n", Sha256::of(content.as_bytes())));
        }
        fs::remove_file(&built).unwrap();
        assert!(place_library(&built, folder.path(), "libx.so").is_err());
        let left = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "the second library, without a checksum and without a part of a file");
    }
}
