//! Sources: where records come from.

use crate::ctx::Ctx;
use crate::error::Result;
use crate::json::Json;
use crate::typed::Document;
pub use plugin_abi::Arenas;
use plugin_abi::Batch;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Which lane of a stream a stage belongs to. Lanes run side by side and share nothing but the
/// plugin itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The step's number in the pipeline, from 0.
    pub step: u32,
    /// The lane's number, from 0.
    pub number: u32,
    /// How many lanes there are: divide the work by it.
    pub count: u32,
    /// How many bytes of records a source should put into one batch.
    pub batch_bytes: usize,
    /// How long a source may wait for a fuller batch.
    pub linger: Duration,
}

/// A plugin that reads records. One instance serves all lanes and all streams.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is exported as `source` and is no `Source`",
    label = "implement `Source` for this type",
    note = "write `impl plugin_api::Source for {Self}` with the types `Config` and `Stage` and \
            `async fn open_source`"
)]
pub trait Source: Send + Sync + 'static {
    /// The configuration, fixed for the life of a stream. A key that it does not know is refused.
    type Config: Document;
    /// What reads for one lane.
    type Stage: SourceStage;

    /// Comes once for each lane before the first record moves, on the lane's own thread. Check here
    /// all that can be wrong with the configuration, and do not wait longer than a person would.
    ///
    /// # Errors
    /// The stream does not start.
    fn open_source(
        &self,
        ctx: &Ctx,
        lane: Lane,
        config: Arc<Self::Config>,
    ) -> impl Future<Output = Result<Self::Stage>> + Send;
}

/// What a source has to say when it is asked.
pub enum Next {
    /// Here are records. Number the batches: `id` is what `ack` will name.
    Batch(Batch),
    /// Nothing now; ask again in some milliseconds.
    Idle,
    /// Nothing any more.
    End,
}

/// Life of an open source: `next` until it ends, an `ack` for every batch in between, `close`. All of
/// it comes from the lane's thread.
pub trait SourceStage: Send + Sync + 'static {
    /// One call at a time. Answers as soon as there is something, at most `max` records. The lane
    /// drops the future when it drains, so keep nothing in it that must not be lost. Short blocking
    /// reads are fine, for nothing else of the lane can go on meanwhile; what may block for long
    /// needs a thread of its own.
    ///
    /// # Errors
    /// A retriable error makes the lane wait and ask again; every other error ends the stream.
    fn next(&self, max: u32) -> impl Future<Output = Result<Next>> + Send;

    /// Every record of that batch, and of all before it, has its final state: none of them need be
    /// read again after a restart. Comes in the order of the batches, also while a `next` is pending,
    /// and must not wait for long.
    ///
    /// # Errors
    /// The position could not be kept; the stream ends.
    fn ack(&self, batch: u64) -> Result<()>;

    /// About once a second: what the source knows of itself, an object. `lag` is how much is left to
    /// read, `partitions` how it is divided.
    ///
    /// # Errors
    /// It cannot be said; nobody minds.
    fn status(&self) -> Result<Json> {
        Ok(Json::null())
    }

    /// The last call, after the last `ack`, also when the stream failed. Keep the last position here.
    ///
    /// # Errors
    /// The position could not be kept; the stream fails.
    fn close(&self, _deadline: Option<Instant>) -> impl Future<Output = Result<()>> + Send {
        std::future::ready(Ok(()))
    }
}
