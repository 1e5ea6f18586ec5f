//! What `on_error` makes of a failure.

use crate::diagnostics::printable;
use crate::pipeline::expr::Warnings;
use crate::pipeline::plan::PlannedStep;
use crate::pipeline::plan::document::{Action, OnError};

use super::answer::StepStatus;
use super::outcome::{Effect, Ended, Outcome};
use super::progress::{Place, Run};

/// Whether a failure of the step ends the run.
pub fn ends_run(on_error: &OnError) -> bool {
    on_error.action == Action::Fail && on_error.fallback.is_none()
}

/// Puts the `message` of a step in place of the reason of a failure, and its `fallback` in place
/// of the result.
pub fn rescue(
    run: &Run<'_>,
    step: &PlannedStep,
    place: Place<'_>,
    outcome: &mut Outcome,
    warnings: &mut Warnings,
) {
    if outcome.status != StepStatus::Failed {
        return;
    }
    if let Some(message) = &step.on_error.message {
        match run.read(place, |values| message.json(values, warnings)) {
            Ok(text) => {
                let plain = crate::json::text_of(&text);
                outcome.reason = Some(plain.unwrap_or_else(|| text.get().to_owned()));
            }
            Err(failed) => warnings.add(format!("`message` of step `{}`: {failed}", step.id)),
        }
    }
    if let Some(fallback) = &step.on_error.fallback {
        match run.read(place, |values| fallback.json(values, warnings)) {
            Ok(result) => {
                outcome.result = Some(result);
                outcome.status = StepStatus::Partial;
            }
            Err(failed) => warnings.add(format!("`fallback` of step `{}`: {failed}", step.id)),
        }
    }
}

/// The end of a step that was called, after everyone who should hear of a failure has.
pub fn ended(
    run: &Run<'_>,
    step: &PlannedStep,
    outcome: Outcome,
    warnings: &mut Warnings,
) -> Ended {
    let lost = outcome.status == StepStatus::Failed;
    let ends = lost && step.on_error.action == Action::Fail;
    if let Some(reason) = outcome.reason.as_ref().filter(|_| !ends) {
        let became = match (lost, outcome.failed && step.on_error.fallback.is_some()) {
            (true, _) => "failed and the run went on",
            (false, true) => "failed and its `fallback` is taken",
            (false, false) => "worked only in part",
        };
        let sentence = format!("step `{}` {became}: {reason}", step.id);
        let action = if outcome.failed { step.on_error.action } else { Action::Continue };
        announce(run, action, sentence, warnings);
    }
    Ended {
        status: outcome.status,
        reason: outcome.reason,
        kind: outcome.kind,
        result: outcome.result,
        env: None,
        effect: if ends { Effect::EndsRun } else { Effect::GoesOn },
        warnings: Warnings::default(),
    }
}

/// Says that something failed although the run goes on, where `on_error` wants it said.
fn announce(run: &Run<'_>, action: Action, sentence: String, warnings: &mut Warnings) {
    let shown = || printable(&run.redactor.text(&sentence));
    match action {
        Action::Log => return tracing::info!("{}", shown()),
        Action::Warn => tracing::warn!("{}", shown()),
        Action::Fail | Action::Continue => {}
    }
    warnings.add(sentence);
}
