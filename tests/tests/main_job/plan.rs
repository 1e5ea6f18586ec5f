//! `plugpipe plan`: everything but the last moment.

use end_to_end::doorbell::silent_listener;
use end_to_end::host::Host;
use serde_json::json;

const PIPELINE: &str = r#"
apiVersion: v1
kind: PipeSpec
metadata: {name: orders, version: 1.0.0}
inputs:
  day: {type: string, required: true}
  token: {type: string, sensitive: true, default: hush-hush}
pipeline:
  - id: text
    uses: json_serializer
    with: {message: {day: "{{ inputs.day }}"}, format: json}
  - id: send
    uses: kafka_producer
    config: {bootstrap_servers: "${env:KAFKA}", topic: "orders"}
    with: {message: "{{ text.serialized_message }}", headers: {auth: "{{ inputs.token }}"}}
"#;

#[test]
fn nobody_is_dialled_and_what_is_known_is_resolved() {
    let (address, connected) = silent_listener();
    let run = Host::shared().run(["plan", "-", "--set", "day=monday"]);
    let output = run.env("KAFKA", &address).stdin(PIPELINE).output().expect_code(0);
    let plan = output.json();
    assert_eq!(plan["schema"], "plugpipe.plan/1");
    assert_eq!(plan["inputs"], json!({"day": "monday", "token": "[redacted]"}));
    assert_eq!(plan["steps"][0]["with"]["message"], json!({"day": "monday"}));
    let send = &plan["steps"][1];
    assert_eq!(send["after"], json!(["text"]));
    assert_eq!(send["config"]["bootstrap_servers"], address);
    assert_eq!(send["with"]["message"], "{{ text.serialized_message }}");
    assert_eq!(send["with"]["headers"]["auth"], "{{ inputs.token }}");
    assert_eq!(send["unresolved"], json!(["text.serialized_message"]));
    assert!(!output.to_string().contains("hush-hush"), "{output}");
    assert!(connected.try_recv().is_err(), "somebody was dialled\n{output}");
}

#[test]
fn a_plan_that_cannot_be_made_is_the_document_of_run() {
    let plan = Host::shared().run(["plan", "-"]).env("KAFKA", "k:1").stdin(PIPELINE).output();
    let run = Host::shared().run(["run", "-"]).env("KAFKA", "k:1").stdin(PIPELINE).output();
    assert_eq!(plan.clone().expect_code(2).json()["error"]["kind"], "missing_input", "{plan}");
    assert_eq!(plan.json(), run.expect_code(2).json());
}

#[test]
fn the_plan_of_a_stream_shows_its_stages() {
    const STREAM: &str = r#"
pipeline:
  - {id: orders, uses: file_source, config: {path: "{{ inputs.path }}", format: ndjson}}
  - {id: paid, type: filter, when: "{{ record.value.paid }}"}
  - {id: out, uses: stdout_sink}
"#;
    let run = Host::shared().run(["plan", "-", "--set", "path=nowhere.ndjson"]).stdin(STREAM);
    let plan = run.output().expect_code(0).json();
    assert_eq!((&plan["mode"], &plan["execution_mode"]), (&json!("stream"), &json!("stream")));
    let steps = plan["steps"].as_array().unwrap().iter();
    let stages: Vec<_> = steps.map(|step| (&step["id"], &step["stage"], &step["edges"])).collect();
    let edge = |to: &str| json!([{ "to": to }]);
    let expected = [
        (&json!("orders"), &json!("source"), &edge("paid")),
        (&json!("paid"), &json!("filter"), &edge("out")),
        (&json!("out"), &json!("sink"), &json!([])),
    ];
    assert_eq!(stages, expected);
    assert_eq!(plan["steps"][0]["config"]["path"], "nowhere.ndjson");
}
