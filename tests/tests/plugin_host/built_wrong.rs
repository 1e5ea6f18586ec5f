//! Libraries that were built in a way that a host of many plugins cannot take.

use end_to_end::elf::{newest_glibc, with_version_need};
use end_to_end::host::{Host, Tree};
use end_to_end::stub::Stub;
use serde_json::{Value, json};

const HEALTHY: &str = "serialization/json_serializer/1.0.0";
const LIBRARY: &str = "serialization/json_serializer/1.0.0/libjson_serializer.so";

/// What `.pp_meta` of a library says, with another name.
fn meta(name: &str) -> String {
    let library = Tree::empty().with_plug(HEALTHY).read(LIBRARY);
    let range = end_to_end::elf::Parts::of(&library).section(".pp_meta");
    let text = String::from_utf8(library[range].to_vec()).unwrap();
    text.replace("json_serializer", name)
}

fn with_library(tree: Tree, name: &str, library: &[u8]) -> Tree {
    let manifest = format!("name: {name}\nversion: 1.0.0\nroles: [process]\n");
    tree.with_file(&format!("wrong/{name}/1.0.0/plug.yaml"), manifest)
        .with_file(&format!("wrong/{name}/1.0.0/lib{name}.so"), library)
}

/// A stub by name, and the kind and the reason of its refusal.
struct Case {
    name: &'static str,
    stub: Stub,
    kind: &'static str,
    reason: &'static str,
}

const RUN_PATH: &str = "the library has a run path (/nowhere); build it without -rpath";

/// What the headers of a library tell before any of it runs.
fn seen_in_the_headers() -> [Case; 7] {
    let case = |name, defines, link, needs, kind, reason| {
        let stub = Stub { defines, link, needs };
        Case { name, stub, kind, reason }
    };
    [
        case(
            "executable_stack",
            &[],
            &["-Wl,-z,execstack"],
            None,
            "executable_stack",
            "the library demands executable stacks; link it with -z noexecstack",
        ),
        case(
            "needs_a_path",
            &[],
            &[],
            Some("/nowhere/libplugpipe_nowhere.so.7"),
            "needs_library",
            "the library demands `/nowhere/libplugpipe_nowhere.so.7`: libraries are found by the \
             system, never by a path",
        ),
        case(
            "open_close",
            &["EXPORTS_OPEN_AND_CLOSE"],
            &[],
            None,
            "stray_exports",
            "the library exports `open`, `close` besides its plugin; such names can take the place \
             of the host's: export nothing but the plugin",
        ),
        case(
            "r_path",
            &[],
            &["-Wl,-rpath,/nowhere", "-Wl,--disable-new-dtags"],
            None,
            "run_path",
            RUN_PATH,
        ),
        case("run_path", &[], &["-Wl,-rpath,/nowhere"], None, "run_path", RUN_PATH),
        case(
            "static_tls",
            &["STATIC_TLS"],
            &[],
            None,
            "static_tls",
            "the library demands static thread-local storage, which a program that is running may \
             no longer have; build it without -ftls-model=initial-exec and without an allocator of \
             its own",
        ),
        case(
            "text_relocations",
            &["TEXT_RELOCATION"],
            &["-Wl,-z,notext"],
            None,
            "text_relocations",
            "the library relocates its own code; build it with -fPIC",
        ),
    ]
}

#[test]
fn what_the_headers_tell_is_listed_and_nothing_of_it_runs() {
    let mut tree = Tree::empty().with_plug(HEALTHY);
    let mut expected = Vec::new();
    for case in seen_in_the_headers() {
        tree = with_library(tree, case.name, &case.stub.built(&meta(case.name)));
        let path = tree.path().join(format!("wrong/{}/1.0.0", case.name));
        expected.push(json!({"path": path, "kind": case.kind, "reason": case.reason}));
    }
    let output = Host::shared().run(["list", "--json"]).plugs(&tree).output().expect_code(0);
    assert_eq!(output.json()["refused"], Value::from(expected), "{output}");
    let input = r#"{"message": {"a": 1}, "format": "json"}"#;
    let healthy = Host::shared().run(["run", "json_serializer", "--input", input]).plugs(&tree);
    let healthy = healthy.output().expect_code(0);
    assert_eq!(healthy.json()["serialized_message"], r#"{"a":1}"#, "{healthy}");
}

/// The reason for which a plug of the tree is refused when it is used.
fn refused_when_used(tree: &Tree, name: &str) -> String {
    let output = Host::shared().run(["run", name, "--input", "{}"]).plugs(tree).output();
    let error = output.clone().expect_code(2).json()["error"].clone();
    let message = error["message"].as_str().unwrap();
    let before = format!("plugin `{name}@1.0.0` was refused: ");
    message.strip_prefix(&before).unwrap_or_else(|| panic!("{output}")).to_owned()
}

#[test]
fn a_library_that_needs_one_that_is_not_there_names_it() {
    let stub = Stub { needs: Some("libplugpipe_nowhere.so.7"), ..Stub::default() };
    let tree = with_library(Tree::empty(), "lonely", &stub.built(&meta("lonely")));
    let reason = "it needs libplugpipe_nowhere.so.7, which the dynamic linker does not find; \
                  install the package that has it";
    assert_eq!(refused_when_used(&tree, "lonely"), reason);
}

#[test]
fn a_library_for_a_newer_glibc_says_which() {
    let library = Tree::empty().with_plug(HEALTHY).read(LIBRARY);
    let newest = newest_glibc(&library);
    let changed = with_version_need(&library, &newest, "GLIBC_9.99");
    let tree = Tree::empty().with_plug(HEALTHY);
    let tree = tree.without_file(&format!("{LIBRARY}.sha256")).with_file(LIBRARY, changed);
    let reason = "it needs glibc 9.99, this machine has an older one; build it on an older system";
    assert_eq!(refused_when_used(&tree, "json_serializer"), reason);
}

#[test]
fn a_stub_that_is_no_plugin_is_found_out_without_harm() {
    let tree = with_library(Tree::empty(), "hollow", &Stub::default().built(&meta("hollow")));
    let reason = refused_when_used(&tree, "hollow");
    assert!(reason.starts_with("its exported header is not readable: "), "{reason}");
}

#[test]
fn a_plugin_built_to_abort_is_refused() {
    const CIRCLE_A: &str = "faulty/circle_a/1.0.0";
    let library = Host::shared().built_to_abort("circle_a");
    let file = format!("{CIRCLE_A}/libcircle_a.so");
    let tree = Tree::empty().with_fixture(CIRCLE_A).without_file(&format!("{file}.sha256"));
    let tree = tree.with_file(&file, library);
    let output = Host::shared().run(["list", "--json"]).plugs(&tree).output().expect_code(0);
    assert_eq!(output.json()["plugs"], json!([]), "{output}");
    assert_eq!(output.json()["refused"][0]["kind"], "panic_abort", "{output}");
}
