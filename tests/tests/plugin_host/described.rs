//! What plugs say of themselves is remembered until their files change.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use end_to_end::host::{Host, Tree};
use end_to_end::patch::{checksum_file, replaced};

const PLUG: &str = "streams/moody_source/1.0.0";
const SAID: &str = "A line for each call of";
const SAYS_NOW: &str = "One line for every call";
/// Files count as settled a few seconds after they were written.
const SETTLED: Duration = Duration::from_secs(30);

fn schema(tree: &Tree, cache: &Path) -> String {
    let schema = Host::shared().run(["schema"]).plugs(tree).env("PLUGPIPE_PROBED_CACHE", cache);
    schema.output().expect_code(0).stdout
}

fn put_other_library(tree: &Tree) {
    let library = format!("{PLUG}/libmoody_source.so");
    let other = replaced(&tree.read(&library), SAID, SAYS_NOW);
    tree.put(&format!("{library}.sha256"), checksum_file("libmoody_source.so", &other));
    tree.put(&library, other);
}

/// The file with what the plug said, as soon as there is one.
fn remembered(tree: &Tree, cache: &Path) -> PathBuf {
    let end = Instant::now() + SETTLED;
    while Instant::now() < end {
        assert!(schema(tree, cache).contains(SAID));
        let parts = fs::read_dir(cache).unwrap().map(|part| part.unwrap().path());
        let mut files = parts.flat_map(|part| fs::read_dir(part).unwrap());
        let is_entry = |path: &PathBuf| path.extension().is_some_and(|end| end == "json");
        if let Some(entry) = files.find_map(|file| Some(file.unwrap().path()).filter(is_entry)) {
            return entry;
        }
    }
    panic!("nothing was remembered in {}", cache.display());
}

#[test]
fn a_changed_library_is_asked_anew_and_an_unchanged_one_is_not() {
    let (tree, cache) = (Tree::empty().with_fixture(PLUG), tempfile::tempdir().unwrap());
    let entry = remembered(&tree, cache.path());
    let text = fs::read_to_string(&entry).unwrap();
    fs::write(&entry, text.replace(SAID, "As the entry has it: at")).unwrap();
    assert!(schema(&tree, cache.path()).contains("As the entry has it: at"), "it was not read");
    put_other_library(&tree);
    let now = schema(&tree, cache.path());
    assert!(now.contains(SAYS_NOW) && !now.contains("As the entry has it"), "{now}");
}

#[test]
fn without_a_cache_every_library_is_asked_each_time() {
    let tree = Tree::empty().with_fixture(PLUG);
    assert!(schema(&tree, Path::new("")).contains(SAID));
    put_other_library(&tree);
    assert!(schema(&tree, Path::new("")).contains(SAYS_NOW));
}
