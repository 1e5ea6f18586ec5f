//! Writes texts as they are, and any other value as compact JSON.

#![forbid(unsafe_code)]

use plugin_api::compact::compact;
use plugin_api::{Error, NoConfig, Result, Serializer};
use serde::Deserialize;
use std::borrow::Cow;

plugin_api::export!("string_serializer", StringSerializer as process transform);

/// A JSON string becomes its text in UTF-8, without quotes.
#[derive(Default)]
struct StringSerializer;

/// A string that is copied only when it holds escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Serializer for StringSerializer {
    type Config = NoConfig;
    const FORMATS: &'static [&'static str] = &["string"];

    fn serialize(&self, message: &str, _config: &NoConfig, out: &mut Vec<u8>) -> Result<()> {
        if !message.trim_ascii_start().starts_with('"') {
            return compact(message, out);
        }
        let Text(text) = serde_json::from_str(message)
            .map_err(|error| Error::record(format!("not a JSON string: {error}")))?;
        out.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serialized(message: &str) -> Result<String> {
        let mut out = Vec::new();
        StringSerializer.serialize(message, &NoConfig {}, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_text_loses_its_quotes_and_other_values_stay_json() {
        let cases = [
            (r#""plain""#, "plain"),
            (r#" "caf\u00e9\n\"quoted\"" "#, "café\n\"quoted\""),
            (r#""\ud83d\ude00""#, "😀"),
            (r#""""#, ""),
            ("null", "null"),
            (" 1.50 ", "1.50"),
            (
                r#"{ "z" : "x" , "a" : 123456789012345678901234567890 }"#,
                r#"{"z":"x","a":123456789012345678901234567890}"#,
            ),
        ];
        for (message, expected) in cases {
            assert_eq!(serialized(message).unwrap(), expected, "{message}");
        }
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for message in ["", "\"open", "\"a\" 1", r#""\ud83d""#, "[1,]", "plain"] {
            assert!(serialized(message).is_err(), "{message}");
        }
    }
}
