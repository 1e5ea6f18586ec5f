//! A plugin that misbehaves while it runs: its call fails with one error, and the host, the other
//! steps and the plugin's own next call go on.

use std::time::Duration;

use end_to_end::doorbell::{reached, silent_listener};
use end_to_end::host::{Host, Output, Tree};
use serde_json::{Value, json};

const PANICS: &str = "faulty/panics/1.0.0";
const ECHO: &str = "versions/echo/1.0.0";
const HANGS: &str = "faulty/hangs/1.0.0";
const PRINTS: &str = "faulty/prints/1.0.0";

/// Operations of the plug and what they panic with. The API's own future awaits the plugin's and
/// drops it while it is polled itself, so a panic in that drop belongs to `process` too.
const PANICKING: [(&str, &str); 2] =
    [("process", "told to panic in process"), ("drop", "told to panic in drop")];

const CIRCLE: &str = "plugins call each other in a circle: \
                      circle_a@1.0.0 → circle_b@1.0.0 → circle_a@1.0.0";

fn run_panics(tree: &Tree, operation: &str) -> Output {
    let input = json!({"operation": operation}).to_string();
    let run = Host::shared().run(["run", "faulty/panics", "--input", &input]).plugs(tree);
    run.env("RUST_BACKTRACE", "0").output()
}

fn plugin_error(message: &str) -> Value {
    let error = json!({"kind": "plugin_error", "message": message});
    json!({"success": false, "error": error, "diagnostics": []})
}

/// How many lines of a text are `line`.
fn count(text: &str, line: &str) -> usize {
    text.lines().filter(|one| *one == line).count()
}

#[test]
fn a_panic_is_one_error_document_and_one_report() {
    let tree = Tree::empty().with_fixture(PANICS);
    for (operation, text) in PANICKING {
        let output = run_panics(&tree, operation).expect_code(1);
        let message = format!("the plugin panicked in process: {text}");
        assert_eq!(output.json(), plugin_error(&message), "{output}");
        assert_eq!(output.stderr.matches(" panicked at ").count(), 1, "{output}");
        assert_eq!(count(&output.stderr, text), 1, "{output}");
        assert_eq!(count(&output.stderr, &format!("error: {message}")), 1, "{output}");
    }
    let healthy = run_panics(&tree, "none").expect_code(0);
    assert_eq!(healthy.json(), json!({"ok": true}));
    assert_eq!(healthy.stderr, "");
}

#[test]
fn a_panic_fails_its_step_and_no_other() {
    const PIPELINE: &str = r"
apiVersion: v1
kind: PipeSpec
metadata: {name: panics, version: 1.0.0}
pipeline:
  - {id: process, uses: panics, with: {operation: process}, on_error: continue}
  - {id: drop, uses: panics, with: {operation: drop}, on_error: continue}
  - {id: same_plugin, uses: panics, with: {operation: none}}
  - {id: another_plugin, uses: echo}
";
    let tree = Tree::empty().with_fixture(PANICS).with_fixture(ECHO);
    let run = Host::shared().run(["run", "-"]).plugs(&tree).env("RUST_BACKTRACE", "0");
    let output = run.stdin(PIPELINE).output().expect_code(0);
    let answer = output.json();
    let summary = answer["summary"].as_array().unwrap();
    for (step, (operation, text)) in summary.iter().zip(PANICKING) {
        let message = format!("the plugin panicked in process: {text}");
        assert_eq!((&step["id"], &step["status"]), (&operation.into(), &"failed".into()));
        assert_eq!(step["reason"], message);
        assert_eq!(output.stderr.matches(text).count(), 1, "{output}");
    }
    let statuses: Vec<_> = summary.iter().map(|step| step["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["failed", "failed", "success", "success"], "{output}");
    assert_eq!(answer["results"]["same_plugin"], json!({"ok": true}), "{output}");
    assert_eq!(answer["results"]["another_plugin"]["version"], "1.0.0", "{output}");
}

fn circle() -> Tree {
    let tree = Tree::empty().with_fixture(ECHO);
    tree.with_fixture("faulty/circle_a/1.0.0").with_fixture("faulty/circle_b/1.0.0")
}

#[test]
fn plugins_that_call_each_other_in_a_circle_are_stopped_and_named() {
    let tree = circle();
    let run = Host::shared().run(["run", "circle_a", "--input", "{}"]).plugs(&tree);
    let output = run.output().expect_code(1);
    assert_eq!(output.json(), plugin_error(CIRCLE), "{output}");
    assert_eq!(output.stderr, format!("error: {CIRCLE}\n"));
}

#[test]
fn a_circle_fails_its_step_and_no_other() {
    const PIPELINE: &str = r"
apiVersion: v1
kind: PipeSpec
metadata: {name: circle, version: 1.0.0}
pipeline:
  - {id: circle, uses: circle_a, on_error: continue}
  - {id: healthy, uses: echo}
";
    let tree = circle();
    let run = Host::shared().run(["run", "-"]).plugs(&tree).stdin(PIPELINE);
    let output = run.output().expect_code(0);
    let answer = output.json();
    assert_eq!(answer["summary"][0]["status"], "failed", "{output}");
    assert_eq!(answer["summary"][0]["reason"], CIRCLE, "{output}");
    assert_eq!(answer["summary"][1]["status"], "success", "{output}");
    assert_eq!(answer["results"]["healthy"]["version"], "1.0.0", "{output}");
}

/// From start to end, for a host that gives a plugin 5 s to stop.
const BOUNDED: Duration = Duration::from_secs(30);

#[test]
fn a_call_that_never_yields_is_left_behind_by_an_interrupt() {
    let tree = Tree::empty().with_fixture(HANGS);
    let call = |input: Value| {
        let run = Host::shared().run(["run", "hangs", "--input", &input.to_string()]);
        run.plugs(&tree).limit(BOUNDED)
    };
    let healthy = call(json!({"operation": "none"})).output().expect_code(0);
    assert_eq!(healthy.json(), json!({"ok": true}));

    let (address, connected) = silent_listener();
    let run = call(json!({"operation": "spin", "tell": address})).start();
    let _spinning = reached(&connected);
    run.interrupt().unwrap();
    let output = run.wait().unwrap().expect_code(130);
    assert_eq!(output.json()["error"]["kind"], "interrupted", "{output}");
}

#[test]
fn a_step_that_never_yields_is_left_behind_by_an_interrupt() {
    const PIPELINE: &str = r#"
apiVersion: v1
kind: PipeSpec
metadata: {name: spins, version: 1.0.0}
pipeline:
  - {id: before, uses: echo}
  - {id: spins, uses: hangs, with: {operation: spin, tell: "${env:TELL}"}}
"#;
    let tree = Tree::empty().with_fixture(ECHO).with_fixture(HANGS);
    let (address, connected) = silent_listener();
    let run = Host::shared().run(["run", "-"]).plugs(&tree).env("TELL", address).stdin(PIPELINE);
    let run = run.limit(BOUNDED).start();
    let _spinning = reached(&connected);
    run.interrupt().unwrap();
    let output = run.wait().unwrap().expect_code(130);
    let answer = output.json();
    assert_eq!(answer["results"]["before"]["version"], "1.0.0", "{output}");
    assert_eq!(answer["summary"][1]["status"], "cancelled", "{output}");
}

#[test]
fn what_a_plugin_prints_is_on_stderr_and_stdout_is_one_document() {
    const PIPELINE: &str = r"
apiVersion: v1
kind: PipeSpec
metadata: {name: prints, version: 1.0.0}
pipeline:
  - {id: prints, uses: prints}
";
    let tree = Tree::empty().with_fixture(PRINTS);
    let alone = Host::shared().run(["run", "prints", "--input", "{}"]).plugs(&tree);
    let alone = alone.output().expect_code(0);
    assert_eq!((alone.stdout.as_str(), alone.stderr.as_str()), ("{}\n", "printed in process\n"));
    let run = Host::shared().run(["run", "-"]).plugs(&tree).stdin(PIPELINE);
    let output = run.output().expect_code(0);
    assert_eq!(output.json()["results"]["prints"], json!({}), "{output}");
    assert_eq!(output.stderr, "printed in process\n");
}
