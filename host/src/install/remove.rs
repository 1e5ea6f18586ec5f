//! A version folder goes out of a tree.

use super::InstallError;
use super::staging::Staging;
use crate::catalog::PluginRef;
use crate::catalog::scan::{Folder, version_folders};
use semver::Version;
use std::fs;
use std::path::{Path, PathBuf};

/// The one version folder that is meant, also of a plug that the host refuses.
///
/// # Errors
/// None fits, several do, or it holds source code and that is not `forced`.
pub fn removable(
    trees: &[PathBuf],
    wanted: &PluginRef,
    forced: bool,
) -> Result<PathBuf, InstallError> {
    let all: Vec<Folder> = trees.iter().flat_map(|tree| version_folders(tree)).collect();
    let fitting: Vec<&Folder> = all.iter().filter(|folder| fits(folder, wanted)).collect();
    match fitting.as_slice() {
        [] => Err(InstallError::NotFound(missing(&all, wanted))),
        [one] if one.path.join("Cargo.toml").exists() && !forced => {
            Err(InstallError::Source(one.path.clone(), "; --force removes it all the same"))
        }
        [one] => Ok(one.path.clone()),
        several => {
            let all = several.iter().map(|folder| folder.path.display().to_string()).collect();
            Err(InstallError::Ambiguous { wanted: wanted.to_string(), all })
        }
    }
}

/// Takes a version folder out of its tree, by one rename, and then deletes it. Folders above that are
/// empty then go too.
///
/// # Errors
/// The tree cannot be written.
pub fn remove(folder: &Path) -> Result<(), InstallError> {
    let fault = |error| InstallError::Write(folder.to_owned(), error);
    let tree = folder.ancestors().nth(3).unwrap_or(folder);
    // A tree that was named as `.` or by one word has an empty path above it.
    let tree = if tree.as_os_str().is_empty() { Path::new(".") } else { tree };
    let staging = Staging::in_tree(tree).map_err(fault)?;
    fs::rename(folder, staging.plug()).map_err(fault)?;
    for above in folder.ancestors().skip(1).take(2) {
        // One that holds other plugs stays.
        let _ = fs::remove_dir(above);
    }
    Ok(())
}

fn fits(folder: &Folder, wanted: &PluginRef) -> bool {
    let is_plug = folder.path.join("plug.yaml").exists() || folder.path.join("Cargo.toml").exists();
    let version = Version::parse(&folder.version);
    is_plug && version.is_ok_and(|version| wanted.matches(&folder.category, &folder.name, &version))
}

fn missing(all: &[Folder], wanted: &PluginRef) -> String {
    let named = all.iter().filter(|folder| wanted.names(&folder.category, &folder.name));
    let versions: Vec<&str> = named.map(|folder| folder.version.as_str()).collect();
    if versions.is_empty() {
        return format!("no plug `{wanted}` lies in the trees; `plugpipe list` shows what does");
    }
    format!("no version of `{}` fits `{wanted}`: there is {}", wanted.name, versions.join(", "))
}
