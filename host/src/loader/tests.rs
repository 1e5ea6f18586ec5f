//! What is refused between the listing of a plug and its first byte that runs.

use super::*;
use crate::catalog::{Catalog, Lock, Places};
use crate::elf::tests::fixture::Library;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A tree with one plug, and its folder.
fn tree() -> (tempfile::TempDir, PathBuf) {
    let tree = tempfile::tempdir().unwrap();
    let folder = tree.path().join("demo/echo/1.0.0");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("plug.yaml"), "name: echo\nversion: 1.0.0\n").unwrap();
    fs::write(folder.join("libecho.so"), Library::new("").build()).unwrap();
    (tree, folder)
}

fn listed(places: &Places) -> Arc<Installed> {
    let catalog = Catalog::scan(places);
    let [plug] = catalog.installed() else { panic!("{:?}", catalog.refused()) };
    Arc::clone(plug)
}

fn kind(plug: &Installed) -> Result<(), &'static str> {
    Loader::new(Probe::Off).admit(plug).map(|_| ()).map_err(|reason| reason.kind())
}

#[test]
fn a_plug_as_it_was_listed_is_admitted_with_its_digest_and_its_size() {
    let (tree, folder) = tree();
    let plug = listed(&Places::trees(vec![tree.path().into()]));
    let bytes = fs::read(folder.join("libecho.so")).unwrap();
    let admitted = Loader::new(Probe::Off).admit(&plug).unwrap();
    assert_eq!((admitted.sha256(), admitted.size()), (Sha256::of(&bytes), bytes.len() as u64));
    assert_eq!(admitted.meta(), &plug.meta);
}

#[test]
fn what_changed_since_it_was_listed_is_refused() {
    type Change = fn(&Path) -> std::io::Result<()>;
    let same_bytes = |folder: &Path| {
        fs::copy(folder.join("libecho.so"), folder.join("aside"))?;
        fs::rename(folder.join("aside"), folder.join("libecho.so"))
    };
    let cases: [(Change, &str); 7] = [
        (same_bytes, "changed"),
        (|folder| fs::write(folder.join("libecho.so"), "short"), "changed"),
        (|folder| fs::write(folder.join("plug.yaml"), "name: other\n"), "changed"),
        (|folder| fs::remove_file(folder.join("plug.yaml")), "changed"),
        (|folder| fs::remove_dir_all(folder), "unreadable"),
        (|folder| fs::set_permissions(folder, fs::Permissions::from_mode(0o777)), "unsafe_owner"),
        (
            |folder| {
                fs::rename(folder, folder.with_file_name("aside"))?;
                std::os::unix::fs::symlink("aside", folder)
            },
            "symbolic_link",
        ),
    ];
    for (number, (change, expected)) in cases.into_iter().enumerate() {
        let (tree, folder) = tree();
        let plug = listed(&Places::trees(vec![tree.path().into()]));
        change(&folder).unwrap();
        assert_eq!(kind(&plug), Err(expected), "case {number}");
    }
}

#[test]
fn a_checksum_beside_the_library_must_be_its_own() {
    let (tree, folder) = tree();
    let bytes = fs::read(folder.join("libecho.so")).unwrap();
    let ours = format!("{}  libecho.so\n", Sha256::of(&bytes));
    let theirs = format!("{}  libecho.so\n", Sha256::of(b"another library"));
    let cases = [
        (ours.as_str(), Ok(())),
        (theirs.as_str(), Err("checksum_mismatch")),
        ("no digest\n", Err("bad_checksum")),
    ];
    for (text, expected) in cases {
        fs::write(folder.join("libecho.so.sha256"), text).unwrap();
        let plug = listed(&Places::trees(vec![tree.path().into()]));
        assert_eq!(kind(&plug), expected, "{text}");
    }
}

#[test]
fn a_checksum_that_was_corrected_makes_another_plug() {
    let (tree, folder) = tree();
    let listed = || listed(&Places::trees(vec![tree.path().into()]));
    let (none, again) = (listed(), listed());
    assert!(none.is_same(&again));
    fs::write(folder.join("libecho.so.sha256"), "no digest\n").unwrap();
    let wrong = listed();
    assert!(!wrong.is_same(&none));
    let line = format!("{}  libecho.so\n", Sha256::of(&fs::read(&none.library).unwrap()));
    fs::write(folder.join("libecho.so.sha256"), line).unwrap();
    assert!(!listed().is_same(&wrong));
}

#[test]
fn a_damaged_library_with_a_checksum_is_refused_by_the_checksum() {
    let (tree, folder) = tree();
    let library = folder.join("libecho.so");
    let mut bytes = fs::read(&library).unwrap();
    let line = format!("{}  libecho.so\n", Sha256::of(&bytes));
    fs::write(folder.join("libecho.so.sha256"), line).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&library, bytes).unwrap();
    let plug = listed(&Places::trees(vec![tree.path().into()]));
    assert_eq!(kind(&plug), Err("checksum_mismatch"));
}

#[test]
fn a_library_is_held_to_the_lock_once_more_when_it_is_opened() {
    let (tree, _) = tree();
    let trees = vec![tree.path().to_path_buf()];
    let lock = Lock::record(&Catalog::scan(&Places::trees(trees.clone()))).unwrap();
    let locked = Places { lock: Some(Arc::new(lock)), ..Places::trees(trees) };
    let mut plug = Installed::clone(&listed(&locked));
    assert_eq!(kind(&plug), Ok(()));
    plug.locked = Some(Sha256::of(b"the library that was locked"));
    assert_eq!(kind(&plug), Err("lock_mismatch"));
}

#[test]
fn a_plug_that_is_its_own_root_is_admitted() {
    let (_tree, folder) = tree();
    let places = Places { folders: vec![folder], ..Places::default() };
    let plug = listed(&places);
    assert_eq!((plug.category.as_str(), kind(&plug)), ("local", Ok(())));
}

#[test]
fn a_library_that_passed_its_probe_is_not_probed_again() {
    let (tree, _) = tree();
    let plug = listed(&Places::trees(vec![tree.path().into()]));
    let cache = tempfile::tempdir().unwrap();
    let admitted = |program: &str| {
        let known = Known::at(cache.path());
        Loader::new(Probe::Child { program: program.into(), known }).admit(&plug).map(|_| ())
    };
    // `false` is a child that ends without a word.
    assert_eq!(admitted("false").unwrap_err().kind(), "probe_crashed");
    Known::at(cache.path()).remember(&Sha256::of(&fs::read(&plug.library).unwrap()));
    assert_eq!(admitted("false"), Ok(()));
}
