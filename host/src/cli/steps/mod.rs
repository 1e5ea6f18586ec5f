//! The steps of a document pipeline on stderr: live lines on a terminal, told ones with `--verbose`,
//! and a table at the end.

mod line;
mod live;
mod table;
mod told;

pub(super) use live::Live;
pub(super) use table::table;

use super::output;
use crate::pipeline::Plan;
use crate::run::{Event, Observer};
use line::StepNow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// The steps that are under way, by position.
type Running = Arc<Mutex<BTreeMap<usize, StepNow>>>;

/// Takes note of what happens in a run, and tells of it where that is wanted.
pub(super) struct Watcher {
    /// Ids and plugins by position.
    steps: Vec<(String, String)>,
    running: Running,
    tells: bool,
}

impl Watcher {
    /// Watches the run of a plan; `tells` writes a line for each event.
    pub(super) fn new(plan: &Plan, tells: bool) -> Self {
        let steps = plan.steps.iter();
        let steps = steps.map(|step| (step.id.clone(), step.installed.name.clone())).collect();
        Self { steps, running: Running::default(), tells }
    }

    fn note(&self, event: Event<'_>) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        match event {
            Event::Started { step, .. } => {
                if let Some((id, plugin)) = self.steps.get(step) {
                    running.insert(step, StepNow::new(id, plugin, now));
                }
            }
            Event::Retrying { step, attempt, of, wait } => {
                if let Some(step) = running.get_mut(&step) {
                    step.retries(attempt, of, now + wait);
                }
            }
            Event::Elements { step, done, of } => {
                if let Some(step) = running.get_mut(&step) {
                    step.elements = Some((done, of));
                }
            }
            Event::Ended { step, .. } => {
                running.remove(&step);
            }
        }
    }
}

impl Observer for Watcher {
    fn event(&self, event: Event<'_>) {
        self.note(event);
        let id = |step: usize| self.steps.get(step).map_or("", |(id, _)| id.as_str());
        if self.tells
            && let Some(line) = told::line(event, id)
        {
            output::beside(&line);
        }
    }
}
