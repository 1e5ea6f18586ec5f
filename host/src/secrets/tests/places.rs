//! Where secrets come from: files, and keys that a schema marks.

use serde_json::json;
use std::fs;

use super::raw;
use crate::secrets::{Redactor, from_file, note_write_only};

#[test]
fn a_file_gives_its_text_without_the_last_line_break() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&[u8], Result<&str, &str>); 8] = [
        (b"hunter2", Ok("hunter2")),
        (b"hunter2\n", Ok("hunter2")),
        (b"hunter2\r\n", Ok("hunter2")),
        (b"a\nb\n\n", Ok("a\nb\n")),
        (b"", Ok("")),
        (b"\xff", Err("is not UTF-8")),
        (&[b'x'; 64 << 10], Ok("")),
        (&[b'x'; (64 << 10) + 1], Err("is larger than 64 KiB")),
    ];
    for (content, expected) in cases {
        let path = folder.path().join("secret");
        fs::write(&path, content).unwrap();
        let path = path.to_str().unwrap();
        match (from_file(path), expected) {
            (Ok(text), Ok(expected)) => {
                let expected =
                    if content.len() > 1000 { "x".repeat(64 << 10) } else { expected.into() };
                assert_eq!(text, expected);
            }
            (Err(reason), Err(part)) => assert!(reason.contains(part), "{reason}"),
            (found, _) => panic!("{found:?} for {expected:?}"),
        }
    }
}

#[test]
fn what_is_no_regular_file_is_refused_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let kind = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, kind, rustix::fs::Mode::RWXU, 0).unwrap();
    let missing = folder.path().join("missing");
    let cases = [
        (pipe.as_path(), "is no regular file"),
        (folder.path(), "is no regular file"),
        (std::path::Path::new("/dev/zero"), "is no regular file"),
        (&missing, "No such file"),
    ];
    for (path, part) in cases {
        let reason = from_file(path.to_str().unwrap()).unwrap_err();
        assert!(reason.contains(part), "{reason}");
    }
}

#[test]
fn what_lands_under_a_write_only_key_is_a_secret() {
    let schema = json!({
        "properties": {
            "password": {"type": "string", "writeOnly": true},
            "sasl": {"anyOf": [{"$ref": "#/$defs/Sasl"}, {"type": "null"}]},
            "servers": {"type": "array", "items": {"$ref": "#/$defs/Server"}},
            "labels": {"additionalProperties": {"writeOnly": true}},
            "pair": {"prefixItems": [{}, {"writeOnly": true}]},
            "circle": {"$ref": "#/$defs/Circle"},
            "all": {"allOf": [{"writeOnly": true}]},
            "gone": {"$ref": "#/$defs/Gone"},
        },
        "$defs": {
            "Sasl": {"properties": {"token": {"writeOnly": true}}},
            "Server": {"properties": {"key": {"writeOnly": true}, "next": {"$ref": "#/$defs/Server"}}},
            "Circle": {"anyOf": [{"$ref": "#/$defs/Circle"}, {"writeOnly": true}]},
        },
    });
    let cases = [
        (r#"{"password":"canary"}"#, true),
        (r#"{"password":{"deep":["canary"]}}"#, true),
        (r#"{"user":"canary"}"#, false),
        (r#"{"sasl":{"token":"canary"}}"#, true),
        (r#"{"sasl":{"user":"canary"}}"#, false),
        (r#"{"servers":[{},{"key":"canary"}]}"#, true),
        (r#"{"servers":[{"next":{"next":{"key":"canary"}}}]}"#, true),
        (r#"{"labels":{"any":"canary"}}"#, true),
        (r#"{"pair":["x","canary"]}"#, true),
        (r#"{"pair":["canary","x"]}"#, false),
        (r#"{"circle":"canary"}"#, true),
        (r#"{"all":"canary"}"#, true),
        (r#"{"gone":"canary"}"#, false),
        (r#"["canary"]"#, false),
    ];
    for (configuration, is_secret) in cases {
        let redactor = Redactor::new();
        note_write_only(&schema, &raw(configuration), &redactor);
        let expected = if is_secret { "[redacted]" } else { "canary" };
        assert_eq!(redactor.text("canary"), expected, "{configuration}");
    }
}
