//! Sinks: where records go. Declared; the export macro takes this role from 0.2 on.

use crate::error::Result;
use plugin_abi::{Batch, Report};
use std::future::Future;
use std::time::Instant;

/// Life of a sink: opened once for each lane, `write` many times, then `flush`, then `close`.
pub trait Sink: Send + Sync + 'static {
    /// Comes from one lane, several calls at once. Ends when every record has its delivery report.
    /// The sink retries by itself and never reorders a key; the lane sends again only after a
    /// client-fatal error, and only what was not reported as delivered.
    fn write(&self, batch: Batch) -> impl Future<Output = Result<Report>> + Send;

    /// Comes after the last `write` has ended. What is not settled by `deadline` is reported.
    fn flush(&self, deadline: Instant) -> impl Future<Output = Result<Report>> + Send;

    /// The last call, also after a `flush` that failed. Gives resources back by `deadline`.
    fn close(&self, deadline: Instant) -> impl Future<Output = Result<()>> + Send;
}
