//! The figures that `operation: metrics` gives.

use super::window::{Averages, Publish, Window};
use crate::fault::ErrorType;
use crate::tally::Tally;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Counts since the start, and the last publishes.
#[derive(Default)]
pub struct Figures {
    publishes: u64,
    delivered: u64,
    unknown: u64,
    bytes: u64,
    failures: BTreeMap<ErrorType, u64>,
    window: Window,
}

impl Figures {
    /// Counts one publish, and gives the averages with it.
    pub fn count(&mut self, tally: &Tally, latency_ms: f64, ended: Instant) -> Averages {
        self.publishes += 1;
        self.delivered += tally.delivered;
        self.unknown += tally.unknown;
        self.bytes += tally.bytes;
        for (error_type, count) in &tally.failures {
            *self.failures.entry(*error_type).or_default() += count;
        }
        let latency = Duration::from_secs_f64(latency_ms.max(0.0) / 1e3);
        let delivered = tally.delivered;
        let records = delivered + tally.unknown + tally.failures.values().sum::<u64>();
        self.window.push(Publish { ended, latency, records, delivered });
        self.window.averages()
    }

    /// What the operation answers. Quantiles and averages are those of the last 1000 publishes; a
    /// quantile is null before the first.
    pub fn document(&self) -> Value {
        let [p50, p95, p99] = self.window.latencies([0.5, 0.95, 0.99]);
        let averages = self.window.averages();
        json!({
            "status": "success",
            "publishes_total": self.publishes,
            "messages_produced": self.delivered,
            "bytes_produced": self.bytes,
            "errors_total": self.failures.values().sum::<u64>(),
            "errors_by_type": self.failures,
            "unknown_total": self.unknown,
            "latency_ms": { "p50": p50, "p95": p95, "p99": p99 },
            "latency_ms_avg": averages.latency_ms,
            "batch_size_avg": averages.batch_size,
            "throughput_messages_per_sec": averages.messages_per_second,
            "samples": self.window.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up_and_are_never_reset() {
        let (mut figures, start) = (Figures::default(), Instant::now());
        let failures = |serialization, kafka| {
            let both = [
                (ErrorType::SerializationError, serialization),
                (ErrorType::KafkaProducerError, kafka),
            ];
            BTreeMap::from(both)
        };
        let tallies = [
            Tally { delivered: 3, unknown: 0, bytes: 30, failures: BTreeMap::new() },
            Tally { delivered: 1, unknown: 2, bytes: 7, failures: failures(1, 2) },
            Tally { delivered: 0, unknown: 0, bytes: 0, failures: failures(1, 0) },
        ];
        for (tally, latency_ms) in tallies.iter().zip([10.0, 20.0, 30.0]) {
            figures.count(tally, latency_ms, start + Duration::from_millis(100));
        }
        let expected = json!({
            "status": "success",
            "publishes_total": 3,
            "messages_produced": 4,
            "bytes_produced": 37,
            "errors_total": 4,
            "errors_by_type": {"KafkaProducerError": 2, "SerializationError": 2},
            "unknown_total": 2,
            "latency_ms": {"p50": 20.0, "p95": 30.0, "p99": 30.0},
            "latency_ms_avg": 20.0,
            "batch_size_avg": 10.0 / 3.0,
            "throughput_messages_per_sec": 4.0 / 0.01,
            "samples": 3,
        });
        assert_eq!(figures.document(), expected);
        assert_eq!(figures.document(), expected, "looking changes nothing");
    }
}
