//! Configurations, their problems and where those stand.

use super::{Document, Place, Rules};
use crate::diagnostics::Span;
use crate::yaml;
use serde_json::{Map, Value, json};

fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "topic": {"type": "string", "minLength": 1},
            "acks": {"anyOf": [{"$ref": "#/$defs/Acks"}, {"type": "null"}]},
            "linger_ms": {"type": "number", "exclusiveMinimum": 0},
            "size": {"type": ["integer", "null"], "minimum": 1, "maximum": 9},
            "mode": {"oneOf": [{"const": "fast"}, {"const": "safe"}]},
            "full": {"type": "boolean"},
            "paths": {"anyOf": [
                {"type": "string"}, {"type": "array", "items": {"type": "string"}}
            ]},
            "security": {
                "type": "object",
                "properties": {"allow": {"type": "array", "items": {"type": "string"}}},
                "additionalProperties": false
            },
            "password": {"type": "string", "minLength": 8, "writeOnly": true},
            "gone": {"not": {}, "description": "Was replaced\nby `mode`.\n\nLong ago."}
        },
        "required": ["topic"],
        "additionalProperties": false,
        "$defs": {"Acks": {"enum": [0, 1, "all"]}}
    })
}

/// `line:column kind message | hint` of every problem.
fn said(config: &str) -> Vec<String> {
    let node = yaml::load(config.as_bytes()).root.unwrap();
    let document = Document::new(Some(&node), &Map::new());
    let place = Place { plugin: "sink", role: "sink", at: Span::at(node.span.start) };
    let line = |one: &crate::diagnostics::Diagnostic| {
        let at = one.span.unwrap().start;
        let hint = one.hint.as_deref().map(|hint| format!(" | {hint}")).unwrap_or_default();
        format!("{}:{} {} {}{hint}", at.line, at.column, one.kind, one.message)
    };
    Rules::new(&schema()).judge(&document, place).iter().map(line).collect()
}

/// A configuration, and what is said of it.
const MISTAKES: [(&str, &str); 19] = [
    (
        "{topic: t, topik: u}",
        "1:12 unknown_config_key the configuration of `sink` has no key `topik` | did you mean `topic`?",
    ),
    (
        "{topic: t, security: {alow: [a]}}",
        "1:23 unknown_config_key `security` of `sink` has no key `alow` | did you mean `allow`?",
    ),
    (
        "{topic: t, security: {zebra: 1}}",
        "1:23 unknown_config_key `security` of `sink` has no key `zebra` | its keys are allow",
    ),
    (
        "{topik: t}",
        "1:2 unknown_config_key the configuration of `sink` has no key `topik` | did you mean `topic`?",
    ),
    (
        "{acks: 1}",
        "1:1 missing_config_key the configuration of `sink` needs `topic` | add `topic` under `config`: a text",
    ),
    (
        "{topic: t, linger_ms: soon}",
        "1:23 bad_config_type `linger_ms` of `sink` should be a number, but is the text `soon`",
    ),
    (
        "{topic: t, linger_ms: '5'}",
        "1:23 bad_config_type `linger_ms` of `sink` should be a number, but is the text `5` | write it without quotes: 5",
    ),
    (
        "{topic: 5}",
        "1:9 bad_config_type `topic` of `sink` should be a text, but is the number 5 | quote it to make it a text: \"5\"",
    ),
    (
        "{topic: t, full: yes}",
        "1:18 bad_config_type `full` of `sink` should be true or false, but is the text `yes` | write it as `true`, without quotes",
    ),
    (
        "{topic: ''}",
        "1:9 bad_config_value `topic` of `sink` should be a text that is not empty, but is an empty text",
    ),
    (
        "{topic: t, linger_ms: 0}",
        "1:23 bad_config_value `linger_ms` of `sink` should be a number above 0, but is the number 0",
    ),
    (
        "{topic: t, size: 10}",
        "1:18 bad_config_value `size` of `sink` should be a whole number from 1 to 9, but is the number 10",
    ),
    (
        "{topic: t, size: 1.5}",
        "1:18 bad_config_type `size` of `sink` should be a whole number from 1 to 9, but is the number 1.5",
    ),
    (
        "{topic: t, acks: 7}",
        "1:18 bad_config_value `acks` of `sink` should be one of 0, 1, all, but is the number 7",
    ),
    (
        "{topic: t, mode: fsat}",
        "1:18 bad_config_value `mode` of `sink` should be one of fast, safe, but is the text `fsat` | did you mean `fast`?",
    ),
    (
        "{topic: t, paths: [a, 2]}",
        "1:23 bad_config_type `paths[1]` of `sink` should be a text, but is the number 2 | quote it to make it a text: \"2\"",
    ),
    (
        "{topic: t, paths: {a: b}}",
        "1:19 bad_config_type `paths` of `sink` should be a text or list of text, but is a mapping",
    ),
    (
        "{topic: t, password: hunter2}",
        "1:22 bad_config_value `password` of `sink` should be a text of at least 8 characters, but is a text",
    ),
    (
        "{topic: t, gone: 1}",
        "1:12 unknown_config_key `gone` cannot be set for a sink of `sink` | Was replaced by `mode`.",
    ),
];

#[test]
fn every_mistake_is_told_in_words_at_its_place() {
    for (config, expected) in MISTAKES {
        assert_eq!(said(config), [expected], "{config}");
    }
}

#[test]
fn nothing_is_said_of_templates_and_of_keys_left_empty() {
    let configs = [
        "{topic: '{{ inputs.t }}', linger_ms: '${env:LINGER}', acks: '{{ a }}'}",
        "{topic: t, paths: ['{{ a }}', b], security: {allow: ['{{ b }}']}}",
        "{topic: t, security: '{{ inputs.security }}', mode: '{{ m }}'}",
        "{topic: t, linger_ms: , full: ~, mode: null, security: {allow: }}",
        "{topic: '$${not a template}'}",
    ];
    for config in configs {
        assert_eq!(said(config), [""; 0], "{config}");
    }
}

#[test]
fn defaults_fill_in_and_are_not_blamed_on_the_file() {
    let node = yaml::load(b"{full: true}").root.unwrap();
    let defaults = serde_json::from_value(json!({"topic": "t", "size": "wrong"})).unwrap();
    let document = Document::new(Some(&node), &defaults);
    let place = Place { plugin: "sink", role: "sink", at: Span::default() };
    assert_eq!(Rules::new(&schema()).judge(&document, place), []);
}

#[test]
fn a_misspelt_key_is_where_a_key_is_missing_that_may_have_others_beside_it() {
    let node = yaml::load(b"{pth: a}").root.unwrap();
    let document = Document::new(Some(&node), &Map::new());
    let schema = json!({"properties": {"path": {"type": "string"}}, "required": ["path"]});
    let place = Place { plugin: "lines", role: "source", at: Span::default() };
    let found = Rules::new(&schema).judge(&document, place);
    let [missing] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((missing.kind, missing.span.unwrap().start.column), ("missing_config_key", 2));
    assert_eq!(missing.hint.as_deref(), Some("did you mean `path` where `pth` stands?"));
}

#[test]
fn lines_are_secret_that_hold_a_secret_or_what_was_meant_to_be_one() {
    let text =
        "topic: password\npassword: [a,\n  b]\nacks: 1\npasword: c\nmode: fast\nclient_secret: d\n";
    let node = yaml::load(text.as_bytes()).root.unwrap();
    let document = Document::new(Some(&node), &Map::new());
    let lines = super::shape::secret_lines(Some(&schema()), &document);
    assert_eq!(lines.into_iter().flatten().collect::<Vec<u32>>(), [2, 3, 5, 7]);
}
