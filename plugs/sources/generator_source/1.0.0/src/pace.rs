//! So many records a second: how many are due, told the time.

use std::time::{Duration, Instant};

/// One lane's share of a rate.
///
/// What nobody took in time is made up for, but never more than one second's worth of it.
pub struct Pace {
    /// Records of all lanes in a second.
    rate: u64,
    lanes: u64,
    since: Instant,
    /// Records made since then.
    made: u64,
}

impl Pace {
    /// Counts from `now` on.
    pub fn new(rate: u64, lanes: u32, now: Instant) -> Self {
        Self { rate, lanes: lanes.into(), since: now, made: 0 }
    }

    /// Records that should have been made by now and were not.
    pub fn due(&self, now: Instant) -> u64 {
        let elapsed = now.saturating_duration_since(self.since);
        let behind = self.worth(elapsed).saturating_sub(self.made);
        behind.min(self.worth(Duration::from_secs(1)).max(1))
    }

    /// Some of them have been made.
    pub fn made(&mut self, records: u64, now: Instant) {
        self.made += records;
        let elapsed = now.saturating_duration_since(self.since);
        let behind = self.worth(elapsed).saturating_sub(self.made);
        let second = self.worth(Duration::from_secs(1)).max(1);
        // What is more than a second behind is given up.
        self.made += behind.saturating_sub(second);
    }

    fn worth(&self, time: Duration) -> u64 {
        let records =
            time.as_nanos() * u128::from(self.rate) / (1_000_000_000 * u128::from(self.lanes));
        u64::try_from(records).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_fall_due_with_time() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut pace = Pace::new(100, 2, start);
        assert_eq!([0, 19, 20, 39, 40, 1000].map(|ms| pace.due(at(ms))), [0, 0, 1, 1, 2, 50]);
        pace.made(30, at(1000));
        assert_eq!([1000, 1019, 1020].map(|ms| pace.due(at(ms))), [20, 20, 21]);
    }

    #[test]
    fn a_long_pause_is_made_up_for_by_one_second_only() {
        let start = Instant::now();
        let hour = start + Duration::from_hours(1);
        let mut pace = Pace::new(100, 1, start);
        assert_eq!(pace.due(hour), 100);
        pace.made(100, hour);
        assert_eq!(pace.due(hour), 100);
        pace.made(100, hour);
        assert_eq!(pace.due(hour), 0);
        assert_eq!(pace.due(hour + Duration::from_millis(10)), 1);
    }
}
