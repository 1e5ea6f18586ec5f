//! Opening the stages of a plugin, and the stages as the other side calls them.

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::json::Json;
use crate::sink::{Sink, SinkStage};
use crate::source::{self, Lane, Source, SourceStage};
use crate::transform::Transform;
use crate::typed::config;
use plugin_abi::lane::{
    SinkEntry, SourceEntry, TransformEntry, sink_box, source_box, transform_box,
};
use plugin_abi::stage::Next;
use plugin_abi::{Batch, Doc, Open, PErr, Report, SinkBox, SourceBox, TransformBox};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A plugin whose stages are opened. For `export!`.
#[doc(hidden)]
pub struct Stages<P> {
    /// The one instance.
    pub plugin: Arc<P>,
    /// What the host lent to it.
    pub host: Host,
}

impl<P> Clone for Stages<P> {
    fn clone(&self) -> Self {
        Self { plugin: Arc::clone(&self.plugin), host: self.host }
    }
}

/// Small enough that every stage finds a batch in its core's second cache.
const BATCH_BYTES: usize = 512 * 1024;

fn lane(open: &Open) -> Lane {
    Lane {
        step: open.step,
        number: open.lane,
        count: open.lanes.max(1),
        batch_bytes: if open.batch_bytes == 0 { BATCH_BYTES } else { open.batch_bytes as usize },
        linger: Duration::from_millis(open.linger_ms.into()),
    }
}

/// A source of one lane.
pub async fn open_source<P: Source>(stages: Stages<P>, open: Open) -> Result<SourceBox, PErr> {
    let ctx = Ctx::of_stage(stages.host, &open);
    let stage = stages.plugin.open_source(&ctx, lane(&open), config(&open.cfg)?).await?;
    Ok(source_box(Opened(stage)))
}

/// A transform of one lane.
pub async fn open_transform<P: Transform>(
    stages: Stages<P>,
    open: Open,
) -> Result<TransformBox, PErr> {
    let (plugin, config) = (stages.plugin, config(&open.cfg)?);
    Ok(transform_box(Configured { plugin, config }))
}

/// A sink of one lane.
pub async fn open_sink<P: Sink>(stages: Stages<P>, open: Open) -> Result<SinkBox, PErr> {
    let ctx = Ctx::of_stage(stages.host, &open);
    let stage = stages.plugin.open_sink(&ctx, lane(&open), config(&open.cfg)?).await?;
    Ok(sink_box(Opened(stage)))
}

/// An open source or sink.
struct Opened<S>(S);

impl<S: SourceStage> SourceEntry for Opened<S> {
    async fn next(self: Arc<Self>, max: u32) -> Result<Next, PErr> {
        Ok(match self.0.next(max).await? {
            source::Next::Batch(batch) => Next::batch(batch),
            source::Next::Idle => Next::without_records(Next::IDLE),
            source::Next::End => Next::without_records(Next::END),
        })
    }

    fn ack(&self, batch: u64) -> Result<(), PErr> {
        self.0.ack(batch).map_err(PErr::from)
    }

    fn status(&self) -> Result<Doc, PErr> {
        known(self.0.status())
    }

    async fn close(self: Arc<Self>, deadline: Option<Instant>) -> Result<(), PErr> {
        self.0.close(deadline).await.map_err(PErr::from)
    }
}

impl<S: SinkStage> SinkEntry for Opened<S> {
    async fn write(self: Arc<Self>, batch: Batch) -> Result<Report, PErr> {
        self.0.write(batch).await.map_err(PErr::from)
    }

    async fn flush(self: Arc<Self>, deadline: Option<Instant>) -> Result<(), PErr> {
        self.0.flush(deadline).await.map_err(PErr::from)
    }

    fn status(&self) -> Result<Doc, PErr> {
        known(self.0.status())
    }

    async fn close(self: Arc<Self>, deadline: Option<Instant>) -> Result<(), PErr> {
        self.0.close(deadline).await.map_err(PErr::from)
    }
}

fn known(status: Result<Json, Error>) -> Result<Doc, PErr> {
    status.map(Doc::from).map_err(PErr::from)
}

/// A transform with its configuration.
struct Configured<P: Transform> {
    plugin: Arc<P>,
    config: Arc<P::Config>,
}

impl<P: Transform> TransformEntry for Configured<P> {
    fn apply(&self, batch: Batch) -> Result<Batch, PErr> {
        self.plugin.apply(batch, &self.config).map_err(PErr::from)
    }
}
