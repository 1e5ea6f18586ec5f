//! A secret as the user writes it: taken in, never given out.

use kafka_client::Secret;
use plugin_api::schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::borrow::Cow;

/// A text that no schema, log, error or answer shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SecretText(pub Secret);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // serde's own words for a wrong type quote the value.
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(Secret::new(text))),
            _ => Err(serde::de::Error::custom("expected a text")),
        }
    }
}

impl JsonSchema for SecretText {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "writeOnly": true })
    }

    fn inline_schema() -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_wrong_type_is_not_quoted() {
        for wrong in [json!(123_456), json!(true), json!(["canary"]), json!({ "canary": 1 })] {
            let error = serde_json::from_value::<SecretText>(wrong).unwrap_err();
            assert_eq!(error.to_string(), "expected a text");
        }
    }
}
