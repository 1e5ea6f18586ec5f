//! A broken plug is refused with a reason and harms nobody: a healthy one works beside it.

use std::fs;

use end_to_end::host::{Host, Tree};

const HEALTHY: &str = "serialization/json_serializer/1.0.0";

fn manifest(name: &str) -> String {
    format!("name: {name}\nversion: 1.0.0\ndescription: broken on purpose\nroles: [process]\n")
}

/// The first half of a library that works: its section table is gone.
fn half_a_library() -> Vec<u8> {
    let built = Host::shared().tree().join(HEALTHY).join("libjson_serializer.so");
    let bytes = fs::read(built).unwrap();
    bytes[..bytes.len() / 2].to_vec()
}

/// A tree with one healthy plug and one whose library is `library`.
fn tree_with(name: &str, library: &[u8]) -> Tree {
    let folder = format!("broken/{name}/1.0.0");
    Tree::empty()
        .with_plug(HEALTHY)
        .with_file(&format!("{folder}/plug.yaml"), manifest(name))
        .with_file(&format!("{folder}/lib{name}.so"), library)
}

#[test]
fn a_broken_library_is_refused_and_its_neighbour_works() {
    let cases = [
        ("empty_file", Vec::new()),
        ("text_file", b"this is not a library\n".to_vec()),
        ("half_an_elf", half_a_library()),
    ];
    for (name, library) in cases {
        let tree = tree_with(name, &library);
        let listed = Host::shared().run(["list", "--json"]).plugs(&tree).output().expect_code(0);
        let document = listed.json();
        let refused = document["refused"].as_array().unwrap();
        assert_eq!(refused.len(), 1, "{name}: {listed}");
        let path = refused[0]["path"].as_str().unwrap();
        assert!(path.contains(&format!("broken/{name}/1.0.0")), "{listed}");
        for part in ["kind", "reason"] {
            assert!(!refused[0][part].as_str().unwrap().is_empty(), "{name}: {listed}");
        }
        let plugs = document["plugs"].as_array().unwrap();
        let names: Vec<_> = plugs.iter().map(|plug| plug["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["json_serializer"], "{listed}");

        let input = r#"{"message": {"a": 1}, "format": "json"}"#;
        let run = Host::shared().run(["run", "json_serializer", "--input", input]).plugs(&tree);
        assert_eq!(run.output().expect_code(0).json()["serialized_message"], r#"{"a":1}"#);
    }
}

#[test]
fn running_a_refused_plug_says_why_it_was_refused() {
    let tree = tree_with("empty_file", b"");
    let output = Host::shared().run(["run", "empty_file", "--input", "{}"]).plugs(&tree).output();
    let output = output.expect_code(2);
    assert_eq!(output.json()["success"], false);
    assert!(output.stdout.contains("refused"), "{output}");
}
