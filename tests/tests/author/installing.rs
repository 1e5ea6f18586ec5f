//! `plugpipe install` and `plugpipe remove`: whole plugs, in and out of a tree.

use std::fs;
use std::path::Path;

use end_to_end::host::{Host, Output, Tree};

const PLUG: &str = "serialization/json_serializer/1.0.0";

fn run(arguments: &[&str], tree: &Tree) -> Output {
    Host::shared().run(arguments.iter().copied()).plugs(tree).output()
}

fn built() -> String {
    Host::shared().tree().join(PLUG).display().to_string()
}

/// The folders three levels down.
fn plugs(tree: &Tree) -> Vec<String> {
    let list = Host::shared().run(["list", "--json"]).plugs(tree).output().expect_code(0).json();
    assert_eq!(list["refused"].as_array().unwrap().len(), 0, "{list}");
    let path = |plug: &serde_json::Value| {
        let path = Path::new(plug["path"].as_str().unwrap());
        path.strip_prefix(tree.path()).unwrap().display().to_string()
    };
    list["plugs"].as_array().unwrap().iter().map(path).collect()
}

fn is_empty(tree: &Tree) -> bool {
    fs::read_dir(tree.path()).unwrap().next().is_none()
}

#[test]
fn a_plug_goes_in_once_and_comes_out_whole() {
    let tree = Tree::empty();
    let target = tree.path().join(PLUG);
    let installed = run(&["install", &built()], &tree).expect_code(0);
    assert_eq!(installed.stdout, format!("installed {}\n", target.display()));
    let again = run(&["install", &built()], &tree).expect_code(0);
    assert_eq!(again.stdout, format!("already installed: {}\n", target.display()));
    assert_eq!(plugs(&tree), [PLUG]);
    let removed = run(&["remove", "json_serializer"], &tree).expect_code(0);
    assert_eq!(removed.stdout, format!("removed {}\n", target.display()));
    assert!(is_empty(&tree));
}

#[test]
fn another_content_of_the_same_version_gives_way_only_when_asked() {
    let tree = Tree::empty();
    run(&["install", &built()], &tree).expect_code(0);
    let manifest = tree.path().join(PLUG).join("plug.yaml");
    let original = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, format!("{original}# mine\n")).unwrap();
    let refused = run(&["install", &built()], &tree).expect_code(2);
    assert!(refused.stderr.contains("is there already and differs"), "{refused}");
    assert!(fs::read_to_string(&manifest).unwrap().ends_with("# mine\n"));
    run(&["install", &built(), "--replace"], &tree).expect_code(0);
    assert_eq!(fs::read_to_string(&manifest).unwrap(), original);
    assert_eq!(fs::read_dir(tree.path()).unwrap().count(), 1, "nothing is left behind");
}

#[test]
fn the_category_comes_from_the_option_the_path_or_the_manifest() {
    let tree = Tree::empty();
    let library = format!("{}/libjson_serializer.so", built());
    run(&["install", &library, "--category", "mine"], &tree).expect_code(0);
    let flat = tempfile::tempdir().unwrap();
    for file in ["plug.yaml", "libjson_serializer.so"] {
        fs::copy(Path::new(&built()).join(file), flat.path().join(file)).unwrap();
    }
    let folder = flat.path().to_str().unwrap();
    let refused = run(&["install", folder], &tree).expect_code(2);
    assert!(refused.stderr.contains("nothing says which category"), "{refused}");
    let manifest = fs::read_to_string(flat.path().join("plug.yaml")).unwrap();
    fs::write(flat.path().join("plug.yaml"), manifest + "category: theirs\n").unwrap();
    run(&["install", folder], &tree).expect_code(0);
    assert_eq!(plugs(&tree), ["mine/json_serializer/1.0.0", "theirs/json_serializer/1.0.0"]);
    let ambiguous = run(&["remove", "json_serializer"], &tree).expect_code(2);
    assert!(ambiguous.stderr.contains("/mine/json_serializer/1.0.0, "), "{ambiguous}");
    run(&["remove", "mine/json_serializer"], &tree).expect_code(0);
    assert_eq!(plugs(&tree), ["theirs/json_serializer/1.0.0"]);
}

#[test]
fn what_is_no_plug_leaves_the_tree_as_it_was() {
    let tree = Tree::empty();
    let broken = Tree::empty()
        .with_file("plug.yaml", "name: json_serializer\nversion: 1.0.0\n")
        .with_file("libjson_serializer.so", "no library");
    let (folder, text) = (broken.path().display().to_string(), broken.path().join("plug.yaml"));
    let cases = [
        (folder.as_str(), "the library is not an ELF file", 1),
        (text.to_str().unwrap(), "a folder with a plug.yaml is expected", 1),
        ("/nowhere/at/all", "there is no such file or folder", 1),
    ];
    for (path, said, code) in cases {
        let refused = run(&["install", path, "--category", "mine"], &tree).expect_code(code);
        assert!(refused.stderr.contains(said), "{path}: {refused}");
    }
    assert!(is_empty(&tree));
}

#[test]
fn source_code_is_removed_only_when_forced() {
    let tree = Tree::empty().with_plug(PLUG).with_file(&format!("{PLUG}/Cargo.toml"), "");
    let refused = run(&["remove", "json_serializer"], &tree).expect_code(2);
    assert!(refused.stderr.contains("holds source code"), "{refused}");
    assert_eq!(plugs(&tree), [PLUG]);
    run(&["remove", "json_serializer", "--force"], &tree).expect_code(0);
    assert!(is_empty(&tree));
}

#[test]
fn one_version_goes_and_the_other_stays() {
    let tree =
        Tree::empty().with_fixture("versions/echo/1.0.0").with_fixture("versions/echo/1.1.0");
    let ambiguous = run(&["remove", "echo"], &tree).expect_code(2);
    assert!(ambiguous.stderr.contains("name one of them"), "{ambiguous}");
    run(&["remove", "versions/echo/1.0.0"], &tree).expect_code(0);
    assert_eq!(plugs(&tree), ["versions/echo/1.1.0"]);
    let missing = run(&["remove", "echo:1.0.0"], &tree).expect_code(2);
    assert!(missing.stderr.contains("there is 1.1.0"), "{missing}");
}
