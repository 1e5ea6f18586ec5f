//! Writes texts as they are, and any other value as compact JSON.

#![forbid(unsafe_code)]

use plugin_api::compact::compact;
use plugin_api::json::text_of;
use plugin_api::{NoConfig, Result, Serializer};

plugin_api::export!("string_serializer", StringSerializer as process transform);

/// A JSON string becomes its text in UTF-8, without quotes.
#[derive(Default)]
struct StringSerializer;

impl Serializer for StringSerializer {
    type Config = NoConfig;
    const FORMATS: &'static [&'static str] = &["string"];

    fn serialize(&self, message: &str, _config: &NoConfig, out: &mut Vec<u8>) -> Result<()> {
        match text_of(message) {
            Some(text) => out.extend_from_slice(text?.as_bytes()),
            None => compact(message, out)?,
        }
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
