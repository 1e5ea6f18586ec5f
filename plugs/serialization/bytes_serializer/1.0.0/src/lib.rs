//! Writes bytes: the UTF-8 of a text, or what a `{"$base64": "…"}` object holds.

#![forbid(unsafe_code)]

use plugin_api::json::text_of;
use plugin_api::{Error, NoConfig, Result, Serializer, base64};

plugin_api::export!("bytes_serializer", BytesSerializer as process transform);

/// Texts and base64 objects; anything else has no bytes of its own and is refused.
#[derive(Default)]
struct BytesSerializer;

impl Serializer for BytesSerializer {
    type Config = NoConfig;
    const FORMATS: &'static [&'static str] = &["bytes"];

    fn serialize(&self, message: &str, _config: &NoConfig, out: &mut Vec<u8>) -> Result<()> {
        match text_of(message) {
            Some(text) => out.extend_from_slice(text?.as_bytes()),
            None => out.extend(base64::bytes_of(message).ok_or_else(|| refusal(message))??),
        }
        Ok(())
    }
}

fn refusal(message: &str) -> Error {
    let found = match message.trim_ascii_start().bytes().next() {
        Some(b'{') => "another object",
        Some(b'[') => "an array",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        Some(b'-' | b'0'..=b'9') => "a number",
        _ => "no JSON value",
    };
    Error::record(format!(
        "the format bytes takes a text or {{\"$base64\": \"…\"}} with that one key, found {found}; \
         the formats json and string take any value"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serialized(message: &str) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        BytesSerializer.serialize(message, &NoConfig {}, &mut out)?;
        Ok(out)
    }

    #[test]
    fn texts_and_base64_objects_become_bytes() {
        let cases: [(&str, &[u8]); 6] = [
            (r#""caf\u00e9""#, b"caf\xc3\xa9"),
            (r#" "\u0000" "#, b"\0"),
            (r#""""#, b""),
            (r#"{"$base64":"/wA="}"#, &[0xff, 0]),
            (r#" { "$base64" : "" } "#, b""),
            (r#"{"\u0024base64":"AQID"}"#, &[1, 2, 3]),
        ];
        for (message, expected) in cases {
            assert_eq!(serialized(message).unwrap(), expected, "{message}");
        }
    }

    #[test]
    fn anything_else_is_refused_by_what_it_is() {
        let cases = [
            ("1", "found a number"),
            ("-0.5", "found a number"),
            ("true", "found true or false"),
            (" null", "found null"),
            ("[1]", "found an array"),
            (r#"{"a":1}"#, "found another object"),
            (r#"{"$base64":"/wA=","a":1}"#, "found another object"),
            (r#"{"$base64":1}"#, "found another object"),
            (r#"{"$base64":"/wA"}"#, "`$base64` is not base64"),
            (r#""\udc00""#, "not a JSON string"),
            ("", "found no JSON value"),
        ];
        for (message, expected) in cases {
            let refused = serialized(message).unwrap_err().message;
            assert!(refused.contains(expected), "{message}: {refused}");
        }
    }
}
