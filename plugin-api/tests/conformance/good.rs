//! Plugins that keep every promise: a greeter, a serializer, and a plugin with all three stages.

use plugin_api::schemars::JsonSchema;
use plugin_api::testing::conformance::Subject;
use plugin_api::{
    Batch, BatchBuilder, Ctx, Host, Lane, Next, NoConfig, Plugin, RecordMeta, Report, Result,
    Serializer, Sink, SinkStage, Source, SourceStage, Transform,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub fn subjects() -> [Subject; 3] {
    [Subject::of::<Greeter>(), Subject::of::<Upper>(), Subject::of::<Stages>()].map(Result::unwrap)
}

plugin_api::export_for_test!("greeter", Greeter as process);

pub struct Greeter;

#[derive(Deserialize, Serialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars", example = Input { who: "Ada".to_owned() })]
pub struct Input {
    pub who: String,
}

#[derive(Deserialize, Serialize, JsonSchema, Default)]
#[schemars(crate = "plugin_api::schemars", example = Config::default())]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub loud: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
pub struct Output {
    pub greeting: String,
}

impl Plugin for Greeter {
    type Config = Config;
    type Input = Input;
    type Output = Output;

    fn create(_: Host) -> Result<Self> {
        Ok(Self)
    }

    async fn process(&self, _: &Ctx, input: Input, config: &Config) -> Result<Output> {
        let mark = if config.loud { "!" } else { "" };
        Ok(Output { greeting: format!("hello {}{mark}", input.who) })
    }
}

plugin_api::export_for_test!("upper_serializer", Upper as process transform);

#[derive(Default)]
pub struct Upper;

impl Serializer for Upper {
    type Config = NoConfig;
    const FORMATS: &'static [&'static str] = &["upper"];

    fn serialize(&self, message: &str, _: &NoConfig, out: &mut Vec<u8>) -> Result<()> {
        if message == "null" {
            return Err(plugin_api::Error::record("null has no upper case"));
        }
        out.extend_from_slice(message.to_uppercase().as_bytes());
        Ok(())
    }
}

plugin_api::export_for_test!("stages", Stages as source transform sink);

#[derive(Default)]
pub struct Stages;

/// Counts to three, one record a batch.
pub struct Counting(AtomicU64);

impl Source for Stages {
    type Config = Config;
    type Stage = Counting;

    async fn open_source(&self, _: &Ctx, _: Lane, _: Arc<Config>) -> Result<Counting> {
        Ok(Counting(AtomicU64::new(0)))
    }
}

impl SourceStage for Counting {
    async fn next(&self, _max: u32) -> Result<Next> {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        Ok(if number < 3 { Next::Batch(numbered(number)) } else { Next::End })
    }

    fn ack(&self, _: u64) -> Result<()> {
        Ok(())
    }
}

/// One record, in a batch of this number.
pub fn numbered(number: u64) -> Batch {
    let mut builder = BatchBuilder::default();
    builder.push(|out| {
        out.extend_from_slice(number.to_string().as_bytes());
        Ok(())
    });
    let mut batch = builder.build();
    batch.id = number;
    batch
}

impl Transform for Stages {
    type Config = Config;

    fn apply(&self, mut batch: Batch, _: &Config) -> Result<Batch> {
        let first = batch.records_mut().first_mut();
        first.into_iter().for_each(|record| record.flags |= RecordMeta::DROPPED);
        Ok(batch)
    }
}

pub struct Counted;

impl Sink for Stages {
    type Config = Config;
    type Stage = Counted;

    async fn open_sink(&self, _: &Ctx, _: Lane, _: Arc<Config>) -> Result<Counted> {
        Ok(Counted)
    }
}

impl SinkStage for Counted {
    async fn write(&self, batch: Batch) -> Result<Report> {
        Ok(Report::new(batch.records().len() as u64, Vec::new(), Vec::new()))
    }
}
