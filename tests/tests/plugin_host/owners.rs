//! Who may write into a tree: nobody but its owner.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use end_to_end::host::{Host, Tree};
use serde_json::{Value, json};

const ECHO: &str = "versions/echo/1.0.0";
const LIBRARY: &str = "versions/echo/1.0.0/libecho.so";
const MANIFEST: &str = "versions/echo/1.0.0/plug.yaml";

fn tree() -> Tree {
    Tree::empty().with_fixture(ECHO).with_fixture("faulty/circle_a/1.0.0")
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn refused(tree: &Tree) -> Vec<Value> {
    let output = Host::shared().run(["list", "--json"]).plugs(tree).output().expect_code(0);
    output.json()["refused"].as_array().unwrap().clone()
}

#[test]
fn a_file_or_folder_that_anybody_can_write_refuses_its_plug() {
    for (place, mode) in
        [(LIBRARY, 0o666), (MANIFEST, 0o666), (ECHO, 0o777), ("versions/echo", 0o777)]
    {
        let tree = tree();
        let path = tree.path().join(place);
        set_mode(&path, mode);
        let found = refused(&tree);
        assert_eq!(found.len(), 1, "{place}: {found:?}");
        assert_eq!(found[0]["kind"], "unsafe_owner", "{place}");
        let reason = found[0]["reason"].as_str().unwrap();
        assert!(reason.contains(&format!("mode 0{mode:o}")), "{place}: {reason}");
        assert!(reason.starts_with(&format!("{place} can be written by others")), "{reason}");
        assert!(reason.ends_with("`chmod o-w`"), "{reason}");
        let run = Host::shared().run(["run", "echo", "--input", "{}"]).plugs(&tree).output();
        assert_eq!(run.expect_code(2).json()["error"]["kind"], "unknown_plugin", "{place}");
    }
}

#[test]
fn a_plug_beside_one_that_anybody_can_write_works() {
    let tree = tree().with_fixture("versions/echo/1.1.0");
    set_mode(&tree.path().join(LIBRARY), 0o666);
    let output = Host::shared().run(["run", "echo", "--input", "{}"]).plugs(&tree).output();
    assert_eq!(output.expect_code(0).json()["version"], "1.1.0");
}

#[test]
fn no_part_of_a_plug_is_reached_through_a_link() {
    let other = Tree::empty().with_fixture(ECHO);
    for place in [LIBRARY, MANIFEST, ECHO, "versions/echo"] {
        let tree = tree();
        let link = tree.path().join(place);
        let gone = match link.is_dir() {
            true => fs::remove_dir_all(&link),
            false => fs::remove_file(&link),
        };
        gone.unwrap();
        symlink(other.path().join(place), &link).unwrap();
        let found = refused(&tree);
        assert_eq!(found.len(), 1, "{place}: {found:?}");
        assert_eq!(found[0]["kind"], json!("symbolic_link"), "{place}");
        Host::shared().run(["run", "echo", "--input", "{}"]).plugs(&tree).output().expect_code(2);
    }
}
