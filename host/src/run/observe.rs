//! Who watches a run while it is under way.

use std::time::Duration;

use super::answer::StepSummary;

/// Hears of what happens, in order, on the thread of the run; a call must not block.
pub trait Observer: Sync {
    /// Something happened.
    fn event(&self, event: Event<'_>);
}

/// What happens in a run. Texts hold no secrets.
#[derive(Clone, Copy, Debug)]
pub enum Event<'e> {
    /// A step begins.
    Started {
        /// Its position.
        step: usize,
        /// Its id.
        id: &'e str,
    },
    /// A call failed and is made again after a wait.
    Retrying {
        /// The position of the step.
        step: usize,
        /// The number of the call that comes, from 2.
        attempt: u32,
        /// Calls at most.
        of: u32,
        /// How long the wait is.
        wait: Duration,
    },
    /// Elements of a `foreach` are done.
    Elements {
        /// The position of the step.
        step: usize,
        /// So many of them.
        done: usize,
        /// Of so many.
        of: usize,
    },
    /// A step ended, or was found not to run.
    Ended {
        /// Its position.
        step: usize,
        /// Its line of the answer.
        summary: &'e StepSummary,
    },
}

/// Nobody watches.
pub struct Unobserved;

impl Observer for Unobserved {
    fn event(&self, _event: Event<'_>) {}
}
