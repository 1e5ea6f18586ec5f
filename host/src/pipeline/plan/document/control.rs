//! What steers a step beside its place in the flow: elements, attempts, and what a failure does.

use std::time::Duration;

use crate::pipeline::expr::{Piece, Tree};
pub use crate::pipeline::spec::Backoff;
use crate::pipeline::spec::RetriesSpec;

/// A way that leads to a step.
pub struct Incoming {
    /// Position of the step it comes from.
    pub from: usize,
    /// The condition under which it is taken, read when that step has ended.
    pub when: Option<Piece>,
    /// The step does not run unless this way is taken, as with `depends_on`. Of the other ways at
    /// least one has to be taken.
    pub needed: bool,
}

impl Incoming {
    /// The step above in the file.
    pub fn by_order(from: usize) -> Self {
        Self { from, when: None, needed: true }
    }
}

/// One call for each element of a list.
pub struct Foreach {
    /// The list.
    pub items: Tree,
    /// Calls at once, at least one.
    pub concurrency: usize,
}

/// How often a call is made and how long the waits between are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries {
    /// Calls at most, the first included; at least one.
    pub attempts: u32,
    /// How the waits grow.
    pub backoff: Backoff,
    /// The first wait.
    pub base: Duration,
    /// No wait is longer.
    pub max: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            attempts: 1,
            backoff: Backoff::Exponential,
            base: Duration::from_millis(500),
            max: Duration::from_secs(30),
        }
    }
}

impl From<RetriesSpec> for Retries {
    /// What is not said is as by default.
    fn from(said: RetriesSpec) -> Self {
        let default = Self::default();
        Self {
            attempts: said.attempts.unwrap_or(default.attempts),
            backoff: said.backoff.unwrap_or(default.backoff),
            base: said.base.unwrap_or(default.base),
            max: said.max.unwrap_or(default.max),
        }
    }
}

/// What the failure of a step does to the run.
#[derive(Default)]
pub struct OnError {
    /// Whether the run goes on.
    pub action: Action,
    /// What is said instead of the reason.
    pub message: Option<Tree>,
    /// The value that becomes the result; the step then counts as partly done.
    pub fallback: Option<Tree>,
}

/// Whether a run goes on after a failed step, and who hears of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// The run ends; only steps that always run still do.
    #[default]
    Fail,
    /// The run goes on; the answer has a warning.
    Continue,
    /// The run goes on; the answer has a warning and stderr a line.
    Warn,
    /// The run goes on; the log has an event and the answer no warning.
    Log,
}

impl From<Action> for OnError {
    fn from(action: Action) -> Self {
        Self { action, ..Self::default() }
    }
}
