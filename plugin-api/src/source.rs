//! Sources: where records come from. Declared; the export macro takes this role from 0.2 on.

use crate::error::Result;
use plugin_abi::Batch;
use std::future::Future;

/// What a source has to say when it is asked.
pub enum Next {
    /// Here are records.
    Batch(Batch),
    /// Nothing now; ask again.
    Idle,
    /// Nothing any more.
    End,
}

/// Life of a source: opened once for each lane, then `next` until it ends, with an `ack` for every
/// batch in between, dropped when the lane ends.
pub trait Source: Send + Sync + 'static {
    /// Comes from one lane, one call at a time. Answers as soon as there is something, at most `max`
    /// records. The lane drops the future when it drains. A retriable error makes the lane wait and
    /// ask again; every other error ends it.
    fn next(&self, max: u32) -> impl Future<Output = Result<Next>> + Send;

    /// Every record of that batch has its final state: it need not be read again after a restart.
    /// Comes in the order of the batches, also while a `next` is pending, and must not wait.
    ///
    /// # Errors
    /// The position could not be kept; the lane ends.
    fn ack(&self, batch: u64) -> Result<()>;
}
