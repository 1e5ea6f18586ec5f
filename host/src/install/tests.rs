//! What goes into a tree is what was checked, and a tree that got nothing has nothing more in it.

use super::*;
use crate::compile::Unwatched;
use crate::elf::tests::fixture::Library;
use crate::loader::{Loader, Probe};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use tempfile::TempDir;

/// A plug without source code.
fn plug() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plug.yaml"), "name: echo\nversion: 1.0.0\ncategory: demo\n")
        .unwrap();
    fs::write(folder.path().join("libecho.so"), Library::new("").build()).unwrap();
    folder
}

fn install(plug: &Path, tree: &Path, replace: bool) -> Result<Added, InstallError> {
    let (from, tree) = (plug.to_owned(), tree.to_owned());
    let addition = Addition { from, tree, category: None, replace };
    add(&addition, &Loader::new(Probe::Off), &Unwatched)
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn a_readme_that_is_a_link_is_not_followed_and_nothing_is_left_in_the_tree() {
    let (plug, tree, other) = (plug(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(other.path().join("secret"), "secret").unwrap();
    symlink(other.path().join("secret"), plug.path().join("README.md")).unwrap();
    let refused = install(plug.path(), tree.path(), false).unwrap_err().to_string();
    assert!(refused.contains("README.md: it is a symbolic link"), "{refused}");
    assert!(is_empty(tree.path()));
}

#[test]
fn folders_that_no_plug_came_into_go_again() {
    let (plug, tree) = (plug(), tempfile::tempdir().unwrap());
    fs::create_dir(tree.path().join("demo")).unwrap();
    fs::write(tree.path().join("demo/echo"), "no folder").unwrap();
    assert!(matches!(install(plug.path(), tree.path(), false), Err(InstallError::Write(..))));
    fs::remove_file(tree.path().join("demo/echo")).unwrap();
    assert!(is_empty(&tree.path().join("demo")));
    let above = above::FoldersAbove::make(&tree.path().join("demo/one/two")).unwrap();
    drop(above);
    assert!(is_empty(&tree.path().join("demo")), "what was there stays, what was made goes");
}

#[test]
fn every_file_counts_when_a_plug_is_installed_again() {
    let (plug, tree) = (plug(), tempfile::tempdir().unwrap());
    fs::write(plug.path().join("README.md"), "text").unwrap();
    let added = install(plug.path(), tree.path(), false).unwrap();
    assert!(!added.was_there);
    assert!(install(plug.path(), tree.path(), false).unwrap().was_there);
    for file in ["plug.yaml", "libecho.so", "libecho.so.sha256", "README.md"] {
        let installed = added.path.join(file);
        let whole = fs::read(&installed).unwrap();
        fs::write(&installed, "damaged").unwrap();
        let again = install(plug.path(), tree.path(), false);
        assert!(matches!(again, Err(InstallError::Differs(_))), "{file}");
        assert!(!install(plug.path(), tree.path(), true).unwrap().was_there, "{file}");
        assert_eq!(fs::read(&installed).unwrap(), whole, "{file}");
    }
}
