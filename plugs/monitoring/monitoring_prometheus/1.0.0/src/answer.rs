//! What every call answers, faults included.

use crate::metric::Kind;
use plugin_api::{Error, Json, schemars::JsonSchema};
use serde::Serialize;
use serde_json::Number;
use std::collections::BTreeMap;

/// All three keys are always there.
#[derive(Serialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
pub struct Answer {
    /// Whether the call did what it was asked for.
    pub prometheus_status: Status,
    /// What it did; an empty object where it failed.
    pub prometheus_result: Outcome,
    /// Why it failed; null where it did not.
    pub prometheus_error: Option<String>,
}

/// Whether a call succeeded.
#[derive(Serialize, JsonSchema, Clone, Copy, PartialEq, Eq, Debug)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It did.
    Success,
    /// It did not, and changed nothing.
    Error,
}

/// The answer's middle, by operation.
#[derive(Serialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(untagged)]
pub enum Outcome {
    /// Of the `record_…` operations.
    Recorded {
        /// The name it is exported under.
        metric_name: String,
        /// What kind of metric it is.
        metric_type: Kind,
        /// Its labels, as texts.
        labels: BTreeMap<String, String>,
        /// Counter: the new total. Gauge: the value now. Histogram: the value that was counted.
        value: Option<Number>,
    },
    /// Of `export_metrics` as Prometheus text.
    Text {
        /// `prometheus`.
        format: &'static str,
        /// The text exposition format, version 0.0.4.
        text: String,
    },
    /// Of `export_metrics` as JSON.
    Metrics {
        /// `json`.
        format: &'static str,
        /// `[{name, help, type, samples}]`; the counts of buckets are not cumulative.
        metrics: Json,
    },
    /// Of `health_check`.
    Health {
        /// The host's registry could be read.
        healthy: bool,
        /// How many metrics it holds.
        metrics: usize,
    },
    /// Of a call that failed.
    Nothing {},
}

impl From<Result<Outcome, Error>> for Answer {
    fn from(outcome: Result<Outcome, Error>) -> Self {
        let (prometheus_status, prometheus_result, prometheus_error) = match outcome {
            Ok(outcome) => (Status::Success, outcome, None),
            Err(fault) => (Status::Error, Outcome::Nothing {}, Some(fault.message)),
        };
        Self { prometheus_status, prometheus_result, prometheus_error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_keeps_the_shape() {
        let answer = Answer::from(Err(Error::input("no such operation")));
        assert_eq!(
            serde_json::to_string(&answer).unwrap(),
            r#"{"prometheus_status":"error","prometheus_result":{},"prometheus_error":"no such operation"}"#
        );
    }
}
