//! A plugin host for data pipelines.
//!
//! # Layout
//! - [`catalog`]: what is installed in the trees of plugs, what was refused and why, and the lock
//!   that plugs are held to.
//! - [`elf`]: what a library says about itself without being run.
//! - [`loader`]: the only room that opens libraries, and the child that tries them first.
//! - [`registry`]: what is loaded; [`services`] is what the host lends to plugins.
//! - [`metrics`]: the cells that plugins write to.
//! - [`pipeline`]: from a YAML file to a plan in which nothing is undecided.
//! - [`run`]: the document engine; [`stream`]: the batch engine; [`preview`]: what they would do.
//! - [`secrets`]: where they come from, and how they are kept out of what is shown.
//! - [`yaml`], [`json`], [`diagnostics`]: text with places, documents as text, problems with hints.
//! - [`serve`]: the host as an HTTP service; [`refresh`] keeps it in step with the trees.
//! - [`host_config`]: what the owner of a host sets for all pipelines.
//! - [`about`]: what a plug is, for people.
//! - [`scaffold`]: new plugs; [`compile`]: source plugs to libraries; [`proving`]: their promises tried;
//!   [`install`]: in and out of a tree.
//! - [`cli`]: the commands.
//!
//! A run flows one way: [`pipeline::PipelineSpec`] and [`catalog::Catalog`] become a
//! [`pipeline::Plan`], [`registry::Registry`] opens what the plan names, [`run::run`] calls it and
//! gives one [`run::Answer`].

#[cfg(not(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
compile_error!("PlugPipe runs on Linux with glibc, on x86_64 and aarch64");

pub mod about;
pub mod catalog;
pub mod cli;
pub mod compile;
pub mod diagnostics;
pub mod elf;
pub mod host_config;
pub mod install;
pub mod json;
pub mod loader;
pub mod metrics;
pub mod pipeline;
pub mod preview;
pub mod proving;
pub mod refresh;
pub mod registry;
pub mod run;
pub mod scaffold;
pub mod secrets;
pub mod serve;
pub mod services;
pub mod stream;
pub mod yaml;
