//! What every call answers, faults included.

use crate::family::Family;
use crate::metric::Kind;
use plugin_api::{Error, Json, schemars::JsonSchema};
use serde::Serialize;
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
    /// Some of several metrics were recorded.
    Partial,
    /// It did not, and changed nothing.
    Error,
}

/// The answer's middle, by operation.
#[derive(Serialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(untagged)]
pub enum Outcome {
    /// Of the `record_…` operations that record one.
    Recorded(Recorded),
    /// Of `record_multiple_metrics`.
    Several {
        /// How many were recorded.
        recorded: usize,
        /// How many were refused.
        refused: usize,
        /// What became of each, in their order.
        metrics: Vec<OneOfSeveral>,
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
        #[schemars(with = "Vec<Json>")]
        metrics: Vec<Family>,
    },
    /// Of `health_check`.
    Health(Health),
    /// Of a call that failed.
    Nothing {},
}

/// One metric that was recorded.
#[derive(Serialize, JsonSchema, Debug)]
#[schemars(crate = "plugin_api::schemars")]
pub struct Recorded {
    /// The name it is exported under.
    pub metric_name: String,
    /// What kind of metric it is.
    pub metric_type: Kind,
    /// Its labels, as texts.
    pub labels: BTreeMap<String, String>,
    /// Counter: the new total. Gauge: the value now. Histogram and summary: the value that was
    /// counted. What JSON has no number for is a text, such as `+Inf`.
    pub value: Json,
}

/// One of several metrics.
#[derive(Serialize, JsonSchema, Debug)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(untagged)]
pub enum OneOfSeveral {
    /// It was recorded.
    Recorded(Recorded),
    /// It was not, and changed nothing.
    Refused {
        /// Why.
        error: String,
    },
}

/// What this plugin knows of its own work.
#[derive(Serialize, JsonSchema, Debug, PartialEq)]
#[schemars(crate = "plugin_api::schemars")]
pub struct Health {
    /// The host's registry could be read.
    pub healthy: bool,
    /// How many metrics it holds.
    pub metrics: usize,
    /// How many label sets they have together.
    pub series: usize,
    /// How many of the metrics had too many label sets to keep them apart.
    pub overflowed: usize,
    /// How often a metric was recorded since this plugin started.
    pub recorded: u64,
    /// How often one was refused since then.
    pub refused: u64,
    /// Seconds since then.
    pub uptime_seconds: u64,
}

impl Outcome {
    /// What became of several metrics.
    pub fn several(results: Vec<Result<Recorded, Error>>) -> Self {
        let one = |result: Result<Recorded, Error>| match result {
            Ok(recorded) => OneOfSeveral::Recorded(recorded),
            Err(fault) => OneOfSeveral::Refused { error: fault.message },
        };
        let recorded = results.iter().filter(|result| result.is_ok()).count();
        let refused = results.len() - recorded;
        Self::Several { recorded, refused, metrics: results.into_iter().map(one).collect() }
    }

    fn status(&self) -> (Status, Option<String>) {
        let Self::Several { recorded, refused: 1.., metrics } = self else {
            return (Status::Success, None);
        };
        let first = metrics.iter().find_map(|one| match one {
            OneOfSeveral::Refused { error } => Some(error.as_str()),
            OneOfSeveral::Recorded(_) => None,
        });
        let refused = metrics.len() - recorded;
        let first = first.unwrap_or_default();
        let error = format!("{recorded} recorded, {refused} refused; the first: {first}");
        let status = if *recorded > 0 { Status::Partial } else { Status::Error };
        (status, Some(error))
    }
}

impl From<Result<Outcome, Error>> for Answer {
    fn from(outcome: Result<Outcome, Error>) -> Self {
        let (prometheus_status, prometheus_result, prometheus_error) = match outcome {
            Ok(outcome) => {
                let (status, error) = outcome.status();
                (status, outcome, error)
            }
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
