//! What a run would do, up to the last moment: no step runs and nothing is dialled.
//!
//! * `known`: which values are known before a run, and which only a run knows
//! * `document`, `stream`: the document of each kind of plan, schema `plugpipe.plan/1`
//! * `records`: what a plugin with an operation `plan` says it would write

mod document;
mod known;
mod records;
mod step;
mod stream;

pub use document::document;
pub use stream::stream;

use plugin_api::Json;

/// A plan as one document.
#[derive(Debug)]
pub struct Preview {
    /// The document. Secrets stand in it as references, sensitive inputs not at all.
    pub document: Json,
    /// What a run would fail with, one sentence for each step that a plugin already refuses.
    pub refusals: Vec<String>,
}

/// A plugin that cannot be opened: no step would run.
#[derive(Debug, thiserror::Error)]
#[error("step `{step}`: {reason}")]
pub struct Refused {
    /// The first step that needs it.
    pub step: String,
    /// Why it was refused.
    pub reason: String,
}

const SCHEMA: &str = "plugpipe.plan/1";

#[cfg(test)]
mod tests;
