//! A plug goes into a tree.

use super::InstallError;
use super::above::FoldersAbove;
use super::contents::{self, Contents};
use super::staging::Staging;
use crate::about::Further;
use crate::catalog::{Catalog, Installed, Places, Reason};
use crate::compile::{Order, Wanted, Watch, category_in_path, compile};
use crate::loader::Loader;
use plugin_abi::meta::is_name;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// What is to be installed, and where.
#[derive(Clone, Debug)]
pub struct Addition {
    /// A version folder, a crate, or a library beside its manifest.
    pub from: PathBuf,
    /// The tree.
    pub tree: PathBuf,
    /// The category; absent = as its path or its manifest says.
    pub category: Option<String>,
    /// Whether another content of the same version gives way.
    pub replace: bool,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Its folder in the tree.
    pub path: PathBuf,
    /// The very same was there already.
    pub was_there: bool,
}

/// Checks a plug as the host does, which tries an unknown library in a child process, and writes the
/// very bytes that were checked into the tree. A crate without a library is compiled first.
///
/// # Errors
/// See [`InstallError`]. The tree is as it was then.
pub fn add(addition: &Addition, loader: &Loader, watch: &dyn Watch) -> Result<Added, InstallError> {
    let folder = folder_of(&addition.from)?;
    let plug = match checked(&folder) {
        Err(InstallError::Refused(_, Reason::NotBuilt(_))) => {
            let wanted = [Wanted::Folder(folder.clone())];
            compile(Order { wanted: &wanted, ..Order::default() }, watch)?;
            checked(&folder)?
        }
        checked => checked?,
    };
    let refused = |reason| InstallError::Refused(folder.clone(), reason);
    let manifest = contents::manifest(&plug).map_err(refused)?;
    let category = category(addition, &folder, &plug, &manifest)?;
    let admitted = loader.admit(&plug).map_err(refused)?;
    let contents = Contents::of(&plug, manifest, &admitted).map_err(refused)?;
    let names = [category.as_str(), &plug.name, &plug.version.to_string()];
    let target = addition.tree.join(names.iter().collect::<PathBuf>());
    let fault = |error: io::Error| InstallError::Write(target.clone(), error);
    if target.exists() {
        if contents.is_in(&addition.tree, &target) {
            return Ok(Added { path: target, was_there: true });
        }
        if target.join("Cargo.toml").exists() {
            return Err(InstallError::Source(target, "; build it there with `plugpipe build`"));
        }
        if !addition.replace {
            return Err(InstallError::Differs(target));
        }
    }
    put(&contents, &addition.tree, &target).map_err(fault)?;
    Ok(Added { path: target, was_there: false })
}

/// The folder of what was named.
fn folder_of(from: &Path) -> Result<PathBuf, InstallError> {
    if from.is_dir() {
        return Ok(from.to_owned());
    }
    let no_plug = |why: &str| InstallError::NoPlug(from.to_owned(), why.to_owned());
    if !from.is_file() {
        return Err(no_plug("there is no such file or folder"));
    }
    if from.extension().is_none_or(|ending| ending != "so") {
        return Err(no_plug("a folder with a plug.yaml is expected, or a library beside one"));
    }
    let parent = from.parent().filter(|parent| !parent.as_os_str().is_empty());
    Ok(parent.unwrap_or(Path::new(".")).to_owned())
}

/// The plug in a folder, as a scan accepts it.
fn checked(folder: &Path) -> Result<Installed, InstallError> {
    let places = Places { folders: vec![folder.to_owned()], ..Places::default() };
    let catalog = Catalog::scan(&places);
    if let Some(plug) = catalog.installed().first() {
        return Ok((**plug).clone());
    }
    let reason = catalog.refused().first().map(|refusal| (refusal.kind, refusal.reason.clone()));
    Err(match reason {
        Some(("not_built", name)) => {
            InstallError::Refused(folder.to_owned(), Reason::NotBuilt(name))
        }
        Some((_, reason)) => InstallError::NoPlug(folder.to_owned(), reason),
        None => InstallError::NoPlug(folder.to_owned(), "there is no plug.yaml in it".to_owned()),
    })
}

fn category(
    addition: &Addition,
    folder: &Path,
    plug: &Installed,
    manifest: &[u8],
) -> Result<String, InstallError> {
    let in_path = || category_in_path(folder, &plug.name, &plug.version.to_string());
    let in_manifest = || Further::parse(manifest)?.category;
    let found = addition.category.clone().or_else(in_path).or_else(in_manifest);
    let category = found.ok_or_else(|| InstallError::NoCategory(folder.to_owned()))?;
    if is_name(&category) { Ok(category) } else { Err(InstallError::BadCategory(category)) }
}

/// Writes beside and renames; what was there is exchanged and then deleted.
fn put(contents: &Contents<'_>, tree: &Path, target: &Path) -> io::Result<()> {
    let parent = target.parent().unwrap_or(tree);
    let above = FoldersAbove::make(parent)?;
    let staging = Staging::in_tree(tree)?;
    let staged = staging.plug();
    DirBuilder::new().mode(0o755).create(&staged)?;
    contents.write(&staged)?;
    let flags = if target.exists() { RenameFlags::EXCHANGE } else { RenameFlags::NOREPLACE };
    renameat_with(CWD, &staged, CWD, target, flags)?;
    above.keep(parent);
    Ok(())
}
