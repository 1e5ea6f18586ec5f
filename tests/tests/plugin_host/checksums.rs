//! The checksum beside a library: what does not match it never runs.

use end_to_end::host::{Host, Tree};
use end_to_end::patch::{checksum_file, replaced};

const STAMPED: &str = "versions/stamped/1.0.100";
const LIBRARY: &str = "versions/stamped/1.0.100/libstamped.so";
const CHECKSUM: &str = "versions/stamped/1.0.100/libstamped.so.sha256";

fn run(tree: &Tree) -> end_to_end::host::Output {
    Host::shared().run(["run", "stamped", "--input", "{}"]).plugs(tree).output()
}

/// The first digits of a digest, as reasons show them.
fn short(library: &[u8]) -> String {
    checksum_file("", library)[..12].to_owned()
}

#[test]
fn a_built_plug_carries_the_checksum_of_its_library() {
    let tree = Tree::empty().with_fixture(STAMPED);
    let expected = checksum_file("libstamped.so", &tree.read(LIBRARY));
    assert_eq!(String::from_utf8(tree.read(CHECKSUM)).unwrap(), expected);
    run(&tree).expect_code(0);
}

#[test]
fn a_library_that_does_not_match_its_checksum_is_refused_with_both() {
    let tree = Tree::empty().with_fixture(STAMPED);
    let built = tree.read(LIBRARY);
    let other = replaced(&built, "BUILD-000000", "BUILD-000001");
    tree.put(LIBRARY, &other);
    let output = run(&tree).expect_code(2);
    let (found, expected) = (short(&other), short(&built));
    let message = format!(
        "plugin `stamped@1.0.100` was refused: the library is not the one that \
         libstamped.so.sha256 tells of: it has the SHA-256 {found}…, {expected}… was expected; \
         build or copy it again"
    );
    assert_eq!(output.json()["error"]["message"], message.as_str(), "{output}");

    tree.put(CHECKSUM, checksum_file("libstamped.so", &other));
    assert_eq!(run(&tree).expect_code(0).json()["stamp"], "BUILD-000001");
}

#[test]
fn a_checksum_that_is_none_refuses_the_library() {
    let tree = Tree::empty().with_fixture(STAMPED);
    let hex = "0".repeat(64);
    let short = format!("{}  libstamped.so\n", &hex[1..]);
    let no_hex = format!("{}  libstamped.so\n", "g".repeat(64));
    for text in ["", "\n", "libstamped.so", &short, &no_hex] {
        tree.put(CHECKSUM, text);
        let output = run(&tree).expect_code(2);
        let message = output.json()["error"]["message"].as_str().unwrap().to_owned();
        let reason = "libstamped.so.sha256 is not readable as a line of `sha256sum`";
        assert!(message.contains(reason), "{text:?}: {message}");
    }
}
