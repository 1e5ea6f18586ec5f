//! kafka_producer as callers meet it: calls, checks, logins, faults, and those who hear of its work.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic outside a test function, too, is a failed test here"
)]

mod calls;
mod cluster_faults;
mod coordination;
mod dialling;
mod formats;
mod load;
mod logins;
mod manual;
mod monitoring;
mod planning;
mod pooling;
mod secrets;
mod service;
mod topics;
mod validation;
