//! A batch on its way to Kafka: one arena of bytes and records that point into it.

use std::collections::HashMap;
use std::sync::Arc;

/// A part of the arena, in bytes: `start` is in, `end` is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// One record, its bytes given as spans of the batch's arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordSpans {
    /// Index of the topic in the batch's list.
    pub topic: u32,
    /// Key; `None` is a record without a key, an empty span is an empty key.
    pub key: Option<Span>,
    /// Value; `None` is a tombstone, an empty span is an empty value.
    pub value: Option<Span>,
    /// Creation time in milliseconds; `None` is the time of publishing. librdkafka reads 0 as `None`.
    pub timestamp_ms: Option<i64>,
    /// Partition that was asked for; `None` lets the partitioner choose.
    pub partition: Option<i32>,
}

/// One header of a record, its bytes given as spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderSpans {
    /// Its name, in UTF-8. A name may repeat.
    pub name: Span,
    /// Its value; `None` is a null header.
    pub value: Option<Span>,
}

/// One record as plain slices, for [`BatchBuilder::append`].
#[derive(Debug, Clone, Copy, Default)]
pub struct RecordSlices<'a> {
    /// See [`RecordSpans::key`].
    pub key: Option<&'a [u8]>,
    /// See [`RecordSpans::value`].
    pub value: Option<&'a [u8]>,
    /// Headers in order; a name may repeat, a value may be null.
    pub headers: &'a [(&'a str, Option<&'a [u8]>)],
    /// See [`RecordSpans::timestamp_ms`].
    pub timestamp_ms: Option<i64>,
    /// See [`RecordSpans::partition`].
    pub partition: Option<i32>,
}

/// Why a record could not be put into a batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// A span does not lie inside the arena.
    #[error("the span {start}..{end} lies outside the batch of {size} bytes")]
    SpanOutside {
        /// First byte of the span.
        start: u32,
        /// One past its last byte.
        end: u32,
        /// Size of the arena.
        size: usize,
    },
    /// The topic index is not one of the batch's topics.
    #[error("topic number {0} is not in the list of the batch")]
    UnknownTopic(u32),
    /// The partition is negative.
    #[error("partition {0} is negative; leave it out to let the partitioner choose")]
    NegativePartition(i32),
    /// The arena would pass 4 GiB.
    #[error("a batch holds at most 4 GiB; publish in several batches")]
    TooLarge,
}

/// Records that are published together. Nothing of it is copied on the way to the socket.
#[derive(Debug, Default)]
pub struct OutgoingBatch {
    arena: Arc<Vec<u8>>,
    topics: Vec<String>,
    records: Vec<RecordSpans>,
    /// Headers of record `i` are `header_ends[i - 1]..header_ends[i]`; empty when none has any.
    header_ends: Vec<u32>,
    headers: Vec<HeaderSpans>,
}

impl OutgoingBatch {
    /// An empty batch over `arena`. The caller may keep a clone and have the bytes back, by
    /// `Arc::try_unwrap`, once every delivery report has come.
    pub fn over(arena: Arc<Vec<u8>>, topics: Vec<String>) -> Self {
        Self { arena, topics, records: Vec::new(), header_ends: Vec::new(), headers: Vec::new() }
    }

    /// Adds a record with its headers.
    ///
    /// # Errors
    /// A span outside the arena, a topic index outside the list, a negative partition.
    pub fn push(&mut self, record: RecordSpans, headers: &[HeaderSpans]) -> Result<(), BatchError> {
        if record.topic as usize >= self.topics.len() {
            return Err(BatchError::UnknownTopic(record.topic));
        }
        if let Some(partition) = record.partition.filter(|partition| *partition < 0) {
            return Err(BatchError::NegativePartition(partition));
        }
        let header_spans = headers.iter().flat_map(|header| [Some(header.name), header.value]);
        for span in [record.key, record.value].into_iter().chain(header_spans).flatten() {
            self.check(span)?;
        }
        self.push_checked(record, headers)
    }

    fn push_checked(
        &mut self,
        record: RecordSpans,
        headers: &[HeaderSpans],
    ) -> Result<(), BatchError> {
        let end = u32::try_from(self.headers.len() + headers.len());
        let end = end.map_err(|_| BatchError::TooLarge)?;
        u32::try_from(self.records.len() + 1).map_err(|_| BatchError::TooLarge)?;
        if !headers.is_empty() || !self.header_ends.is_empty() {
            self.header_ends.resize(self.records.len(), self.headers.len() as u32);
            self.header_ends.push(end);
            self.headers.extend_from_slice(headers);
        }
        self.records.push(record);
        Ok(())
    }

    fn check(&self, span: Span) -> Result<(), BatchError> {
        if span.start <= span.end && span.end as usize <= self.arena.len() {
            return Ok(());
        }
        Err(BatchError::SpanOutside { start: span.start, end: span.end, size: self.arena.len() })
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The topics that records name by index.
    pub fn topics(&self) -> &[String] {
        &self.topics
    }

    /// The records in the order of their outcomes.
    pub fn records(&self) -> &[RecordSpans] {
        &self.records
    }

    /// The headers of the record `index`, in order.
    pub fn headers(&self, index: usize) -> &[HeaderSpans] {
        let Some(end) = self.header_ends.get(index) else { return &[] };
        let start = index.checked_sub(1).and_then(|before| self.header_ends.get(before));
        self.headers.get(start.copied().unwrap_or(0) as usize..*end as usize).unwrap_or(&[])
    }

    /// The bytes of a span of this batch.
    pub fn bytes(&self, span: Span) -> &[u8] {
        self.arena.get(span.start as usize..span.end as usize).unwrap_or(&[])
    }
}

/// Builds a batch from slices: every part is copied once, into the arena.
#[derive(Debug, Default)]
pub struct BatchBuilder {
    arena: Vec<u8>,
    topic_numbers: HashMap<String, u32>,
    /// Everything but the arena.
    batch: OutgoingBatch,
}

impl BatchBuilder {
    /// Adds a record for `topic`.
    ///
    /// # Errors
    /// A negative partition, or an arena beyond 4 GiB. The batch stays usable without the record.
    pub fn append(&mut self, topic: &str, record: RecordSlices<'_>) -> Result<(), BatchError> {
        if let Some(partition) = record.partition.filter(|partition| *partition < 0) {
            return Err(BatchError::NegativePartition(partition));
        }
        let key = record.key.map(|key| self.store(key)).transpose()?;
        let value = record.value.map(|value| self.store(value)).transpose()?;
        let mut headers = Vec::new();
        for (name, value) in record.headers {
            let name = self.store(name.as_bytes())?;
            let value = value.map(|value| self.store(value)).transpose()?;
            headers.push(HeaderSpans { name, value });
        }
        let RecordSlices { timestamp_ms, partition, .. } = record;
        let topic = self.topic_number(topic);
        let record = RecordSpans { topic, key, value, timestamp_ms, partition };
        self.batch.push_checked(record, &headers)
    }

    fn topic_number(&mut self, topic: &str) -> u32 {
        if let Some(number) = self.topic_numbers.get(topic) {
            return *number;
        }
        let number = self.batch.topics.len() as u32;
        self.batch.topics.push(topic.to_owned());
        self.topic_numbers.insert(topic.to_owned(), number);
        number
    }

    fn store(&mut self, bytes: &[u8]) -> Result<Span, BatchError> {
        let end = u32::try_from(self.arena.len() + bytes.len());
        let end = end.map_err(|_| BatchError::TooLarge)?;
        let start = self.arena.len() as u32;
        self.arena.extend_from_slice(bytes);
        Ok(Span { start, end })
    }

    /// The finished batch.
    pub fn build(self) -> OutgoingBatch {
        OutgoingBatch { arena: Arc::new(self.arena), ..self.batch }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Records;

    #[test]
    fn headers_stay_with_their_record() {
        let mut builder = BatchBuilder::default();
        let plain = RecordSlices { value: Some(b"v"), ..RecordSlices::default() };
        let headers: &[(&str, Option<&[u8]>)] = &[("a", Some(b"1")), ("a", None)];
        builder.append("t", plain).unwrap();
        builder.append("u", RecordSlices { headers, ..plain }).unwrap();
        builder.append("t", plain).unwrap();
        let batch = builder.build();
        assert_eq!(batch.topics(), ["t", "u"]);
        let counts: Vec<usize> = (0..3).map(|index| batch.headers(index).len()).collect();
        assert_eq!(counts, [0, 2, 0]);
        assert_eq!(batch.bytes(batch.headers(1)[0].name), b"a");
        assert_eq!(batch.headers(1)[1].value, None);
        assert_eq!((batch.goes_alone(0), batch.goes_alone(1)), (false, true));
    }

    #[test]
    fn what_points_outside_is_refused() {
        let mut batch = OutgoingBatch::over(Arc::new(vec![0; 4]), vec!["t".into()]);
        let good = RecordSpans {
            topic: 0,
            key: None,
            value: Some(Span { start: 0, end: 4 }),
            timestamp_ms: None,
            partition: None,
        };
        assert_eq!(batch.push(good, &[]), Ok(()));
        let outside = Span { start: 2, end: 5 };
        let refused = BatchError::SpanOutside { start: 2, end: 5, size: 4 };
        assert_eq!(
            batch.push(RecordSpans { key: Some(outside), ..good }, &[]),
            Err(refused.clone())
        );
        assert_eq!(batch.push(good, &[HeaderSpans { name: outside, value: None }]), Err(refused));
        let reversed = RecordSpans { value: Some(Span { start: 3, end: 1 }), ..good };
        assert!(matches!(batch.push(reversed, &[]), Err(BatchError::SpanOutside { .. })));
        assert_eq!(
            batch.push(RecordSpans { topic: 1, ..good }, &[]),
            Err(BatchError::UnknownTopic(1))
        );
        assert_eq!(
            batch.push(RecordSpans { partition: Some(-1), ..good }, &[]),
            Err(BatchError::NegativePartition(-1))
        );
        assert_eq!(batch.len(), 1);
    }
}
