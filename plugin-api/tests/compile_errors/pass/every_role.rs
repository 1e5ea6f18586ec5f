//! Roles in any order behind `process`, and a comma at the end.

use plugin_api::{
    Batch, Ctx, Host, Json, Lane, Next, NoConfig, Plugin, Report, Result, Sink, SinkStage, Source,
    SourceStage, Transform,
};
use std::sync::Arc;

plugin_api::export!("every_role_64", Every as process sink source transform,);
plugin_api::export_for_test!("stages_only", Stages as transform);

struct Every;

impl Plugin for Every {
    type Config = NoConfig;
    type Input = Json;
    type Output = Json;

    fn create(_: Host) -> Result<Self> {
        Ok(Self)
    }

    async fn process(&self, _: &Ctx, input: Json, _: &NoConfig) -> Result<Json> {
        Ok(input)
    }
}

struct Stage;

impl Source for Every {
    type Config = NoConfig;
    type Stage = Stage;

    async fn open_source(&self, _: &Ctx, _: Lane, _: Arc<NoConfig>) -> Result<Stage> {
        Ok(Stage)
    }
}

impl SourceStage for Stage {
    async fn next(&self, _: u32) -> Result<Next> {
        Ok(Next::End)
    }

    fn ack(&self, _: u64) -> Result<()> {
        Ok(())
    }
}

impl Transform for Every {
    type Config = NoConfig;

    fn apply(&self, batch: Batch, _: &NoConfig) -> Result<Batch> {
        Ok(batch)
    }
}

impl Sink for Every {
    type Config = NoConfig;
    type Stage = Stage;

    async fn open_sink(&self, _: &Ctx, _: Lane, _: Arc<NoConfig>) -> Result<Stage> {
        Ok(Stage)
    }
}

impl SinkStage for Stage {
    async fn write(&self, _: Batch) -> Result<Report> {
        Ok(Report::default())
    }
}

#[derive(Default)]
struct Stages;

impl Transform for Stages {
    type Config = NoConfig;

    fn apply(&self, batch: Batch, _: &NoConfig) -> Result<Batch> {
        Ok(batch)
    }
}

fn main() {}
