//! Long-lived stages: a source, a transform or a sink of one lane.

#![allow(missing_docs, non_local_definitions, reason = "the trait macro adds items of its own")]

use crate::batch::Batch;
use crate::doc::Doc;
use crate::report::Report;
use crate::{Answer, Pending};
use abi_stable::std_types::RBox;
use abi_stable::{StableAbi, sabi_trait};

/// What a source has to say when it is asked for records.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct Next {
    /// [`Next::BATCH`], [`Next::IDLE`] or [`Next::END`]; an unknown kind counts as idle.
    pub kind: u32,
    /// The records, empty unless the kind is [`Next::BATCH`].
    pub batch: Batch,
    reserved: [u64; 2],
}

impl Next {
    /// Here are records.
    pub const BATCH: u32 = 1;
    /// Nothing now; ask again.
    pub const IDLE: u32 = 2;
    /// Nothing any more.
    pub const END: u32 = 3;

    /// Here are records.
    #[must_use]
    pub fn batch(batch: Batch) -> Self {
        Self { kind: Self::BATCH, batch, reserved: [0; 2] }
    }

    /// Something that comes without records.
    #[must_use]
    pub fn without_records(kind: u32) -> Self {
        Self { kind, batch: Batch::default(), reserved: [0; 2] }
    }
}

/// Reads records for one lane.
#[sabi_trait]
pub trait SourceObject: Send + Sync + 'static {
    /// At most `max` records. One call at a time.
    fn next(&self, max: u32) -> Pending<Next>;

    /// Every record of that batch has its final state. May come while `next` is pending.
    fn ack(&self, batch: u64) -> Answer<()>;

    /// What the source knows of itself, an object: `lag`, for instance.
    fn status(&self) -> Answer<Doc>;

    /// The last call. `deadline_ns` is the time left, 0 = none.
    #[sabi(last_prefix_field)]
    fn close(&self, deadline_ns: u64) -> Pending<()>;
}

/// Changes batches for one lane.
#[sabi_trait]
pub trait TransformObject: Send + Sync + 'static {
    /// Synchronous and short; refused records stand in the answer's `refused`.
    #[sabi(last_prefix_field)]
    fn apply(&self, batch: Batch) -> Answer<Batch>;
}

/// Writes batches for one lane.
#[sabi_trait]
pub trait SinkObject: Send + Sync + 'static {
    /// Several at once; ends when every record has its delivery report.
    fn write(&self, batch: Batch) -> Pending<Report>;

    /// Sends what waits for fuller batches. `deadline_ns` is the time left, 0 = none.
    fn flush(&self, deadline_ns: u64) -> Pending<()>;

    /// What the sink knows of itself, an object: `queue_full_ms`, for instance.
    fn status(&self) -> Answer<Doc>;

    /// The last call: gives resources back.
    #[sabi(last_prefix_field)]
    fn close(&self, deadline_ns: u64) -> Pending<()>;
}

/// A source that another library made.
pub type SourceBox = SourceObject_TO<RBox<()>>;
/// A transform that another library made.
pub type TransformBox = TransformObject_TO<RBox<()>>;
/// A sink that another library made.
pub type SinkBox = SinkObject_TO<RBox<()>>;
