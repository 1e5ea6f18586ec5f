//! Reads the lines of standard input.
//!
//! A read may wait for as long as it likes, so a thread of its own reads ahead into a `Queue`. The
//! first lane takes from it; the others end at once.

#![forbid(unsafe_code)]

mod queue;
mod read;

use lines::{Format, Limits, Splitter};
use plugin_api::schemars::JsonSchema;
use plugin_api::{Ctx, Error, Lane, Next, Result, Source, SourceStage};
use queue::{Queue, Taken};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

plugin_api::export!("stdin_source", StdinSource as source);

/// Standard input belongs to the process, so there is nothing to keep.
#[derive(Default)]
struct StdinSource;

/// What is a record.
#[derive(Deserialize, Serialize, JsonSchema, Debug)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(deny_unknown_fields)]
struct Config {
    /// What a record is: `ndjson` is a line that is not empty, `lines` is any line.
    #[serde(default)]
    format: Format,
    /// The longest record; a longer one ends the stream.
    #[serde(default = "lines::format::max_record_bytes")]
    #[schemars(range(min = 1, max = 1_073_741_824))]
    max_record_bytes: u32,
}

impl Source for StdinSource {
    type Config = Config;
    type Stage = StdinLane;

    async fn open_source(&self, _ctx: &Ctx, lane: Lane, config: Arc<Config>) -> Result<StdinLane> {
        let limits = Limits::new(config.format, config.max_record_bytes)?;
        let queue = Arc::new(Queue::default());
        if lane.number > 0 {
            queue.put(Ok(None));
        } else {
            let splitter = Splitter::new(limits, lane.batch_bytes);
            let (input, into) = (rustix::stdio::stdin(), Arc::clone(&queue));
            // Nobody joins it: it may wait in a read until the process ends.
            let reader = thread::Builder::new().name("stdin_source".to_owned());
            let started = reader.spawn(move || read::fill(&into, splitter, input, lane.linger));
            started
                .map_err(|error| Error::retriable(format!("no thread to read with: {error}")))?;
        }
        Ok(StdinLane { queue, given: AtomicU64::new(0) })
    }
}

/// What a lane takes its records from.
struct StdinLane {
    queue: Arc<Queue>,
    /// Batches given out.
    given: AtomicU64,
}

impl SourceStage for StdinLane {
    async fn next(&self, max: u32) -> Result<Next> {
        match self.queue.take(max).await? {
            Taken::End => Ok(Next::End),
            Taken::Lines(lines) => {
                let mut batch = lines.batch;
                batch.id = self.given.fetch_add(1, Ordering::Relaxed) + 1;
                batch.set_source("stdin");
                Ok(Next::Batch(batch))
            }
        }
    }

    /// Standard input cannot be read again, so there is no position to keep.
    fn ack(&self, _batch: u64) -> Result<()> {
        Ok(())
    }
}

impl Drop for StdinLane {
    fn drop(&mut self) {
        self.queue.close();
    }
}
