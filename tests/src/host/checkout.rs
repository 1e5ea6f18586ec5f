//! A copy of the checkout that commands may write into, and compile in.

use std::fs;
use std::io::Result;
use std::path::{Path, PathBuf};

use super::target_folder;
use crate::workspace_root;

/// Copies the workspace, with the plugs of `tree` already built, to a folder of that name. It stays at
/// one place, so that cargo knows it again; two tests must not use the same name.
///
/// # Errors
/// A file that cannot be copied.
pub fn checkout(name: &str, tree: &Path) -> Result<PathBuf> {
    let folder = target_folder().join("end-to-end").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    copy(workspace_root(), &folder, &is_source)?;
    copy(tree, &folder.join("plugs"), &|_| true)?;
    Ok(folder)
}

fn is_source(path: &Path) -> bool {
    let is_library = path.extension().is_some_and(|ending| ending == "so" || ending == "sha256");
    let is_target = path.file_name().is_some_and(|name| name == "target");
    !is_library && !is_target && !path.ends_with(".git")
}

fn copy(from: &Path, to: &Path, wanted: &dyn Fn(&Path) -> bool) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        match path.is_dir() {
            _ if !wanted(&path) => {}
            true => copy(&path, &target, wanted)?,
            false => fs::copy(&path, target).map(|_| ())?,
        }
    }
    Ok(())
}
