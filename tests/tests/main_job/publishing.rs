//! Real data, published to a real Apache Kafka and read back.

use std::collections::BTreeMap;
use std::fs;

use end_to_end::apache::{Apache, console};
use end_to_end::host::{Host, Output};
use end_to_end::reader::{Record, read_topic};
use end_to_end::workspace_root;
use serde_json::Value;

/// A pipeline of one publishing step. Its input `data` is an array; `config` and `with` are the
/// inside of a YAML mapping in braces, `config` beside the address and the topic.
pub fn pipeline(topic: &str, config: &str, with: &str) -> String {
    format!(
        r#"
apiVersion: v1
kind: PipeSpec
metadata: {{name: publishing, version: 1.0.0}}
inputs:
  data: {{type: array, default: []}}
pipeline:
  - id: publish
    uses: kafka_producer
    config: {{bootstrap_servers: "${{env:KAFKA}}", topic: {topic}{config}}}
    with: {{{with}}}
"#
    )
}

/// Runs a pipeline that must succeed, with a file of `examples/data` or an absolute path as `data`.
pub fn publish(bootstrap_servers: &str, pipeline: &str, data: Option<&str>) -> Output {
    let set = data.map(|path| format!("data=@{path}"));
    let mut arguments = vec!["run", "-"];
    arguments.extend(set.iter().flat_map(|set| ["--set", set]));
    let invocation = Host::shared().run(arguments).env("KAFKA", bootstrap_servers);
    invocation.stdin(pipeline).output().expect_code(0)
}

/// What the publishing step answered.
pub fn result_of(output: &Output) -> Value {
    output.json()["results"]["publish"]["kafka_result"].clone()
}

/// The lines of a file in `examples/data`.
fn lines_of(file: &str) -> Vec<String> {
    let path = workspace_root().join("examples/data").join(file);
    fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

/// The values of each key in the order a reader meets them. Panics when a key is in two
/// partitions: then there is no such order.
pub fn values_by_key(records: &[Record]) -> BTreeMap<String, Vec<String>> {
    let mut partition_of = BTreeMap::new();
    let mut values: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for record in records {
        let key = record.key_text().expect("every record has a key").to_owned();
        let first_seen = *partition_of.entry(key.clone()).or_insert(record.partition);
        assert_eq!(first_seen, record.partition, "key {key} is in two partitions");
        values.entry(key).or_default().push(record.text().to_owned());
    }
    values
}

#[test]
fn every_earthquake_arrives_untouched_and_in_order_per_key() {
    let Some(kafka) = Apache::shared() else { return };
    kafka.create_topic("earthquakes", 6);
    let spec = pipeline("earthquakes", "", r#"records: "{{ inputs.data }}""#);
    let data = "examples/data/earthquakes-records.ndjson";
    let output = publish(kafka.bootstrap_servers(), &spec, Some(data));

    let events = lines_of("earthquakes.ndjson");
    assert_eq!(result_of(&output)["published_count"], events.len());
    assert_eq!(result_of(&output)["failed_count"], 0);
    let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in events {
        let network =
            serde_json::from_str::<Value>(&event).unwrap()["net"].as_str().unwrap().into();
        expected.entry(network).or_default().push(event);
    }
    let records = read_topic(kafka.bootstrap_servers(), "earthquakes");
    assert_eq!(values_by_key(&records), expected);
    if let Some(read_by_java) = console::read_topic(kafka.bootstrap_servers(), "earthquakes") {
        assert!(read_by_java == records, "Apache's own consumer reads something else");
    }
}

#[test]
fn every_webhook_arrives_untouched_and_in_order() {
    let Some(kafka) = Apache::shared() else { return };
    kafka.create_topic("webhooks", 1);
    let spec = pipeline("webhooks", "", r#"messages: "{{ inputs.data }}""#);
    let data = "examples/data/github-webhooks.ndjson";
    let output = publish(kafka.bootstrap_servers(), &spec, Some(data));

    assert_eq!(result_of(&output)["published_count"], 110);
    let records = read_topic(kafka.bootstrap_servers(), "webhooks");
    let values: Vec<_> = records.iter().map(|record| record.text().to_owned()).collect();
    assert_eq!(values, lines_of("github-webhooks.ndjson"));
}

#[test]
fn a_signal_type_finds_its_topic() {
    let Some(kafka) = Apache::shared() else { return };
    for topic in ["routing.default", "routing.push"] {
        kafka.create_topic(topic, 1);
    }
    for (signal_type, topic) in [("push", "routing.push"), ("fork", "routing.default")] {
        let with = format!(r#"message: {{about: {signal_type}}}, signal_type: {signal_type}"#);
        let spec = pipeline("routing.default", ", signal_routing: {push: routing.push}", &with);
        let output = publish(kafka.bootstrap_servers(), &spec, None);
        assert_eq!(result_of(&output)["topic"], topic);
        let records = read_topic(kafka.bootstrap_servers(), topic);
        let values: Vec<_> = records.iter().map(Record::text).collect();
        assert_eq!(values, [format!(r#"{{"about":"{signal_type}"}}"#)]);
    }
}
