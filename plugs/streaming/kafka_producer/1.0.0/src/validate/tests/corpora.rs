//! The corpora through `operation: validate` of the exported plugin.

use super::{Validator, cases, corpus};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn every_address_of_the_corpus_is_judged_as_it_says() {
    let validator = Validator::start();
    for case in cases("hosts/hosts.jsonl", 247) {
        for profile in ["default", "strict"] {
            let config = json!({ "security": { "profile": profile } });
            let judged = validator.judge("bootstrap_servers", &case["input"], config);
            assert_eq!(judged.word(), case[profile], "{profile} {case} {judged:?}");
            let servers = judged.0["sanitized_servers"].as_array().unwrap();
            assert_eq!(servers.is_empty(), !judged.is_valid(), "{case}");
        }
    }
    for case in cases("hosts/hosts-allow.jsonl", 16) {
        let security = json!({ "profile": "strict", "allow": case["allow"] });
        let judged =
            validator.judge("bootstrap_servers", &case["input"], json!({ "security": security }));
        assert_eq!(judged.is_valid(), case["strict"] == "accept", "{case} {judged:?}");
    }
    eprintln!("bootstrap_servers: 247 cases with two profiles each, 16 with an allow-list");
}

#[test]
fn every_topic_of_the_corpus_is_judged_as_it_says() {
    let validator = Validator::start();
    for case in cases("topics/topics.jsonl", 87) {
        let one = validator.judge("topic_names", &case["input"], json!({}));
        if !case["input"].is_array() {
            assert_eq!(one.word(), case["verdict"], "{case} {one:?}");
        }
        let listed = validator.judge("topic_names", &json!([case["input"]]), json!({}));
        assert_eq!(listed.word(), case["verdict"], "{case} {listed:?}");
    }
    eprintln!("topic_names: 87 cases, alone and in a list");
}

/// A configuration with one raw option, and as much room as any value of it needs: a record has to fit
/// into the buffer, and a linger into the time that a record has.
fn roomy(key: &str, value: &Value) -> Value {
    let mut config = json!({ "librdkafka": { key: value } });
    for (raw, typed, room) in
        [("kbytes", "message_max_bytes", 1000_u64), ("message.max.bytes", "buffer_memory", 1 << 30)]
    {
        if key.ends_with(raw) {
            config[typed] = room.into();
        }
    }
    if !key.ends_with("timeout.ms") {
        config["timeout_ms"] = json!(300_000);
    }
    config
}

#[test]
fn every_raw_option_of_the_corpus_is_judged_as_it_says() {
    let validator = Validator::start();
    for case in cases("config-keys/config-keys.jsonl", 443) {
        let key = case["key"].as_str().unwrap();
        let config = roomy(key, &case["value"]);
        let judged = validator.judge("producer_config", &config, json!({}));
        let is_accepted = case["verdict"] == "accept";
        assert_eq!(judged.is_valid(), is_accepted, "{case} {judged:?}");
        let shown = &judged.0["sanitized_config"]["librdkafka"];
        assert_eq!(shown.get(key).is_some(), is_accepted, "{case}");
        let is_range = case["why"].as_str().unwrap().starts_with("range:");
        match judged.kinds().as_slice() {
            [] | ["acks_0"] => assert!(is_accepted, "{case}"),
            ["out_of_range"] => assert!(is_range, "{case}"),
            ["refused_option"] => assert!(!is_range && !is_accepted, "{case}"),
            other => panic!("{case}: {other:?}"),
        }
    }
    eprintln!("producer_config: 443 raw options");
}

/// The paths at which `shown` reads `[REDACTED]`; everything else must be as it was given.
fn redacted(given: &Value, shown: &Value, path: &str, found: &mut BTreeSet<String>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (given, shown) {
        (_, Value::String(text)) if text == "[REDACTED]" => {
            found.insert(path.to_owned());
        }
        (Value::Object(given), Value::Object(shown)) => {
            assert!(given.keys().eq(shown.keys()));
            given.iter().for_each(|(key, one)| redacted(one, &shown[key], &below(key), found));
        }
        (Value::Array(given), Value::Array(shown)) => {
            assert_eq!(given.len(), shown.len());
            let pairs = given.iter().zip(shown).enumerate();
            pairs.for_each(|(at, (one, shown))| {
                redacted(one, shown, &below(&at.to_string()), found);
            });
        }
        _ => assert_eq!(given, shown, "{path}"),
    }
}

#[test]
fn credentials_of_the_corpus_are_judged_and_redacted_as_it_says() {
    let validator = Validator::start();
    for case in cases("messages/credentials.jsonl", 58) {
        let judged = validator.judge("kafka_credentials", &case["input"], json!({}));
        assert_eq!(judged.is_valid(), case["valid"], "{case} {judged:?}");
        let expected: BTreeSet<&str> =
            case["issues"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(judged.kinds().into_iter().collect::<BTreeSet<_>>(), expected, "{case}");
        let shown = &judged.0["sanitized_credentials"];
        if !case["input"].is_object() {
            assert_eq!(*shown, Value::Null, "{case}");
            continue;
        }
        let mut found = BTreeSet::new();
        redacted(&case["input"], shown, "", &mut found);
        let expected: BTreeSet<String> = serde_json::from_value(case["redact"].clone()).unwrap();
        assert_eq!(found, expected, "{case}");
    }
    eprintln!("kafka_credentials: 58 cases");
}

/// A message of the content corpus, as it was written.
#[derive(serde::Deserialize)]
pub struct Message {
    input: Option<Box<RawValue>>,
    /// A message that is too long for a line.
    pub generator: Option<Generator>,
    valid: bool,
    /// The kinds that are found.
    pub issues: BTreeSet<String>,
    why: String,
}

/// A text repeated in the place of `"@"`.
#[derive(serde::Deserialize)]
pub struct Generator {
    template: Box<RawValue>,
    unit: String,
    times: usize,
}

impl Message {
    /// All of them.
    pub fn all() -> Vec<Self> {
        let corpus = corpus("messages/content.jsonl");
        let all: Vec<Self> =
            corpus.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(all.len(), 91);
        all
    }

    /// As it was written.
    pub fn text(&self) -> String {
        match &self.generator {
            Some(Generator { template, unit, times }) => {
                let filled = Value::from(unit.repeat(*times)).to_string();
                template.get().replace("\"@\"", &filled)
            }
            None => self.input.as_ref().map_or("null", |input| input.get()).to_owned(),
        }
    }
}

#[test]
fn messages_of_the_corpus_are_judged_as_it_says() {
    let validator = Validator::start();
    for message in Message::all() {
        let text = message.text();
        let judged = validator.judge_text("message_content", &text, json!({}));
        assert_eq!(judged.is_valid(), message.valid, "{}", message.why);
        let kinds: BTreeSet<String> = judged.kinds().into_iter().map(str::to_owned).collect();
        assert_eq!(kinds, message.issues, "{}", message.why);

        let reject = json!({ "security": { "content": "reject" } });
        let judged = validator.judge_text("message_content", &text, reject);
        assert_eq!(judged.is_valid(), message.issues.is_empty(), "{}", message.why);
        let off = json!({ "security": { "content": "off" } });
        let judged = validator.judge_text("message_content", &text, off);
        assert_eq!(judged.is_valid(), message.valid, "{}", message.why);
    }
    eprintln!("message_content: 91 cases with each of warn, reject and off");
}
