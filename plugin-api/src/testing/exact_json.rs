//! JSON that keeps the text of its numbers: 30 digits stay 30 digits, `1.0` is not `1`.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// A parsed JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exact {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as it was written.
    Number(String),
    /// A text, escapes decoded.
    Text(String),
    /// An array.
    Array(Vec<Exact>),
    /// An object; the order of its keys is not kept.
    Object(BTreeMap<String, Exact>),
}

impl Exact {
    /// Parses one JSON document.
    ///
    /// # Errors
    /// When `text` is anything else.
    pub fn parse(text: &str) -> serde_json::Result<Self> {
        Self::from_raw(serde_json::from_str(text)?)
    }

    fn from_raw(raw: &RawValue) -> serde_json::Result<Self> {
        let text = raw.get();
        Ok(match text.as_bytes().first() {
            Some(b'{') => {
                let members: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
                let exact = |(key, raw)| Ok((key, Self::from_raw(raw)?));
                Self::Object(members.into_iter().map(exact).collect::<serde_json::Result<_>>()?)
            }
            Some(b'[') => {
                let elements: Vec<&RawValue> = serde_json::from_str(text)?;
                let exact = elements.into_iter().map(Self::from_raw);
                Self::Array(exact.collect::<serde_json::Result<_>>()?)
            }
            Some(b'"') => Self::Text(serde_json::from_str(text)?),
            Some(b't' | b'f') => Self::Bool(serde_json::from_str(text)?),
            Some(b'n') => Self::Null,
            _ => Self::Number(text.to_owned()),
        })
    }
}

/// What `actual` lacks of `expected`, one line a place. Keys that `expected` omits are not
/// compared; arrays have equal lengths, and their elements are compared by the same rule.
pub fn missing(expected: &Exact, actual: &Exact) -> Vec<String> {
    let mut found = Vec::new();
    compare("$", expected, actual, &mut found);
    found
}

fn compare(place: &str, expected: &Exact, actual: &Exact, found: &mut Vec<String>) {
    match (expected, actual) {
        (Exact::Object(expected), Exact::Object(actual)) => {
            for (key, wanted) in expected {
                let place = format!("{place}.{key}");
                match actual.get(key) {
                    Some(got) => compare(&place, wanted, got, found),
                    None => found.push(format!("{place}: expected {wanted:?}, found no such key")),
                }
            }
        }
        (Exact::Array(expected), Exact::Array(actual)) if expected.len() == actual.len() => {
            for (index, (wanted, got)) in expected.iter().zip(actual).enumerate() {
                compare(&format!("{place}[{index}]"), wanted, got, found);
            }
        }
        _ if expected == actual => {}
        _ => found.push(format!("{place}: expected {expected:?}, found {actual:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_expected_is_compared() {
        let cases = [
            ("{}", r#"{"a":1}"#, ""),
            (r#"{"a":{"b":1}}"#, r#"{"a":{"b":1,"c":2},"d":3}"#, ""),
            (r#"[{"a":1},2]"#, r#"[{"a":1,"b":1},2]"#, ""),
            ("123456789012345678901234567890", "123456789012345678901234567890", ""),
            ("123456789012345678901234567890", "123456789012345678901234567891", "$: "),
            ("1", "1.0", "$: "),
            (r#""é""#, r#""\u00e9""#, ""),
            (r#"{"a":null}"#, "{}", "$.a: "),
            (r#"{"a":[1]}"#, r#"{"a":[1,2]}"#, "$.a: "),
            (r#"{"a":[1,{"b":true}]}"#, r#"{"a":[1,{"b":false}]}"#, "$.a[1].b: "),
            ("[]", "{}", "$: "),
        ];
        for (expected, actual, place) in cases {
            let parsed = |text| Exact::parse(text).unwrap();
            let found = missing(&parsed(expected), &parsed(actual));
            assert_eq!(found.len(), usize::from(!place.is_empty()), "{expected} {actual}");
            assert!(found.concat().starts_with(place), "{found:?}");
        }
    }
}
