//! The document engine: runs the steps of a plan, each as soon as the flow lets it, and writes the
//! answer.
//!
//! * `engine`: the loop; `flow`: who may run; `settle`: what follows from the end of a step
//! * `step`: one step; `elements`: its `foreach`; `attempts`, `backoff`, `call`: its calls;
//!   `failure`: its `on_error`
//! * `progress`: what steps share; `open`, `ending`, `finish`: before the first and after the last
//! * [`context`]: what a step is given
//! * [`success`]: what its result says about it
//! * [`answer`]: the one document on stdout
//! * [`save`]: the same as files

pub mod answer;
mod attempts;
mod backoff;
mod call;
pub mod context;
mod elements;
mod ending;
mod engine;
mod failure;
mod finish;
mod flow;
pub mod observe;
mod open;
mod outcome;
pub mod plugins;
mod progress;
pub mod save;
pub mod secrets;
mod settle;
mod step;
pub mod success;
mod tally;
mod words;

pub use answer::Answer;
pub use engine::run;
pub use observe::{Event, Observer, Unobserved};
pub use plugins::{LivePlugin, Plugins};

#[cfg(test)]
mod tests;
