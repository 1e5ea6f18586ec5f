//! `_plugpipe_metadata`: where a message came from, spliced into its JSON text.

use crate::input::Input;
use plugin_api::Json;
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

const KEY: &str = "_plugpipe_metadata";

/// The metadata of a call as JSON text; `None` when it is not asked for.
pub fn metadata(input: &Input) -> Option<String> {
    if !input.signal_metadata.as_ref().is_some_and(is_truthy) {
        return None;
    }
    let parts = [
        ("source_plugin", &input.source_plugin),
        ("signal_type", &input.signal_type),
        ("timestamp", &input.timestamp),
        ("trace_id", &input.trace_id),
        ("plugin_version", &input.plugin_version),
    ];
    let text = |value: &Option<Json>| value.as_ref().map_or("null", Json::get).to_owned();
    let fields: Vec<String> =
        parts.iter().map(|(key, value)| format!("\"{key}\":{}", text(value))).collect();
    Some(format!("{{{}}}", fields.join(",")))
}

/// The message with the metadata: in place when it has that key, else added last. A message that is
/// no object passes unchanged.
pub fn enriched(message: &str, metadata: &str) -> String {
    let text = message.trim();
    if !text.starts_with('{') {
        return text.to_owned();
    }
    match place(text) {
        Some(Place::Existing(at)) => format!("{}{metadata}{}", &text[..at.start], &text[at.end..]),
        Some(Place::Last { is_empty }) => {
            let comma = if is_empty { "" } else { "," };
            let body = text[..text.len() - 1].trim_end();
            format!("{body}{comma}\"{KEY}\":{metadata}}}")
        }
        None => text.to_owned(),
    }
}

/// Where the metadata goes.
enum Place {
    Existing(std::ops::Range<usize>),
    Last { is_empty: bool },
}

fn place(object: &str) -> Option<Place> {
    let Found(found, is_empty) = serde_json::from_str(object).ok()?;
    Some(match found {
        Some(value) => {
            // The raw value is a part of `object`, so its address is its position.
            let start = value.get().as_ptr() as usize - object.as_ptr() as usize;
            Place::Existing(start..start + value.get().len())
        }
        None => Place::Last { is_empty },
    })
}

/// The value under our key, and whether the object is empty.
struct Found<'a>(Option<&'a RawValue>, bool);

impl<'de: 'a, 'a> Deserialize<'de> for Found<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FindKey).map(|(value, is_empty)| Found(value, is_empty))
    }
}

struct FindKey;

impl<'de> Visitor<'de> for FindKey {
    type Value = (Option<&'de RawValue>, bool);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut found, mut is_empty) = (None, true);
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            is_empty = false;
            if key == KEY {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok((found, is_empty))
    }
}

/// What Python calls true: the documents that ask for this were written for it.
fn is_truthy(value: &Json) -> bool {
    let zero = value.parse::<f64>().is_ok_and(|number| number == 0.0);
    let compact: String = value.get().split_whitespace().collect();
    !zero && !matches!(compact.as_str(), "null" | "false" | "\"\"" | "[]" | "{}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        Json::from_text(text.to_owned()).unwrap()
    }

    #[test]
    fn metadata_stands_last_or_in_place() {
        let cases = [
            (r#"{"a":1}"#, r#"{"a":1,"_plugpipe_metadata":M}"#),
            ("{ }", r#"{"_plugpipe_metadata":M}"#),
            (r#"{"_plugpipe_metadata":{"x":[1]},"b":2}"#, r#"{"_plugpipe_metadata":M,"b":2}"#),
            ("[1]", "[1]"),
            ("\"text\"", "\"text\""),
        ];
        for (message, expected) in cases {
            assert_eq!(enriched(message, "M"), expected);
        }
    }

    #[test]
    fn metadata_is_asked_for_by_something_true() {
        let asked = |value: &str| {
            let input = Input { signal_metadata: Some(json(value)), ..Input::default() };
            metadata(&input).is_some()
        };
        let truths = ["true", "1", r#"{"a":1}"#, "[0]", "\"x\""];
        let falsehoods = ["false", "null", "0", "0.0", "{ }", "[]", "\"\""];
        assert!(truths.into_iter().all(asked));
        assert!(!falsehoods.into_iter().any(asked));
    }

    #[test]
    fn absent_parts_are_null() {
        let input = Input { signal_metadata: Some(json("true")), ..Input::default() };
        let expected = r#"{"source_plugin":null,"signal_type":null,"timestamp":null,"trace_id":null,"plugin_version":null}"#;
        assert_eq!(metadata(&input).as_deref(), Some(expected));
    }
}
