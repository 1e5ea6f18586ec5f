//! What the end-to-end tests stand on. They know the `plugpipe` binary, real servers and files,
//! and no line of the host's own code.
//!
//! - [`host`]: builds the binary and the plugs once, then runs commands with a deadline
//! - [`apache`]: a real Apache Kafka broker out of Maven jars, and Apache's own console consumer
//! - [`fake_broker`]: a broker that names any address as the cluster's
//! - [`mock`]: a mock cluster whose brokers fall over on command
//! - [`redis`]: a real Redis that is killed, stopped and refilled on command
//! - [`reader`]: a topic from its first record to its last, through librdkafka
//! - [`watch`]: the same while the topic is written to
//! - [`oracle`]: what went in and what came out, judged record by record
//! - [`stream`]: a folder with a stream, its records and its checkpoint
//! - [`golden`]: the folders `cases/` of each plug, run and compared
//! - [`pipelines`]: the folders of `tests/pipelines`, run and compared
//! - [`readme`]: the commands a README shows, and the output it promises
//! - [`serve`]: a running `plugpipe serve` and its client
//! - [`patch`], [`elf`], [`damage`]: built libraries, changed and damaged byte by byte
//! - [`stub`]: small libraries made by the C compiler
//! - [`peak`]: how much memory a command took
//! - [`doorbell`]: an address that plugins connect to and wait at
//! - [`process`]: a child process with a deadline
//!
//! A server that is not installed skips its tests, and says so on stderr. With
//! `PLUGPIPE_REQUIRE_SERVERS=1` it fails them.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "this crate is linked into tests only, where a panic is a failed test"
)]

use std::error::Error;
use std::path::Path;

pub mod apache;
pub mod damage;
pub mod doorbell;
pub mod elf;
pub mod fake_broker;
pub mod golden;
mod guarded;
pub mod host;
pub mod mock;
pub mod oracle;
pub mod patch;
pub mod peak;
pub mod pipelines;
pub mod process;
pub mod reader;
pub mod readme;
pub mod redis;
pub mod serve;
pub mod skip;
pub mod stream;
pub mod stub;
pub mod watch;

/// The result of setting something up: the error is a text for whoever reads the failed test.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The folder that holds the workspace's `Cargo.toml`. Commands run there.
pub fn workspace_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie inside the workspace")
}
