//! Topic names: Kafka's own rule, and the topics that belong to others.

use serde_json::Value;

use crate::verdict::{Verdict, quoted};

/// Kafka's limit, in characters.
const LONGEST: usize = 249;

/// Judges a topic name. Issues: `bad_topic` (invalid), `schemas_topic` (a warning).
///
/// librdkafka takes any name, so this is the only guard.
pub fn judge(topic: &Value) -> Verdict {
    let mut verdict = Verdict::default();
    let Some(name) = topic.as_str() else {
        verdict.refuse("bad_topic", "a topic is a text");
        return verdict;
    };
    if let Some(reason) = fault(name) {
        verdict.refuse("bad_topic", format!("{} {reason}", quoted(name)));
    } else if name == "_schemas" {
        verdict.warn("schemas_topic", "`_schemas` is where a Schema Registry keeps its schemas");
    }
    verdict
}

/// Why the name cannot be a topic; ends the sentence that begins with the name.
fn fault(name: &str) -> Option<&'static str> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if name.is_empty() {
        Some("is empty; a topic has 1 to 249 characters")
    } else if !name.bytes().all(legal) {
        Some("has characters outside a-z, A-Z, 0-9, `.`, `_` and `-`")
    } else if name.len() > LONGEST {
        Some("is longer than 249 characters")
    } else if matches!(name, "." | "..") {
        Some("is a name for a directory, not for a topic")
    } else if name.starts_with("__") {
        Some("begins with `__`, which Kafka keeps for its own topics")
    } else {
        None
    }
}
