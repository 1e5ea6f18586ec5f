//! A broken plug is refused with a reason and harms nobody: a healthy one works beside it.

use std::env::consts::ARCH;
use std::fs;
use std::os::unix::fs::symlink;

use end_to_end::host::{Host, Tree};
use end_to_end::patch::replaced;
use serde_json::{Value, json};

const HEALTHY: &str = "serialization/json_serializer/1.0.0";

/// A folder that must be refused, and how.
struct Refused {
    /// `category/name/version`
    plug: String,
    kind: &'static str,
    reason: String,
}

impl Refused {
    fn new(plug: &str, kind: &'static str, reason: impl Into<String>) -> Self {
        Self { plug: plug.to_owned(), kind, reason: reason.into() }
    }

    fn name(&self) -> &str {
        self.plug.split('/').nth(1).expect("category/name/version")
    }

    fn path(&self, tree: &Tree) -> String {
        tree.path().join(&self.plug).display().to_string()
    }
}

fn manifest(name: &str) -> String {
    format!("name: {name}\nversion: 1.0.0\ndescription: broken on purpose\nroles: [process]\n")
}

/// The library of the healthy plug.
fn healthy() -> Vec<u8> {
    fs::read(Host::shared().tree().join(HEALTHY).join("libjson_serializer.so")).unwrap()
}

/// Libraries that are refused before any of their code runs: name, bytes, kind and reason.
fn broken_libraries() -> Vec<(&'static str, Vec<u8>, &'static str, String)> {
    const RISC_V: [u8; 2] = 243_u16.to_le_bytes();
    const MACHINE: usize = 18;
    let healthy = healthy();
    let half = healthy[..healthy.len() / 2].to_vec();
    let mut for_another_machine = healthy.clone();
    for_another_machine[MACHINE..MACHINE + 2].copy_from_slice(&RISC_V);
    let aborting = replaced(&healthy, r#""panic":"unwind""#, r#""panic":"abort" "#);
    let without_metadata = replaced(&healthy, r#"{"name":"json_ser"#, r#"["name":"json_ser"#);
    let machine = format!("the library is for machine 243, this host runs on {ARCH}");
    let abort = "the library was built with panic=abort, so a panic in it would end the host; \
                 build it with panic=unwind";
    let damaged = "the library is damaged: Invalid ELF section header offset/size/alignment";
    let metadata = "the library carries no readable plugin metadata (section .pp_meta)";
    vec![
        ("aborting", aborting, "panic_abort", abort.to_owned()),
        ("another_machine", for_another_machine, "wrong_machine", machine),
        ("empty_file", Vec::new(), "empty_file", "the library is an empty file".to_owned()),
        ("half_an_elf", half, "damaged_library", damaged.to_owned()),
        ("no_metadata", without_metadata, "no_metadata", metadata.to_owned()),
        ("text_file", b"text\n".to_vec(), "not_elf", "the library is not an ELF file".to_owned()),
    ]
}

/// A tree with one healthy plug and every broken one, and the refusals in the order of the tree.
fn broken_tree() -> (Tree, Vec<Refused>) {
    let mut tree = Tree::empty().with_plug(HEALTHY);
    let mut refused = Vec::new();
    for (name, library, kind, reason) in broken_libraries() {
        let plug = format!("broken/{name}/1.0.0");
        tree = tree
            .with_file(&format!("{plug}/plug.yaml"), manifest(name))
            .with_file(&format!("{plug}/lib{name}.so"), library);
        refused.push(Refused::new(&plug, kind, reason));
    }
    tree = tree.with_fixture("faulty/no_symbol/1.0.0").with_fixture("faulty/wrong_name/1.0.0");
    let no_symbol = "the library does not export `plugpipe_plugin_root_1`: it is not a PlugPipe \
                     plugin, or was built for another major version of the plugin ABI";
    refused.push(Refused::new("faulty/no_symbol/1.0.0", "no_symbol", no_symbol));
    let names = "names disagree: plug.yaml says `wrong_name`, the library says `another_name`";
    refused.push(Refused::new("faulty/wrong_name/1.0.0", "disagreement", names));
    fs::create_dir_all(tree.path().join("linked/json_serializer")).unwrap();
    symlink(tree.path().join(HEALTHY), tree.path().join("linked/json_serializer/1.0.0")).unwrap();
    let link = "it is a symbolic link; plugs are plain folders and files";
    refused.push(Refused::new("linked/json_serializer/1.0.0", "symbolic_link", link));
    (tree, refused)
}

#[test]
fn every_broken_plug_is_listed_with_its_reason_beside_the_healthy_one() {
    let (tree, refused) = broken_tree();
    let output = Host::shared().run(["list", "--json"]).plugs(&tree).output().expect_code(0);
    let document = output.json();
    let expected: Vec<Value> = refused
        .iter()
        .map(|one| json!({"path": one.path(&tree), "kind": one.kind, "reason": one.reason}))
        .collect();
    assert_eq!(document["refused"], Value::from(expected), "{output}");
    let plugs = document["plugs"].as_array().unwrap();
    let names: Vec<_> = plugs.iter().map(|plug| plug["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["json_serializer"], "{output}");
}

#[test]
fn a_refused_plug_says_why_when_it_is_run() {
    let (tree, refused) = broken_tree();
    for one in refused.iter().filter(|one| one.kind != "symbolic_link") {
        let (name, reason, path) = (one.name(), &one.reason, one.path(&tree));
        let message =
            format!("plugin `{name}` is there but was refused: {reason}; its folder is {path}");
        let run = Host::shared().run(["run", name, "--input", "{}"]).plugs(&tree);
        let output = run.output().expect_code(2);
        let error = json!({"kind": "unknown_plugin", "message": message});
        assert_eq!(
            output.json(),
            json!({"success": false, "error": error, "diagnostics": []}),
            "{output}"
        );
        assert_eq!(output.stderr, format!("error: {message}\n"));
    }
}

#[test]
fn broken_plugs_stop_no_run_of_another_one() {
    const PIPELINE: &str = r"
apiVersion: v1
kind: PipeSpec
metadata: {name: beside, version: 1.0.0}
pipeline:
  - {id: healthy, uses: json_serializer, with: {message: {a: 1}, format: json}}
";
    let (tree, _) = broken_tree();
    let input = r#"{"message": {"a": 1}, "format": "json"}"#;
    let alone = Host::shared().run(["run", "json_serializer", "--input", input]).plugs(&tree);
    let alone = alone.output().expect_code(0);
    assert_eq!(alone.json()["serialized_message"], r#"{"a":1}"#, "{alone}");
    assert_eq!(alone.stderr, "");
    let piped = Host::shared().run(["run", "-"]).plugs(&tree).stdin(PIPELINE).output();
    let piped = piped.expect_code(0);
    assert_eq!(piped.json()["results"]["healthy"]["serialized_message"], r#"{"a":1}"#, "{piped}");
    assert_eq!(piped.stderr, "");
}

/// Only the dynamic linker knows whether everything that a library needs is there.
#[test]
fn a_library_that_cannot_be_linked_is_refused_when_it_is_opened() {
    const NEIGHBOUR: &str = "serialization/string_serializer/1.0.0";
    let unlinked = replaced(&healthy(), "libgcc_s.so.1", "libgcc_s.so.X");
    let tree = Tree::empty().with_plug(HEALTHY).with_plug(NEIGHBOUR);
    let tree = tree.with_file(&format!("{HEALTHY}/libjson_serializer.so"), unlinked);
    // The checksum beside it would refuse it first.
    fs::remove_file(tree.path().join(HEALTHY).join("libjson_serializer.so.sha256")).unwrap();
    let input = r#"{"message": "a", "format": "string"}"#;
    let run = |plug| Host::shared().run(["run", plug, "--input", input]).plugs(&tree).output();
    let refused = run("json_serializer").expect_code(2);
    let error = &refused.json()["error"];
    assert_eq!(error["kind"], "plugin_refused", "{refused}");
    let refusal = "plugin `json_serializer@1.0.0` was refused: it needs libgcc_s.so.X, which the \
                   dynamic linker does not find; install the package that has it";
    assert_eq!(error["message"], refusal, "{refused}");
    let healthy = run("string_serializer").expect_code(0);
    assert_eq!(healthy.json()["serialized_message"], "a", "{healthy}");
}
