//! The way of a batch from the source to the sinks of one lane: filters and transforms are applied
//! here, on the lane's thread, and what comes out is handed over as [`Arrival`]s.

use std::collections::HashSet;

use plugin_abi::stage::TransformObject_TO;
use plugin_abi::{Batch, ErrorClass, ErrorCode, RecordError, RecordMeta, TransformBox};
use serde_json::value::RawValue;

use crate::pipeline::expr::record::{RecordTest, RecordView};
use crate::pipeline::expr::{Values, Warnings};
use crate::pipeline::plan::stream::{Edge, Stage, StreamPlan};

use super::assign::assign;
use super::descriptors::{bytes_of, kept, merged, without, without_dropped};
use super::observed::Observed;

/// Where records of a batch came to.
#[derive(Debug)]
pub enum Arrival {
    /// A sink is to write them.
    Sink {
        /// Position of the step.
        step: usize,
        /// The records, as the sink gets them.
        batch: Batch,
    },
    /// A step refused some of them.
    Refused {
        /// Position of the step.
        step: usize,
        /// The records as the step got them.
        batch: Batch,
        /// Which, and why; never empty.
        errors: Vec<RecordError>,
    },
}

/// The steps between the source and the sinks of one lane.
pub struct Flow<'p> {
    /// What is to be done.
    pub plan: &'p StreamPlan,
    /// The open transforms, by position of their step.
    pub transforms: Vec<Option<TransformBox>>,
    /// The environment of each step.
    pub environments: &'p [Box<RawValue>],
    /// When the stream started, a JSON text.
    pub timestamp: &'p RawValue,
    /// What was counted.
    pub observed: &'p Observed,
    /// What the user should know.
    pub warnings: Warnings,
}

impl Flow<'_> {
    /// Sends a batch of the source on its way.
    pub fn pass(&mut self, batch: Batch) -> Vec<Arrival> {
        let mut arrivals = Vec::new();
        // Positions of origins are those of the batch as it was read.
        let read = batch.records().len();
        let mut batch = with_plain_flags(batch);
        let mut errors = batch.take_refused();
        errors.extend(torn(&batch));
        let batch = without_dropped(refuse(0, batch, errors, &mut arrivals));
        if !batch.records().is_empty() {
            self.onward(0, batch, read, &mut arrivals);
        }
        each_once(&mut arrivals);
        arrivals
    }

    fn onward(&mut self, from: usize, batch: Batch, read: usize, arrivals: &mut Vec<Arrival>) {
        let edges = &self.plan.steps[from].outgoing;
        let Some((last, others)) = edges.split_last() else { return };
        for edge in others {
            self.along(from, edge, batch.clone(), read, arrivals);
        }
        self.along(from, last, batch, read, arrivals);
    }

    fn along(
        &mut self,
        from: usize,
        edge: &Edge,
        batch: Batch,
        read: usize,
        arrivals: &mut Vec<Arrival>,
    ) {
        let batch = match &edge.when {
            Some(when) => self.matching(from, when, batch, arrivals).0,
            None => batch,
        };
        if !batch.records().is_empty() {
            self.enter(edge.to, batch, read, arrivals);
        }
    }

    fn enter(&mut self, at: usize, batch: Batch, read: usize, arrivals: &mut Vec<Arrival>) {
        let step = &self.plan.steps[at];
        let (batch, rest) = match &step.when {
            Some(when) => self.matching(at, when, batch, arrivals),
            None => (batch, None),
        };
        match step.stage {
            Stage::Filter => self.leave(at, batch, read, arrivals),
            Stage::Sink(_) => self.arrive(at, batch, arrivals),
            Stage::Transform(_) => {
                let applied = match batch.records().is_empty() {
                    true => batch,
                    false => self.transform(at, batch, read, arrivals),
                };
                let whole = match rest {
                    Some(passed_by) if applied.records().is_empty() => passed_by,
                    Some(passed_by) => merged(&applied, &passed_by),
                    None => applied,
                };
                self.leave(at, whole, read, arrivals);
            }
            Stage::Source(_) => {}
        }
    }

    fn leave(&mut self, at: usize, batch: Batch, read: usize, arrivals: &mut Vec<Arrival>) {
        if !batch.records().is_empty() {
            self.observed.steps[at].passed(batch.records().len() as u64, bytes_of(&batch));
            self.onward(at, batch, read, arrivals);
        }
    }

    fn arrive(&mut self, at: usize, batch: Batch, arrivals: &mut Vec<Arrival>) {
        if batch.records().is_empty() {
            return;
        }
        let plan = self.plan;
        let values = plan.values(&self.environments[at], self.timestamp);
        let (batch, errors) = assign(&plan.steps[at].with, batch, &values, &mut self.warnings);
        let batch = refuse(at, batch, errors, arrivals);
        if !batch.records().is_empty() {
            arrivals.push(Arrival::Sink { step: at, batch });
        }
    }

    fn transform(
        &mut self,
        at: usize,
        batch: Batch,
        read: usize,
        arrivals: &mut Vec<Arrival>,
    ) -> Batch {
        let Some(transform) = self.transforms.get(at).and_then(Option::as_ref) else {
            return batch;
        };
        let before = batch.clone();
        let applied = TransformObject_TO::apply(transform, batch).into_result();
        let applied =
            applied.map_err(|error| (error.class, error.code, error.message().to_owned()));
        match applied.and_then(|applied| accountable(applied, read)) {
            Ok(mut applied) => {
                let mut errors = applied.take_refused();
                errors.extend(torn(&applied));
                let given = found_again(&before, &applied, &errors);
                refuse(at, before, given, arrivals);
                without_dropped(without(applied, &errors))
            }
            Err((class, code, message)) => {
                let all = (0..).zip(before.records());
                let errors =
                    all.map(|(index, _)| RecordError::new(index, class, code, message.as_str()));
                let errors = errors.collect();
                refuse(at, before, errors, arrivals)
            }
        }
    }

    /// The records for which a condition holds, and the others. Those for which it cannot be
    /// evaluated are refused by the step `at`.
    fn matching(
        &mut self,
        at: usize,
        when: &RecordTest,
        batch: Batch,
        arrivals: &mut Vec<Arrival>,
    ) -> (Batch, Option<Batch>) {
        let values: Values<'_> = self.plan.values(&self.environments[at], self.timestamp);
        let mut errors = Vec::new();
        let mut held = Vec::with_capacity(batch.records().len());
        for (index, meta) in (0..).zip(batch.records()) {
            let holds = when.holds(RecordView { batch: &batch, meta }, &values, &mut self.warnings);
            let holds = holds.map_err(|failed| {
                let (class, code) = (ErrorClass::RECORD_FATAL, ErrorCode::BAD_INPUT);
                errors.push(RecordError::new(index, class, code, failed.to_string()));
            });
            held.push(holds.ok());
        }
        if held.iter().all(|holds| *holds == Some(true)) {
            return (batch, None);
        }
        let others = kept(batch.clone(), |position, _| held[position] == Some(false));
        if !errors.is_empty() {
            arrivals.push(Arrival::Refused { step: at, batch: batch.clone(), errors });
        }
        (kept(batch, |position, _| held[position] == Some(true)), Some(others))
    }
}

/// Notes what a step refused and answers the rest.
fn refuse(
    step: usize,
    batch: Batch,
    errors: Vec<RecordError>,
    arrivals: &mut Vec<Arrival>,
) -> Batch {
    let is_there = |error: &RecordError| (error.index as usize) < batch.records().len();
    let errors: Vec<RecordError> = errors.into_iter().filter(is_there).collect();
    if errors.is_empty() {
        return batch;
    }
    let rest = without(batch.clone(), &errors);
    arrivals.push(Arrival::Refused { step, batch, errors });
    rest
}

/// Records of which a part lies outside the batch: they would read as null, and null deletes.
fn torn(batch: &Batch) -> Vec<RecordError> {
    let records = (0..).zip(batch.records());
    let torn = records.filter(|(_, meta)| !meta.has(RecordMeta::DROPPED) && !batch.holds(meta));
    let text = "the descriptor of the record points outside its batch, a fault of the plugin";
    let (class, code) = (ErrorClass::RECORD_FATAL, ErrorCode::OTHER);
    torn.map(|(index, _)| RecordError::new(index, class, code, text)).collect()
}

/// A step may refuse a record on several of its ways; one refusal is enough.
fn each_once(arrivals: &mut Vec<Arrival>) {
    let refusals = |arrival: &&Arrival| matches!(arrival, Arrival::Refused { .. });
    if arrivals.iter().filter(refusals).count() < 2 {
        return;
    }
    let mut known = HashSet::new();
    arrivals.retain_mut(|arrival| match arrival {
        Arrival::Sink { .. } => true,
        Arrival::Refused { step, batch, errors } => {
            errors.retain(|error| {
                let meta = batch.records().get(error.index as usize);
                meta.is_none_or(|meta| known.insert((*step, meta.origin)))
            });
            !errors.is_empty()
        }
    });
}

/// Errors of a transform's answer as errors of what it was given: the origin finds the record again,
/// also where the answer has more records or fewer.
fn found_again(given: &Batch, answer: &Batch, errors: &[RecordError]) -> Vec<RecordError> {
    let mut found: Vec<RecordError> = Vec::with_capacity(errors.len());
    for error in errors {
        let origin = answer.records().get(error.index as usize).map(|meta| meta.origin);
        let same = |meta: &plugin_abi::RecordMeta| Some(meta.origin) == origin;
        let at = match given.records().get(error.index as usize).is_some_and(same) {
            true => Some(error.index as usize),
            false => given.records().iter().position(same),
        };
        let index = at.and_then(|at| u32::try_from(at).ok());
        if let Some(index) = index.filter(|at| found.iter().all(|known| known.index != *at)) {
            let mut error = error.clone();
            error.index = index;
            found.push(error);
        }
    }
    found
}

/// A record whose origin is none of the source's cannot be accounted for.
fn accountable(batch: Batch, read: usize) -> Result<Batch, (ErrorClass, ErrorCode, String)> {
    let is_stray =
        |meta: &&RecordMeta| !meta.has(RecordMeta::DROPPED) && meta.origin as usize >= read;
    match batch.records().iter().find(is_stray) {
        None => Ok(with_plain_flags(batch)),
        Some(stray) => {
            let message =
                format!("the transform gave a record of origin {}, of {read}", stray.origin);
            Err((ErrorClass::CONFIG_FATAL, ErrorCode::OTHER, message))
        }
    }
}

/// What a plugin may say of a batch: that records are dead letters is for the host to say.
fn with_plain_flags(mut batch: Batch) -> Batch {
    batch.flags &= Batch::COMPACT_JSON;
    batch
}
