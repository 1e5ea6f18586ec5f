//! Writes values as compact JSON.

#![forbid(unsafe_code)]

use plugin_api::compact::compact;
use plugin_api::{NoConfig, Result, Serializer};

plugin_api::export!("json_serializer", JsonSerializer as process transform);

/// JSON text in, JSON text without white space and needless escapes out.
#[derive(Default)]
struct JsonSerializer;

impl Serializer for JsonSerializer {
    type Config = NoConfig;
    const FORMATS: &'static [&'static str] = &["json"];
    const KEEPS_COMPACT_JSON: bool = true;

    fn serialize(&self, message: &str, _config: &NoConfig, out: &mut Vec<u8>) -> Result<()> {
        compact(message, out)
    }
}

#[cfg(test)]
mod corpus;
