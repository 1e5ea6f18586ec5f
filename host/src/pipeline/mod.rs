//! The pipeline language: from the bytes of a file to a plan in which nothing is undecided.
//!
//! * [`spec`]: the pipeline as written; every mistake of shape is found here
//! * [`lint`]: what is accepted but deserves a look
//! * [`inputs`]: what the user may hand in, and what was handed in
//! * [`expr`]: templates and expressions
//! * [`plan`]: plugins found, templates compiled, references checked
//! * [`configured`]: configurations held to the schemas of their plugins
//! * [`language`]: the language as JSON Schema, for editors
//! * [`graph`]: the plan as a drawing
//! * [`PipelineFile`]: all of it for one file

pub mod configured;
pub mod expr;
mod file;
pub mod graph;
pub mod inputs;
pub mod language;
pub mod lint;
pub mod plan;
pub mod spec;

pub use file::PipelineFile;
pub use inputs::GivenInput;
pub use plan::{Checked, Plan, Planned, StreamPlan, check};
pub use spec::{Mode, Parsed, PipelineSpec};

#[cfg(test)]
mod tests;
