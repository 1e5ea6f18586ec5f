//! One message: the metadata spliced into its JSON text.

use super::KEY;
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
