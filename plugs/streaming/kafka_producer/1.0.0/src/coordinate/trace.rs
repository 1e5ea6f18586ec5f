//! The id under which a result is left.

use super::is_part_of_key;
use super::trouble::{Reason, Trouble};
use plugin_api::Json;
use serde_json::Value;

/// The id of a call.
#[derive(Debug, PartialEq, Eq)]
pub enum Trace {
    /// The caller's own.
    Given(String),
    /// One that the caller has to be told.
    New(String),
}

impl Trace {
    /// The caller's id, or a new one where it is absent, null or empty. A number or a boolean is
    /// taken as its JSON text.
    ///
    /// # Errors
    /// An id that makes no key: a list, an object, or a text that is too long or has control
    /// characters.
    pub fn of(given: Option<&Json>) -> Result<Self, Trouble> {
        let Some(json) = given else { return Ok(Self::new()) };
        let text = match json.parse::<Value>() {
            Ok(Value::Null) => return Ok(Self::new()),
            Ok(Value::String(text)) if text.is_empty() => return Ok(Self::new()),
            Ok(Value::String(text)) => text,
            Ok(Value::Bool(_) | Value::Number(_)) => json.get().to_owned(),
            Ok(Value::Array(_) | Value::Object(_)) | Err(_) => return Err(no_key()),
        };
        if is_part_of_key(&text) { Ok(Self::Given(text)) } else { Err(no_key()) }
    }

    fn new() -> Self {
        Self::New(uuid::Uuid::now_v7().to_string())
    }
}

fn no_key() -> Trouble {
    Trouble::new(Reason::TraceId, "`trace_id` makes no key")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Result<Trace, Trouble> {
        Trace::of(Some(&Json::from_text(json.to_owned()).unwrap()))
    }

    #[test]
    fn a_given_id_is_taken_as_it_is() {
        let cases = [
            (r#""a b/ü""#.to_owned(), "a b/ü".to_owned()),
            ("17".to_owned(), "17".to_owned()),
            ("12345678901234567890123".to_owned(), "12345678901234567890123".to_owned()),
            ("true".to_owned(), "true".to_owned()),
            (format!("\"{}\"", "x".repeat(256)), "x".repeat(256)),
        ];
        for (json, expected) in cases {
            assert_eq!(of(&json).ok(), Some(Trace::Given(expected)), "{json}");
        }
    }

    #[test]
    fn a_missing_id_is_made_up_and_never_twice_the_same() {
        let made = [Trace::of(None), of("null"), of("\"\""), of("\"\"")];
        let ids = made.map(|trace| match trace {
            Ok(Trace::New(id)) => id,
            other => panic!("{other:?}"),
        });
        for (index, id) in ids.iter().enumerate() {
            assert_eq!(uuid::Uuid::parse_str(id).unwrap().get_version_num(), 7);
            assert!(!ids[..index].contains(id));
        }
    }

    #[test]
    fn an_id_that_makes_no_key_is_refused() {
        let long = format!("\"{}\"", "x".repeat(257));
        for json in [r#""a\nb""#, r#""\u0000""#, r#""\ud800""#, "[]", "{}", &long] {
            assert_eq!(of(json).unwrap_err().reason, Reason::TraceId, "{json}");
        }
    }
}
