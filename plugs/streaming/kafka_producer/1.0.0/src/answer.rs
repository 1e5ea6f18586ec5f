//! What a call answers: always `kafka_status`, `kafka_error` and `kafka_result`.

pub use crate::settled::Settled;

use crate::fault::Fault;
use crate::tally::Tally;
use plugin_api::schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::time::Duration;

/// The answer of kafka_producer.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
pub struct Answer {
    /// `success`, `partial`, `error` or `unknown`; `planned` with `operation: plan`.
    pub kafka_status: Status,
    /// What went wrong, null when nothing did.
    pub kafka_error: Option<String>,
    /// What became of the record or records.
    pub kafka_result: Value,
    /// What was decided on the caller's behalf.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// What the checks found, each text beginning with a stable kind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_issues: Vec<String>,
    /// What `operation: validate` found.
    #[serde(flatten)]
    #[schemars(with = "JudgedKeys")]
    pub judged: Map<String, Value>,
    /// From the call to this answer.
    pub latency_ms: f64,
    /// Under which id the result lies in Redis, when the call brought none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// What the call did, for metrics.
    #[serde(skip)]
    pub tally: Tally,
}

/// The keys of `judged`; its own name of the sanitised data comes beside them.
#[derive(JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[allow(dead_code, reason = "only its schema is used")]
struct JudgedKeys {
    /// With `validate`: whether the data may be used.
    is_valid: Option<bool>,
    /// With `validate`: the data cleaned up, secrets left out. Once more under a name of its own:
    /// `sanitized_servers`, `sanitized_topics`, `sanitized_credentials` or `sanitized_config`.
    sanitized_data: Option<Value>,
}

/// The state of one record, or of the call as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The broker confirmed it, or all of them.
    Success,
    /// Some of several were confirmed.
    Partial,
    /// It is not in the topic, or none of them.
    Error,
    /// It may be in the topic: the time ran out before the broker answered.
    Unknown,
    /// It would be sent, or all of them; with `operation: plan`.
    Planned,
}

/// More details than this keep the failures only.
const DETAILS: usize = 1000;

impl Answer {
    fn new(kafka_status: Status, kafka_error: Option<String>, kafka_result: Value) -> Self {
        let (warnings, security_issues) = (Vec::new(), Vec::new());
        Self {
            kafka_status,
            kafka_error,
            kafka_result,
            warnings,
            security_issues,
            judged: Map::new(),
            latency_ms: 0.0,
            trace_id: None,
            tally: Tally::default(),
        }
    }

    /// A call that succeeded and published nothing.
    pub fn done(kafka_result: Value) -> Self {
        Self::new(Status::Success, None, kafka_result)
    }

    /// What was found about some data: in the result, and once more at the top.
    pub fn judged(judged: Map<String, Value>) -> Self {
        let mut result = Map::from_iter([("status".to_owned(), json!(Status::Success))]);
        result.extend(judged.clone());
        Self { judged, ..Self::done(Value::Object(result)) }
    }

    /// A call that was refused as a whole.
    pub fn refused(fault: Fault) -> Self {
        let result = error_result(&fault, json!({}));
        let tally = Tally::refused(fault.error_type);
        let answer = Self::new(Status::Error, Some(fault.text), result);
        Self { security_issues: fault.security_issues, tally, ..answer }
    }

    /// One record.
    pub fn single(settled: Settled) -> Self {
        let tally = Tally::of(std::slice::from_ref(&settled));
        let answer = match settled {
            Settled::Failed(fault) => Self::refused(fault),
            Settled::Unknown { topic, text } => {
                let result = json!({ "status": Status::Unknown, "topic": topic, "error": text });
                Self::new(Status::Unknown, Some(text), result)
            }
            delivered @ Settled::Delivered { .. } => {
                let mut result = delivered.detail();
                result["status"] = json!(Status::Success);
                Self::done(result)
            }
        };
        Self { tally, ..answer }
    }

    /// Several records, in the order in which they were given.
    pub fn several(settled: &[Settled], full_details: bool) -> Self {
        let tally = Tally::of(settled);
        let status = status(&tally);
        let first_fault = settled.iter().find_map(Settled::fault);
        let error = summary(&tally, settled.iter().find_map(Settled::text));
        let (details, omitted) = details(settled, full_details);
        let mut result = json!({
            "status": status,
            "published_count": tally.delivered,
            "failed_count": tally.failed(),
            "unknown_count": tally.unknown,
            "details": details,
        });
        if omitted > 0 {
            result["details_omitted"] = json!(omitted);
        }
        if status == Status::Error {
            result["error"] = json!(error);
            result["error_type"] = json!(first_fault.map(|fault| fault.error_type));
        }
        let faults = settled.iter().filter_map(Settled::fault);
        let security_issues = first_of_each(faults.flat_map(|fault| &fault.security_issues));
        Self { security_issues, tally, ..Self::new(status, error, result) }
    }

    /// Adds what was noticed on the way.
    pub fn with(mut self, warnings: Vec<String>, issues: Vec<String>) -> Self {
        self.warnings.extend(warnings);
        self.security_issues.extend(issues);
        self
    }

    /// Says how long the call took.
    pub fn after(mut self, elapsed: Duration) -> Self {
        self.latency_ms = (elapsed.as_secs_f64() * 1e6).round() / 1e3;
        self
    }
}

/// Each issue once, as first met, and no more than there may be details: an issue may hold a number of
/// its record's own.
fn first_of_each<'f>(issues: impl Iterator<Item = &'f String>) -> Vec<String> {
    let mut met = HashSet::new();
    issues.filter(|issue| met.insert(*issue)).take(DETAILS).cloned().collect()
}

fn error_result(fault: &Fault, details: Value) -> Value {
    let (error, error_type) = (&fault.text, fault.error_type);
    json!({ "status": Status::Error, "error": error, "error_type": error_type, "details": details })
}

fn status(tally: &Tally) -> Status {
    match (tally.delivered, tally.failed(), tally.unknown) {
        (_, 0, 0) => Status::Success,
        (0, _, 0) => Status::Error,
        (0, _, _) => Status::Unknown,
        _ => Status::Partial,
    }
}

fn summary(tally: &Tally, first: Option<&str>) -> Option<String> {
    let (first, Tally { delivered, unknown, .. }) = (first?, tally);
    let counted = format!("{delivered} published, {} failed, {unknown} unknown", tally.failed());
    Some(format!("Batch publish error: {counted}; the first: {first}"))
}

/// The details to show and how many were left out.
fn details(settled: &[Settled], full: bool) -> (Vec<Value>, usize) {
    let long = settled.len() > DETAILS && !full;
    let shown = |one: &Settled| !long || !matches!(one, Settled::Delivered { .. });
    let indexed = settled.iter().enumerate().filter(|(_, one)| shown(one));
    let details: Vec<Value> = indexed
        .map(|(index, one)| {
            let mut detail = json!({ "index": index });
            if let (Some(into), Value::Object(from)) = (detail.as_object_mut(), one.detail()) {
                into.extend(from);
            }
            detail
        })
        .collect();
    let omitted = settled.len() - details.len();
    (details, omitted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivered() -> Settled {
        Settled::Delivered {
            topic: "t".into(),
            partition: 0,
            offset: Some(1),
            timestamp: None,
            bytes: 7,
        }
    }

    fn unknown() -> Settled {
        Settled::Unknown { topic: "t".into(), text: "Kafka timeout: no answer".into() }
    }

    fn failed() -> Settled {
        Settled::Failed(Fault::serialization("no"))
    }

    #[test]
    fn the_status_of_several_follows_from_each() {
        let cases: [(Vec<Settled>, Status); 7] = [
            (vec![], Status::Success),
            (vec![delivered(), delivered()], Status::Success),
            (vec![delivered(), failed()], Status::Partial),
            (vec![delivered(), unknown()], Status::Partial),
            (vec![failed(), unknown()], Status::Unknown),
            (vec![unknown()], Status::Unknown),
            (vec![failed()], Status::Error),
        ];
        for (settled, status) in cases {
            let answer = Answer::several(&settled, false);
            assert_eq!(answer.kafka_status, status, "{settled:?}");
            assert_eq!(answer.tally, Tally::of(&settled), "{settled:?}");
        }
    }

    #[test]
    fn a_long_answer_keeps_the_failures_and_says_what_it_left_out() {
        let mut settled = vec![delivered(); DETAILS];
        settled.push(failed());
        let short = Answer::several(&settled, false).kafka_result;
        assert_eq!(short["details_omitted"], DETAILS);
        assert_eq!(short["details"].as_array().unwrap().len(), 1);
        assert_eq!(short["details"][0]["index"], DETAILS);
        let full = Answer::several(&settled, true).kafka_result;
        assert_eq!(full["details"].as_array().unwrap().len(), DETAILS + 1);
    }

    #[test]
    fn each_issue_stands_once_and_there_are_no_more_than_details() {
        let refused = |issue: String| Settled::Failed(Fault::security("message", &[issue]));
        let several = |issues: &[Settled]| Answer::several(issues, false).security_issues;
        let alternating = ["a: 1", "b: 2", "a: 1"].map(|issue| refused(issue.to_owned()));
        assert_eq!(several(&alternating), ["a: 1", "b: 2"]);
        let many: Vec<Settled> =
            (0..=DETAILS).map(|bytes| refused(format!("too_large: {bytes}"))).collect();
        assert_eq!(several(&many).len(), DETAILS);
    }

    #[test]
    fn an_unknown_record_is_never_called_failed() {
        let answer = Answer::several(&[unknown(), delivered()], false);
        assert_eq!(answer.kafka_result["failed_count"], 0);
        assert_eq!(answer.kafka_result["unknown_count"], 1);
    }
}
