//! Texts in upper case: the format `@format@`.

#![forbid(unsafe_code)]

use plugin_api::json::text_of;
use plugin_api::{Error, NoConfig, Result, Serializer};

plugin_api::export!("@name@", @Type@ as process transform);

/// One JSON value in, its bytes out.
#[derive(Default)]
struct @Type@;

impl Serializer for @Type@ {
    type Config = NoConfig;
    const FORMATS: &'static [&'static str] = &["@format@"];

    fn serialize(&self, message: &str, _: &NoConfig, out: &mut Vec<u8>) -> Result<()> {
        let text = text_of(message).ok_or_else(|| Error::record("expected a text"))??;
        out.extend_from_slice(text.to_uppercase().as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::testing::{PluginTest, json};

    #[test]
    fn a_text_is_written_in_upper_case() {
        let plugin = PluginTest::<@Type@>::start().unwrap();
        let answer = plugin.process(&json!({"message": "quake"})).unwrap();
        assert_eq!(answer["serialized_message"], "QUAKE");
    }

    #[test]
    fn a_value_that_is_no_text_is_refused_alone() {
        let plugin = PluginTest::<@Type@>::start().unwrap();
        let batch = plugin.transform(["42", r#""quake""#]).unwrap();
        assert_eq!(batch.texts(), ["QUAKE"]);
        assert_eq!(batch.refused(), [(0, "expected a text")]);
    }
}
