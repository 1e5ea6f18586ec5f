//! Which operation a call asks for.

use crate::input::Input;
use crate::metric::Kind;
use plugin_api::{Error, Result};

/// What a call does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// Writes one metric of this kind.
    Record(Kind),
    /// Writes several metrics.
    RecordSeveral,
    /// Gives every metric of the host.
    Export(Format),
    /// Reads the host's registry.
    HealthCheck,
}

/// What an export looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// The text exposition format.
    Prometheus,
    /// The host's own document.
    Json,
}

const OPERATIONS: [&str; 8] = [
    "record_metric",
    "record_counter",
    "record_gauge",
    "record_histogram",
    "record_summary",
    "record_multiple_metrics",
    "export_metrics",
    "health_check",
];

impl Operation {
    /// The operation that `input` asks for, by name or by what it brings.
    pub fn of(input: &Input) -> Result<Self> {
        match input.operation.as_deref() {
            None if input.metric_name.is_none() && input.metrics.is_some() => {
                Ok(Self::RecordSeveral)
            }
            None if input.metric_name.is_none() => Ok(Self::HealthCheck),
            None | Some("record_metric") => {
                Ok(Self::Record(input.metric_type.unwrap_or(Kind::Gauge)))
            }
            Some("record_counter") => record(Kind::Counter, input),
            Some("record_gauge") => record(Kind::Gauge, input),
            Some("record_histogram") => record(Kind::Histogram, input),
            Some("record_summary") => record(Kind::Summary, input),
            Some("record_multiple_metrics") => Ok(Self::RecordSeveral),
            Some("export_metrics") => format(input.format.as_deref()).map(Self::Export),
            Some("health_check") => Ok(Self::HealthCheck),
            Some(other) => Err(Error::unknown_operation(other, &OPERATIONS)),
        }
    }
}

fn record(kind: Kind, input: &Input) -> Result<Operation> {
    match input.metric_type {
        Some(other) if other != kind => Err(Error::input(format!(
            "`operation` says {kind} and `metric_type` says {other}: give one of them"
        ))),
        _ => Ok(Operation::Record(kind)),
    }
}

fn format(asked: Option<&str>) -> Result<Format> {
    match asked {
        None | Some("prometheus") => Ok(Format::Prometheus),
        Some("json") => Ok(Format::Json),
        Some(other) => {
            Err(Error::input(format!("`format`: expected prometheus or json, found {other:?}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(input: &str) -> Result<Operation, String> {
        let input: Input = serde_json::from_str(input).unwrap();
        Operation::of(&input).map_err(|error| error.message)
    }

    #[test]
    fn a_call_means_what_it_names_or_brings() {
        let cases = [
            ("{}", Operation::HealthCheck),
            (r#"{"metric_name":"m"}"#, Operation::Record(Kind::Gauge)),
            (r#"{"metric_name":"m","metric_type":"counter"}"#, Operation::Record(Kind::Counter)),
            (r#"{"operation":"record_metric"}"#, Operation::Record(Kind::Gauge)),
            (
                r#"{"operation":"record_histogram","metric_type":"histogram"}"#,
                Operation::Record(Kind::Histogram),
            ),
            (r#"{"metrics":[]}"#, Operation::RecordSeveral),
            (r#"{"operation":"record_multiple_metrics"}"#, Operation::RecordSeveral),
            (r#"{"operation":"export_metrics"}"#, Operation::Export(Format::Prometheus)),
            (r#"{"operation":"export_metrics","format":"json"}"#, Operation::Export(Format::Json)),
            (r#"{"operation":"health_check","metric_name":"m"}"#, Operation::HealthCheck),
        ];
        for (input, expected) in cases {
            assert_eq!(of(input), Ok(expected), "{input}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let cases = [
            (
                r#"{"operation":"record_count"}"#,
                "unknown operation \"record_count\"; did you mean `record_counter`? (supported: \
                 record_metric, record_counter, record_gauge, record_histogram, record_summary, \
                 record_multiple_metrics, export_metrics, health_check)",
            ),
            (
                r#"{"operation":"record_counter","metric_type":"gauge"}"#,
                "`operation` says counter and `metric_type` says gauge: give one of them",
            ),
            (
                r#"{"operation":"export_metrics","format":"xml"}"#,
                "`format`: expected prometheus or json, found \"xml\"",
            ),
        ];
        for (input, expected) in cases {
            assert_eq!(of(input), Err(expected.to_owned()), "{input}");
        }
    }
}
