//! What librdkafka tells about itself once a second, as far as a lane wants to know it.

use std::collections::HashMap;
use std::time::Duration;

use serde::Deserialize;

/// How a lane's producer is doing. What librdkafka has not told yet is 0 or `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Statistics {
    /// Mean round trip to the brokers in milliseconds, over the last interval.
    pub rtt_ms: Option<f64>,
    /// Longest time in milliseconds that a broker held an answer back because of a quota.
    pub throttle_ms: f64,
    /// How long batches have waited for room in librdkafka's queue since the producer was made.
    pub queue_full: Duration,
    /// Records that librdkafka holds now: taken and not reported.
    pub queued: u64,
}

#[derive(Default, Deserialize)]
struct Told {
    #[serde(default)]
    brokers: HashMap<String, Broker>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Broker {
    /// In microseconds.
    rtt: Window,
    /// In milliseconds.
    throttle: Window,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Window {
    avg: i64,
    max: i64,
    cnt: i64,
}

impl Statistics {
    /// Reads librdkafka's JSON; what is not there stays unknown.
    pub(super) fn read(json: &str) -> Self {
        let told: Told = serde_json::from_str(json).unwrap_or_default();
        let asked = told.brokers.values().map(|broker| &broker.rtt).filter(|rtt| rtt.cnt > 0);
        let (count, sum) = asked.fold((0.0, 0.0), |(count, sum), rtt| {
            (count + rtt.cnt as f64, sum + rtt.avg as f64 * rtt.cnt as f64)
        });
        let throttle = told.brokers.values().map(|broker| broker.throttle.max).max();
        Self {
            rtt_ms: (count > 0.0).then(|| sum / count / 1000.0),
            throttle_ms: throttle.unwrap_or(0) as f64,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_count_by_how_many_there_were_and_quotas_by_the_worst() {
        let json = r#"{"msg_cnt": 7, "brokers": {
            "a:1/1": {"nodeid": 1, "rtt": {"avg": 1000, "cnt": 3}, "throttle": {"max": 5, "cnt": 1}},
            "b:1/2": {"nodeid": 2, "rtt": {"avg": 5000, "cnt": 1}, "throttle": {"max": 20, "cnt": 1}},
            "c:1/3": {"nodeid": 3, "rtt": {"avg": 0, "cnt": 0}},
            "GroupCoordinator": {}
        }}"#;
        let expected = Statistics { rtt_ms: Some(2.0), throttle_ms: 20.0, ..Statistics::default() };
        assert_eq!(Statistics::read(json), expected);
        for nothing in ["", "{}", "[1]", r#"{"brokers": {}}"#] {
            assert_eq!(Statistics::read(nothing), Statistics::default(), "{nothing}");
        }
    }
}
