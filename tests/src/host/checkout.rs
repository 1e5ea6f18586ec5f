//! A copy of the checkout that commands may write into: everything is a link but `plugs`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use tempfile::TempDir;

use crate::{Result, workspace_root};

/// Lays out a folder like the root of the workspace, with the plugs of `tree` already built.
///
/// # Errors
/// A file that cannot be linked or copied.
pub fn checkout(tree: &Path) -> Result<TempDir> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    lay_out(folder.path(), tree)
        .map_err(|error| format!("{}: {error}", folder.path().display()))?;
    Ok(folder)
}

fn lay_out(folder: &Path, tree: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(workspace_root())? {
        let entry = entry?;
        if entry.file_name() != "plugs" {
            symlink(entry.path(), folder.join(entry.file_name()))?;
        }
    }
    copy(tree, &folder.join("plugs"))
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &target)?,
            false => fs::copy(entry.path(), target).map(|_| ())?,
        }
    }
    Ok(())
}
