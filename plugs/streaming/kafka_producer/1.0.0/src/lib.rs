//! Publishes messages to Kafka and says what became of each.
//!
//! # Layout
//! One call flows one way: `input` and `config` are what it was given, `check` refuses what may
//! not be dialled or written before anything connects, `draft` resolves topic, key, headers and
//! metadata of each record, `serialize` asks the serializer plug for bytes, `publish` hands them
//! to a pooled client, `answer` is the result. `monitor` counts it and `coordinate` leaves it in Redis.
//! `operation` names what else a call may ask for; `validate` is the checks alone. `content` and `enrich` look into messages; they serve both roles.
//!
//! `sink` is the other role: batches of a stream, through one client a lane.

#![forbid(unsafe_code)]

mod answer;
mod check;
mod config;
mod content;
mod coordinate;
mod draft;
mod enrich;
mod fault;
mod input;
mod monitor;
mod operation;
mod pool;
mod presence;
mod publish;
mod serialize;
mod servers;
mod setting;
mod settings;
mod settled;
mod sink;
mod span;
mod tally;
mod validate;
mod waiver;

use answer::Answer;
use config::{Config, ProcessConfig, SinkConfig};
use coordinate::Coordination;
use fault::Fault;
use input::Input;
use monitor::Monitor;
use operation::Operation;
use plugin_api::source::Lane;
use plugin_api::{Ctx, Error, ErrorCode, Host, Plugin, Result, Sink};
use pool::{Figures, Pool};
use std::sync::Arc;
use std::time::{Duration, Instant};

plugin_api::export!("kafka_producer", KafkaProducer as process sink);

/// One instance serves every caller; equal configurations share one Kafka client.
struct KafkaProducer {
    pool: Pool,
    monitor: Monitor,
    coordination: Coordination,
}

impl Plugin for KafkaProducer {
    type Config = ProcessConfig;
    type Input = Input;
    type Output = Answer;

    const STATUS_KEYS: &'static [&'static str] = &["kafka_status"];

    fn create(host: Host) -> Result<Self> {
        let (monitor, coordination) = (Monitor::new(&host), Coordination::new(&host));
        Ok(Self { pool: Pool::new(Figures::new(&host)), monitor, coordination })
    }

    async fn process(&self, ctx: &Ctx, input: Input, config: &ProcessConfig) -> Result<Answer> {
        let (start, config) = (Instant::now(), &config.0);
        let waived = |mut answer: Answer| {
            waiver::tell(ctx.host(), config, &mut answer);
            answer
        };
        let answer = match Operation::named(input.operation.as_deref()) {
            Ok(Operation::Publish) => return Ok(self.publish(ctx, &input, config, start).await),
            Ok(Operation::Plan) => publish::plan(ctx, &input, config).await.map(waived),
            Ok(Operation::Validate) => validate::answer(&input, config),
            Ok(Operation::HealthCheck) => {
                publish::health_check(&self.pool, ctx, config).await.map(waived)
            }
            Ok(Operation::Metrics) => Ok(self.monitor.answer()),
            Err(unknown) => Err(unknown),
        };
        Ok(answer.unwrap_or_else(Answer::refused).after(start.elapsed()))
    }

    fn refuse(&self, _ctx: &Ctx, error: Error) -> Result<Answer> {
        let fault = match error.code {
            ErrorCode::BAD_CONFIG => Fault::configuration(error.message),
            _ => Fault::producer(error.message),
        };
        let answer = Answer::refused(fault);
        self.monitor.count(&answer);
        Ok(answer)
    }

    fn shutdown(&self, grace: Duration) {
        let end = Instant::now() + grace;
        self.pool.close(grace);
        // Both within one grace; what is queued for Redis was being written meanwhile.
        self.coordination.close(end.saturating_duration_since(Instant::now()));
    }
}

impl KafkaProducer {
    /// Publishes, and tells of it: nobody who is told can change what became of the records.
    async fn publish(&self, ctx: &Ctx, input: &Input, config: &Config, start: Instant) -> Answer {
        let published = publish::publish(&self.pool, ctx, input, config).await;
        let mut answer = published.unwrap_or_else(Answer::refused).after(start.elapsed());
        waiver::tell(ctx.host(), config, &mut answer);
        self.monitor.observe(ctx, config, &answer).await;
        self.coordination.report(input, config, &mut answer).await;
        answer
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
