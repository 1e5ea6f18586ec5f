//! Publishes messages to Kafka and says what became of each.
//!
//! # Layout
//! One call flows one way: `input` and `config` are what it was given, `check` refuses what may
//! not be dialled or written before anything connects, `draft` resolves topic, key, headers and
//! metadata of each record, `serialize` asks the serializer plug for bytes, `publish` hands them
//! to a pooled client, `answer` is the result. `content` and `enrich` look into messages; they serve
//! both roles.
//!
//! `sink` is the other role: batches of a stream, through one client a lane.

#![forbid(unsafe_code)]

mod answer;
mod check;
mod config;
mod content;
mod draft;
mod enrich;
mod fault;
mod input;
mod pool;
mod publish;
mod serialize;
mod servers;
mod setting;
mod settings;
mod sink;
mod span;

use answer::Answer;
use config::{ProcessConfig, SinkConfig};
use fault::Fault;
use input::Input;
use plugin_api::source::Lane;
use plugin_api::{Ctx, Error, ErrorCode, Host, Plugin, Result, Sink};
use pool::Pool;
use std::sync::Arc;
use std::time::{Duration, Instant};

plugin_api::export!("kafka_producer", KafkaProducer as process sink);

/// One instance serves every caller; equal configurations share one Kafka client.
struct KafkaProducer {
    pool: Pool,
}

/// What `operation` may be.
const OPERATIONS: [&str; 2] = ["publish", "health_check"];

impl Plugin for KafkaProducer {
    type Config = ProcessConfig;
    type Input = Input;
    type Output = Answer;

    const STATUS_KEYS: &'static [&'static str] = &["kafka_status"];

    fn create(_host: Host) -> Result<Self> {
        Ok(Self { pool: Pool::default() })
    }

    async fn process(&self, ctx: &Ctx, input: Input, config: &ProcessConfig) -> Result<Answer> {
        let (start, config) = (Instant::now(), &config.0);
        let answer = match input.operation.as_deref().unwrap_or("publish") {
            "publish" => publish::publish(&self.pool, ctx, &input, config).await,
            "health_check" => publish::health_check(&self.pool, ctx, config).await,
            other => Err(unknown_operation(other)),
        };
        Ok(answer.unwrap_or_else(Answer::refused).after(start.elapsed()))
    }

    fn refuse(&self, _ctx: &Ctx, error: Error) -> Result<Answer> {
        let fault = match error.code {
            ErrorCode::BAD_CONFIG => {
                Fault::configuration(later(&error.message).unwrap_or(error.message))
            }
            _ => Fault::producer(error.message),
        };
        Ok(Answer::refused(fault))
    }

    fn shutdown(&self, grace: Duration) {
        self.pool.close(grace);
    }
}

impl Sink for KafkaProducer {
    type Config = SinkConfig;
    type Stage = sink::Stage;

    async fn open_sink(
        &self,
        ctx: &Ctx,
        lane: Lane,
        config: Arc<SinkConfig>,
    ) -> Result<sink::Stage> {
        sink::open(ctx, lane, &config).await
    }
}

/// Keys of a Kafka producer that this version does not act on yet.
const LATER: [&str; 14] = [
    "security_protocol",
    "sasl_mechanism",
    "kafka_username",
    "kafka_password",
    "ssl_cafile",
    "ssl_certfile",
    "ssl_keyfile",
    "ssl_key_password",
    "ssl_check_hostname",
    "preset",
    "redis_backend",
    "monitoring",
    "ensure_topic",
    "topic_settings",
];

/// A better word than "unknown" for a key of [`LATER`].
fn later(message: &str) -> Option<String> {
    let key = message.strip_prefix("unknown key `")?.split('`').next()?;
    LATER.contains(&key).then(|| format!("`{key}` is not supported by this version"))
}

fn unknown_operation(operation: &str) -> Fault {
    let supported = OPERATIONS.join(", ");
    Fault::producer(format!("`operation`: {operation:?} is not supported; there are {supported}"))
}
