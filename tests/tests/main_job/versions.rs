//! Versions of one plug: the highest that fits is taken, and several work side by side.

use end_to_end::host::{Host, Tree};
use serde_json::json;

const NO_SUCH_VERSION: &str = "no installed version of `echo` fits `^2`: there is 1.0.0, 1.1.0";

fn tree() -> Tree {
    let versions = ["versions/echo/1.0.0", "versions/echo/1.1.0"];
    versions.into_iter().fold(Tree::empty(), Tree::with_fixture)
}

#[test]
fn each_reference_gets_the_highest_version_that_fits() {
    let tree = tree();
    let references = [
        ("echo", "1.1.0"),
        ("echo@^1", "1.1.0"),
        ("echo@<1.1", "1.0.0"),
        ("echo:1.0.0", "1.0.0"),
        ("versions/echo/1.0.0", "1.0.0"),
    ];
    for (reference, version) in references {
        let run = Host::shared().run(["run", reference, "--input", r#"{"a": 1}"#]).plugs(&tree);
        let output = run.output().expect_code(0);
        assert_eq!(output.json(), json!({"version": version, "input": {"a": 1}}), "{reference}");
    }
}

#[test]
fn two_versions_work_side_by_side_in_one_pipeline() {
    const PIPELINE: &str = r"
apiVersion: v1
kind: PipeSpec
metadata: {name: versions, version: 1.0.0}
pipeline:
  - {id: fitting, uses: echo@^1, with: {said: first}}
  - {id: exact, uses: 'echo:1.0.0', with: {said: second}}
  - {id: again, uses: echo, with: {said: third}}
";
    let output = Host::shared().run(["run", "-"]).plugs(&tree()).stdin(PIPELINE).output();
    let answer = output.expect_code(0).json();
    let steps =
        [("fitting", "1.1.0", "first"), ("exact", "1.0.0", "second"), ("again", "1.1.0", "third")];
    for (index, (step, version, said)) in steps.into_iter().enumerate() {
        assert_eq!(answer["results"][step]["version"], version, "{step}");
        assert_eq!(answer["results"][step]["input"]["said"], said, "{step}");
        assert_eq!(answer["summary"][index]["version"], version, "{step}");
    }
}

#[test]
fn a_version_that_is_not_there_names_those_that_are() {
    let tree = tree();
    let output = Host::shared().run(["run", "echo@2", "--input", "{}"]).plugs(&tree).output();
    let output = output.expect_code(2);
    let error = json!({"kind": "unknown_plugin", "message": NO_SUCH_VERSION});
    assert_eq!(output.json()["error"], error, "{output}");
    assert_eq!(output.stderr, format!("error: {NO_SUCH_VERSION}\n"));
}

#[test]
fn a_step_that_asks_for_a_version_that_is_not_there_is_found_before_the_run() {
    const PIPELINE: &str = r"
apiVersion: v1
kind: PipeSpec
metadata: {name: versions, version: 1.0.0}
pipeline:
  - {id: there, uses: echo}
  - {id: missing, uses: echo@2}
";
    let output = Host::shared().run(["run", "-"]).plugs(&tree()).stdin(PIPELINE).output();
    let output = output.expect_code(2);
    let diagnostics = output.json()["diagnostics"].as_array().unwrap().clone();
    assert_eq!(diagnostics.len(), 1, "{output}");
    assert_eq!(diagnostics[0]["kind"], "unknown_plugin", "{output}");
    assert_eq!(diagnostics[0]["message"], NO_SUCH_VERSION, "{output}");
    assert_eq!(diagnostics[0]["line"], 7, "{output}");
}
