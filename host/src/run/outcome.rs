//! How a step, or one element of it, ended.

use serde_json::value::RawValue;

use crate::pipeline::expr::{Failed, Warnings};

use super::answer::StepStatus;

/// The end of one element of a `foreach`, or of the only call of a step.
pub struct Outcome {
    /// Success, partial or failed.
    pub status: StepStatus,
    /// Why it is no success.
    pub reason: Option<String>,
    /// What the answer says if this ends the run.
    pub kind: &'static str,
    /// The result; that of a failed call, too, where there is one.
    pub result: Option<Box<RawValue>>,
    /// It failed, whatever was made of that.
    pub failed: bool,
}

impl Outcome {
    /// A failure without a result.
    pub fn failed(kind: &'static str, reason: String) -> Self {
        let status = StepStatus::Failed;
        Self { status, reason: Some(reason), kind, result: None, failed: true }
    }

    /// A template could not be evaluated.
    pub fn expression(failed: &Failed) -> Self {
        Self::failed("bad_expression", failed.to_string())
    }
}

/// What the end of a step means for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The ways on can be taken.
    GoesOn,
    /// No way on is taken, and nothing else changes.
    Stops,
    /// The run ends.
    EndsRun,
    /// The run ends, because its time is over.
    OverTime,
}

/// The end of one step.
pub struct Ended {
    /// How it ended.
    pub status: StepStatus,
    /// Why, unless it was a success.
    pub reason: Option<String>,
    /// What the answer says if this ends the run.
    pub kind: &'static str,
    /// The result that other steps read.
    pub result: Option<Box<RawValue>>,
    /// The environment of the step, if it has one of its own.
    pub env: Option<Box<RawValue>>,
    /// What it means for the others.
    pub effect: Effect,
    /// What the user should know beside.
    pub warnings: Warnings,
}

impl Ended {
    /// A step that has no result.
    pub fn without_result(status: StepStatus, effect: Effect, reason: String) -> Self {
        Self {
            status,
            reason: Some(reason),
            kind: "step_failed",
            result: None,
            env: None,
            effect,
            warnings: Warnings::default(),
        }
    }

    /// It was not called and never will be.
    pub fn skipped(reason: String) -> Self {
        Self::without_result(StepStatus::Skipped, Effect::Stops, reason)
    }
}
