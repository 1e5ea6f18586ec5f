//! Topics that are missing or forbidden: their records wait, but not for ever.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Since when which topic fails.
pub struct Overdue {
    patience: Duration,
    /// The first error of a topic to which nothing was delivered since.
    since: HashMap<String, Instant>,
}

impl Overdue {
    /// Topics may fail for as long as `patience`.
    pub fn new(patience: Duration) -> Self {
        Self { patience, since: HashMap::new() }
    }

    /// A topic failed. `true` when it has been failing for too long.
    pub fn failed(&mut self, topic: &str, now: Instant) -> bool {
        let first = match self.since.get(topic) {
            Some(first) => *first,
            None => *self.since.entry(topic.to_owned()).or_insert(now),
        };
        now.saturating_duration_since(first) >= self.patience
    }

    /// Something was delivered to a topic.
    pub fn delivered(&mut self, topic: &str) {
        self.since.remove(topic);
    }

    /// Whether no topic fails.
    pub fn is_empty(&self) -> bool {
        self.since.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_gives_a_topic_all_its_time_again() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut overdue = Overdue::new(Duration::from_secs(10));
        assert!(!overdue.failed("a", at(0)));
        assert!(!overdue.failed("b", at(9)));
        assert!(overdue.failed("a", at(10)));
        assert!(!overdue.failed("b", at(10)));
        overdue.delivered("a");
        assert!(!overdue.failed("a", at(11)));
        overdue.delivered("a");
        overdue.delivered("b");
        assert!(overdue.is_empty());
        assert!(Overdue::new(Duration::ZERO).failed("a", start));
    }
}
