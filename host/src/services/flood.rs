//! A bound on how much a plugin may write into the host's log.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So many events at once are taken…
const BURST: f64 = 2000.0;

/// …and so many a second in the long run.
const PER_SECOND: f64 = 500.0;

/// How often it is said that events were dropped.
const TOLD_EVERY: Duration = Duration::from_secs(1);

/// A message longer than this, in bytes, is cut.
const LONGEST: usize = 8 << 10;

/// What becomes of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is written. So many were dropped since that was last said; 0 = nothing to say.
    Write(u64),
    /// It is dropped, and that is to be said: it is the first since something was written.
    Warn,
    /// It is dropped.
    Drop,
}

/// The state of one plugin's log.
pub(super) struct Flood {
    state: Mutex<State>,
}

struct State {
    tokens: f64,
    seen: Instant,
    dropped: u64,
    told: Instant,
}

impl Flood {
    pub(super) fn new(now: Instant) -> Self {
        Self { state: Mutex::new(State { tokens: BURST, seen: now, dropped: 0, told: now }) }
    }

    /// Judges one event.
    pub(super) fn judge(&self, now: Instant) -> Verdict {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.saturating_duration_since(state.seen);
        state.seen = now;
        state.tokens = (state.tokens + passed.as_secs_f64() * PER_SECOND).min(BURST);
        if state.tokens < 1.0 {
            state.dropped += 1;
            return if state.dropped == 1 { Verdict::Warn } else { Verdict::Drop };
        }
        state.tokens -= 1.0;
        if state.dropped == 0 || now.saturating_duration_since(state.told) < TOLD_EVERY {
            return Verdict::Write(0);
        }
        state.told = now;
        Verdict::Write(std::mem::take(&mut state.dropped))
    }
}

/// A message, cut where it is too long.
pub(super) fn cut(message: &str) -> &str {
    &message[..message.floor_char_boundary(LONGEST)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_cut_off_and_later_told() {
        let start = Instant::now();
        let flood = Flood::new(start);
        let judged: Vec<Verdict> = (0..100_000).map(|_| flood.judge(start)).collect();
        assert!(judged[..2000].iter().all(|one| *one == Verdict::Write(0)));
        assert_eq!(judged[2000], Verdict::Warn);
        assert!(judged[2001..].iter().all(|one| *one == Verdict::Drop));
        let later = start + Duration::from_secs(2);
        assert_eq!(flood.judge(later), Verdict::Write(98_000));
        assert_eq!(flood.judge(later), Verdict::Write(0));
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let long = "é".repeat(5000);
        assert_eq!(cut(&long).len(), 8 << 10);
        assert_eq!(cut("short"), "short");
    }
}
