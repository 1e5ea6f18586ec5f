//! Topics, made through librdkafka: Apache's own tool takes a JVM start for each.

use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use tokio::runtime;

use crate::Result;

const LIMIT: Duration = Duration::from_secs(20);

/// Creates a topic with one replica; returns once the controller has placed its partitions.
pub(super) fn create(bootstrap_servers: &str, name: &str, partitions: i32) -> Result<()> {
    create_as(bootstrap_servers, NewTopic::new(name, partitions, TopicReplication::Fixed(1)))
}

/// The same with three replicas, of which `in_sync` have to confirm a write.
pub(super) fn create_replicated(
    bootstrap_servers: &str,
    name: &str,
    partitions: i32,
    in_sync: u8,
) -> Result<()> {
    let in_sync = in_sync.to_string();
    let topic = NewTopic::new(name, partitions, TopicReplication::Fixed(3));
    create_as(bootstrap_servers, topic.set("min.insync.replicas", &in_sync))
}

fn create_as(bootstrap_servers: &str, topic: NewTopic<'_>) -> Result<()> {
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", bootstrap_servers).create()?;
    let options = AdminOptions::new().operation_timeout(Some(LIMIT)).request_timeout(Some(LIMIT));
    let waiting = runtime::Builder::new_current_thread().build()?;
    for created in waiting.block_on(admin.create_topics([&topic], &options))? {
        created.map_err(|(topic, code)| format!("creating topic {topic}: {code}"))?;
    }
    Ok(())
}

/// The node (from 0) that leads a partition, as soon as one does.
pub(super) fn leader(bootstrap_servers: &str, topic: &str, partition: i32) -> Result<usize> {
    let consumer: BaseConsumer =
        ClientConfig::new().set("bootstrap.servers", bootstrap_servers).create()?;
    let deadline = Instant::now() + LIMIT;
    loop {
        let metadata = consumer.fetch_metadata(Some(topic), LIMIT)?;
        let partitions = metadata.topics().iter().flat_map(|topic| topic.partitions());
        let led = partitions.filter(|one| one.id() == partition).map(|one| one.leader()).next();
        if let Some(id @ 1..) = led {
            return Ok(usize::try_from(id)? - 1);
        }
        if Instant::now() > deadline {
            return Err(format!("nobody leads partition {partition}").into());
        }
    }
}
