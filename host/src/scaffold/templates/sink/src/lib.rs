//! Writes records to standard error, one a line.

#![forbid(unsafe_code)]

use plugin_api::schemars::JsonSchema;
use plugin_api::{Batch, Ctx, Error, Lane, Record, Report, Result, Sink, SinkStage};
use serde::Deserialize;
use std::io::{self, Write};
use std::sync::Arc;

plugin_api::export!("@name@", @Type@ as sink);

/// One instance serves all lanes of all streams.
#[derive(Default)]
struct @Type@;

/// How it is set up. Every comment is the manual of its key.
#[derive(Default, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default, deny_unknown_fields)]
struct Config {
    /// Stands before every line.
    prefix: String,
}

impl Sink for @Type@ {
    type Config = Config;
    type Stage = Writing;

    async fn open_sink(&self, _: &Ctx, _: Lane, config: Arc<Config>) -> Result<Writing> {
        Ok(Writing { config })
    }
}

/// What writes in one lane.
struct Writing {
    config: Arc<Config>,
}

impl SinkStage for Writing {
    async fn write(&self, batch: Batch) -> Result<Report> {
        let mut failed = Vec::new();
        for (index, record) in (0..).zip(Record::all(&batch)) {
            if let Err(error) = self.write_line(record) {
                failed.push(error.of_record(index));
            }
        }
        // What is counted here is stored for good: the source may forget it.
        let stored = batch.records().len() - failed.len();
        Ok(Report::new(stored as u64, failed, Vec::new()))
    }
}

impl Writing {
    fn write_line(&self, record: Record<'_>) -> Result<()> {
        let value = record.value();
        let value = value.ok_or_else(|| Error::record("a tombstone has no line"))?;
        let line = [self.config.prefix.as_bytes(), value, b"\n"].concat();
        let written = io::stderr().write_all(&line);
        // The lane keeps the record and writes it again later.
        written.map_err(|error| Error::retriable(format!("standard error: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::testing::PluginTest;

    #[test]
    fn every_record_is_reported() {
        let plugin = PluginTest::<@Type@>::start().unwrap();
        let report = plugin.sink().unwrap().write(["one", "two"]).unwrap();
        assert_eq!((report.delivered, report.undelivered().len()), (2, 0));
    }
}
