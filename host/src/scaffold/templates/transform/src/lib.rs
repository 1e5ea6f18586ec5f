//! Texts in upper case.

#![forbid(unsafe_code)]

use plugin_api::json::text_of;
use plugin_api::schemars::JsonSchema;
use plugin_api::{Batch, BatchBuilder, Error, Json, Result, Transform};
use serde::Deserialize;

plugin_api::export!("@name@", @Type@ as transform);

/// One instance serves all lanes of all streams.
#[derive(Default)]
struct @Type@;

/// How it is set up. Every comment is the manual of its key.
#[derive(Default, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default, deny_unknown_fields)]
struct Config {
    /// Stands behind every text.
    suffix: String,
}

impl Transform for @Type@ {
    type Config = Config;

    fn apply(&self, batch: Batch, config: &Config) -> Result<Batch> {
        let records = batch.records();
        let mut changed = BatchBuilder::with_capacity(records.len(), batch.arena.len());
        for record in records {
            changed.push_from(&batch, record, |out| match batch.value(record) {
                Some(value) => change(value, config, out),
                None => Ok(()),
            });
        }
        Ok(changed.build_like(&batch))
    }
}

/// Appends one changed value. An error refuses this record and leaves its neighbours alone.
fn change(value: &[u8], config: &Config, out: &mut Vec<u8>) -> Result<()> {
    let text = std::str::from_utf8(value).ok().and_then(text_of);
    let text = text.ok_or_else(|| Error::record("expected a text"))??;
    let changed = text.to_uppercase() + &config.suffix;
    out.extend_from_slice(Json::from_value(&changed)?.get().as_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::testing::{PluginTest, json};

    #[test]
    fn a_value_that_is_no_text_is_refused_alone() {
        let plugin = PluginTest::<@Type@>::start().unwrap();
        let plugin = plugin.config(&json!({"suffix": "!"})).unwrap();
        let batch = plugin.transform(["42", r#""quake""#]).unwrap();
        assert_eq!(batch.texts(), [r#""QUAKE!""#]);
        assert_eq!(batch.refused(), [(0, "expected a text")]);
    }
}
