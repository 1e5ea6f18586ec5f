//! One entry of `records`, read on its own: one that is no record spares the others.

use super::present;
use plugin_api::Json;
use plugin_api::schemars::JsonSchema;
use plugin_api::typed::read_config;
use serde::{Deserialize, Deserializer};

/// One record with parts of its own.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default, deny_unknown_fields)]
pub struct RecordInput {
    /// The value. `null` is the value null of the format; a record without a value is a tombstone,
    /// which needs a key.
    #[serde(deserialize_with = "present")]
    pub value: Option<Json>,
    /// As `partition_key`, or `{"$base64"}`.
    #[serde(deserialize_with = "present")]
    pub key: Option<Json>,
    /// As the shared headers.
    pub headers: Option<Json>,
    /// The topic of this record.
    pub topic: Option<Json>,
    /// The partition; the partitioner chooses when it is absent.
    pub partition: Option<i32>,
    /// Milliseconds since 1970; the time of publishing when it is absent.
    pub timestamp: Option<i64>,
}

/// An entry of `records`: a record, or why it is none.
#[derive(Debug)]
pub struct Given(Result<RecordInput, String>);

impl Given {
    /// The record.
    ///
    /// # Errors
    /// The first key that is unknown or does not fit, by its path in the input and never by its
    /// value. `index` is the place of the entry in `records`.
    pub fn at(&self, index: usize) -> Result<&RecordInput, String> {
        self.0.as_ref().map_err(|why| placed(why, index))
    }
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        // serde would take a list for a record, field by field.
        let read = json.get().starts_with('{').then(|| json.parse().ok()).flatten();
        Ok(Self(read.ok_or_else(|| why_refused(&json))))
    }
}

/// The same refusal as that of a configuration: the nearest key, and kinds in place of values.
fn why_refused(json: &Json) -> String {
    let refused = read_config::<RecordInput>(json).err();
    refused.map_or_else(|| format!("{WHOLE}: not a record"), |error| error.message)
}

/// How a refusal names the entry as a whole.
const WHOLE: &str = "the document";

/// A refusal of one entry with the entry's place before its keys.
fn placed(why: &str, index: usize) -> String {
    match why.strip_prefix(WHOLE) {
        Some(rest) => format!("`records[{index}]`{rest}"),
        None if why.contains('`') => why.replacen('`', &format!("`records[{index}]."), 1),
        None => format!("`records[{index}]`: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Input;

    #[test]
    fn what_is_no_record_is_refused_alone_by_its_place_and_never_by_its_value() {
        let cases = [
            (r#"{"valu":"canary"}"#, "unknown key `records[1].valu`; did you mean `value`?"),
            (
                r#"{"partition":"canary"}"#,
                "`records[1].partition`: expected a whole number, found a text",
            ),
            ("\"canary\"", "`records[1]`: expected an object, found a text"),
            ("[\"canary\"]", "`records[1]`: expected an object, found a list"),
            ("null", "`records[1]`: expected an object, found null"),
            (r#"{"value":1,"value":"canary"}"#, "`records[1]`: duplicate field `value`"),
        ];
        for (entry, expected) in cases {
            let text = format!(r#"{{"records":[{{"value":1}}, {entry} ,{{}}]}}"#);
            let input: Input = serde_json::from_str(&text).unwrap();
            let records = input.records.unwrap();
            assert_eq!(records[1].at(1).unwrap_err(), expected, "{entry}");
            assert_eq!(records[0].at(0).unwrap().value.as_ref().map(Json::get), Some("1"));
            assert!(records[2].at(2).is_ok());
        }
    }

    #[test]
    fn the_schema_says_what_a_record_holds() {
        let schema = plugin_api::schemars::schema_for!(Input);
        let items = schema.pointer("/properties/records/items/$ref");
        assert_eq!(items, Some(&"#/$defs/RecordInput".into()));
        let open = schema.pointer("/$defs/RecordInput/additionalProperties");
        assert_eq!(open, Some(&false.into()));
    }
}
