//! The main job: a pipeline publishes to Kafka through plugs, and every mistake on the way there
//! gets one clear error. The binary is run as a user runs it; a reader judges what arrived.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic outside a test function, too, is a failed test here"
)]

mod budgets;
mod configured;
mod containment;
mod foreign;
mod formats;
mod golden_cases;
mod graph;
mod hello;
mod host_config;
mod interrupt;
mod language_page;
mod logging;
mod metrics;
mod mistakes;
mod pipelines;
mod plan;
mod publishing;
mod random_pipelines;
mod readers;
mod readme_commands;
mod refusals;
mod save;
mod search;
mod terminal;
mod versions;
mod volume;
