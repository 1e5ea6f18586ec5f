//! Which topics there are. Asking for all of them creates none; asking for one would.

use crate::answer::{Answer, Topic};
use crate::partition::{Partition, Reader, reader, remaining};
use plugin_api::typed::nearest;
use plugin_api::{Error, Result};
use rdkafka::consumer::Consumer;
use rdkafka::metadata::{Metadata, MetadataTopic};
use std::time::{Duration, Instant};

/// A partition whose broker is down does not say its bounds; it is not waited for longer than this.
const BOUNDS: Duration = Duration::from_secs(1);

/// Every topic with what lies in it.
///
/// # Errors
/// No broker answers by `deadline`.
pub fn topics(servers: &str, deadline: Instant) -> Result<Answer> {
    let consumer = reader(servers)?;
    let metadata = all(&consumer, deadline)?;
    let described = |found: &MetadataTopic| Topic {
        topic: found.name().to_owned(),
        partitions: found.partitions().len(),
        records: records(&consumer, found, deadline),
    };
    let mut topics: Vec<Topic> = metadata.topics().iter().map(described).collect();
    topics.sort_by(|a, b| a.topic.cmp(&b.topic));
    Ok(Answer::Topics { topics })
}

/// How many partitions the topic has.
///
/// # Errors
/// There is no such topic, or no broker answers by `deadline`.
pub fn partitions(consumer: &Reader, topic: &str, deadline: Instant) -> Result<i32> {
    let metadata = all(consumer, deadline)?;
    match metadata.topics().iter().find(|found| found.name() == topic) {
        Some(found) => Ok(i32::try_from(found.partitions().len()).unwrap_or(i32::MAX)),
        None => Err(missing(topic, &metadata)),
    }
}

/// That the topic has this partition.
///
/// # Errors
/// It has not, there is no such topic, or no broker answers by `deadline`.
pub fn check_partition(
    servers: &str,
    topic: &str,
    partition: i32,
    deadline: Instant,
) -> Result<()> {
    let partitions = partitions(&reader(servers)?, topic, deadline)?;
    if partition < partitions {
        return Ok(());
    }
    let last = partitions - 1;
    Err(Error::input(format!("`partition`: {topic:?} has 0 to {last}, found {partition}")))
}

fn all(consumer: &Reader, deadline: Instant) -> Result<Metadata> {
    consumer.fetch_metadata(None, remaining(deadline)).map_err(|error| {
        Error::retriable(format!(
            "the topics cannot be listed: {error}; is every broker down? (`broker_up`)"
        ))
    })
}

fn missing(topic: &str, metadata: &Metadata) -> Error {
    let mut known: Vec<&str> = metadata.topics().iter().map(MetadataTopic::name).collect();
    known.sort_unstable();
    let near = nearest(topic, known.iter().copied());
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Error::input(format!("`topic`: there is no topic {topic:?}{near} (topics: {known})"))
}

/// What lies in a topic; `None` when a partition does not say.
fn records(consumer: &Reader, topic: &MetadataTopic, deadline: Instant) -> Option<i64> {
    let number = |partition: &rdkafka::metadata::MetadataPartition| {
        let until = deadline.min(Instant::now() + BOUNDS);
        let led = partition.leader() >= 0;
        let found = led.then(|| Partition::find(consumer, topic.name(), partition.id(), until));
        found?.ok().map(|partition| partition.len())
    };
    topic.partitions().iter().map(number).sum()
}
