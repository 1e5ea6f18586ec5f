//! Who may own and write what lies in a tree, and that no link leads out of it.

use super::*;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

const ME: Trust = Trust { user: 1000, owner: 1500 };

const ROOT: Trust = Trust { user: 0, owner: 0 };

#[test]
fn root_the_user_and_the_trees_owner_may_own_files_and_nobody_else() {
    for owner in [0, 1000, 1500] {
        assert_eq!(ME.judge_owner(Path::new("x"), owner), Ok(()), "{owner}");
    }
    let refused = ME.judge_owner(Path::new("x"), 1001).unwrap_err();
    assert_eq!(refused.kind(), "unsafe_owner");
    assert!(refused.to_string().starts_with("x belongs to user 1001"), "{refused}");
}

#[test]
fn nobody_else_may_write_and_a_group_only_if_it_is_a_private_one() {
    let cases = [
        (ME, 0o755, 7, None),
        (ME, 0o775, 1000, None),
        (ME, 0o664, 1500, None),
        (ROOT, 0o664, 0, None),
        (ME, 0o775, 100, Some("group 100 (mode 0775); take that away with `chmod g-w`")),
        (ME, 0o775, 0, Some("group 0 (mode 0775); take that away with `chmod g-w`")),
        (ME, 0o777, 1000, Some("others (mode 0777); take that away with `chmod o-w`")),
        (ROOT, 0o1777, 0, Some("others (mode 1777); take that away with `chmod o-w`")),
    ];
    for (trust, mode, group, refused) in cases {
        let judged = trust.judge_mode(Path::new("x"), mode, group).err();
        let refused = refused.map(|by| format!("x can be written by {by}"));
        assert_eq!(judged.map(|reason| reason.to_string()), refused, "{mode:o} {group}");
    }
}

/// `<tree>/demo/echo` with a file in it.
fn tree() -> tempfile::TempDir {
    let tree = tempfile::tempdir().unwrap();
    fs::create_dir_all(tree.path().join("demo/echo")).unwrap();
    fs::write(tree.path().join("demo/echo/file"), "text").unwrap();
    tree
}

#[test]
fn a_reason_names_a_place_in_the_tree_and_none_of_the_machine() {
    for (component, named) in [("", "the tree's root"), ("demo/echo", "demo/echo")] {
        let tree = tree();
        let path = tree.path().join(component);
        fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
        let refused = TrustedFolder::below(tree.path(), &tree.path().join("demo/echo"));
        let said = refused.unwrap_err().to_string();
        assert!(said.starts_with(&format!("{named} can be written by others")), "{said}");
    }
    let tree = tree();
    let refused = TrustedFolder::below(tree.path(), &tree.path().join("demo/echo/file"));
    assert_eq!(refused.unwrap_err().to_string(), "demo/echo/file is not a folder");
}

fn kind_of_file(tree: &Path) -> Result<bool, &'static str> {
    let opened = TrustedFolder::below(tree, &tree.join("demo/echo"));
    let file = opened.and_then(|folder| folder.file(OsStr::new("file")));
    file.map(|file| file.is_some()).map_err(|reason| reason.kind())
}

#[test]
fn every_component_that_others_can_write_is_refused() {
    for component in ["", "demo", "demo/echo", "demo/echo/file"] {
        let tree = tree();
        assert_eq!(kind_of_file(tree.path()), Ok(true));
        let path = tree.path().join(component);
        fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(kind_of_file(tree.path()), Err("unsafe_owner"), "{component}");
    }
}

#[test]
fn every_component_that_is_a_link_is_refused() {
    for component in ["demo", "demo/echo", "demo/echo/file"] {
        let tree = tree();
        let (path, aside) = (tree.path().join(component), tree.path().join("aside"));
        fs::rename(&path, &aside).unwrap();
        symlink(&aside, &path).unwrap();
        assert_eq!(kind_of_file(tree.path()), Err("symbolic_link"), "{component}");
    }
    let (tree, other) = (tree(), tempfile::tempdir().unwrap());
    let link = other.path().join("tree");
    symlink(tree.path(), &link).unwrap();
    assert_eq!(kind_of_file(&link), Ok(true), "the root is where the user points");
}

#[test]
fn what_is_no_regular_file_is_not_opened_as_one() {
    let tree = tree();
    let file = tree.path().join("demo/echo/file");
    fs::remove_file(&file).unwrap();
    assert_eq!(kind_of_file(tree.path()), Ok(false));
    let socket = std::os::unix::net::UnixListener::bind(&file).unwrap();
    assert_eq!(kind_of_file(tree.path()), Err("not_a_file"), "a socket");
    drop(socket);
    fs::remove_file(&file).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &file, FileType::Fifo, 0o644.into(), 0).unwrap();
    assert_eq!(kind_of_file(tree.path()), Err("not_a_file"), "a pipe that nobody writes to");
}

#[test]
fn entries_are_sorted_and_have_their_kind() {
    let tree = tree();
    fs::write(tree.path().join("a"), "").unwrap();
    let root = TrustedFolder::root(tree.path()).unwrap().unwrap();
    let entries = root.entries().unwrap();
    let expected = [("a", FileType::RegularFile), ("demo", FileType::Directory)];
    assert_eq!(entries, expected.map(|(name, kind)| (OsString::from(name), kind)));
}
