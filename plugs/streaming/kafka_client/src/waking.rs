//! Waking a task whose waker may be anybody's code.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Waker;

/// Wakes; a waker that panics is logged. Call it with no lock of ours held.
pub(crate) fn wake(waker: Waker) {
    if catch_unwind(AssertUnwindSafe(|| waker.wake())).is_err() {
        tracing::error!("the waker of a batch in flight panicked");
    }
}
