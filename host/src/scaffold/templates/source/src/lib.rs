//! Counts: a source of numbered records.

#![forbid(unsafe_code)]

use plugin_api::schemars::JsonSchema;
use plugin_api::{BatchBuilder, Ctx, Lane, Next, Result, Source, SourceStage};
use serde::Deserialize;
use std::iter::StepBy;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

plugin_api::export!("@name@", @Type@ as source);

/// One instance serves all lanes of all streams.
#[derive(Default)]
struct @Type@;

/// How it is set up. Every comment is the manual of its key.
#[derive(Default, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default, deny_unknown_fields)]
struct Config {
    /// How many records all lanes make together.
    count: u64,
}

impl Source for @Type@ {
    type Config = Config;
    type Stage = Counting;

    async fn open_source(&self, _: &Ctx, lane: Lane, config: Arc<Config>) -> Result<Counting> {
        // Lanes run side by side and share nothing, so each takes a part of the work.
        let own = u64::from(lane.number)..config.count;
        let left = Mutex::new(own.step_by(lane.count as usize));
        let batches = AtomicU64::new(0);
        Ok(Counting { left, batches })
    }
}

/// What one lane still has to read.
struct Counting {
    left: Mutex<StepBy<Range<u64>>>,
    batches: AtomicU64,
}

impl SourceStage for Counting {
    async fn next(&self, max: u32) -> Result<Next> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let mut records = BatchBuilder::default();
        for number in left.by_ref().take(max as usize) {
            records.push(|value| {
                value.extend_from_slice(format!(r#"{{"number":{number}}}"#).as_bytes());
                Ok(())
            });
        }
        let mut batch = records.build();
        if batch.records().is_empty() {
            return Ok(Next::End);
        }
        batch.id = self.batches.fetch_add(1, Ordering::Relaxed);
        Ok(Next::Batch(batch))
    }

    fn ack(&self, _batch: u64) -> Result<()> {
        // Every record up to this batch has its final state. A source that must not read them again
        // after a restart keeps its position here; counting again costs nothing.
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::testing::{PluginTest, json};

    #[test]
    fn it_counts_and_ends() {
        let plugin = PluginTest::<@Type@>::start().unwrap();
        let plugin = plugin.config(&json!({"count": 2})).unwrap();
        let values = plugin.source().unwrap().texts().unwrap();
        assert_eq!(values, [r#"{"number":0}"#, r#"{"number":1}"#]);
    }
}
