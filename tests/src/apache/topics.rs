//! Topics, made through librdkafka: Apache's own tool takes a JVM start for each.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use tokio::runtime;

use crate::Result;

const LIMIT: Duration = Duration::from_secs(20);

/// Creates a topic with one replica; returns once the controller has placed its partitions.
pub(super) fn create(bootstrap_servers: &str, name: &str, partitions: i32) -> Result<()> {
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", bootstrap_servers).create()?;
    let topic = NewTopic::new(name, partitions, TopicReplication::Fixed(1));
    let options = AdminOptions::new().operation_timeout(Some(LIMIT)).request_timeout(Some(LIMIT));
    let waiting = runtime::Builder::new_current_thread().build()?;
    for created in waiting.block_on(admin.create_topics([&topic], &options))? {
        created.map_err(|(topic, code)| format!("creating topic {topic}: {code}"))?;
    }
    Ok(())
}
