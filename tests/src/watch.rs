//! A reader that reads along, from offset 0, while records are written.

use std::sync::mpsc::{Sender, TryRecvError, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use crate::Result;
use crate::reader::{Record, record};

/// How long one look for the next record waits.
const POLL: Duration = Duration::from_millis(20);
/// How long the last records may take after everything was written.
const LAST: Duration = Duration::from_secs(20);

/// A reader under way. It survives what the brokers go through.
pub struct Watch {
    seen: Arc<Seen>,
    stop: Sender<()>,
    reading: JoinHandle<Result<()>>,
}

#[derive(Default)]
struct Seen {
    records: Mutex<Vec<Record>>,
    more: Condvar,
}

impl Seen {
    fn records(&self) -> MutexGuard<'_, Vec<Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Starts to read all partitions of a topic that exists.
    ///
    /// # Panics
    /// When no consumer can be made.
    pub fn start(bootstrap_servers: &str, topic: &str, partitions: i32) -> Self {
        let topic = Topic {
            bootstrap_servers: bootstrap_servers.to_owned(),
            name: topic.to_owned(),
            partitions,
        };
        let consumer = topic.consumer(&[]).expect("a consumer");
        let seen = Arc::new(Seen::default());
        let into = Arc::clone(&seen);
        let (stop, stopped) = channel();
        let reading = thread::spawn(move || {
            while stopped.try_recv() == Err(TryRecvError::Empty) {
                take_next(&consumer, &into);
            }
            drop(consumer);
            read_to_the_end(&topic, &into)
        });
        Self { seen, stop, reading }
    }

    /// Waits until what was read fulfils a condition.
    ///
    /// # Panics
    /// When it does not within `limit`.
    pub fn wait_for(&self, what: &str, limit: Duration, holds: impl Fn(&[Record]) -> bool) {
        let deadline = Instant::now() + limit;
        let mut records = self.seen.records();
        while !holds(&records) {
            let left = deadline.saturating_duration_since(Instant::now());
            let count = records.len();
            assert!(!left.is_zero(), "{what}: not within {limit:?}, {count} records were read");
            records = match self.seen.more.wait_timeout(records, left) {
                Ok((records, _)) => records,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    /// What was read so far, sorted by partition and offset.
    pub fn so_far(&self) -> Vec<Record> {
        let mut records = self.seen.records().clone();
        records.sort_by_key(|record| (record.partition, record.offset));
        records
    }

    /// How many records were read so far.
    pub fn count(&self) -> usize {
        self.seen.records().len()
    }

    /// Reads what is left and answers everything, sorted by partition and offset.
    ///
    /// # Panics
    /// When the ends of the partitions are not reached.
    pub fn finish(self) -> Vec<Record> {
        drop(self.stop);
        self.reading.join().expect("the reading thread").expect("the topic is read to its end");
        let mut records = std::mem::take(&mut *self.seen.records());
        records.sort_by_key(|record| (record.partition, record.offset));
        records
    }
}

struct Topic {
    bootstrap_servers: String,
    name: String,
    partitions: i32,
}

impl Topic {
    /// A consumer that goes on behind what was read.
    fn consumer(&self, read: &[Record]) -> Result<BaseConsumer> {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", &self.bootstrap_servers)
            .set("group.id", "watch")
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "error")
            .set("check.crcs", "true")
            .set("fetch.wait.max.ms", "10")
            .set("reconnect.backoff.max.ms", "100")
            .set("topic.metadata.refresh.interval.ms", "1000")
            .create()?;
        let mut start = TopicPartitionList::new();
        for partition in 0..self.partitions {
            let read = read.iter().filter(|record| record.partition == partition);
            let next = read.map(|record| record.offset + 1).max().unwrap_or(0);
            start.add_partition_offset(&self.name, partition, Offset::Offset(next))?;
        }
        consumer.assign(&start)?;
        Ok(consumer)
    }
}

/// Errors are what the tests make the brokers go through: the client tries again by itself.
fn take_next(consumer: &BaseConsumer, into: &Seen) {
    match consumer.poll(POLL) {
        Some(Ok(message)) => {
            into.records().push(record(&message));
            into.more.notify_all();
        }
        Some(Err(error)) => eprintln!("the reader goes on after: {error}"),
        None => {}
    }
}

/// Reads until as many records were seen as the partitions hold: nothing here compacts. A new client
/// does it: the old one may stand still after leaders have moved to and fro.
fn read_to_the_end(topic: &Topic, into: &Seen) -> Result<()> {
    let consumer = topic.consumer(&into.records())?;
    let mut held = 0;
    for partition in 0..topic.partitions {
        held += consumer.fetch_watermarks(&topic.name, partition, LAST)?.1;
    }
    let deadline = Instant::now() + LAST;
    loop {
        let count = into.records().len();
        if count as i64 >= held {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(format!("{count} of {held} records were read within {LAST:?}").into());
        }
        take_next(&consumer, into);
    }
}
