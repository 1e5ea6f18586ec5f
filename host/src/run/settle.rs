//! The one place where the end of a step is noted, with all that follows from it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde_json::value::to_raw_value;

use crate::pipeline::expr::{Warnings, object};
use crate::pipeline::plan::PlannedStep;

use super::answer::{RunError, StepStatus, StepSummary};
use super::flow::{Closed, FlowState};
use super::observe::Event;
use super::outcome::{Effect, Ended};
use super::progress::{Place, Run};

/// Why no further step begins, except those that always run.
pub enum Over {
    /// A step failed.
    Failed(String),
    /// The `exit_if` of a step held.
    Exit(String),
    /// Something else, which the sentence says.
    Because(String),
}

impl Over {
    /// Why a step is skipped.
    pub fn reason(&self) -> String {
        match self {
            Over::Failed(id) => format!("step `{id}` failed"),
            Over::Exit(id) => format!("`exit_if` of `{id}` ended the run"),
            Over::Because(sentence) => sentence.clone(),
        }
    }
}

/// What has become of the steps.
pub struct Settled<'r> {
    /// The run.
    pub run: &'r Run<'r>,
    /// Which steps may run.
    pub flow: FlowState<'r>,
    /// Steps that wait for nothing but a free place, the first of the file on top.
    pub ready: BinaryHeap<Reverse<usize>>,
    /// The lines of the steps that have ended, by position.
    pub summary: Vec<Option<StepSummary>>,
    /// What the user should know.
    pub warnings: Warnings,
    /// The first thing that went wrong.
    pub error: Option<RunError>,
    /// Why nothing more begins.
    pub over: Option<Over>,
    /// The shutdown signal came.
    pub interrupted: bool,
}

impl<'r> Settled<'r> {
    /// No step has ended.
    pub fn new(run: &'r Run<'r>, warnings: Warnings) -> Self {
        let steps = &run.plan.steps[..];
        let mut flow = FlowState::new(steps);
        let ready = flow.first().into_iter().map(Reverse).collect();
        let summary = steps.iter().map(|_| None).collect();
        Self { run, flow, ready, summary, warnings, error: None, over: None, interrupted: false }
    }

    /// Notes the end of a step: its result and its line, what it makes of the run, and which steps
    /// may come now.
    pub fn settle(&mut self, position: usize, mut ended: Ended) {
        let step = &self.run.plan.steps[position];
        for warning in ended.warnings.as_slice() {
            self.warnings.add(warning.clone());
        }
        self.run.so_far().results[position] = ended.result.take();
        self.ends_run(step, &ended);
        self.note(position, step, &ended);
        let env = ended.env.as_deref().unwrap_or(&self.run.env);
        let place = Place { own: Some(position), ..Place::with_env(env) };
        self.alias(position, step, place);
        if matches!(ended.status, StepStatus::Success | StepStatus::Partial) {
            self.exit(step, place);
        }
        self.ways_on(position, ended.effect, place);
    }

    fn ends_run(&mut self, step: &PlannedStep, ended: &Ended) {
        let message = || ended.reason.clone().unwrap_or_default();
        let over = match ended.effect {
            Effect::GoesOn | Effect::Stops => return,
            Effect::EndsRun => Over::Failed(step.id.clone()),
            Effect::OverTime => Over::Because(message()),
        };
        self.end(over, ended.kind, message(), Some(step.id.clone()));
    }

    /// Lets no further step begin. The first error is the one that is told.
    pub fn end(&mut self, over: Over, kind: &'static str, message: String, step: Option<String>) {
        self.over.get_or_insert(over);
        self.error.get_or_insert(RunError { kind, message, step });
    }

    /// Gives names to parts of the result, if there is one.
    fn alias(&mut self, position: usize, step: &PlannedStep, place: Place<'_>) {
        let run = self.run;
        if step.aliases.is_empty() || run.so_far().results[position].is_none() {
            return;
        }
        match run.read(place, |values| object(&step.aliases, values, &mut self.warnings)) {
            Ok(aliases) => run.so_far().aliases[position] = Some(aliases),
            Err(failed) => {
                self.warnings.add(format!("step `{}` has no `outputs`: {failed}", step.id));
            }
        }
    }

    fn exit(&mut self, step: &PlannedStep, place: Place<'_>) {
        let Some(condition) = &step.exit_if else { return };
        let run = self.run;
        match run.read(place, |values| condition.is_true(values, &mut self.warnings)) {
            Ok(false) => {}
            Ok(true) => {
                self.over.get_or_insert(Over::Exit(step.id.clone()));
            }
            Err(failed) => {
                self.warnings.add(format!("`exit_if` of step `{}` is ignored: {failed}", step.id));
            }
        }
    }

    /// Finds which ways on are taken, and which steps wait for nothing any more.
    fn ways_on(&mut self, position: usize, effect: Effect, place: Place<'_>) {
        let Self { run, flow, warnings, .. } = self;
        let id = &run.plan.steps[position].id;
        let ready = flow.settle(position, |way| match &way.when {
            _ if effect != Effect::GoesOn => Some(Closed::Origin),
            None => None,
            Some(when) => match run.read(place, |values| when.is_true(values, warnings)) {
                Ok(holds) => (!holds).then_some(Closed::Condition),
                Err(failed) => {
                    warnings.add(format!("a condition at step `{id}` does not hold: {failed}"));
                    Some(Closed::Condition)
                }
            },
        });
        self.ready.extend(ready.into_iter().map(Reverse));
    }

    /// Writes the line of a step and tells the observer.
    fn note(&mut self, position: usize, step: &PlannedStep, ended: &Ended) {
        let run = self.run;
        let summary = StepSummary {
            id: step.id.clone(),
            plugin: step.installed.name.clone(),
            version: step.installed.version.to_string(),
            status: ended.status,
            reason: ended.reason.as_ref().map(|reason| run.redactor.text(reason)),
            attempts: run.tallies[position].calls(),
            duration_ms: run.tallies[position].elapsed_ms(),
        };
        tracing::debug!(step = step.id, status = ?summary.status, "step ended");
        run.observer.event(Event::Ended { step: position, summary: &summary });
        if let Ok(line) = to_raw_value(&summary) {
            run.so_far().ended.push(&line);
        }
        self.summary[position] = Some(summary);
    }

    /// The positions of the steps that have not ended, in the order of the file.
    pub fn unsettled(&self) -> Vec<usize> {
        let open = |position: &usize| self.summary[*position].is_none();
        (0..self.summary.len()).filter(open).collect()
    }
}
