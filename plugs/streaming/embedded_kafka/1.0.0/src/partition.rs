//! Reading one partition up to the end that it had when the reading began.

use crate::answer::Read;
use plugin_api::base64::json_of;
use plugin_api::{Error, Json, Result};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::{ClientConfig, ClientContext, Offset, TopicPartitionList};
use std::time::{Duration, Instant};

/// A consumer that does not call the end of a partition an error.
pub type Reader = BaseConsumer<Quiet>;

/// Hears of errors without logging them: those that matter come back from `poll` as well.
pub struct Quiet;

impl ClientContext for Quiet {
    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "the reader heard of an error");
    }
}

impl ConsumerContext for Quiet {}

/// Joins no group and leaves nothing behind, but the client wants the name of one.
///
/// A fetch that finds nothing waits at the cluster, 500 ms by default, and holds up the partition
/// that comes next: with 10 ms a read of four partitions took 0.16 s instead of 0.66 s.
pub fn reader(servers: &str) -> Result<Reader> {
    let created = ClientConfig::new()
        .set("bootstrap.servers", servers)
        .set("group.id", "embedded_kafka_read")
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "error")
        .set("fetch.wait.max.ms", "10")
        // Told where a partition ends, the client has no fetch under way when it is closed, which
        // would cost 100 ms.
        .set("enable.partition.eof", "true")
        .create_with_context(Quiet);
    created.map_err(|error| Error::retriable(format!("the cluster cannot be read: {error}")))
}

/// One partition with its bounds.
pub struct Partition<'a> {
    consumer: &'a Reader,
    topic: &'a str,
    number: i32,
    /// The offset of the oldest record that is still there.
    pub first: i64,
    /// The offset behind the newest record.
    end: i64,
}

impl<'a> Partition<'a> {
    /// Asks the cluster for the bounds.
    pub fn find(
        consumer: &'a Reader,
        topic: &'a str,
        number: i32,
        deadline: Instant,
    ) -> Result<Self> {
        let bounds = consumer.fetch_watermarks(topic, number, remaining(deadline));
        let (first, end) = bounds.map_err(|error| unreadable(topic, number, &error))?;
        Ok(Self { consumer, topic, number, first, end })
    }

    /// How many records lie in it.
    pub fn len(&self) -> i64 {
        self.end - self.first
    }

    /// Appends its records until there are `max`.
    pub fn append_to(&self, records: &mut Vec<Read>, max: usize, deadline: Instant) -> Result<()> {
        if self.first >= self.end || records.len() >= max {
            return Ok(());
        }
        self.assign()?;
        while records.len() < max {
            let Some(record) = self.next(deadline)? else { return Ok(()) };
            let last = record.offset + 1 >= self.end;
            records.push(record);
            if last {
                return Ok(());
            }
        }
        Ok(())
    }

    fn assign(&self) -> Result<()> {
        let mut from = TopicPartitionList::with_capacity(1);
        from.add_partition_offset(self.topic, self.number, Offset::Offset(self.first))
            .and_then(|()| self.consumer.assign(&from))
            .map_err(|error| unreadable(self.topic, self.number, &error))
    }

    /// The next record; `None` at the end of the partition.
    fn next(&self, deadline: Instant) -> Result<Option<Read>> {
        match self.consumer.poll(remaining(deadline)) {
            Some(Ok(message)) => record(&message).map(Some),
            Some(Err(KafkaError::PartitionEOF(_))) => Ok(None),
            Some(Err(error)) => Err(unreadable(self.topic, self.number, &error)),
            None => Err(Error::retriable(format!(
                "topic {:?}, partition {}: not read up to offset {} in time",
                self.topic, self.number, self.end
            ))),
        }
    }
}

/// How long may still be waited.
pub fn remaining(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

fn record(message: &BorrowedMessage<'_>) -> Result<Read> {
    let headers = message.headers().into_iter().flat_map(Headers::iter);
    let header = |header: rdkafka::message::Header<'_, &[u8]>| {
        Ok((header.key.to_owned(), bytes(header.value)?))
    };
    Ok(Read {
        topic: message.topic().to_owned(),
        partition: message.partition(),
        offset: message.offset(),
        timestamp: message.timestamp().to_millis(),
        key: bytes(message.key())?,
        value: bytes(message.payload())?,
        headers: headers.map(header).collect::<Result<_>>()?,
    })
}

fn bytes(bytes: Option<&[u8]>) -> Result<Json> {
    bytes.map_or_else(|| Ok(Json::null()), json_of)
}

fn unreadable(topic: &str, number: i32, error: &KafkaError) -> Error {
    Error::retriable(format!("topic {topic:?}, partition {number}, cannot be read: {error}"))
}
