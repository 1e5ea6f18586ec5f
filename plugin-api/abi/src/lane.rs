//! How a crate hands its sources, transforms and sinks over: safe traits become stage objects.
//! Panics in any of these are contained here.

use crate::doc::Doc;
use crate::error::PErr;
use crate::fence::{Contained, contain, pending};
use crate::stage::{
    Next, SinkBox, SinkObject, SinkObject_TO, SourceBox, SourceObject, SourceObject_TO,
    TransformBox, TransformObject, TransformObject_TO,
};
use crate::{Answer, Batch, Pending, Report};
use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{RBox, RResult};
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A source as its own crate writes it. See [`SourceObject`] for when each call comes.
pub trait SourceEntry: Send + Sync + 'static {
    /// At most `max` records.
    fn next(self: Arc<Self>, max: u32) -> impl Future<Output = Result<Next, PErr>> + Send;

    /// Every record of that batch has its final state.
    ///
    /// # Errors
    /// The position could not be kept.
    fn ack(&self, batch: u64) -> Result<(), PErr>;

    /// What the source knows of itself.
    ///
    /// # Errors
    /// It cannot be said.
    fn status(&self) -> Result<Doc, PErr>;

    /// The last call.
    fn close(
        self: Arc<Self>,
        deadline: Option<Instant>,
    ) -> impl Future<Output = Result<(), PErr>> + Send;
}

/// A transform as its own crate writes it.
pub trait TransformEntry: Send + Sync + 'static {
    /// See [`TransformObject::apply`].
    ///
    /// # Errors
    /// When the whole batch is refused; single records stand in the batch's `refused`.
    fn apply(&self, batch: Batch) -> Result<Batch, PErr>;
}

/// A sink as its own crate writes it. See [`SinkObject`] for when each call comes.
pub trait SinkEntry: Send + Sync + 'static {
    /// Ends when every record has its delivery report.
    fn write(self: Arc<Self>, batch: Batch) -> impl Future<Output = Result<Report, PErr>> + Send;

    /// Sends what waits for fuller batches.
    fn flush(
        self: Arc<Self>,
        deadline: Option<Instant>,
    ) -> impl Future<Output = Result<(), PErr>> + Send;

    /// What the sink knows of itself.
    ///
    /// # Errors
    /// It cannot be said.
    fn status(&self) -> Result<Doc, PErr>;

    /// The last call.
    fn close(
        self: Arc<Self>,
        deadline: Option<Instant>,
    ) -> impl Future<Output = Result<(), PErr>> + Send;
}

/// Hands a source over to the other side.
#[must_use]
pub fn source_box(source: impl SourceEntry) -> SourceBox {
    SourceObject_TO::from_ptr(RBox::new(Fence(Contained::new(Arc::new(source)))), TD_Opaque)
}

/// Hands a transform over to the other side.
#[must_use]
pub fn transform_box(transform: impl TransformEntry) -> TransformBox {
    TransformObject_TO::from_ptr(RBox::new(TransformFence(Contained::new(transform))), TD_Opaque)
}

/// Hands a sink over to the other side.
#[must_use]
pub fn sink_box(sink: impl SinkEntry) -> SinkBox {
    SinkObject_TO::from_ptr(RBox::new(SinkFence(Contained::new(Arc::new(sink)))), TD_Opaque)
}

struct Fence<S>(Contained<Arc<S>>);

impl<S: SourceEntry> SourceObject for Fence<S> {
    fn next(&self, max: u32) -> Pending<Next> {
        pending("next", &self.0, |source| source.next(max))
    }

    fn ack(&self, batch: u64) -> Answer<()> {
        RResult::from(contain("ack", || self.0.ack(batch)))
    }

    fn status(&self) -> Answer<Doc> {
        RResult::from(contain("status", || self.0.status()))
    }

    fn close(&self, deadline_ns: u64) -> Pending<()> {
        pending("close", &self.0, |source| source.close(instant(deadline_ns)))
    }
}

struct TransformFence<T>(Contained<T>);

impl<T: TransformEntry> TransformObject for TransformFence<T> {
    fn apply(&self, batch: Batch) -> Answer<Batch> {
        RResult::from(contain("transform", || self.0.apply(batch)))
    }
}

struct SinkFence<S>(Contained<Arc<S>>);

impl<S: SinkEntry> SinkObject for SinkFence<S> {
    fn write(&self, batch: Batch) -> Pending<Report> {
        pending("write", &self.0, |sink| sink.write(batch))
    }

    fn flush(&self, deadline_ns: u64) -> Pending<()> {
        pending("flush", &self.0, |sink| sink.flush(instant(deadline_ns)))
    }

    fn status(&self) -> Answer<Doc> {
        RResult::from(contain("status", || self.0.status()))
    }

    fn close(&self, deadline_ns: u64) -> Pending<()> {
        pending("close", &self.0, |sink| sink.close(instant(deadline_ns)))
    }
}

/// The moment that lies `left` nanoseconds ahead; 0 = none.
pub(crate) fn instant(left: u64) -> Option<Instant> {
    let left = (left > 0).then(|| Duration::from_nanos(left))?;
    Instant::now().checked_add(left)
}

/// The nanoseconds that are left until `deadline`, as they cross: 0 = there is none, and one that
/// has passed leaves a nanosecond.
#[must_use]
pub fn left_until(deadline: Option<Instant>) -> u64 {
    let left = |at: Instant| at.saturating_duration_since(Instant::now()).as_nanos().max(1);
    deadline.map_or(0, |at| u64::try_from(left(at)).unwrap_or(u64::MAX))
}
