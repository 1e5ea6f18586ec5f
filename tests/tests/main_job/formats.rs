//! What each built-in serializer puts into a record.

use end_to_end::apache::Apache;
use end_to_end::host::Host;
use end_to_end::reader::read_topic;

use crate::publishing::{pipeline, publish, result_of};

/// A topic a case: the serialization, the messages as YAML, the values a reader finds.
#[test]
fn each_serialization_writes_its_bytes() {
    let Some(kafka) = Apache::shared() else { return };
    let digits = "{\"n\":123456789012345678901234567890,\"z\":1.10,\"a\":\"grün ☃\"}";
    let cases: [(&str, &str, &[&[u8]]); 3] = [
        ("json", digits, &[digits.as_bytes()]),
        (
            "string",
            r#""plain", "grün ☃", 12, {"b": 1, "a": [true, null]}"#,
            &[b"plain", "grün ☃".as_bytes(), b"12", br#"{"b":1,"a":[true,null]}"#],
        ),
        ("bytes", r#"{"$base64": "AP8K"}, "grün""#, &[b"\x00\xff\n", "grün".as_bytes()]),
    ];
    for (serialization, messages, expected) in cases {
        let topic = format!("formats.{serialization}");
        kafka.create_topic(&topic, 1);
        let config = format!(", serialization: {serialization}");
        let spec = pipeline(&topic, &config, &format!("messages: [{messages}]"));
        let output = publish(kafka.bootstrap_servers(), &spec, None);
        assert_eq!(result_of(&output)["published_count"], expected.len(), "{serialization}");
        let records = read_topic(kafka.bootstrap_servers(), &topic);
        let values: Vec<_> = records.iter().map(|r| r.value.as_deref().unwrap()).collect();
        assert_eq!(values, expected, "{serialization}");
    }
}

/// One JSON on the command line, split by the plugin's schemas into ctx and cfg.
#[test]
fn a_plugin_alone_prints_its_own_answer() {
    let Some(kafka) = Apache::shared() else { return };
    kafka.create_topic("alone", 1);
    let input = format!(
        r#"{{"bootstrap_servers": "{}", "topic": "alone", "partition_key": "é",
            "message": {{"n": 123456789012345678901234567890, "text": "Zürich ☃"}}}}"#,
        kafka.bootstrap_servers()
    );
    let run = Host::shared().run(["run", "kafka_producer", "--input", "-"]).stdin(input);
    let answer = run.output().expect_code(0).json();
    assert_eq!(answer["kafka_status"], "success");
    assert_eq!(answer["kafka_error"], serde_json::Value::Null);
    let records = read_topic(kafka.bootstrap_servers(), "alone");
    assert_eq!(records.len(), 1);
    let expected = r#"{"n":123456789012345678901234567890,"text":"Zürich ☃"}"#;
    assert_eq!((records[0].key_text(), records[0].text()), (Some("é"), expected));
}
