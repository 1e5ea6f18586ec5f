//! What is said of a stream at its end.

use std::sync::Arc;
use std::time::Duration;

use hdrhistogram::Histogram;
use plugin_api::Json;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::counters::Totals;
use super::lane::{Ended, Failure};
use super::observed::{Observed, StepSeen};
use crate::pipeline::expr::Warnings;
use crate::pipeline::plan::stream::{Stage, StreamPlan};
use crate::run::Answer;
use crate::run::answer::{Mode, RunError, StepStatus, StepSummary};
use crate::run::context::Identity;

/// The end of a stream.
pub struct Closing {
    plan: Arc<StreamPlan>,
    execution_id: String,
    observed: Arc<Observed>,
}

/// What held a stream up at one sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bottleneck {
    /// Nothing: the sink waited for records.
    Starved,
    /// The queue in front of the client was full.
    Queue,
    /// The answers of the broker, or of whatever stores the records.
    Broker,
    /// The broker slowed the client down by its quota.
    Quota,
}

/// Below this share of the time, waiting for a sink holds nothing up.
const NOTICEABLE: f64 = 0.2;

impl Closing {
    /// The end of a stream that has not begun.
    pub fn new(plan: Arc<StreamPlan>, identity: &Identity, observed: Arc<Observed>) -> Self {
        Self { plan, execution_id: identity.execution_id.clone(), observed }
    }

    /// The closing document.
    pub fn answer(
        &self,
        ended: Vec<Ended>,
        failure: Option<Failure>,
        interrupted: bool,
        mut warnings: Warnings,
    ) -> Answer {
        let totals = self.observed.counters.totals();
        // A lane that was left behind has not closed its books: what is not settled is in flight.
        let in_flight = ended.iter().map(|lane| lane.in_flight).sum::<Option<u64>>();
        let in_flight = in_flight.unwrap_or(totals.in_flight);
        let mut failure = failure;
        for lane in ended {
            lane.warnings.into_iter().for_each(|warning| warnings.add(warning));
            failure = failure.or(lane.failure);
        }
        let interrupted = interrupted && in_flight > 0;
        let error = self.error(failure.as_ref(), interrupted, &totals, in_flight);
        self.refusals(&mut warnings);
        Answer {
            mode: Mode::Stream,
            execution_id: self.execution_id.clone(),
            pipeline: (self.plan.name.clone(), self.plan.version.clone()),
            results: Vec::new(),
            summary: self.summary(failure.as_ref(), interrupted),
            outputs: Vec::new(),
            warnings: warnings.as_slice().to_vec(),
            error,
            interrupted,
            stream: Json::from_value(&self.stream(&totals)).ok(),
        }
    }

    fn error(
        &self,
        failure: Option<&Failure>,
        interrupted: bool,
        totals: &Totals,
        in_flight: u64,
    ) -> Option<RunError> {
        let settled = totals.delivered + totals.dead_lettered + totals.rejected + totals.filtered;
        if totals.read != settled + in_flight {
            let message = format!(
                "the counters do not add up: {} read, {settled} final, {in_flight} in flight; this \
                 is a fault of the host, please report it",
                totals.read
            );
            return Some(RunError { kind: "counters_mismatch", message, step: None });
        }
        if let Some(Failure { kind, step, message }) = failure {
            let step = self.plan.steps.get(*step).map(|step| step.id.clone());
            return Some(RunError { kind, message: message.clone(), step });
        }
        let message = || {
            format!(
                "the stream was stopped with {in_flight} records in flight; a source that can go back \
                 reads them again"
            )
        };
        interrupted.then(|| RunError { kind: "interrupted", message: message(), step: None })
    }

    fn summary(&self, failure: Option<&Failure>, interrupted: bool) -> Vec<StepSummary> {
        let duration_ms = whole_ms(self.observed.elapsed());
        let summary = |(position, step): (usize, &crate::pipeline::plan::stream::StreamStep)| {
            let failed = failure.filter(|failure| failure.step == position);
            let status = match (failed, failure.is_some() || interrupted) {
                (Some(_), _) => StepStatus::Failed,
                (None, true) => StepStatus::Cancelled,
                (None, false) => StepStatus::Success,
            };
            let installed = step.stage.installed();
            StepSummary {
                id: step.id.clone(),
                plugin: installed.map_or_else(|| "filter".to_owned(), |plug| plug.name.clone()),
                version: installed.map(|plug| plug.version.to_string()).unwrap_or_default(),
                status,
                reason: failed.map(|failure| failure.message.clone()),
                attempts: 1,
                duration_ms,
            }
        };
        self.plan.steps.iter().enumerate().map(summary).collect()
    }

    fn refusals(&self, warnings: &mut Warnings) {
        for seen in &self.observed.steps {
            if let Some(reason) = seen.reason() {
                let refused = seen.refused.load(std::sync::atomic::Ordering::Relaxed);
                let id = &seen.id;
                warnings
                    .add(format!("step `{id}` refused {refused} records, the first one: {reason}"));
            }
        }
    }

    fn stream(&self, totals: &Totals) -> Value {
        let duration = self.observed.elapsed();
        let per_second = |number: u64| (number as f64 / duration.as_secs_f64().max(1e-9)).round();
        let (mut sinks, mut sources) = (Map::new(), Map::new());
        for (step, seen) in self.plan.steps.iter().zip(&self.observed.steps) {
            match step.stage {
                Stage::Sink(_) => {
                    let bottleneck = bottleneck(seen, duration, self.plan.lanes);
                    sinks.insert(step.id.clone(), json!({ "bottleneck": bottleneck }));
                }
                Stage::Source(_) => {
                    let told = json!({
                        "lag": seen.told_sum("lag"),
                        "partitions": seen.told_sum("partitions"),
                    });
                    sources.insert(step.id.clone(), told);
                }
                Stage::Transform(_) | Stage::Filter => {}
            }
        }
        json!({
            "counters": totals,
            "rates": {
                "records_per_s": per_second(totals.read),
                "bytes_per_s": per_second(self.observed.counters.bytes_read()),
            },
            "latency_ms": self.latency(),
            "duration_ms": whole_ms(duration),
            "sinks": sinks,
            "sources": sources,
        })
    }

    /// From write to report, over all sinks.
    fn latency(&self) -> Value {
        let mut all: Option<Histogram<u64>> = None;
        for one in self.observed.steps.iter().filter_map(StepSeen::latency) {
            match &mut all {
                None => all = Some(one),
                Some(all) => drop(all.add(&one)),
            }
        }
        let at = |quantile| all.as_ref().map(|all| all.value_at_quantile(quantile) as f64 / 1000.0);
        json!({ "p50": at(0.5), "p95": at(0.95), "p99": at(0.99) })
    }
}

/// What held the stream up at this sink.
pub fn bottleneck(sink: &StepSeen, duration: Duration, lanes: u32) -> Bottleneck {
    let lane_seconds = duration.as_secs_f64() * f64::from(lanes.max(1));
    let blocked = sink.blocked.get().as_secs_f64();
    if blocked < NOTICEABLE * lane_seconds {
        return Bottleneck::Starved;
    }
    let queue_full = sink.told_sum("queue_full_ms").unwrap_or_default() / 1000.0;
    if sink.throttled() >= NOTICEABLE {
        Bottleneck::Quota
    } else if queue_full >= 0.5 * blocked {
        Bottleneck::Queue
    } else {
        Bottleneck::Broker
    }
}

fn whole_ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sink(blocked_ms: u64, told: &[(&str, u64)]) -> StepSeen {
        let seen = StepSeen::default();
        seen.blocked.add(Duration::from_millis(blocked_ms));
        seen.tell(0, told.iter().map(|(key, ms)| ((*key).to_owned(), Value::from(*ms))).collect());
        seen
    }

    #[test]
    fn the_bottleneck_is_named_by_what_the_time_went_to() {
        let of = |blocked, told: &[_]| bottleneck(&sink(blocked, told), Duration::from_secs(1), 1);
        assert_eq!(of(100, &[("throttle_ms", 900)]), Bottleneck::Starved);
        assert_eq!(of(900, &[("throttle_ms", 1), ("queue_full_ms", 900)]), Bottleneck::Quota);
        assert_eq!(of(900, &[("throttle_ms", 0), ("queue_full_ms", 600)]), Bottleneck::Queue);
        assert_eq!(of(900, &[]), Bottleneck::Broker);
    }
}
