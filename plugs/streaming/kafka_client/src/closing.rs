//! When a producer that is being closed stops waiting.

use std::time::{Duration, Instant};

/// Shortest time for the reports of records that closing gives up, even with no wait at all.
const PURGING: Duration = Duration::from_millis(250);

/// The end of a producer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Closing {
    /// Until then records may still be delivered.
    pub flush_by: Instant,
    /// Until then the reports of those given up are served.
    pub end: Instant,
}

impl Closing {
    /// Keeps the last tenth of `wait`, and at least [`PURGING`], for giving up.
    pub fn within(wait: Duration) -> Self {
        let end = Instant::now() + wait.max(PURGING);
        Self { flush_by: end - (wait / 10).max(PURGING), end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_time_nothing_is_flushed_and_giving_up_is_short() {
        let closing = Closing::within(Duration::ZERO);
        assert!(closing.flush_by <= Instant::now());
        assert_eq!(closing.end - closing.flush_by, PURGING);
    }
}
