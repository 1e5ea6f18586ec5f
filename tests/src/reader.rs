//! A topic as it is: every record from offset 0 to the end, in order per partition.

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use crate::Result;

/// How long a topic may take from the first question to its last record.
const LIMIT: Duration = Duration::from_secs(60);

/// One record as a reader finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The partition it is in.
    pub partition: i32,
    /// Its place in that partition.
    pub offset: i64,
    /// Milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// `None` is no key; an empty key is another thing.
    pub key: Option<Vec<u8>>,
    /// `None` is a null value.
    pub value: Option<Vec<u8>>,
    /// In the order they were written, repeated names included; `None` is a null header.
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

impl Record {
    /// The value as text.
    ///
    /// # Panics
    /// When it is null or not UTF-8.
    pub fn text(&self) -> &str {
        let value = self.value.as_deref().expect("the value is null");
        std::str::from_utf8(value).expect("the value is not UTF-8")
    }

    /// The key as text; `None` is no key.
    ///
    /// # Panics
    /// When it is not UTF-8.
    pub fn key_text(&self) -> Option<&str> {
        self.key.as_deref().map(|key| std::str::from_utf8(key).expect("the key is not UTF-8"))
    }
}

/// Reads all of `topic`, sorted by partition and offset.
///
/// # Panics
/// When the topic does not exist or its end is not reached within a minute.
pub fn read_topic(bootstrap_servers: &str, topic: &str) -> Vec<Record> {
    try_read(bootstrap_servers, topic).unwrap_or_else(|error| panic!("reading {topic}: {error}"))
}

fn try_read(bootstrap_servers: &str, topic: &str) -> Result<Vec<Record>> {
    let deadline = Instant::now() + LIMIT;
    let consumer = consumer(bootstrap_servers)?;
    let mut unread = partitions_with_records(&consumer, topic)?;
    let mut start = TopicPartitionList::new();
    for &partition in &unread {
        start.add_partition_offset(topic, partition, Offset::Offset(0))?;
    }
    consumer.assign(&start)?;
    let mut records = Vec::new();
    while !unread.is_empty() {
        let remaining = deadline.saturating_duration_since(Instant::now());
        match consumer.poll(remaining) {
            Some(Ok(message)) => records.push(record(&message)),
            Some(Err(KafkaError::PartitionEOF(ended))) => unread.retain(|&p| p != ended),
            Some(Err(error)) => return Err(error.into()),
            None => return Err(format!("no end within {LIMIT:?} in partitions {unread:?}").into()),
        }
    }
    records.sort_by_key(|record| (record.partition, record.offset));
    Ok(records)
}

/// A consumer that belongs to no group and is told where each partition ends.
fn consumer(bootstrap_servers: &str) -> Result<BaseConsumer> {
    Ok(ClientConfig::new()
        .set("bootstrap.servers", bootstrap_servers)
        .set("group.id", "reader")
        .set("enable.auto.commit", "false")
        .set("auto.offset.reset", "error")
        .set("enable.partition.eof", "true")
        .set("check.crcs", "true")
        .create()?)
}

fn partitions_with_records(consumer: &BaseConsumer, topic: &str) -> Result<Vec<i32>> {
    let metadata = consumer.fetch_metadata(Some(topic), LIMIT)?;
    let topic = metadata.topics().first().ok_or("no metadata of the topic")?;
    if let Some(error) = topic.error() {
        return Err(format!("{error:?}").into());
    }
    let mut partitions = Vec::new();
    for partition in topic.partitions() {
        let (low, high) = consumer.fetch_watermarks(topic.name(), partition.id(), LIMIT)?;
        if low != 0 {
            return Err(format!("partition {} begins at offset {low}", partition.id()).into());
        }
        if high > 0 {
            partitions.push(partition.id());
        }
    }
    Ok(partitions)
}

/// A message of librdkafka, owned.
pub(crate) fn record(message: &BorrowedMessage<'_>) -> Record {
    let headers = message.headers().map_or_else(Vec::new, |headers| {
        headers.iter().map(|h| (h.key.to_owned(), h.value.map(<[u8]>::to_vec))).collect()
    });
    Record {
        partition: message.partition(),
        offset: message.offset(),
        timestamp: message.timestamp().to_millis(),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers,
    }
}
