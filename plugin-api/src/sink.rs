//! Sinks: where records go.

use crate::ctx::Ctx;
use crate::error::Result;
use crate::json::Json;
use crate::source::Lane;
use crate::typed::Document;
use plugin_abi::Batch;
pub use plugin_abi::{Outcome, RecordError, Report};
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

/// A plugin that stores records. One instance serves all lanes and all streams.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is exported as `sink` and is no `Sink`",
    label = "implement `Sink` for this type",
    note = "write `impl plugin_api::Sink for {Self}` with the types `Config` and `Stage` and \
            `async fn open_sink`"
)]
pub trait Sink: Send + Sync + 'static {
    /// The configuration, fixed for the life of a stream. A key that it does not know is refused.
    type Config: Document;
    /// What writes for one lane.
    type Stage: SinkStage;

    /// Comes once for each lane before the first record moves, and again after a client-fatal
    /// error, on the lane's own thread. Whatever the stage needs of other plugins is opened here.
    ///
    /// # Errors
    /// The stream does not start. After a client-fatal error a retriable one is tried again.
    fn open_sink(
        &self,
        ctx: &Ctx,
        lane: Lane,
        config: Arc<Self::Config>,
    ) -> impl Future<Output = Result<Self::Stage>> + Send;
}

/// Life of an open sink: `write` many times, `flush` when no more records come, `close`. All of it
/// comes from the lane's thread.
pub trait SinkStage: Send + Sync + 'static {
    /// Several at once, begun in order: the lane polls one before it begins the next, so what keeps
    /// the order belongs in front of the first `await`. The lane bounds how many are outstanding.
    ///
    /// No record is dropped already: the host takes those out. Ends when every record is stored for
    /// good or has a [`RecordError`], made by [`Error::of_record`](crate::Error::of_record), which makes
    /// the lane act: *retriable*: wait for all outstanding writes, back off, write it again before anything new.
    /// *record-fatal*: what the step's `on_error` says. *client-fatal*: as retriable, with a new stage
    /// in place of this one. *config-fatal*: the stream stops. The code
    /// [`UNKNOWN_FATE`](crate::ErrorCode::UNKNOWN_FATE) says that a record which is written again may
    /// be there twice. Never report a record as failed that may have been stored.
    ///
    /// # Errors
    /// The same for every record of the batch.
    fn write(&self, batch: Batch) -> impl Future<Output = Result<Report>> + Send;

    /// No more records come for now: send what waits for fuller batches. Writes may be outstanding.
    ///
    /// # Errors
    /// Nobody minds: what could not be sent is reported by its `write`.
    fn flush(&self, _deadline: Option<Instant>) -> impl Future<Output = Result<()>> + Send {
        std::future::ready(Ok(()))
    }

    /// About once a second: what the sink knows of itself, an object. The host reads `queue_full_ms`,
    /// how long writes have waited for room altogether; `throttle_ms`, how long answers are delayed
    /// by a quota at present; and `rtt_ms`, the round trip at present.
    ///
    /// # Errors
    /// It cannot be said; nobody minds.
    fn status(&self) -> Result<Json> {
        Ok(Json::null())
    }

    /// The last call, also when the stream failed: gives resources back by `deadline`. Writes that
    /// are still outstanding end before it does.
    ///
    /// # Errors
    /// What was reported as stored may be lost; the stream fails.
    fn close(&self, _deadline: Option<Instant>) -> impl Future<Output = Result<()>> + Send {
        std::future::ready(Ok(()))
    }
}
