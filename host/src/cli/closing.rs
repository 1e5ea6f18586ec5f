//! The end of a run: what is said, saved and answered.

use super::signals::Signals;
use super::talk::TalkArguments;
use super::{DONE, FAILED, WRONG, output};
use crate::diagnostics::printable;
use crate::run::answer::{BAD_CONFIGURATION, RunError, StepSummary};
use crate::run::{Answer, save};
use std::path::PathBuf;

/// What was asked for the end of a run.
pub(super) struct Closing {
    pub(super) talk: TalkArguments,
    pub(super) save: Option<PathBuf>,
}

impl Closing {
    /// Says how a run ended: warnings and the first fault to stderr, the run document to `print`; saves
    /// it where that was asked for, and gives the exit code. A `has_table` of all steps on stderr has
    /// said their reasons already.
    pub(super) fn close(
        &self,
        answer: &Answer,
        has_table: bool,
        signals: &Signals,
        print: impl FnOnce(&str),
    ) -> u8 {
        for line in lines(answer, has_table, self.talk.is_quiet()) {
            output::note(&line);
        }
        let is_saved = self.is_saved(answer);
        print(answer.to_json().get());
        match code(answer, signals) {
            DONE if !is_saved => FAILED,
            code => code,
        }
    }

    fn is_saved(&self, answer: &Answer) -> bool {
        let Some(folder) = &self.save else { return true };
        let saved = save::save(answer, folder);
        if let Err(error) = &saved {
            output::error(&printable(&format!("--save: {error}")));
        }
        saved.is_ok()
    }
}

fn code(answer: &Answer, signals: &Signals) -> u8 {
    match signals.seen() {
        _ if answer.is_success() => DONE,
        _ if answer.error.as_ref().is_some_and(|error| error.kind == BAD_CONFIGURATION) => WRONG,
        Some(code) => code,
        None => FAILED,
    }
}

/// Warnings and the fault, one line each, without what a table of all steps says as well.
fn lines(answer: &Answer, has_table: bool, is_quiet: bool) -> Vec<String> {
    let is_reason = |text: &str| answer.summary.iter().any(|step| is_reason_of(step, text));
    // The reason of a step whose failure the run survives is in the answer; the step's own `on_error`
    // says who else hears of it.
    let warnings = answer.warnings.iter().filter(|warning| !is_quiet && !is_reason(warning));
    let mut lines: Vec<String> =
        warnings.map(|warning| format!("warning: {}", printable(warning))).collect();
    let is_said = |error: &&RunError| has_table && is_reason(&error.message);
    if let Some(error) = answer.error.as_ref().filter(|error| !is_said(error)) {
        let step = error.step.as_ref().map(|step| format!("step `{step}`: ")).unwrap_or_default();
        lines.push(format!("error: {}", printable(&format!("{step}{}", error.message))));
    }
    lines
}

/// Whether a sentence says no more than the reason of a step: alone, or behind what became of it.
fn is_reason_of(step: &StepSummary, sentence: &str) -> bool {
    let Some(reason) = &step.reason else { return false };
    let about_it = sentence.strip_prefix("step `").and_then(|rest| rest.strip_prefix(&*step.id));
    sentence == reason || about_it.is_some_and(|rest| rest.ends_with(&format!(": {reason}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::answer::{Mode, StepStatus};

    fn answer() -> Answer {
        let failed = StepSummary {
            id: "b".to_owned(),
            plugin: "echo".to_owned(),
            version: "1.0.0".to_owned(),
            status: StepStatus::Failed,
            reason: Some("no broker".to_owned()),
            attempts: 1,
            duration_ms: 1,
        };
        let step = Some("b".to_owned());
        Answer {
            mode: Mode::Linear,
            execution_id: "run-1".to_owned(),
            pipeline: (None, None),
            results: Vec::new(),
            summary: vec![failed],
            outputs: Vec::new(),
            warnings: vec!["`x` is absent".to_owned(), "step `b` failed: no broker".to_owned()],
            error: Some(RunError { kind: "step_failed", message: "no broker".to_owned(), step }),
            interrupted: false,
            stream: None,
        }
    }

    #[test]
    fn a_warning_that_ends_like_a_reason_is_said_all_the_same() {
        for reason in ["absent", "", "`x` is"] {
            let mut answer = answer();
            answer.summary[0].reason = Some(reason.to_owned());
            assert_eq!(lines(&answer, true, false)[0], "warning: `x` is absent", "{reason}");
        }
    }

    #[test]
    fn a_reason_is_said_once() {
        let error = "error: step `b`: no broker";
        let warning = "warning: `x` is absent";
        let cases = [
            (false, false, vec![warning, error]),
            (true, false, vec![warning]),
            (false, true, vec![error]),
        ];
        for (has_table, is_quiet, expected) in cases {
            assert_eq!(lines(&answer(), has_table, is_quiet), expected);
        }
    }
}
