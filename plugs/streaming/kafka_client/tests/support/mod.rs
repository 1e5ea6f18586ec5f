//! A mock cluster, a reader that waits for records rather than for time, and a small executor.
#![allow(dead_code, reason = "each test binary uses its part")]

pub mod lane;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use kafka_client::outgoing::RecordSlices;
use kafka_client::{BatchBuilder, ClientSettings, Outcome};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Headers, Message};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

/// Settings of a quick producer; `more` comes on top.
pub fn settings(servers: &str, more: &[(&str, &str)]) -> ClientSettings {
    let mut settings = ClientSettings::default();
    settings.set("bootstrap.servers", servers);
    settings.set("partitioner", "murmur2_random").set("enable.idempotence", "true");
    settings.set("linger.ms", "0").set("message.timeout.ms", "1000");
    for (key, value) in more {
        settings.set(*key, *value);
    }
    settings
}

pub fn in_a_minute() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

/// A record with a value and nothing else.
pub const PLAIN: RecordSlices<'static> = RecordSlices {
    key: None,
    value: Some(b"v"),
    headers: &[],
    timestamp_ms: None,
    partition: None,
};

/// Partition and offset of each; fails unless all are delivered.
pub fn delivered(outcomes: &[Outcome]) -> Vec<(i32, i64)> {
    let delivery = |outcome: &Outcome| match outcome {
        Outcome::Delivered(delivery) => (delivery.partition, delivery.offset.unwrap_or(-1)),
        other => panic!("not delivered: {other:?}"),
    };
    outcomes.iter().map(delivery).collect()
}

/// `count` records with a hundred keys in turn; the values tell their numbers.
pub fn keyed_batch(topic: &str, count: usize) -> BatchBuilder {
    let mut builder = BatchBuilder::default();
    for number in 0..count {
        let (key, value) = (format!("key-{}", number % 100), format!("value {number}"));
        let record = RecordSlices {
            key: Some(key.as_bytes()),
            value: Some(value.as_bytes()),
            ..RecordSlices::default()
        };
        builder.append(topic, record).unwrap();
    }
    builder
}

/// A record as a consumer sees it.
#[derive(Debug, PartialEq, Eq)]
pub struct Read {
    pub partition: i32,
    pub offset: i64,
    pub timestamp_ms: Option<i64>,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

/// One mock broker with one topic. Lives in the thread of its test.
pub struct Cluster {
    mock: MockCluster<'static, DefaultProducerContext>,
    partitions: i32,
}

impl Cluster {
    pub fn with_topic(topic: &str, partitions: i32) -> Self {
        let mock = MockCluster::new(1).unwrap();
        mock.create_topic(topic, partitions, 1).unwrap();
        Self { mock, partitions }
    }

    pub fn settings(&self, more: &[(&str, &str)]) -> ClientSettings {
        let patient = [("message.timeout.ms", "60000")];
        settings(&self.mock.bootstrap_servers(), &[patient.as_slice(), more].concat())
    }

    /// Answers the next produce requests with these errors.
    pub fn fail_produce(&self, errors: &[RDKafkaRespErr]) {
        self.mock.request_errors(RDKafkaApiKey::Produce, errors);
    }

    /// Keeps every answer back for that long.
    pub fn answer_after(&self, delay: Duration) {
        self.mock.broker_round_trip_time(1, delay).unwrap();
    }

    /// Stops the broker: it takes no connection and ends those it has.
    pub fn broker_down(&self) {
        self.mock.broker_down(1).unwrap();
    }

    /// Starts the broker again.
    pub fn broker_up(&self) {
        self.mock.broker_up(1).unwrap();
    }

    /// Adds a topic with as many partitions as the first.
    pub fn add_topic(&self, topic: &str) {
        self.mock.create_topic(topic, self.partitions, 1).unwrap();
    }

    /// Reads `count` records of `topic` from the beginning, and fails when there are fewer or more.
    pub fn read(&self, topic: &str, count: usize) -> Vec<Read> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.mock.bootstrap_servers()).set("group.id", "reader");
        let consumer: BaseConsumer = config.create().unwrap();
        let mut wanted = TopicPartitionList::new();
        let mut end = 0;
        for partition in 0..self.partitions {
            wanted.add_partition_offset(topic, partition, Offset::Beginning).unwrap();
            let wait = Duration::from_secs(10);
            end += consumer.fetch_watermarks(topic, partition, wait).unwrap().1;
        }
        assert_eq!(end, count as i64, "records in the topic");
        consumer.assign(&wanted).unwrap();
        let mut records = Vec::new();
        while records.len() < count {
            let message =
                consumer.poll(Duration::from_secs(30)).expect("a record in 30 s").unwrap();
            records.push(read(&message));
        }
        records
    }
}

fn read(message: &impl Message) -> Read {
    let headers = message.headers().into_iter().flat_map(|headers| headers.iter());
    Read {
        partition: message.partition(),
        offset: message.offset(),
        timestamp_ms: message.timestamp().to_millis(),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers: headers
            .map(|header| (header.key.to_owned(), header.value.map(<[u8]>::to_vec)))
            .collect(),
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future on this thread; fails after two minutes.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let end = Instant::now() + Duration::from_secs(120);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        assert!(Instant::now() < end, "the future is not ready after two minutes");
        thread::park_timeout(Duration::from_secs(1));
    }
}
