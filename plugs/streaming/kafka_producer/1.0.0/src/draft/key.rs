//! Keys: a text as it is, other scalars as JSON text, `{"$base64"}` as bytes.

use crate::fault::Fault;
use plugin_api::{Json, base64};
use std::sync::Arc;

/// The bytes of a key; `None` for an absent one and for `null`. An empty text is an empty key.
///
/// # Errors
/// A list, or an object that is not `{"$base64"}`; `name` is what the input calls it.
pub fn bytes_of(key: Option<&Json>, name: &str) -> Result<Option<Arc<[u8]>>, Fault> {
    let Some(key) = key.filter(|key| !key.is_null()) else { return Ok(None) };
    let bytes = match key.get().as_bytes().first() {
        Some(b'"') => text_of(key, name)?.into_bytes(),
        Some(b'[') => return Err(not_a_key(name)),
        Some(b'{') => match base64::bytes_of(key.get()) {
            Some(decoded) => {
                decoded.map_err(|error| Fault::producer(format!("`{name}`: {error}")))?
            }
            None => return Err(not_a_key(name)),
        },
        _ => key.get().as_bytes().to_vec(),
    };
    Ok(Some(bytes.into()))
}

fn text_of(key: &Json, name: &str) -> Result<String, Fault> {
    key.parse().map_err(|_| Fault::producer(format!("`{name}` holds half a surrogate pair")))
}

fn not_a_key(name: &str) -> Fault {
    let forms = "a text, a number, a boolean, null or {\"$base64\": \"…\"}";
    Fault::producer(format!("`{name}` must be {forms}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_key() {
        let cases: [(&str, Option<&[u8]>); 7] = [
            ("null", None),
            ("\"\"", Some(b"")),
            ("\"ä\"", Some("ä".as_bytes())),
            ("42", Some(b"42")),
            ("1.50", Some(b"1.50")),
            ("true", Some(b"true")),
            (r#"{"$base64":"/wA="}"#, Some(&[0xff, 0])),
        ];
        for (text, expected) in cases {
            let json = Json::from_text(text.to_owned()).unwrap();
            assert_eq!(bytes_of(Some(&json), "key").unwrap().as_deref(), expected, "{text}");
        }
        for text in ["[1]", "{}", r#"{"$base64":"?"}"#] {
            let json = Json::from_text(text.to_owned()).unwrap();
            assert!(bytes_of(Some(&json), "key").is_err(), "{text}");
        }
    }
}
