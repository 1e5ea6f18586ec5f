//! The producer of one lane of a stream: whole batches in, one report a batch out.
//!
//! A record costs no allocation of ours, no lock of ours and no atomic of ours; a batch costs a few of
//! each. There is no polling thread: librdkafka wakes whoever waits for a batch, and that thread
//! serves every report that has come, its own and those of the batches beside it.
//!
//! * [`producer`]: [`LaneProducer`] and what it knows of its topics.
//! * [`writing`]: [`Writing`], the future of a batch, and [`Written`], what it ends with.
//! * `flights`: which records still lack their report, and the bytes they need until then.
//! * `backlog`: handing over in order, and waiting for room.
//! * [`statistics`]: what librdkafka tells about itself.

mod backlog;
mod batch;
pub(crate) mod flights;
pub mod producer;
mod shared;
pub mod statistics;
pub mod writing;

pub use producer::LaneProducer;
pub use statistics::Statistics;
pub use writing::{Writing, Written};
