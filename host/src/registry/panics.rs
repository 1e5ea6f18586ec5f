//! How often a plugin panicked of late: one that does it again and again is not called any more.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So many contained panics…
const PANICS: usize = 5;

/// …within so long are too many.
const WINDOW: Duration = Duration::from_secs(60);

/// When the last panics were.
#[derive(Default)]
pub(super) struct Panics {
    last: Mutex<VecDeque<Instant>>,
}

impl Panics {
    /// Notes one; the reason to stop calling the plugin, when it was one too many.
    pub(super) fn note(&self, now: Instant) -> Option<String> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.push_back(now);
        last.retain(|at| now.duration_since(*at) <= WINDOW);
        let too_many = last.len() >= PANICS;
        too_many.then(|| format!("it panicked {PANICS} times within {} s", WINDOW.as_secs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_that_lie_far_apart_do_not_add_up() {
        let (panics, start) = (Panics::default(), Instant::now());
        for number in 0..100 {
            let now = start + number * Duration::from_secs(20);
            assert_eq!(panics.note(now), None, "{number}");
        }
    }

    #[test]
    fn the_fifth_within_a_minute_is_one_too_many() {
        let (panics, start) = (Panics::default(), Instant::now());
        let noted: Vec<bool> = (0..5)
            .map(|number| panics.note(start + number * Duration::from_secs(14)).is_some())
            .collect();
        assert_eq!(noted, [false, false, false, false, true]);
    }
}
