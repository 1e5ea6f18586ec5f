//! Stages of a plugin, opened for a test.

use super::host::TestHost;
use super::loaded::answer;
use super::wait::PATIENCE;
use crate::batch::BatchBuilder;
use crate::error::{Error, Result};
use plugin_abi::stage::{Next, SinkObject_TO, SourceObject_TO};
use plugin_abi::{Batch, RecordMeta, Report, SinkBox, SourceBox};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Values as a batch, numbered as a host numbers them: each record's origin is its index.
pub(super) fn batch_of<V: AsRef<[u8]>>(values: impl IntoIterator<Item = V>) -> Batch {
    let mut builder = BatchBuilder::default();
    for value in values {
        builder.push(|out| {
            out.extend_from_slice(value.as_ref());
            Ok(())
        });
    }
    let mut batch = builder.build();
    (0..).zip(batch.records_mut()).for_each(|(index, record)| record.origin = index);
    batch
}

/// What a transform made of a batch.
#[derive(Debug)]
pub struct Transformed {
    batch: Batch,
}

impl Transformed {
    pub(super) fn of(batch: Batch) -> Self {
        Self { batch }
    }

    /// The values that go on, in order: neither dropped, nor refused, nor null. What is not UTF-8 in
    /// them is replaced.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let refused: BTreeSet<u32> = self.batch.refused().iter().map(|one| one.index).collect();
        let goes_on = |(index, record): &(u32, &RecordMeta)| {
            !refused.contains(index) && !record.has(RecordMeta::DROPPED)
        };
        let going = (0..).zip(self.batch.records()).filter(goes_on);
        let values = going.filter_map(|(_, record)| self.batch.value(record));
        values.map(|value| String::from_utf8_lossy(value).into_owned()).collect()
    }

    /// The refused records: index and message.
    #[must_use]
    pub fn refused(&self) -> Vec<(u32, &str)> {
        self.batch.refused().iter().map(|one| (one.index, one.message())).collect()
    }

    /// The whole batch.
    #[must_use]
    pub fn batch(&self) -> &Batch {
        &self.batch
    }
}

/// An open source.
pub struct SourceTest {
    stage: SourceBox,
    host: TestHost,
}

impl SourceTest {
    pub(super) fn new(stage: SourceBox, host: TestHost) -> Self {
        Self { stage, host }
    }

    /// The next batch of at most `max` records; `None` at the end. Waits while the source is idle.
    ///
    /// # Errors
    /// The source's own, or that it has been idle for 30 s.
    pub fn next(&self, max: u32) -> Result<Option<Batch>> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let next = answer(&self.host, None, || SourceObject_TO::next(&self.stage, max))?;
            match next.kind {
                Next::BATCH => return Ok(Some(next.batch)),
                Next::END => return Ok(None),
                _ => std::thread::sleep(Duration::from_millis(1)),
            }
        }
        Err(Error::retriable(format!("the source was idle for {PATIENCE:?}")))
    }

    /// Every value until the end, each batch acknowledged once it was read.
    ///
    /// # Errors
    /// As [`SourceTest::next`], and what `ack` answers.
    pub fn texts(&self) -> Result<Vec<String>> {
        const MAX: u32 = 1000;
        let mut texts = Vec::new();
        while let Some(batch) = self.next(MAX)? {
            let values = batch.records().iter().filter_map(|record| batch.value(record));
            texts.extend(values.map(|value| String::from_utf8_lossy(value).into_owned()));
            self.ack(batch.id)?;
        }
        Ok(texts)
    }

    /// Says that every record up to this batch has its final state.
    ///
    /// # Errors
    /// The source's own.
    pub fn ack(&self, batch: u64) -> Result<()> {
        let _calling = self.host.calling();
        SourceObject_TO::ack(&self.stage, batch).into_result().map_err(Error::from)
    }

    /// The last call.
    ///
    /// # Errors
    /// The source's own.
    pub fn close(self) -> Result<()> {
        Ok(answer(&self.host, None, || SourceObject_TO::close(&self.stage, 0))?)
    }
}

/// An open sink.
pub struct SinkTest {
    stage: SinkBox,
    host: TestHost,
}

impl SinkTest {
    pub(super) fn new(stage: SinkBox, host: TestHost) -> Self {
        Self { stage, host }
    }

    /// Writes one batch of these values and waits for the report.
    ///
    /// # Errors
    /// The same for every record.
    pub fn write<V: AsRef<[u8]>>(&self, values: impl IntoIterator<Item = V>) -> Result<Report> {
        self.write_batch(batch_of(values))
    }

    /// The same for a batch that the test made itself.
    ///
    /// # Errors
    /// As [`SinkTest::write`].
    pub fn write_batch(&self, batch: Batch) -> Result<Report> {
        Ok(answer(&self.host, None, || SinkObject_TO::write(&self.stage, batch))?)
    }

    /// Says that no more records come for now.
    ///
    /// # Errors
    /// The sink's own.
    pub fn flush(&self) -> Result<()> {
        Ok(answer(&self.host, None, || SinkObject_TO::flush(&self.stage, 0))?)
    }

    /// The last call.
    ///
    /// # Errors
    /// What was reported as stored may be lost.
    pub fn close(self) -> Result<()> {
        Ok(answer(&self.host, None, || SinkObject_TO::close(&self.stage, 0))?)
    }
}
