//! Ten thousand records in one call.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use end_to_end::apache::Apache;
use end_to_end::reader::read_topic;

use crate::publishing::{pipeline, publish, result_of, values_by_key};

const RECORDS: usize = 10_000;
const KEYS: usize = 97;

fn key(id: usize) -> String {
    format!("key-{}", id % KEYS)
}

fn value(id: usize) -> String {
    format!(r#"{{"id":{id},"payload":"{}"}}"#, "x".repeat(id % 300))
}

/// One line a record, with two headers of one name and a null header.
fn lines() -> String {
    (0..RECORDS).fold(String::new(), |mut lines, id| {
        let headers = format!(r#"{{"id":"{id}","tag":["a","b"],"none":null}}"#);
        let (key, value) = (key(id), value(id));
        writeln!(lines, r#"{{"key":"{key}","value":{value},"headers":{headers}}}"#).unwrap();
        lines
    })
}

fn id_of(value: &str) -> String {
    serde_json::from_str::<serde_json::Value>(value).unwrap()["id"].to_string()
}

#[test]
fn ten_thousand_records_keep_keys_headers_and_order() {
    let Some(kafka) = Apache::shared() else { return };
    kafka.create_topic("volume", 6);
    let file = tempfile::Builder::new().suffix(".ndjson").tempfile().unwrap();
    std::fs::write(file.path(), lines()).unwrap();
    let spec = pipeline("volume", "", r#"records: "{{ inputs.data }}""#);
    let output = publish(kafka.bootstrap_servers(), &spec, file.path().to_str());
    assert_eq!(result_of(&output)["published_count"], RECORDS);
    assert_eq!(result_of(&output)["failed_count"], 0);

    let records = read_topic(kafka.bootstrap_servers(), "volume");
    let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for id in 0..RECORDS {
        expected.entry(key(id)).or_default().push(value(id));
    }
    assert!(values_by_key(&records) == expected, "records are lost, doubled, changed or reordered");
    for record in &records {
        let header = |name: &str, value: Option<&str>| (name.to_owned(), value.map(Into::into));
        let id = header("id", Some(&id_of(record.text())));
        let rest = [header("tag", Some("a")), header("tag", Some("b")), header("none", None)];
        assert_eq!(record.headers, [[id].as_slice(), &rest].concat());
    }
}
