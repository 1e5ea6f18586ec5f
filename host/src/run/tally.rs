//! How often and since when a step has been calling its plugin.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::time::Instant;

/// The calls of one step. It outlives the step, so that a step that is dropped at work is counted.
#[derive(Default)]
pub struct Tally {
    calls: AtomicU32,
    first: OnceLock<Instant>,
}

impl Tally {
    /// A call begins.
    pub fn called(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.first.get_or_init(Instant::now);
    }

    /// Calls so far.
    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Milliseconds since the first call began, 0 without one.
    pub fn elapsed_ms(&self) -> u64 {
        let elapsed = self.first.get().map_or(0, |first| first.elapsed().as_millis());
        u64::try_from(elapsed).unwrap_or(u64::MAX)
    }
}
