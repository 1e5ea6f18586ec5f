//! The live line of one step.

use crate::diagnostics::printable;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// A step that is under way.
#[derive(Clone, Debug)]
pub(super) struct StepNow {
    id: String,
    plugin: String,
    since: Instant,
    /// The number of the call and how many there are at most; `None` for the first.
    attempt: Option<(u32, u32)>,
    /// When the next call is made.
    next: Instant,
    /// Elements done, of how many.
    pub(super) elements: Option<(usize, usize)>,
}

impl StepNow {
    pub(super) fn new(id: &str, plugin: &str, now: Instant) -> Self {
        let (id, plugin) = (printable(id), printable(plugin));
        Self { id, plugin, since: now, attempt: None, next: now, elements: None }
    }

    /// Another call is made at `next`.
    pub(super) fn retries(&mut self, attempt: u32, of: u32, next: Instant) {
        self.attempt = Some((attempt, of));
        self.next = next;
    }

    /// Id, plugin, what it is at, and for how long.
    pub(super) fn line(&self, now: Instant) -> String {
        let mut line = format!("{}  {}", self.id, self.plugin);
        if let Some((attempt, of)) = self.attempt {
            let _ = write!(line, "  attempt {attempt} of {of}");
        }
        let wait = self.next.saturating_duration_since(now);
        if !wait.is_zero() {
            let _ = write!(line, " in {}", short(wait));
        }
        if let Some((done, of)) = self.elements {
            let _ = write!(line, "  {done} of {of} elements");
        }
        let _ = write!(line, "  {}", short(now.saturating_duration_since(self.since)));
        line
    }
}

/// A time for people: `85 ms`, `1.2 s`, `3 min 20 s`.
pub(super) fn short(time: Duration) -> String {
    let seconds = time.as_secs();
    match time.as_millis() {
        milliseconds @ 0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => format!("{:.1} s", time.as_secs_f64()),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_unit_that_people_would_choose() {
        let cases = [
            (0, "0 ms"),
            (999, "999 ms"),
            (1_240, "1.2 s"),
            (60_000, "1 min 0 s"),
            (200_500, "3 min 20 s"),
        ];
        for (milliseconds, said) in cases {
            assert_eq!(short(Duration::from_millis(milliseconds)), said);
        }
    }

    #[test]
    fn a_line_says_what_a_step_is_at() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut step = StepNow::new("fetch\u{1b}", "echo", start);
        assert_eq!(step.line(at(20)), "fetch\\u{1b}  echo  20 ms");
        step.retries(2, 3, at(1_500));
        assert_eq!(step.line(at(300)), "fetch\\u{1b}  echo  attempt 2 of 3 in 1.2 s  300 ms");
        step.elements = Some((4, 9));
        assert_eq!(
            step.line(at(2_000)),
            "fetch\\u{1b}  echo  attempt 2 of 3  4 of 9 elements  2.0 s"
        );
    }
}
