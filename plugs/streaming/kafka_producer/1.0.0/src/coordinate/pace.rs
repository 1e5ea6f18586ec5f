//! When a writer may be asked, and when it tries again after a failure.

use super::BUDGET;
use super::trouble::{Reason, Trouble};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long the first failure keeps a writer from trying again.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// How long any failure does at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The state of one writer, seen by its callers.
#[derive(Default)]
pub struct Pace(Mutex<State>);

#[derive(Default)]
struct State {
    busy_since: Option<Instant>,
    failures: u32,
    paused: Option<(Instant, Trouble)>,
    /// A TLS handshake comes first, and none has ended well so far.
    awaits_tls: bool,
}

impl Pace {
    /// The pace of a writer that has not connected yet.
    pub fn new(is_tls: bool) -> Self {
        Self(Mutex::new(State { awaits_tls: is_tls, ..State::default() }))
    }

    /// Whether the writer may be asked now: not while it pauses, and not while it has been busy with
    /// one result for longer than a caller waits.
    ///
    /// # Errors
    /// The failure that it pauses for, or that Redis is slow.
    pub fn admits(&self, now: Instant, place: &str) -> Result<(), Trouble> {
        let state = self.lock();
        match &state.paused {
            Some((until, trouble)) if now < *until => return Err(trouble.clone()),
            _ => {}
        }
        match state.busy_since {
            Some(since) if now.saturating_duration_since(since) > BUDGET => {
                Err(slow(place, state.awaits_tls))
            }
            _ => Ok(()),
        }
    }

    /// Since when the writer has been busy with one result.
    pub fn busy_since(&self) -> Option<Instant> {
        self.lock().busy_since
    }

    /// The writer begins with a result.
    pub fn begin(&self, now: Instant) {
        self.lock().busy_since = Some(now);
    }

    /// The writer has an answer, good or bad; whether Redis was lost until now.
    pub fn answered(&self) -> bool {
        std::mem::take(&mut *self.lock()).failures > 0
    }

    /// The writer has lost its connection, or got none: it pauses, twice as long each time. Whether
    /// this is the first time.
    pub fn lost(&self, now: Instant, trouble: &Trouble) -> bool {
        let mut state = self.lock();
        let pause = FIRST_PAUSE.saturating_mul(1 << state.failures.min(16)).min(LONGEST_PAUSE);
        state.busy_since = None;
        state.failures = state.failures.saturating_add(1);
        state.paused = Some((now + pause, trouble.clone()));
        state.failures == 1
    }

    /// The trouble of a caller who has waited as long as it may.
    pub fn slow(&self, place: &str) -> Trouble {
        slow(place, self.lock().awaits_tls)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Redis has not answered in time. A server without TLS may wait for ever for the end of what it takes
/// for a command.
fn slow(place: &str, awaits_tls: bool) -> Trouble {
    let doubt = if awaits_tls { " (busy, or does it expect `redis://`, without TLS?)" } else { "" };
    let what = format!("{place} has not answered within {} ms{doubt}", BUDGET.as_millis());
    Trouble::new(Reason::Slow, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken() -> Trouble {
        Trouble::new(Reason::Unreachable, "it broke")
    }

    #[test]
    fn each_failure_pauses_twice_as_long_up_to_five_seconds() {
        let (pace, now) = (Pace::default(), Instant::now());
        for millis in [100, 200, 400, 800, 1600, 3200, 5000, 5000] {
            pace.lost(now, &broken());
            let end = now + Duration::from_millis(millis);
            assert_eq!(pace.admits(end - Duration::from_millis(1), "h"), Err(broken()));
            assert_eq!(pace.admits(end, "h"), Ok(()));
        }
    }

    #[test]
    fn an_answer_ends_the_pause_and_a_loss_is_new_again() {
        let (pace, now) = (Pace::default(), Instant::now());
        assert!(pace.lost(now, &broken()));
        assert!(!pace.lost(now, &broken()));
        assert!(pace.answered());
        assert!(!pace.answered());
        assert_eq!(pace.admits(now, "h"), Ok(()));
        assert!(pace.lost(now, &broken()));
        assert_eq!(pace.admits(now + FIRST_PAUSE, "h"), Ok(()));
    }

    #[test]
    fn a_writer_busy_for_longer_than_callers_wait_is_not_asked() {
        let (pace, now) = (Pace::default(), Instant::now());
        pace.begin(now);
        assert_eq!(pace.admits(now + BUDGET, "h"), Ok(()));
        let late = pace.admits(now + BUDGET + Duration::from_millis(1), "h:1").unwrap_err();
        assert_eq!(late, slow("h:1", false));
        assert!(late.to_string().contains("h:1 has not answered within 250 ms"), "{late}");
        pace.answered();
        assert_eq!(pace.busy_since(), None);
    }

    #[test]
    fn a_handshake_that_never_ended_is_doubted_until_there_is_an_answer() {
        let pace = Pace::new(true);
        let now = Instant::now();
        pace.lost(now, &broken());
        assert!(
            pace.slow("h:1").to_string().contains("or does it expect `redis://`, without TLS?")
        );
        pace.answered();
        assert_eq!(pace.slow("h:1"), Pace::new(false).slow("h:1"));
        assert!(!pace.slow("h:1").to_string().contains("TLS"));
    }
}
