//! The calls of a step until one succeeds.

use std::time::Duration;

use plugin_api::{Error, ErrorClass, Json};
use serde_json::value::RawValue;
use tokio::time::Instant;

use crate::registry::Request;

use super::answer::StepStatus;
use super::backoff::{chance, jittered, longest};
use super::call::{CallEnd, call};
use super::observe::Event;
use super::outcome::Outcome;
use super::plugins::LivePlugin;
use super::progress::Run;
use super::success::{Verdict, verdict};
use super::words::time;

/// What the engine does after a failed call, as long as attempts are left.
enum Again {
    /// Nothing: the next would fail like this one.
    Never,
    /// Waits as long as the plugin asks.
    After(Duration),
    /// Waits as long as the plan says.
    AsPlanned,
}

/// Calls the plugin of a step, as often as its plan allows; the outcome of the last call.
pub async fn attempts<L: LivePlugin>(
    run: &Run<'_>,
    position: usize,
    live: &L,
    request: Request,
) -> Outcome {
    let retries = &run.plan.steps[position].retries;
    for attempt in 1..retries.attempts {
        let (outcome, again) = once(run, position, live, request.clone()).await;
        let wait = match again {
            _ if outcome.status != StepStatus::Failed => return outcome,
            Again::Never => return outcome,
            Again::After(wait) => wait.min(retries.max),
            Again::AsPlanned => jittered(longest(retries, attempt), chance()),
        };
        let (attempt, of) = (attempt + 1, retries.attempts);
        run.observer.event(Event::Retrying { step: position, attempt, of, wait });
        tokio::time::sleep(wait).await;
    }
    once(run, position, live, request).await.0
}

async fn once<L: LivePlugin>(
    run: &Run<'_>,
    position: usize,
    live: &L,
    mut request: Request,
) -> (Outcome, Again) {
    let step = &run.plan.steps[position];
    let own = step.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let deadline = [own, run.deadline_of(step)].into_iter().flatten().min();
    request.deadline = deadline.map(Instant::into_std);
    run.tallies[position].called();
    match call(live.process(request), own).await {
        CallEnd::Answered(json) => (judged(json, live.status_keys()), Again::AsPlanned),
        CallEnd::Failed(error) => {
            let again = again(&error);
            (Outcome::failed("step_failed", error.message), again)
        }
        CallEnd::Panicked => {
            (Outcome::failed("step_failed", "the plugin panicked".to_owned()), Again::AsPlanned)
        }
        CallEnd::Late => {
            let within = time(step.timeout.unwrap_or_default());
            (Outcome::failed("timeout", format!("no answer within {within}")), Again::AsPlanned)
        }
    }
}

fn again(error: &Error) -> Again {
    match error.retry_after {
        _ if error.class == ErrorClass::ConfigFatal => Again::Never,
        Some(wait) => Again::After(wait),
        None => Again::AsPlanned,
    }
}

fn judged(result: Json, status_keys: &[String]) -> Outcome {
    let result: Box<RawValue> = result.into();
    let (status, reason) = match verdict(&result, status_keys) {
        Verdict::Success => (StepStatus::Success, None),
        Verdict::Partial(reason) => (StepStatus::Partial, Some(reason)),
        Verdict::Failed(reason) => (StepStatus::Failed, Some(reason)),
    };
    let failed = status == StepStatus::Failed;
    Outcome { status, reason, kind: "step_failed", result: Some(result), failed }
}
