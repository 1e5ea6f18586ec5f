//! Raw JSON: text that was checked once and is never rebuilt.

use crate::error::{Error, Result};
use plugin_abi::Doc;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// One JSON value as the text it was written in: a 30-digit integer and the order of keys survive.
#[derive(Clone, Debug)]
pub struct Json(Box<RawValue>);

impl Json {
    /// The value `null`.
    #[must_use]
    pub fn null() -> Self {
        Self(RawValue::NULL.to_owned())
    }

    /// Checks that `text` is one JSON value.
    ///
    /// # Errors
    /// When it is not.
    pub fn from_text(text: String) -> Result<Self, serde_json::Error> {
        RawValue::from_string(text).map(Self)
    }

    /// Writes a value as JSON.
    ///
    /// # Errors
    /// When the value has keys that are no texts or a number that JSON does not know.
    pub fn from_value(value: &impl Serialize) -> Result<Self> {
        let raw = serde_json::value::to_raw_value(value);
        raw.map(Self).map_err(|error| Error::record(format!("not writable as JSON: {error}")))
    }

    /// The text.
    #[must_use]
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// The text as serde_json's own raw value.
    #[must_use]
    pub fn as_raw(&self) -> &RawValue {
        &self.0
    }

    /// Reads the value as a Rust type.
    ///
    /// # Errors
    /// When it does not fit; the message may quote the value, so keep it away from secrets.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.get())
    }

    /// Whether the value is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.get() == "null"
    }
}

/// The content of a JSON string, copied only where it holds escapes; `None` for any other value.
///
/// # Errors
/// It begins as a string and is none, or an escape in it is half a surrogate pair.
pub fn text_of(value: &str) -> Option<Result<Cow<'_, str>>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

    if !value.trim_ascii_start().starts_with('"') {
        return None;
    }
    let text: Result<Text<'_>, _> = serde_json::from_str(value);
    Some(
        text.map(|Text(text)| text)
            .map_err(|error| Error::record(format!("not a JSON string: {error}"))),
    )
}

impl Default for Json {
    fn default() -> Self {
        Self::null()
    }
}

impl PartialEq for Json {
    /// Equal text, not equal meaning.
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl From<Box<RawValue>> for Json {
    fn from(raw: Box<RawValue>) -> Self {
        Self(raw)
    }
}

impl From<Json> for Box<RawValue> {
    fn from(json: Json) -> Self {
        json.0
    }
}

impl From<Json> for Doc {
    fn from(json: Json) -> Self {
        Self::from(String::from(Box::<str>::from(json.0)))
    }
}

impl TryFrom<&Doc> for Json {
    type Error = Error;

    /// Checks what the other side sent.
    fn try_from(doc: &Doc) -> Result<Self> {
        let text = doc.as_str().map_err(|error| Error::record(format!("not UTF-8: {error}")))?;
        let json = Self::from_text(text.to_owned());
        json.map_err(|error| Error::record(format!("not JSON: {error}")))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self)
    }
}

impl JsonSchema for Json {
    fn schema_name() -> Cow<'static, str> {
        "Json".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!(true)
    }

    fn inline_schema() -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_key_order_survive() {
        let text = r#"{"z":123456789012345678901234567890,"a":1.50}"#;
        let json = Json::from_text(text.to_owned()).unwrap();
        let back = Json::try_from(&Doc::from(json)).unwrap();
        assert_eq!(back.get(), text);
    }
}
