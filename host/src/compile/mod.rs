//! Compiles source plugs with cargo and puts each library beside its manifest, with its checksum.
//!
//! - [`Wanted`]: what is to be compiled, by name or by folder
//! - [`Watch`]: what a terminal shows meanwhile

mod cargo;
mod sources;
mod wanted;
mod watch;

pub(crate) use cargo::packages;
pub(crate) use sources::category_in_path;
pub use wanted::Wanted;
pub use watch::{Unwatched, Watch};

use crate::catalog::{Sha256, checksum};
use semver::Version;
use sources::SourcePlug;
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
    /// A folder without a crate.
    #[error("{0} holds no crate: there is no Cargo.toml in it")]
    NoCrate(PathBuf),
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

/// What is to be compiled, and where the libraries go.
#[derive(Clone, Copy, Debug, Default)]
pub struct Order<'a> {
    /// Where plugs are looked for by name.
    pub trees: &'a [PathBuf],
    /// What to compile; every source plug of the trees when it is empty.
    pub wanted: &'a [Wanted],
    /// The tree that takes the plugs; absent = each library goes beside its manifest.
    pub out: Option<&'a Path>,
}

/// Compiles what is ordered, in the profile the host itself was built in.
///
/// # Errors
/// See [`CompileError`]. What was compiled before the fault stays in place.
pub fn compile(order: Order<'_>, watch: &dyn Watch) -> Result<Vec<Built>, CompileError> {
    let Order { trees, wanted, out } = order;
    if let Some(file) = out.filter(|out| out.exists() && !out.is_dir()) {
        let not_a_folder = std::io::Error::from(std::io::ErrorKind::NotADirectory);
        return Err(CompileError::Write(file.to_owned(), not_a_folder));
    }
    let plugs = sources::find(trees, wanted)?;
    watch.begins(plugs.len());
    let manifests: Vec<&Path> = plugs.iter().map(|plug| plug.cargo_toml.as_path()).collect();
    let compiled = cargo::build(&manifests, watch);
    watch.ends();
    let compiled = compiled?;
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
