//! Writing an object as text.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::value::RawValue;

use super::{entries, from_written, push_text};

/// An object that is being written; keys appear in the order they are added. The writer does not
/// look for equal keys.
#[derive(Default)]
pub struct ObjectText {
    fields: String,
}

impl ObjectText {
    /// An empty object.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a JSON text unchanged.
    pub fn raw(&mut self, key: &str, value: &RawValue) -> &mut Self {
        self.key(key);
        self.fields.push_str(value.get());
        self
    }

    /// Adds a value of plain data; one that has no JSON form is written as null.
    pub fn value(&mut self, key: &str, value: &(impl Serialize + ?Sized)) -> &mut Self {
        self.key(key);
        self.fields.push_str(&serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned()));
        self
    }

    /// Adds the fields of an object, except those whose key is in `taken`.
    pub fn fields_of(&mut self, object: &RawValue, taken: &HashSet<&str>) -> &mut Self {
        for (key, value) in entries(object).iter().filter(|(key, _)| !taken.contains(&**key)) {
            self.raw(key, value);
        }
        self
    }

    /// The finished object.
    pub fn finish(&self) -> Box<RawValue> {
        from_written(format!("{{{}}}", self.fields))
    }

    fn key(&mut self, key: &str) {
        if !self.fields.is_empty() {
            self.fields.push(',');
        }
        push_text(&mut self.fields, key);
        self.fields.push(':');
    }
}
