//! `plugpipe show` and `plugpipe doc` of real plugs.

use end_to_end::host::Host;

/// The text without what differs from build to build.
fn lasting(text: &str) -> String {
    let differs = |line: &&str| {
        ["rustc ", "build ", "sha256 ", "path "].iter().any(|word| line.starts_with(word))
    };
    text.lines().filter(|line| !differs(line)).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_small_plug_is_shown_whole() {
    let shown = Host::shared().run(["show", "json_serializer"]).output().expect_code(0);
    let expected = "\
serialization/json_serializer 1.0.0
JSON text to compact UTF-8 JSON

roles    process, transform
formats  json
abi      1.0.0

configuration as process, transform:
  none

input:
  message  any value     required  The value to serialize.
  format   text or null            One of the serializer's formats; absent = its first.

output:
  serialized_message  any value  required  The bytes: a text where they are UTF-8, else `{\"$base64\": \"…\"}`.
  format              text       required  The format they are in.";
    assert_eq!(lasting(&shown.stdout), expected);
}

#[test]
fn the_reference_of_a_small_plug_is_a_page() {
    let page = Host::shared().run(["doc", "json_serializer"]).output().expect_code(0);
    let expected = "\
# json_serializer

JSON text to compact UTF-8 JSON

Version 1.0.0, category `serialization`, roles `process`, `transform`, formats `json`. Built for plugin ABI 1.0.0.

## Configuration as process, transform

None.

## Input

| key | type | default | meaning |
|---|---|---|---|
| `message` | any value | required | The value to serialize. |
| `format` | text or null |  | One of the serializer's formats; absent = its first. |

## Output

| key | type | default | meaning |
|---|---|---|---|
| `serialized_message` | any value | required | The bytes: a text where they are UTF-8, else `{\"$base64\": \"…\"}`. |
| `format` | text | required | The format they are in. |
";
    assert_eq!(page.stdout, expected);
}

#[test]
fn every_key_of_a_large_plug_has_a_row() {
    let shown = Host::shared().run(["show", "kafka_producer", "--json"]).output().expect_code(0);
    let about = shown.json();
    let roles = |part: &serde_json::Value| part["roles"].to_string();
    let parts = about["configuration"].as_array().unwrap();
    assert_eq!(parts.iter().map(roles).collect::<Vec<_>>(), [r#"["process"]"#, r#"["sink"]"#]);
    let row = |name: &str| {
        let keys = parts[0]["keys"].as_array().unwrap();
        let key = keys.iter().find(|key| key["name"] == name).unwrap();
        (key["type"].as_str().unwrap().to_owned(), key["default"].to_string())
    };
    let cases = [
        ("bootstrap_servers", "text or list of text", "\"localhost:9092\""),
        ("acks", "one of 0, 1, -1, all or null", "\"all\""),
        ("signal_routing", "object of text", "{}"),
        ("enable_idempotence", "true or false or null", "null"),
        ("retries", "whole number from 0 to 50 or null", "null"),
        ("timeout_ms", "whole number from 1000 to 300000", "30000"),
        ("compression", "one of none, gzip, snappy, lz4, zstd", "\"none\""),
        ("redis_backend.redis_url", "text", "\"redis://localhost:6379/2\""),
        ("security.allow", "list of text", "[]"),
        ("full_details", "true or false", "false"),
    ];
    for (name, kind, default) in cases {
        assert_eq!(row(name), (kind.to_owned(), default.to_owned()), "{name}");
    }
}

#[test]
fn a_plug_that_is_not_there_is_wrong_usage() {
    let missing = Host::shared().run(["show", "json_serialiser"]).output().expect_code(2);
    assert!(missing.stderr.contains("did you mean `json_serializer`?"), "{missing}");
}
