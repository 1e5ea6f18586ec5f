//! Twins whose stages do what no host can account for.

use crate::good::numbered;
use plugin_api::serializer::{SerializeInput, SerializeOutput};
use plugin_api::testing::conformance::Subject;
use plugin_api::{
    Batch, BatchBuilder, Ctx, Error, Host, Lane, Next, NoConfig, Plugin, Report, Result, Sink,
    SinkStage, Source, SourceStage, Transform,
};
use std::sync::Arc;

pub fn twins() -> Vec<(&'static str, Subject)> {
    vec![
        ("serializes_alike_in_both_roles", Subject::of::<TwoMinds>().unwrap()),
        ("opens_and_closes_its_stages", Subject::of::<NeverEmpty>().unwrap()),
        ("keeps_origins", Subject::of::<Disowns>().unwrap()),
        ("reads_whole_batches", Subject::of::<Repeats>().unwrap()),
        ("reads_whole_batches", Subject::of::<PointsOutside>().unwrap()),
        ("reports_every_record", Subject::of::<Silent>().unwrap()),
    ]
}

plugin_api::export_for_test!("two_minds_serializer", TwoMinds as process transform);

/// Upper case by `process`, an exclamation mark in a batch.
struct TwoMinds;

impl Plugin for TwoMinds {
    type Config = NoConfig;
    type Input = SerializeInput;
    type Output = SerializeOutput;
    const FORMATS: &'static [&'static str] = &["two_minds"];

    fn create(_: Host) -> Result<Self> {
        Ok(Self)
    }

    async fn process(
        &self,
        _: &Ctx,
        input: SerializeInput,
        _: &NoConfig,
    ) -> Result<SerializeOutput> {
        let bytes = input.message.get().to_uppercase().into_bytes();
        let serialized_message = plugin_api::base64::json_of(&bytes)?;
        Ok(SerializeOutput { serialized_message, format: "two_minds".to_owned() })
    }
}

impl Transform for TwoMinds {
    type Config = NoConfig;

    fn apply(&self, batch: Batch, _: &NoConfig) -> Result<Batch> {
        let mut out = BatchBuilder::default();
        for record in batch.records() {
            out.push_from(&batch, record, |bytes| {
                bytes.extend_from_slice(batch.value(record).unwrap_or_default());
                bytes.push(b'!');
                Ok(())
            });
        }
        Ok(out.build_like(&batch))
    }
}

plugin_api::export_for_test!("never_empty", NeverEmpty as transform);

#[derive(Default)]
struct NeverEmpty;

impl Transform for NeverEmpty {
    type Config = NoConfig;

    fn apply(&self, batch: Batch, _: &NoConfig) -> Result<Batch> {
        if batch.records().is_empty() { Err(Error::record("nothing to do")) } else { Ok(batch) }
    }
}

plugin_api::export_for_test!("disowns", Disowns as transform);

#[derive(Default)]
struct Disowns;

impl Transform for Disowns {
    type Config = NoConfig;

    fn apply(&self, mut batch: Batch, _: &NoConfig) -> Result<Batch> {
        batch.records_mut().iter_mut().for_each(|record| record.origin = 99);
        Ok(batch)
    }
}

/// A source that answers the same batch for ever.
struct Always(fn() -> Batch);

impl SourceStage for Always {
    async fn next(&self, _: u32) -> Result<Next> {
        Ok(Next::Batch(self.0()))
    }

    fn ack(&self, _: u64) -> Result<()> {
        Ok(())
    }
}

plugin_api::export_for_test!("repeats", Repeats as source);

#[derive(Default)]
struct Repeats;

impl Source for Repeats {
    type Config = NoConfig;
    type Stage = Always;

    async fn open_source(&self, _: &Ctx, _: Lane, _: Arc<NoConfig>) -> Result<Always> {
        Ok(Always(|| numbered(1)))
    }
}

plugin_api::export_for_test!("points_outside", PointsOutside as source);

#[derive(Default)]
struct PointsOutside;

impl Source for PointsOutside {
    type Config = NoConfig;
    type Stage = Always;

    async fn open_source(&self, _: &Ctx, _: Lane, _: Arc<NoConfig>) -> Result<Always> {
        Ok(Always(|| {
            let mut batch = numbered(1);
            batch.records_mut()[0].value_len = 1000;
            batch
        }))
    }
}

plugin_api::export_for_test!("silent", Silent as sink);

#[derive(Default)]
struct Silent;

struct Forgets;

impl Sink for Silent {
    type Config = NoConfig;
    type Stage = Forgets;

    async fn open_sink(&self, _: &Ctx, _: Lane, _: Arc<NoConfig>) -> Result<Forgets> {
        Ok(Forgets)
    }
}

impl SinkStage for Forgets {
    async fn write(&self, batch: Batch) -> Result<Report> {
        let delivered = (batch.records().len() as u64).saturating_sub(1);
        Ok(Report::new(delivered, Vec::new(), Vec::new()))
    }
}
