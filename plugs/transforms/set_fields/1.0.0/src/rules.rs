//! What becomes of a field, by its name: decided once, for all records.

use crate::config::Written;
use plugin_api::compact::compact;
use plugin_api::raw::{Key, Member};
use plugin_api::schemars::{JsonSchema, Schema, SchemaGenerator};
use plugin_api::{Error, Json};
use serde::Deserialize;
use std::borrow::Cow;

/// What happens to a field.
pub enum Verb {
    /// It goes.
    Remove,
    /// It gets this name, which stands in its quotes.
    Rename(Vec<u8>),
    /// It goes if the field at this path, which gets its name, is there.
    MakeRoom([Key; 1]),
    /// It gets the value of this number.
    Set(usize),
}

/// A field to set.
pub struct Value {
    /// The value's text.
    pub text: Vec<u8>,
    /// Name, colon and value.
    pub member: Vec<u8>,
}

/// The configuration, made ready.
#[derive(Deserialize)]
#[serde(try_from = "Written")]
pub struct Rules {
    /// The first rule for a name counts. A handful: they are gone through for every field.
    by_name: Vec<(String, Verb)>,
    values: Vec<Value>,
    /// Nothing that is written into a record holds an escape.
    plain: bool,
}

impl Rules {
    /// What happens to `member`; `None` = nothing.
    pub fn verb(&self, member: &Member<'_>) -> Option<&Verb> {
        self.by_name.iter().find(|(name, _)| member.is(name)).map(|(_, verb)| verb)
    }

    /// The fields to set, by their numbers.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// Whether a text without escapes is still one without them afterwards.
    pub fn is_plain(&self) -> bool {
        self.plain
    }
}

impl JsonSchema for Rules {
    fn schema_name() -> Cow<'static, str> {
        Written::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Written::json_schema(generator)
    }
}

impl TryFrom<Written> for Rules {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        written.contradiction()?;
        let mut by_name = Vec::new();
        by_name.extend(written.remove.iter().map(|name| (name.clone(), Verb::Remove)));
        for (old, new) in &written.rename {
            by_name.push((old.clone(), Verb::Rename(quoted(new)?)));
        }
        for (old, new) in &written.rename {
            by_name.push((new.clone(), Verb::MakeRoom([Key::from(old.as_str())])));
        }
        let mut values = Vec::new();
        for (name, value) in written.values()? {
            values.push(Value::new(&name, value)?);
            by_name.push((name, Verb::Set(values.len() - 1)));
        }
        let plain = is_plain(&by_name, &values);
        Ok(Self { by_name, values, plain })
    }
}

impl Value {
    fn new(name: &str, value: &str) -> Result<Self, String> {
        let (mut member, mut text) = (quoted(name)?, Vec::new());
        compact(value, &mut text).map_err(|error| format!("the value of `{name}` is {error}"))?;
        member.push(b':');
        member.extend_from_slice(&text);
        Ok(Self { text, member })
    }
}

fn is_plain(by_name: &[(String, Verb)], values: &[Value]) -> bool {
    let names = by_name.iter().filter_map(|(_, verb)| match verb {
        Verb::Rename(name) => Some(name),
        _ => None,
    });
    !names.chain(values.iter().map(|value| &value.member)).any(|text| text.contains(&b'\\'))
}

fn quoted(name: &str) -> Result<Vec<u8>, String> {
    let json = Json::from_value(&name).map_err(|Error { message, .. }| message)?;
    Ok(json.get().as_bytes().to_vec())
}
