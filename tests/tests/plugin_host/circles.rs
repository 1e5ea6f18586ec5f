//! Plugins that call each other, longer than two calls, and after their own call ended.

use end_to_end::host::{Host, Tree};
use end_to_end::patch::replaced;
use serde_json::json;

use crate::rogue::{call, failed, tree};

/// A ring of three out of the two plugs that call each other: names of the same length change places.
fn ring() -> Tree {
    let built = Tree::empty();
    let built = built.with_fixture("faulty/circle_a/1.0.0").with_fixture("faulty/circle_b/1.0.0");
    let [a, b] = ["a", "b"]
        .map(|name| built.read(&format!("faulty/circle_{name}/1.0.0/libcircle_{name}.so")));
    let ring = [
        ("circle_a", a),
        ("circle_b", replaced(&b, "circle_a", "circle_c")),
        ("circle_c", replaced(&b, "circle_b", "circle_c")),
    ];
    ring.into_iter().fold(Tree::empty(), |tree, (name, library)| {
        let manifest = format!("name: {name}\nversion: 1.0.0\nroles: [process]\n");
        tree.with_file(&format!("faulty/{name}/1.0.0/plug.yaml"), manifest)
            .with_file(&format!("faulty/{name}/1.0.0/lib{name}.so"), library)
    })
}

#[test]
fn a_circle_of_three_is_spelled_out() {
    let tree = ring();
    for first in ["a", "b", "c"] {
        let name = format!("circle_{first}");
        let output = Host::shared().run(["run", &name, "--input", "{}"]).plugs(&tree).output();
        let around = ["a", "b", "c", "a", "b", "c"];
        let start = around.iter().position(|one| *one == first).unwrap();
        let chain = around.iter().cycle().skip(start).take(4);
        let chain: Vec<String> = chain.map(|one| format!("circle_{one}@1.0.0")).collect();
        let message = format!("plugins call each other in a circle: {}", chain.join(" → "));
        let output = output.expect_code(1);
        assert_eq!(output.json(), failed("plugin_error", &message), "{output}");
    }
}

#[test]
fn a_plugin_that_calls_itself_is_stopped() {
    let output = call(&tree(), &json!({"answer": "itself"})).output().expect_code(1);
    let message = "plugins call each other in a circle: rogue@1.0.7 → rogue@1.0.7";
    assert_eq!(output.json(), failed("plugin_error", message), "{output}");
}

#[test]
fn a_call_on_behalf_of_one_that_ended_is_refused() {
    const PIPELINE: &str = r"
apiVersion: v1
kind: PipeSpec
metadata: {name: ended, version: 1.0.0}
pipeline:
  - {id: first, uses: rogue}
  - {id: second, uses: rogue, with: {answer: ended}, on_error: continue}
  - {id: third, uses: rogue}
";
    let tree = tree();
    let output = Host::shared().run(["run", "-"]).plugs(&tree).stdin(PIPELINE).output();
    let answer = output.expect_code(0).json();
    let reason = "the call was refused: the call on whose behalf it was made has ended";
    assert_eq!(answer["summary"][1]["reason"], reason);
    assert_eq!(answer["results"]["third"], json!({"ok": true}));
}
