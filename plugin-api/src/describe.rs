//! What a plugin says about itself once it is loaded.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A plugin's own description: the answer of `describe`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Description {
    /// The plug's name.
    pub name: String,
    /// The plug's version.
    pub version: String,
    /// What it can be: `process`, `source`, `transform`, `sink`, `secrets`.
    pub roles: Vec<String>,
    /// The configuration's JSON Schema, one for each role.
    pub config: BTreeMap<String, Schema>,
    /// The JSON Schema of what `process` takes.
    pub input: Schema,
    /// The JSON Schema of what `process` gives.
    pub output: Schema,
    /// Keys of the result that say whether the call succeeded.
    pub status_keys: Vec<String>,
    /// What a serializer can write.
    pub formats: Vec<String>,
    /// The version of the binary surface it was built against.
    pub abi: String,
    /// The compiler that built it.
    pub rustc: String,
    /// `unwind` or `abort`.
    pub panic: String,
}

/// The JSON Schema (2020-12) of a type.
#[must_use]
pub fn schema_of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}
