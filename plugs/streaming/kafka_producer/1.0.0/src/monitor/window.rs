//! The last publishes, with their averages and quantiles.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// As many of the last publishes are looked at.
const PUBLISHES: usize = 1000;

/// One publish.
#[derive(Clone, Copy)]
pub struct Publish {
    /// When it ended.
    pub ended: Instant,
    /// How long it took.
    pub latency: Duration,
    /// How many records it had.
    pub records: u64,
    /// How many of them were confirmed.
    pub delivered: u64,
}

/// The last publishes.
#[derive(Default)]
pub struct Window {
    publishes: VecDeque<Publish>,
    latency: Duration,
    records: u64,
    delivered: u64,
}

/// Averages over the window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Averages {
    /// Records in one publish.
    pub batch_size: f64,
    /// Milliseconds from call to answer.
    pub latency_ms: f64,
    /// Confirmed records in one second, from the begin of the first publish to the end of the last.
    pub messages_per_second: f64,
}

impl Window {
    /// Takes in one publish; the oldest one beyond the bound goes.
    pub fn push(&mut self, publish: Publish) {
        if self.publishes.len() == PUBLISHES
            && let Some(oldest) = self.publishes.pop_front()
        {
            self.latency = self.latency.saturating_sub(oldest.latency);
            self.records -= oldest.records;
            self.delivered -= oldest.delivered;
        }
        self.latency += publish.latency;
        self.records += publish.records;
        self.delivered += publish.delivered;
        self.publishes.push_back(publish);
    }

    /// How many publishes it holds.
    pub fn len(&self) -> usize {
        self.publishes.len()
    }

    /// All 0 while it is empty.
    #[expect(clippy::cast_precision_loss, reason = "averages need no 53rd bit")]
    pub fn averages(&self) -> Averages {
        let (Some(first), Some(last)) = (self.publishes.front(), self.publishes.back()) else {
            return Averages::default();
        };
        let publishes = self.publishes.len() as f64;
        let span = last.ended.saturating_duration_since(first.ended) + first.latency;
        Averages {
            batch_size: self.records as f64 / publishes,
            latency_ms: millis(self.latency) / publishes,
            messages_per_second: self.delivered as f64 / span.as_secs_f64().max(MOMENT),
        }
    }

    /// The latency in milliseconds that a share of `q` of the publishes, 0 to 1, did not exceed: a
    /// nearest-rank quantile for each. `None` while the window is empty.
    pub fn latencies<const N: usize>(&self, wanted: [f64; N]) -> [Option<f64>; N] {
        let mut sorted: Vec<Duration> =
            self.publishes.iter().map(|publish| publish.latency).collect();
        sorted.sort_unstable();
        wanted.map(|q| nearest_rank(&sorted, q).map(millis))
    }
}

/// The clock may not move between the begin and the end of a publish that was refused at once.
const MOMENT: f64 = 1e-6;

fn nearest_rank(sorted: &[Duration], q: f64) -> Option<Duration> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a window has 1000 publishes, and the rank lies within"
    )]
    let rank = (q * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(window: &mut Window, start: Instant, count: u64, latency_ms: impl Fn(u64) -> u64) {
        for n in 0..count {
            let latency = Duration::from_millis(latency_ms(n));
            let ended = start + Duration::from_millis(10 * n) + latency;
            window.push(Publish { ended, latency, records: 4, delivered: 3 });
        }
    }

    #[test]
    fn averages_and_quantiles_are_those_of_the_window() {
        let (mut window, start) = (Window::default(), Instant::now());
        assert_eq!(window.averages(), Averages::default());
        assert_eq!(window.latencies([0.5]), [None]);
        pushed(&mut window, start, 100, |n| n + 1);
        assert_eq!(
            window.latencies([0.5, 0.95, 0.99, 1.0]).map(Option::unwrap),
            [50.0, 95.0, 99.0, 100.0]
        );
        let averages = window.averages();
        assert_eq!((averages.batch_size, averages.latency_ms), (4.0, 50.5));
        // 300 records from 0 ms to 990 + 100 ms.
        assert!((averages.messages_per_second - 300.0 / 1.09).abs() < 1e-6, "{averages:?}");
    }

    #[test]
    fn what_leaves_the_window_leaves_no_trace() {
        let (mut window, start) = (Window::default(), Instant::now());
        pushed(&mut window, start, 500, |_| 1000);
        pushed(&mut window, start, 1000, |_| 2);
        assert_eq!(window.len(), 1000);
        assert_eq!(window.latencies([0.0, 1.0]), [Some(2.0), Some(2.0)]);
        assert_eq!(window.averages().latency_ms, 2.0);
        assert_eq!(window.averages().batch_size, 4.0);
    }
}
