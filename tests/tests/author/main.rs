//! What a plugin's author stands on and must not lose: the Rust source, the binary surface in old and
//! new versions, and the commands from the first line of a plug to its place in a tree.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic outside a test function, too, is a failed test here"
)]

mod installing;
mod minors;
mod outside;
mod proving;
mod public_api;
mod scaffolding;
mod showing;
mod workshop;
