//! The batch engine: records from a source through filters and transforms into sinks, every one of
//! them accounted for.
//!
//! # Layout
//! * [`run()`]: opens everything, starts the lanes, and closes the books
//! * [`lane`]: one thread with a source and its sinks; [`opener`] opens its stages
//! * [`flow`]: the way of a batch through filters and transforms; [`assign`] is a sink's `with`,
//!   [`descriptors`] takes batches apart and puts them together
//! * [`outlet`]: one sink of a lane; [`parcel`] is what it is given, [`dead`] makes dead letters
//! * [`ledger`]: what is not final yet; [`counters`]: what is
//! * [`observed`]: what can be seen from outside while it runs, with [`buckets`] for sizes and times;
//!   [`watched`] is what those get who look, [`progress`] its lines for a terminal
//! * [`report`]: what is said at the end
//! * [`phase`]: where the stream stands
//!
//! # The promise
//! A source is acknowledged for a batch, in order, once every record of it has its one final state.
//! At the end the states add up to what was read, or the run fails.

pub mod assign;
pub mod buckets;
pub mod counters;
pub mod dead;
pub mod descriptors;
mod engine;
pub mod flow;
pub mod lane;
pub mod ledger;
pub mod observed;
pub mod opener;
pub mod outlet;
pub mod parcel;
pub mod phase;
mod prepare;
pub mod progress;
pub mod report;
pub mod watched;

pub use engine::{Options, run};
pub use observed::Observed;
