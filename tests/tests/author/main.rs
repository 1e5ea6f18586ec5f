//! What a plugin's author stands on and must not lose: the Rust source, and the binary surface in old
//! and new versions.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic outside a test function, too, is a failed test here"
)]

mod minors;
mod outside;
mod public_api;
