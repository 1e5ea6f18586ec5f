//! Records as lines of bytes: what the plugs that read or write such lines have in common.
//!
//! # Layout
//! - [`mod@format`]: what counts as a record, and how large one may be.
//! - [`split`]: bytes to batches, a block at a time, without copying a record.
//! - [`fault`]: why bytes could not be split.
//! - [`mod@write`]: batches to lines; a dead letter is one JSON object.
//! - [`opened`]: what the lanes of one step share.

#![forbid(unsafe_code)]

pub mod fault;
pub mod format;
pub mod opened;
pub mod split;
pub mod write;

pub use fault::Fault;
pub use format::{Format, Limits};
pub use opened::OpenedByStep;
pub use split::{Lines, Splitter};
