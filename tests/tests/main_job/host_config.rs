//! `--host-config`: trees and defaults of one host, under the configuration of every step.

use end_to_end::host::Host;
use serde_json::{Value, json};
use std::path::Path;

const HEAD: &str = "apiVersion: v1\nkind: PipeSpec\nmetadata: {name: hosted, version: 1.0.0}\n";

/// A folder with a pipeline that publishes to an embedded broker, and a host configuration.
fn folder(host: &str, config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let step =
        format!("  - {{id: p, uses: kafka_producer, with: {{message: 1}}, config: {config}}}");
    std::fs::write(folder.path().join("pipe.yaml"), format!("{HEAD}pipeline:\n{step}\n")).unwrap();
    std::fs::write(folder.path().join("host.yaml"), host).unwrap();
    folder
}

fn plugpipe(command: &str, folder: &Path, code: i32) -> Value {
    let path = |name: &str| folder.join(name).display().to_string();
    let (pipe, host) = (path("pipe.yaml"), path("host.yaml"));
    let arguments = match command {
        "check" => vec!["check", "--format", "json", &pipe, "--host-config", &host],
        _ => vec![command, &pipe, "--host-config", &host],
    };
    let run = Host::shared().run(arguments).env("HOSTED_TOPIC", "from_env");
    run.output().expect_code(code).json()
}

#[test]
fn a_step_wins_over_the_host_configuration_key_by_key() {
    let host = "defaults:\n  kafka_producer: {bootstrap_servers: embedded, topic: \"${env:HOSTED_TOPIC}\"}\n  \
                streaming/kafka_producer: {client_id: hosted}\n";
    let topic = |config: &str| {
        let answer = plugpipe("run", folder(host, config).path(), 0);
        answer["results"]["p"]["kafka_result"]["topic"].clone()
    };
    assert_eq!(topic("{acks: all}"), "from_env");
    assert_eq!(topic("{topic: of_the_step}"), "of_the_step");
}

#[test]
fn its_trees_stand_for_the_usual_ones_and_lie_beside_it() {
    let folder = folder("plugs: plugs\n", "{bootstrap_servers: embedded, topic: t}");
    std::os::unix::fs::symlink(Host::shared().tree(), folder.path().join("plugs")).unwrap();
    let empty = tempfile::tempdir().unwrap();
    let host = folder.path().join("host.yaml");
    let arguments = ["check".into(), folder.path().join("pipe.yaml"), "--host-config".into(), host];
    let run = Host::shared().run(arguments).env("PLUGPIPE_PLUGS", empty.path());
    run.output().expect_code(0);
}

#[test]
fn what_is_wrong_with_it_is_shown_in_its_own_file() {
    let cases = [
        ("defaults: {kafka_producr: {topic: t}}", "unknown_plugin", 12),
        ("defaults: {kafka_producer: {topik: t}}", "unknown_config_key", 29),
        ("defaults: {kafka_producer: {linger_ms: soon}}", "bad_config_type", 40),
        ("defaults: {kafka_producer: {topic: \"${env:HOSTED_NOTHING}\"}}", "missing_env", 36),
        ("defaults: {kafka_producer: {topic: \"{{ inputs.t }}\"}}", "bad_value", 36),
        ("defauts: {}", "unknown_key", 1),
        ("plugs: [nowhere]", "bad_value", 9),
    ];
    for (host, kind, column) in cases {
        let folder = folder(host, "{bootstrap_servers: embedded, topic: t}");
        let found = plugpipe("check", folder.path(), 2);
        let file = &found["files"][0];
        assert!(file["file"].as_str().unwrap().ends_with("host.yaml"), "{host}: {found}");
        let problem = &file["diagnostics"][0];
        let place = (&problem["kind"], &problem["line"], &problem["column"]);
        assert_eq!(place, (&json!(kind), &json!(1), &json!(column)), "{host}: {found}");
        let refused = plugpipe("run", folder.path(), 2);
        assert_eq!(refused["error"]["kind"], kind, "{host}: {refused}");
    }
}
