//! `plugs.lock`: what runs is what was locked.

use std::path::PathBuf;

use end_to_end::host::{Host, Output, Tree};
use end_to_end::patch::replaced;
use serde_json::{Value, json};

const STAMPED: &str = "versions/stamped/1.0.100";
const LIBRARY: &str = "versions/stamped/1.0.100/libstamped.so";
const MANIFEST: &str = "versions/stamped/1.0.100/plug.yaml";
const CHECKSUM: &str = "versions/stamped/1.0.100/libstamped.so.sha256";

/// A tree with one plug, and the lock of it.
struct Locked {
    tree: Tree,
    lock: PathBuf,
}

impl Locked {
    fn new() -> Self {
        let tree = Tree::empty().with_fixture(STAMPED).without_file(CHECKSUM);
        let lock = tree.path().join("plugs.lock");
        let file = lock.to_str().unwrap();
        Host::shared().run(["lock", "--file", file]).plugs(&tree).output().expect_code(0);
        Self { tree, lock }
    }

    fn with_lock(&self, words: &[&str]) -> Output {
        let lock = ["--lock-file", self.lock.to_str().unwrap()];
        let words: Vec<&str> = words.iter().copied().chain(lock).collect();
        Host::shared().run(words).plugs(&self.tree).output()
    }

    /// The kinds of what is refused, and how many plugs are not.
    fn listed(&self) -> (Vec<Value>, usize) {
        let output = self.with_lock(&["list", "--json"]);
        let listed = output.json();
        let refused = listed["refused"].as_array().unwrap();
        output.expect_code(if refused.is_empty() { 0 } else { 1 });
        let kinds = refused.iter().map(|one| one["kind"].clone()).collect();
        (kinds, listed["plugs"].as_array().unwrap().len())
    }
}

#[test]
fn a_tree_that_is_as_it_was_locked_works() {
    let locked = Locked::new();
    assert_eq!(locked.listed(), (vec![], 1));
    let output = locked.with_lock(&["run", "stamped", "--input", "{}"]).expect_code(0);
    assert_eq!(output.json()["stamp"], "BUILD-000000", "{output}");
}

#[test]
fn every_change_to_a_locked_plug_is_found() {
    type Change = fn(&Tree);
    const STAMP: (&str, &str) = ("BUILD-000000", "BUILD-000001");
    let changes: [(&str, Change); 5] = [
        ("another library", |tree| {
            tree.put(LIBRARY, replaced(&tree.read(LIBRARY), STAMP.0, STAMP.1));
        }),
        ("one more byte", |tree| {
            let mut library = tree.read(LIBRARY);
            library.push(0);
            tree.put(LIBRARY, library);
        }),
        ("another manifest", |tree| {
            let mut manifest = tree.read(MANIFEST);
            manifest.extend(b"# changed\n");
            tree.put(MANIFEST, manifest);
        }),
        ("one more file", |tree| tree.put("versions/stamped/1.0.100/notes.txt", "new\n")),
        ("a file in a folder", |tree| tree.put("versions/stamped/1.0.100/more/notes.txt", "new\n")),
    ];
    for (what, change) in changes {
        let locked = Locked::new();
        change(&locked.tree);
        assert_eq!(locked.listed(), (vec![json!("lock_mismatch")], 0), "{what}");
        locked.with_lock(&["run", "stamped", "--input", "{}"]).expect_code(2);
    }
}

#[test]
fn a_plug_that_is_not_in_the_lock_is_not_used() {
    let locked = Locked::new();
    let older = Tree::empty().with_fixture("versions/echo/1.0.0");
    for file in ["plug.yaml", "libecho.so"] {
        let path = format!("versions/echo/1.0.0/{file}");
        locked.tree.put(&path, older.read(&path));
    }
    assert_eq!(locked.listed(), (vec![json!("not_locked")], 1));
}

#[test]
fn a_locked_plug_that_is_gone_is_missed() {
    let locked = Locked::new();
    std::fs::remove_dir_all(locked.tree.path().join("versions")).unwrap();
    assert_eq!(locked.listed(), (vec![json!("locked_missing")], 0));
}

#[test]
fn a_lock_that_cannot_be_read_is_wrong_usage() {
    let locked = Locked::new();
    for text in ["", "{", "[]", r#"{"version": 2, "plugs": []}"#] {
        std::fs::write(&locked.lock, text).unwrap();
        let output = locked.with_lock(&["list"]).expect_code(2);
        assert_eq!(output.stdout, "", "{text}");
        assert!(output.stderr.contains("plugs.lock"), "{output}");
    }
    std::fs::remove_file(&locked.lock).unwrap();
    let output = locked.with_lock(&["list"]).expect_code(2);
    assert!(output.stderr.contains("plugs.lock"), "{output}");
}

#[test]
fn what_changes_plugs_does_not_go_past_a_lock_not_even_one_that_is_missing() {
    let source = Tree::empty().with_file("Cargo.toml", "no text of cargo's");
    let built = Host::shared().tree().join("serialization/json_serializer/1.0.0");
    let tree = Tree::empty();
    for (command, path) in [("install", built.as_path()), ("test", source.path())] {
        let words = [command, path.to_str().unwrap(), "--lock-file", "/nonexistent"];
        let refused = Host::shared().run(words).plugs(&tree).output().expect_code(2);
        let said = "--locked: this command changes what is locked";
        assert!(refused.stderr.contains(said), "{command}: {refused}");
    }
    assert!(std::fs::read_dir(tree.path()).unwrap().next().is_none());
}
