//! The document engine: runs the steps of a plan one after the other and writes the answer.
//!
//! * `engine`: the order of things
//! * [`context`]: what a step is given
//! * [`success`]: what its result says about it
//! * [`answer`]: the one document on stdout
//! * [`save`]: the same as files

pub mod answer;
mod call;
pub mod context;
mod engine;
pub mod observe;
pub mod plugins;
pub mod save;
pub mod secrets;
pub mod success;

pub use answer::Answer;
pub use engine::run;
pub use observe::{Event, Observer, Unobserved};
pub use plugins::{LivePlugin, Plugins};

#[cfg(test)]
mod tests;
