//! A sink's `with`: what expressions on a record put into its descriptor.

use std::collections::HashMap;

use plugin_abi::{Batch, Buf, ErrorClass, ErrorCode, HeaderMeta, RecordError, RecordMeta};

use crate::pipeline::expr::record::{Produced, RecordView, RecordWith};
use crate::pipeline::expr::{Failed, Values, Warnings};

use super::descriptors::narrow;

/// The batch with key, topic, partition, time and headers as `with` says, and the records for which
/// that could not be evaluated, by position. Those stay in the batch as they were. Values are never
/// copied on their own: bytes that are new stand behind the old arena.
pub fn assign(
    with: &RecordWith,
    batch: Batch,
    values: &Values<'_>,
    warnings: &mut Warnings,
) -> (Batch, Vec<RecordError>) {
    if with.is_empty() {
        return (batch, Vec::new());
    }
    let mut assigned = Assigned::over(&batch);
    let mut refused = Vec::new();
    for (index, meta) in (0..).zip(batch.records()) {
        let mark = assigned.extra.len();
        match assigned.record(with, RecordView { batch: &batch, meta }, values, warnings) {
            Ok(record) => assigned.records.push(record),
            Err(failed) => {
                assigned.extra.truncate(mark);
                assigned.names.clear();
                assigned.records.push(*meta);
                let (class, code) = (ErrorClass::RECORD_FATAL, ErrorCode::BAD_INPUT);
                refused.push(RecordError::new(index, class, code, failed.to_string()));
            }
        }
    }
    (assigned.finish(), refused)
}

struct Assigned<'b> {
    batch: &'b Batch,
    extra: Vec<u8>,
    records: Vec<RecordMeta>,
    headers: Vec<HeaderMeta>,
    topics: HashMap<String, u32>,
    new_topics: Vec<String>,
    /// Where the names of new headers stand, in their order: once a batch.
    names: Vec<(u32, u32)>,
}

impl<'b> Assigned<'b> {
    fn over(batch: &'b Batch) -> Self {
        Self {
            batch,
            extra: Vec::new(),
            records: Vec::with_capacity(batch.records().len()),
            headers: batch.headers().to_vec(),
            topics: (0..).zip(batch.topics()).map(|(at, name)| (name.to_owned(), at)).collect(),
            new_topics: Vec::new(),
            names: Vec::new(),
        }
    }

    fn record(
        &mut self,
        with: &RecordWith,
        view: RecordView<'b>,
        values: &Values<'_>,
        warnings: &mut Warnings,
    ) -> Result<RecordMeta, Failed> {
        let mut record = *view.meta;
        if let Some(key) = &with.key {
            self.key(&mut record, &key.produce(view, values, warnings)?);
        }
        if let Some(topic) = &with.topic {
            record.topic = self.topic(&topic.name(view, values, warnings)?);
        }
        if let Some(partition) = &with.partition {
            record.partition = partition.partition(view, values, warnings)?.unwrap_or(-1);
        }
        if let Some(timestamp) = &with.timestamp
            && let Some(timestamp) = timestamp.timestamp(view, values, warnings)?
        {
            record.timestamp_ms = timestamp;
        }
        if !with.headers.is_empty() {
            self.headers(with, view, &mut record, values, warnings)?;
        }
        Ok(record)
    }

    fn key(&mut self, record: &mut RecordMeta, key: &Produced<'_>) {
        match key {
            Produced::Null => record.flags |= RecordMeta::NULL_KEY,
            Produced::Bytes(bytes) => {
                record.flags &= !RecordMeta::NULL_KEY;
                (record.key_offset, record.key_len) = self.place(key, bytes);
            }
        }
    }

    fn topic(&mut self, name: &str) -> u32 {
        if let Some(known) = self.topics.get(name) {
            return *known;
        }
        let number = narrow(self.topics.len());
        self.topics.insert(name.to_owned(), number);
        self.new_topics.push(name.to_owned());
        number
    }

    /// The record's own headers, and behind them those of `with`.
    fn headers(
        &mut self,
        with: &RecordWith,
        view: RecordView<'b>,
        record: &mut RecordMeta,
        values: &Values<'_>,
        warnings: &mut Warnings,
    ) -> Result<(), Failed> {
        let start = self.headers.len();
        self.headers.extend_from_slice(self.batch.headers_of(view.meta));
        for (position, (name, value)) in with.headers.iter().enumerate() {
            let produced = value.produce(view, values, warnings)?;
            let mut header = HeaderMeta::default();
            (header.name_offset, header.name_len) = self.name(position, name);
            match &produced {
                Produced::Null => header.flags = HeaderMeta::NULL_VALUE,
                Produced::Bytes(bytes) => {
                    (header.value_offset, header.value_len) = self.place(&produced, bytes);
                }
            }
            self.headers.push(header);
        }
        record.header_start = narrow(start);
        record.header_count = narrow(self.headers.len() - start);
        Ok(())
    }

    fn name(&mut self, position: usize, name: &str) -> (u32, u32) {
        if let Some(known) = self.names.get(position) {
            return *known;
        }
        let stored = self.store(name.as_bytes());
        self.names.push(stored);
        stored
    }

    /// Where the bytes are: in the arena already, or behind it from now on.
    fn place(&mut self, produced: &Produced<'_>, bytes: &[u8]) -> (u32, u32) {
        match produced.place_in(self.batch.arena.as_slice()) {
            Some(range) => (narrow(range.start), narrow(range.len())),
            None => self.store(bytes),
        }
    }

    fn store(&mut self, bytes: &[u8]) -> (u32, u32) {
        let start = self.batch.arena.len() + self.extra.len();
        self.extra.extend_from_slice(bytes);
        (narrow(start), narrow(bytes.len()))
    }

    fn finish(self) -> Batch {
        let arena = match self.extra.is_empty() {
            true => self.batch.arena.clone(),
            false => Buf::from_vec([self.batch.arena.as_slice(), &self.extra].concat()),
        };
        let mut batch = self.batch.rebuilt(arena, self.records, self.headers);
        batch.flags = self.batch.flags;
        for topic in &self.new_topics {
            batch.add_topic(topic);
        }
        batch
    }
}
