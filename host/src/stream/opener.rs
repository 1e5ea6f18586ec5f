//! Opening the stages of a step: once for each lane, and for a sink again after a fatal error.

use std::sync::Arc;

use plugin_abi::{Open, SinkBox, SourceBox, TransformBox};
use plugin_api::{Error, Json};

use crate::pipeline::plan::stream::StreamPlan;
use crate::registry::{InUse, Live};

/// A step's plugin with its configuration.
#[derive(Clone)]
pub struct Opener {
    live: Arc<Live>,
    /// The plugin is not shut down while a stream can still open stages of it.
    _in_use: InUse,
    open: Open,
}

impl Opener {
    /// The step with this position, not opened yet.
    pub fn new(plan: &StreamPlan, step: usize, live: Arc<Live>, cfg: Json, run: Json) -> Self {
        let mut open = Open::single(0, cfg.into(), run.into());
        open.step = u32::try_from(step).unwrap_or(u32::MAX);
        open.lanes = plan.lanes;
        open.batch_bytes = plan.batch.bytes;
        open.linger_ms = u32::try_from(plan.batch.linger.as_millis()).unwrap_or(u32::MAX);
        Self { _in_use: live.in_use(), live, open }
    }

    /// The same for one lane.
    #[must_use]
    pub fn in_lane(mut self, lane: u32) -> Self {
        self.open.lane = lane;
        self
    }

    /// Opens the source.
    ///
    /// # Errors
    /// What the plugin says.
    pub async fn source(&self) -> Result<SourceBox, Error> {
        self.live.open_source(self.open.clone()).await
    }

    /// Opens the transform.
    ///
    /// # Errors
    /// What the plugin says.
    pub async fn transform(&self) -> Result<TransformBox, Error> {
        self.live.open_transform(self.open.clone()).await
    }

    /// Opens the sink.
    ///
    /// # Errors
    /// What the plugin says.
    pub async fn sink(&self) -> Result<SinkBox, Error> {
        self.live.open_sink(self.open.clone()).await
    }
}
