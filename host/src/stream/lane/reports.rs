//! What a sink's report does: records become final, are written again, or are refused.

use std::time::Instant;

use plugin_abi::stage::{SinkObject_TO, SourceObject_TO};
use plugin_abi::{Answer, Doc, ErrorClass, ErrorCode, PErr, RecordError, Report};
use serde_json::{Map, Value};

use super::Lane;
use crate::pipeline::plan::stream::StreamOnError;
use crate::stream::counters::State;
use crate::stream::dead::{self, Refuser};
use crate::stream::descriptors::{bytes_of, size_of};
use crate::stream::ledger::Origin;
use crate::stream::parcel::{Parcel, Sorted};

impl Lane<'_> {
    pub(super) fn written(
        &mut self,
        step: usize,
        write: u64,
        begun: Instant,
        report: Result<Report, PErr>,
    ) {
        let ended = self.outlets.get_mut(&step).and_then(|outlet| outlet.end(write));
        let Some(parcel) = ended else { return };
        let records = parcel.batch.records().len() as u64;
        self.flow.observed.steps[step].end(records);
        let sorted = match report {
            Ok(report) => parcel.sort(&report),
            // Nobody knows what was stored before the panic, so no `on_error` may judge the records.
            Err(error) if error.code == ErrorCode::PANICKED => {
                Ok(parcel.sort_failed(ErrorClass::CONFIG_FATAL, error.code, error.message()))
            }
            Err(error) => Ok(parcel.sort_failed(error.class, error.code, error.message())),
        };
        match sorted {
            Ok(sorted) => self.settle_parcel(step, write, begun, &parcel, &sorted),
            Err(contradiction) => {
                self.stuck.extend(parcel.origins());
                let text = "the sink's report contradicts itself, so nothing of it is believed";
                self.fail(step, &format!("{text}: {}", contradiction.0));
            }
        }
    }

    fn settle_parcel(
        &mut self,
        step: usize,
        write: u64,
        begun: Instant,
        parcel: &Parcel,
        sorted: &Sorted,
    ) {
        self.mark_stored(step, begun, parcel, sorted);
        if !sorted.refused.is_empty() {
            self.refuse(step, parcel, &sorted.refused);
        }
        if sorted.again.is_empty() {
            self.ledger.release(parcel.seq);
            return;
        }
        let again = parcel.again(&sorted.again);
        if let Some(message) = &sorted.stop {
            self.stuck.extend(again.origins());
            self.fail(step, message);
            return;
        }
        let seen = &self.flow.observed.steps[step];
        seen.retry(sorted.again.len() as u64);
        self.flow.observed.counters.duplicates(sorted.doubtful);
        let reason = sorted.reason.as_deref().unwrap_or_default();
        tracing::warn!(
            step = seen.id,
            "{} records are written again: {reason}",
            sorted.again.len()
        );
        if let Some(outlet) = self.outlets.get_mut(&step) {
            outlet.keep(write, again, sorted.rebuild);
        }
    }

    fn mark_stored(&mut self, step: usize, begun: Instant, parcel: &Parcel, sorted: &Sorted) {
        let state = if parcel.dead { State::DeadLettered } else { State::Delivered };
        let records = parcel.batch.records();
        let seen = &self.flow.observed.steps[step];
        let stored = match &sorted.stored {
            None => {
                let origins = records.iter().map(|meta| meta.origin);
                self.ledger.mark_all(parcel.seq, origins, state);
                seen.passed(records.len() as u64, bytes_of(&parcel.batch));
                records.len()
            }
            Some(stored) => {
                let stored_records = || stored.iter().filter_map(|at| records.get(*at as usize));
                let origins = stored_records().map(|meta| meta.origin);
                self.ledger.mark_all(parcel.seq, origins, state);
                seen.passed(stored.len() as u64, stored_records().map(size_of).sum());
                stored.len()
            }
        };
        if stored > 0 {
            seen.took(begun.elapsed(), stored as u64);
        }
    }

    /// Does with refused records what the step's `on_error` says. `parcel` is what the step was given;
    /// whatever is not final afterwards holds the batch.
    pub(super) fn refuse(&mut self, step: usize, parcel: &Parcel, errors: &[RecordError]) {
        let Some(first) = errors.first() else { return };
        let plan = self.flow.plan;
        self.flow.observed.steps[step].refuse(errors.len() as u64, first.message());
        let origins: Vec<Origin> = errors
            .iter()
            .filter_map(|error| parcel.batch.records().get(error.index as usize))
            .map(|meta| Origin { seq: parcel.seq, index: meta.origin })
            .collect();
        let fatal = errors.iter().find(|error| error.class == ErrorClass::CONFIG_FATAL);
        match (fatal, plan.steps[step].on_error) {
            (None, StreamOnError::Drop) => {
                origins.into_iter().for_each(|origin| self.ledger.mark(origin, State::Rejected));
            }
            (None, StreamOnError::DeadLetter(to)) => {
                let refuser = Refuser {
                    pipeline: plan.name.as_deref().unwrap_or_default(),
                    step: &plan.steps[step].id,
                    topic: &self.topics[step],
                    attempts: parcel.attempts + 1,
                };
                let batch = dead::letters(&parcel.batch, errors, refuser);
                self.submit(to, Parcel { seq: parcel.seq, batch, attempts: 0, dead: true });
            }
            (fatal, _) => {
                self.ledger.hold(parcel.seq);
                self.stuck.extend(origins);
                self.fail(step, fatal.unwrap_or(first).message());
            }
        }
    }

    /// Asks every stage what it knows of itself.
    pub(super) fn ask_stages(&self) {
        let steps = &self.flow.observed.steps;
        let source = SourceObject_TO::status(&self.source);
        steps[0].tell(self.number, object(source));
        for outlet in self.outlets.values() {
            if let Some(stage) = &outlet.stage {
                steps[outlet.step].tell(self.number, object(SinkObject_TO::status(stage)));
            }
        }
    }
}

/// A stage's words about itself; nothing when it has none.
fn object(status: Answer<Doc>) -> Map<String, Value> {
    let doc = status.into_result().ok();
    doc.and_then(|doc| serde_json::from_slice(doc.as_bytes()).ok()).unwrap_or_default()
}
