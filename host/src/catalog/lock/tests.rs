//! What a lock lets through, and what it reads.

use super::hold::differs;
use super::*;
use crate::catalog::trusted::TrustedFolder;
use crate::catalog::{Catalog, Places, Reason};
use std::fs;
use std::sync::Arc;

const MANIFEST: &str = "name: echo\nversion: 1.0.0\n";

/// A folder of a plug, and the lock that fits it.
fn locked() -> (tempfile::TempDir, Lock) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    for (file, text) in [("plug.yaml", MANIFEST), ("libecho.so", "code"), ("src/lib.rs", "")] {
        fs::write(folder.path().join(file), text).unwrap();
    }
    let files = files::digests(&TrustedFolder::root(folder.path()).unwrap().unwrap()).unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["libecho.so", "plug.yaml", "src/lib.rs"]);
    let (category, name) = ("demo".to_owned(), "echo".to_owned());
    let plug = LockedPlug { category, name, version: Version::new(1, 0, 0), files };
    (folder, Lock { version: VERSION, plugs: vec![plug] })
}

fn held(lock: &Lock, folder: &Path, version: Version) -> Result<Sha256, Reason> {
    let manifest = Sha256::of(MANIFEST.as_bytes());
    let opened = TrustedFolder::root(folder).unwrap().unwrap();
    lock.hold(("demo", "echo", &version), &opened, ("libecho.so", &manifest))
}

#[test]
fn a_plug_as_it_was_locked_passes_with_the_digest_of_its_library() {
    let (folder, lock) = locked();
    let held = held(&lock, folder.path(), Version::new(1, 0, 0));
    assert_eq!(held, Ok(Sha256::of(b"code")));
}

#[test]
fn every_difference_is_refused_and_named() {
    type Change = fn(&Path) -> std::io::Result<()>;
    let cases: [(Change, &str); 5] = [
        (|folder| fs::write(folder.join("libecho.so"), "other"), "libecho.so has the SHA-256 "),
        (|folder| fs::write(folder.join("plug.yaml"), "other"), "plug.yaml has the SHA-256 "),
        (|folder| fs::remove_file(folder.join("libecho.so")), "libecho.so is not there"),
        (|folder| fs::remove_file(folder.join("src/lib.rs")), "src/lib.rs is not there"),
        (|folder| fs::write(folder.join("src/x"), ""), "src/x is not in the lock file"),
    ];
    for (change, words) in cases {
        let (folder, lock) = locked();
        change(folder.path()).unwrap();
        let reason = held(&lock, folder.path(), Version::new(1, 0, 0)).unwrap_err();
        assert_eq!(reason.kind(), "lock_mismatch", "{words}");
        assert!(reason.to_string().contains(words), "{reason}");
    }
}

#[test]
fn a_version_that_is_not_locked_is_refused_with_the_one_that_is() {
    let (folder, lock) = locked();
    let reason = held(&lock, folder.path(), Version::new(0, 9, 0)).unwrap_err();
    assert_eq!(reason.kind(), "not_locked");
    assert!(reason.to_string().contains("which has version 1.0.0 of it"), "{reason}");
}

#[test]
fn the_manifest_that_was_read_counts_not_the_one_that_lies_there_now() {
    let (folder, lock) = locked();
    let opened = TrustedFolder::root(folder.path()).unwrap().unwrap();
    let (read, version) = (Sha256::of(b"what was read"), Version::new(1, 0, 0));
    let held = lock.hold(("demo", "echo", &version), &opened, ("libecho.so", &read));
    assert_eq!(held, Err(differs("plug.yaml", &read, &Sha256::of(MANIFEST.as_bytes()))));
}

#[test]
fn a_locked_plug_that_is_nowhere_is_refused_as_missing() {
    let (_folder, lock) = locked();
    let tree = tempfile::tempdir().unwrap();
    let places = Places { lock: Some(Arc::new(lock)), ..Places::trees(vec![tree.path().into()]) };
    let catalog = Catalog::scan(&places);
    let refused: Vec<_> =
        catalog.refused().iter().map(|one| (one.kind, one.path.clone())).collect();
    assert_eq!(refused, [("locked_missing", tree.path().join("demo/echo/1.0.0"))]);
}

#[test]
fn a_lock_file_is_written_and_read_back() {
    let (_folder, lock) = locked();
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("plugs.lock");
    lock.write(&file).unwrap();
    assert_eq!(Lock::read(&file).unwrap(), lock);
    assert!(fs::read_to_string(&file).unwrap().starts_with("{\n  \"version\": 1,\n  \"plugs\""));
}

#[test]
fn a_text_that_is_no_lock_of_this_version_is_refused() {
    let plug = r#"{"category":"a","name":"b","version":"1.0.0","files":{},"signatures":[]}"#;
    let cases = [
        (String::new(), Err("EOF")),
        (r#"{"version":2,"plugs":[]}"#.to_owned(), Err("it has version 2, this host reads 1")),
        (r#"{"version":1}"#.to_owned(), Err("missing field `plugs`")),
        (format!(r#"{{"version":1,"plugs":[{plug},{plug}]}}"#), Err("it names b 1.0.0 twice")),
        (format!(r#"{{"version":1,"plugs":[{plug}],"signatures":{{}}}}"#), Ok(1)),
    ];
    for (text, expected) in cases {
        match (Lock::parse(text.as_bytes()), expected) {
            (Ok(lock), Ok(plugs)) => assert_eq!(lock.len(), plugs, "{text}"),
            (Err(found), Err(words)) => assert!(found.starts_with(words), "{text}: {found}"),
            (found, _) => panic!("{text}: {found:?}"),
        }
    }
}
