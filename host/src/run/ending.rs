//! Runs that end before their steps do: a plugin that is refused, a signal.

use super::answer::StepStatus;
use super::outcome::{Effect, Ended};
use super::settle::{Over, Settled};
use super::words::{INTERRUPTED, INTERRUPTED_AT_WORK};

impl Settled<'_> {
    /// Nothing can run: not even a step that always does. `step` is the one that is to blame.
    pub fn refuse(&mut self, kind: &'static str, message: String, step: Option<usize>) {
        let id = step.map(|step| self.run.plan.steps[step].id.clone());
        let reason =
            id.as_ref().map_or_else(|| message.clone(), |id| Over::Failed(id.clone()).reason());
        self.end(Over::Because(reason.clone()), kind, message.clone(), id);
        for position in self.unsettled() {
            let ended = match Some(position) == step {
                true => Ended::without_result(StepStatus::Failed, Effect::Stops, message.clone()),
                false => Ended::skipped(reason.clone()),
            };
            self.settle(position, ended);
        }
    }

    /// The signal came: nothing runs any more. `step` is the one that was being prepared; where
    /// there is none, the first that was at work is the one that is told, or the first at all.
    pub fn interrupt(&mut self, step: Option<usize>) {
        self.interrupted = true;
        let unsettled = self.unsettled();
        let called = |position: &usize| self.run.tallies[*position].calls() > 0;
        let at_work = unsettled.iter().copied().find(called);
        if let Some(told) = step.or(at_work).or(unsettled.first().copied()) {
            let message = if called(&told) { INTERRUPTED_AT_WORK } else { INTERRUPTED }.to_owned();
            let id = self.run.plan.steps[told].id.clone();
            self.end(Over::Because(message.clone()), "interrupted", message, Some(id));
        }
        for position in unsettled {
            let reason = match self.run.tallies[position].calls() {
                0 => INTERRUPTED,
                _ => INTERRUPTED_AT_WORK,
            };
            let status = StepStatus::Cancelled;
            self.settle(position, Ended::without_result(status, Effect::Stops, reason.to_owned()));
        }
    }
}
