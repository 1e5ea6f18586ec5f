//! Streams: every record that was read ends in exactly one state, whatever happens on the way. The
//! binary is run as a user runs it; a reader and the counters judge what became of each record.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic outside a test function, too, is a failed test here"
)]

mod broker_faults;
mod crashes;
mod files;
mod flow;
mod kafka;
mod moody;
mod plain;
mod poison;
mod real_broker;
mod refusals;
mod shutdown;
mod sink_contract;
mod source_contract;
mod transform_contract;
