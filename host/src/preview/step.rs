//! How a step of a document pipeline is steered, as it stands in a plan.

use std::time::Duration;

use serde_json::{Value, json};

use crate::json::ObjectText;
use crate::pipeline::expr::Warnings;
use crate::pipeline::plan::document::{Action, Backoff, Foreach, OnError, PlannedStep, Retries};

use super::known::{For, Known};

/// Writes conditions, elements, times and what a failure does. What a step does not have is left out.
pub fn steering(
    step: &PlannedStep,
    known: &Known<'_>,
    warnings: &mut Warnings,
    out: &mut ObjectText,
) {
    if let Some(when) = &step.when {
        out.value("when", when.written());
        if let Some(holds) = known.condition(when, warnings) {
            out.value("when_holds", &holds);
        }
    }
    if let Some(Foreach { items, concurrency }) = &step.foreach {
        let items = known.value(items, For::Reader, warnings).json;
        let foreach =
            ObjectText::new().raw("items", &items).value("concurrency", concurrency).finish();
        out.raw("foreach", &foreach);
    }
    if let Some(exit_if) = &step.exit_if {
        out.value("exit_if", exit_if.written());
    }
    if step.always_run {
        out.value("always_run", &true);
    }
    if let Some(timeout) = step.timeout {
        out.value("timeout_ms", &milliseconds(timeout));
    }
    if step.retries.attempts > 1 {
        out.value("retries", &retries(step.retries));
    }
    out.raw("on_error", &on_error(&step.on_error, known, warnings));
}

/// A time in milliseconds.
pub fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn retries(retries: Retries) -> Value {
    let backoff = match retries.backoff {
        Backoff::Fixed => "fixed",
        Backoff::Linear => "linear",
        Backoff::Exponential => "exponential",
    };
    json!({
        "max_attempts": retries.attempts,
        "backoff": backoff,
        "base_ms": milliseconds(retries.base),
        "max_ms": milliseconds(retries.max),
    })
}

fn on_error(
    on_error: &OnError,
    known: &Known<'_>,
    warnings: &mut Warnings,
) -> Box<serde_json::value::RawValue> {
    let action = match on_error.action {
        Action::Fail => "fail",
        Action::Continue => "continue",
        Action::Warn => "warn",
        Action::Log => "log",
    };
    let mut out = ObjectText::new();
    out.value("action", action);
    for (key, tree) in [("message", &on_error.message), ("fallback", &on_error.fallback)] {
        if let Some(tree) = tree {
            out.raw(key, &known.value(tree, For::Reader, warnings).json);
        }
    }
    out.finish()
}
