//! An option that knows whether the user wrote it: one that was written meets its raw twin as an
//! error, one that is a default gives way.

use plugin_api::schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::ops::Deref;

/// A value and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting<T> {
    value: T,
    written: bool,
}

impl<T> Setting<T> {
    /// A default.
    pub fn by_default(value: T) -> Self {
        Self { value, written: false }
    }

    /// Takes another default; what the user wrote stays.
    pub fn set_default(&mut self, value: T) {
        if !self.written {
            self.value = value;
        }
    }

    /// Another value from the same place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Setting<U> {
        Setting { value: change(self.value), written: self.written }
    }

    /// Whether the user wrote it.
    pub fn is_written(&self) -> bool {
        self.written
    }
}

impl<T> Deref for Setting<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Setting<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|value| Self { value, written: true })
    }
}

/// The value alone: what a schema shows as the default.
impl<T: Serialize> Serialize for Setting<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T: JsonSchema> JsonSchema for Setting<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }

    fn inline_schema() -> bool {
        T::inline_schema()
    }
}
