//! The host as a service: plugins and pipelines over HTTP.
//!
//! * [`server`]: from the listening socket to the last answer; `routes` is the table of paths
//! * `process`, `run`, `plugins`, `health`: what the paths do; [`pipelines`] is what may be run
//! * [`access`]: who may ask; `body`, `budget`, `admission`, `room`, `writes`: how much of it
//! * [`problem`]: every answer that is not the wanted one, with `fault` for what plugins did
//!   and `refused` for folders
//! * `figures`: what is counted
//!
//! # The promise
//! A plugin that hangs costs the thread of its own call. Everything that a client can use up has a
//! limit: connections, calls, bytes, and time. A client that goes away ends its call or its run.

pub mod access;
mod admission;
mod body;
mod budget;
mod fault;
mod figures;
mod health;
pub mod pipelines;
mod plugins;
pub mod problem;
mod process;
mod refused;
mod room;
mod routes;
mod run;
pub mod server;
mod state;
mod writes;

pub use access::Access;
pub use pipelines::Pipelines;
pub use server::Server;

use std::time::Duration;

/// How much a server lets itself be asked.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a request's body.
    pub max_body: usize,
    /// Bytes of all bodies at the same time; one body more is refused.
    pub max_bodies: usize,
    /// Calls and runs at the same time; one more is refused.
    pub max_calls: usize,
    /// Connections at the same time; one more waits in the kernel.
    pub max_connections: usize,
    /// How long a call may take. A request can ask for less.
    pub call_timeout: Duration,
    /// How long a client may take for the header of a request, then for its body, and
    /// then for taking any part of the answer.
    pub read_timeout: Duration,
    /// How long calls may go on after the server was asked to stop.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_body: 16 << 20,
            max_bodies: 256 << 20,
            max_calls: 256,
            max_connections: 1024,
            call_timeout: Duration::from_secs(30),
            read_timeout: Duration::from_secs(30),
            grace: Duration::from_secs(10),
        }
    }
}

#[cfg(test)]
mod tests;
