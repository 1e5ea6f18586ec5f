//! The conservation oracle: what went in, what came out, and whether the two fit together.
//!
//! * [`Numbered`]: records whose every byte follows from a seed and an id
//! * [`Verdict`]: what a reader found, judged record by record
//! * [`Counters`]: the counters of a run document, which add up
//! * [`acknowledged`]: which records a checkpoint calls finished

mod checkpoint;
mod counters;
mod numbered;
mod seed;
mod verdict;

pub use checkpoint::acknowledged;
pub use counters::Counters;
pub use numbered::Numbered;
pub use seed::{Random, seed};
pub use verdict::Verdict;
