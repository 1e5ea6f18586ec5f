//! SIGINT and SIGTERM in the middle of a pipeline or a call.

use end_to_end::doorbell::{reached, silent_listener};
use end_to_end::host::{Host, Output, Running, Tree};
use serde_json::json;

const PIPELINE: &str = r#"
apiVersion: v1
kind: PipeSpec
metadata: {name: interrupted, version: 1.0.0}
pipeline:
  - id: before
    uses: json_serializer
    with: {message: {n: 1}, format: json}
  - id: stuck
    uses: kafka_producer
    config: {bootstrap_servers: "${env:KAFKA}", topic: stuck, timeout_ms: 300000}
    with: {message: 1}
  - id: after
    uses: json_serializer
    with: {message: 2, format: json}
"#;

/// The pipeline, ended by `signal` while its second step waits for a broker.
fn interrupted(signal: impl Fn(&Running)) -> Output {
    let (address, connected) = silent_listener();
    let run = Host::shared().run(["run", "-"]).env("KAFKA", address).stdin(PIPELINE).start();
    let _held_open = reached(&connected);
    signal(&run);
    run.wait().unwrap()
}

#[test]
fn sigterm_ends_a_run_with_143_and_one_document() {
    let output = interrupted(|run| run.terminate().unwrap()).expect_code(143);
    assert_eq!(output.json()["error"]["kind"], "interrupted", "{output}");
}

/// The plug does not end at the first signal, and the code is that of the second.
#[test]
fn a_second_signal_ends_a_run_that_is_being_ended() {
    const STUCK: &str = r#"
apiVersion: v1
kind: PipeSpec
metadata: {name: stuck, version: 1.0.0}
pipeline:
  - {id: stuck, uses: hangs, with: {operation: wait, tell: "${env:TELL}"}}
"#;
    let tree = Tree::empty().with_fixture("faulty/hangs/1.0.0");
    let (address, connected) = silent_listener();
    let run = Host::shared().run(["run", "-"]).plugs(&tree).env("TELL", address).stdin(STUCK);
    let run = run.start();
    let _called = reached(&connected);
    run.interrupt().unwrap();
    let _in_shutdown = reached(&connected);
    run.terminate().unwrap();
    let output = run.wait().unwrap().expect_code(143);
    assert_eq!(output.json()["summary"][0]["status"], "cancelled", "{output}");
}

#[test]
fn an_interrupted_plugin_alone_is_one_document_that_says_so() {
    let (address, connected) = silent_listener();
    let input =
        json!({"bootstrap_servers": address, "topic": "t", "timeout_ms": 300_000, "message": 1});
    let run = Host::shared().run(["run", "kafka_producer", "--input", &input.to_string()]).start();
    let _held_open = reached(&connected);
    run.interrupt().unwrap();
    let output = run.wait().unwrap().expect_code(130);
    let answer = output.json();
    assert_eq!(answer["success"], false, "{output}");
    assert_eq!(answer["error"]["kind"], "interrupted", "{output}");
}

#[test]
fn sigint_prints_what_is_known_so_far() {
    let output = interrupted(|run| run.interrupt().unwrap()).expect_code(130);
    let answer = output.json();
    assert_eq!(answer["success"], false, "{output}");
    assert_eq!(answer["results"]["before"]["serialized_message"], r#"{"n":1}"#, "{output}");
    assert_eq!(answer["results"].get("after"), None, "{output}");
    let summary = answer["summary"].as_array().unwrap().iter();
    let statuses: Vec<_> = summary.map(|step| step["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["success", "cancelled", "cancelled"], "{output}");
    let may = "the run was interrupted; what the plugin had begun may still take effect";
    assert_eq!(answer["summary"][1]["reason"], may, "{output}");
    assert_eq!(answer["summary"][2]["reason"], "the run was interrupted", "{output}");
    assert_eq!((&answer["total_steps"], &answer["completed_steps"]), (&3.into(), &1.into()));
}
