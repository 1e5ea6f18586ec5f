//! Keys that a plugin's schema marks `writeOnly`: what lands there is a secret.

use serde_json::Value;
use serde_json::value::RawValue;

use super::Redactor;
use crate::diagnostics::sounds_secret;
use crate::json::{self, Kind};

/// References in a schema that are followed without going deeper into the value: more are a circle.
const REFERENCES: usize = 32;

/// Tells the redactor of every part of a configuration or an input that its schema marks `writeOnly`,
/// and of what has the name of a secret in a mapping that takes any key.
pub fn note_write_only(schema: &Value, value: &RawValue, redactor: &Redactor) {
    Walk { root: schema, redactor }.value(schema, value, REFERENCES);
}

fn is_text(value: &RawValue) -> bool {
    json::kind(value) == Kind::Text
}

struct Walk<'w> {
    root: &'w Value,
    redactor: &'w Redactor,
}

impl Walk<'_> {
    fn value(&self, schema: &Value, value: &RawValue, references: usize) {
        if schema.get("writeOnly") == Some(&Value::Bool(true)) {
            return self.redactor.add(value);
        }
        if let Some(referenced) = self.referenced(schema).filter(|_| references > 0) {
            self.value(referenced, value, references - 1);
        }
        for word in ["anyOf", "allOf", "oneOf"] {
            let schemas = schema.get(word).and_then(Value::as_array).into_iter().flatten();
            schemas.for_each(|one| self.value(one, value, references.saturating_sub(1)));
        }
        for word in ["if", "then", "else"] {
            if let Some(one) = schema.get(word) {
                self.value(one, value, references.saturating_sub(1));
            }
        }
        self.fields(schema, value);
        self.elements(schema, value);
    }

    fn referenced(&self, schema: &Value) -> Option<&Value> {
        self.root.pointer(schema.get("$ref")?.as_str()?.strip_prefix('#')?)
    }

    fn fields(&self, schema: &Value, value: &RawValue) {
        let properties = schema.get("properties");
        let others = schema.get("additionalProperties");
        if properties.or(others).is_none() {
            return;
        }
        for (key, value) in json::entries(value) {
            let known = properties.and_then(|properties| properties.get(&*key));
            match known.or(others) {
                // Of an open mapping, such as options that are passed on, only names can tell.
                Some(_) if known.is_none() && is_text(value) && sounds_secret(&key) => {
                    self.redactor.add(value);
                }
                Some(schema) => self.value(schema, value, REFERENCES),
                None => {}
            }
        }
    }

    fn elements(&self, schema: &Value, value: &RawValue) {
        let first = schema.get("prefixItems").and_then(Value::as_array);
        let others = schema.get("items");
        if first.is_none() && others.is_none() {
            return;
        }
        for (index, value) in json::items(value).into_iter().enumerate() {
            let schema = first.and_then(|first| first.get(index)).or(others);
            if let Some(schema) = schema {
                self.value(schema, value, REFERENCES);
            }
        }
    }
}
