//! `ensure_topic`: a topic is looked for, or made, before a client first writes to it.

use crate::config::{Config, EnsureTopic, TopicSettings};
use crate::fault::Fault;
use crate::fault::kafka::fault_of;
use crate::servers::EMBEDDED;
use kafka_client::{ClientError, ErrorClass, Failure, NewTopic, Producer, REFUSED_ADDRESS};
use plugin_api::Ctx;
use plugin_api::plug::Plug;
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

/// Does for one topic what `ensure_topic` asks for; nothing when it is absent.
///
/// # Errors
/// The topic is not there, or cannot be made, or the cluster does not answer within `wait`.
pub async fn ensure(
    ctx: &Ctx,
    producer: &Producer,
    config: &Config,
    topic: &str,
    wait: Duration,
) -> Result<(), Fault> {
    let settings = &config.topic_settings;
    match config.ensure_topic {
        None => Ok(()),
        Some(EnsureTopic::Require) => require(producer, topic, wait),
        Some(EnsureTopic::Create) if config.bootstrap_servers == EMBEDDED => {
            create_embedded(ctx, topic, settings).await
        }
        Some(EnsureTopic::Create) => create(producer, topic, settings, wait),
    }
}

/// Asks for all topics: asking for one may make a cluster create it.
fn require(producer: &Producer, topic: &str, wait: Duration) -> Result<(), Fault> {
    let cluster = producer.metadata(wait).map_err(|error| {
        let trouble = producer.trouble();
        let class = trouble.map_or(ErrorClass::Retriable, |trouble| trouble.class);
        let message = format!("`ensure_topic`: nobody says whether `{topic}` is there: {error}");
        let code = match error {
            ClientError::NoMetadata { code, .. } if code == REFUSED_ADDRESS => code,
            _ => "_TIMED_OUT".to_owned(),
        };
        fault_of(&Failure { class, topic: true, code, message }, topic)
    })?;
    match cluster.topics.into_iter().find(|known| known.name == topic).map(|known| known.error) {
        Some(None) => Ok(()),
        Some(Some(error)) => Err(Fault::configuration(format!(
            "`ensure_topic: require`: the topic `{topic}` cannot be written to: {error}"
        ))),
        None => Err(Fault::configuration(format!(
            "`ensure_topic: require`: there is no topic `{topic}`, or this user may not see it; make \
             it, or set `ensure_topic: create`"
        ))),
    }
}

fn create(
    producer: &Producer,
    topic: &str,
    settings: &TopicSettings,
    wait: Duration,
) -> Result<(), Fault> {
    let TopicSettings { partitions, replication, config } = settings;
    let new = NewTopic { name: topic, partitions: *partitions, replication: *replication, config };
    producer.create_topic(&new, wait).map_err(|error| {
        let message =
            format!("`ensure_topic: create`: the topic `{topic}` cannot be made: {error}");
        let class = error.class;
        fault_of(&Failure { class, topic: true, code: error.code, message }, topic)
    })
}

/// The embedded broker makes topics by a call, not through the admin protocol.
async fn create_embedded(ctx: &Ctx, topic: &str, settings: &TopicSettings) -> Result<(), Fault> {
    let refused = |error: &dyn std::fmt::Display| {
        Fault::configuration(format!("`ensure_topic: create`: the topic `{topic}`: {error}"))
    };
    let found = ctx.pp("embedded_kafka").await.map_err(|error| refused(&error))?;
    let plug = found.ok_or_else(|| refused(&"no plug `embedded_kafka` is installed"))?;
    let mut input = json!({ "operation": "create_topic", "topic": topic });
    if let Some(partitions) = settings.partitions {
        input["partitions"] = partitions.into();
    }
    let Err(error) = plug.process(ctx, &input, &json!({})).await else { return Ok(()) };
    // One that is there already is fine, and no text says so for sure.
    if has_embedded(ctx, &plug, topic).await { Ok(()) } else { Err(refused(&error)) }
}

#[derive(Deserialize)]
struct EmbeddedTopics {
    topics: Vec<EmbeddedTopic>,
}

#[derive(Deserialize)]
struct EmbeddedTopic {
    topic: String,
}

async fn has_embedded(ctx: &Ctx, plug: &Plug, topic: &str) -> bool {
    let asked = plug.process(ctx, &json!({ "operation": "topics" }), &json!({})).await;
    let known = asked.ok().and_then(|answer| answer.parse::<EmbeddedTopics>().ok());
    known.is_some_and(|known| known.topics.iter().any(|known| known.topic == topic))
}
