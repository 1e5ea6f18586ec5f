//! One call for each element of a list.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::value::RawValue;

use crate::json::{self, Kind, from_written, push_list};
use crate::pipeline::expr::Warnings;
use crate::pipeline::plan::document::Foreach;

use super::answer::StepStatus;
use super::failure;
use super::observe::Event;
use super::outcome::Outcome;
use super::plugins::Plugins;
use super::progress::Place;
use super::step::Step;

/// Calls the plugin of a step for every element. The result is the list of results in order, with
/// null for a failed element without a fallback and for one that was not begun.
pub async fn elements<P: Plugins>(
    step: &Step<'_, P>,
    foreach: &Foreach,
    place: Place<'_>,
    warnings: &mut Warnings,
) -> Outcome {
    let list = match step.run.read(place, |values| foreach.items.json(values, warnings)) {
        Ok(list) => list,
        Err(failed) => return rescued(step, place, Outcome::expression(&failed), warnings),
    };
    if json::kind(&list) != Kind::List {
        let reason = format!("`foreach` needs a list and got {}", of_kind(json::kind(&list)));
        return rescued(step, place, Outcome::failed("step_failed", reason), warnings);
    }
    let items = json::items(&list);
    let mut ends: Vec<Option<Outcome>> = items.iter().map(|_| None).collect();
    let stops = failure::ends_run(&step.plan().on_error);
    let mut coming = items.iter().enumerate();
    let mut running = FuturesUnordered::new();
    let mut done = 0;
    loop {
        while running.len() < foreach.concurrency.max(1)
            && let Some((number, item)) = coming.next()
        {
            running.push(one(step, place, number, item));
        }
        let Some((number, outcome, of_element)) = running.next().await else { break };
        of_element.as_slice().iter().for_each(|warning| warnings.add(warning.clone()));
        if outcome.status == StepStatus::Failed && stops {
            coming = [].iter().enumerate();
        }
        ends[number] = Some(outcome);
        done += 1;
        let (position, of) = (step.position, items.len());
        step.run.observer.event(Event::Elements { step: position, done, of });
    }
    together(&ends, stops)
}

async fn one<P: Plugins>(
    step: &Step<'_, P>,
    place: Place<'_>,
    number: usize,
    item: &RawValue,
) -> (usize, Outcome, Warnings) {
    let mut warnings = Warnings::default();
    let iteration = from_written(number.to_string());
    let place = Place { item, iteration: &iteration, ..place };
    let outcome = step.element(place, &mut warnings).await;
    (number, outcome, warnings)
}

fn rescued<P: Plugins>(
    step: &Step<'_, P>,
    place: Place<'_>,
    mut outcome: Outcome,
    warnings: &mut Warnings,
) -> Outcome {
    failure::rescue(step.run, step.plan(), place, &mut outcome, warnings);
    outcome
}

/// The outcome of the step. One failed element makes it fail if that `stops` the run; else it fails
/// only where no element is any good.
fn together(ends: &[Option<Outcome>], stops: bool) -> Outcome {
    let mut list = String::new();
    push_list(&mut list, ends, |end, out| {
        let lost = |end: &&Outcome| end.status == StepStatus::Failed;
        let kept = end.as_ref().filter(|end| !lost(end)).and_then(|end| end.result.as_ref());
        out.push_str(kept.map_or("null", |result| result.get()));
    });
    let with = |status| ends.iter().flatten().filter(move |end| end.status == status).count();
    let (good, partial) = (with(StepStatus::Success), with(StepStatus::Partial));
    let status = match with(StepStatus::Failed) {
        0 if partial == 0 => StepStatus::Success,
        lost if lost > 0 && (stops || good + partial == 0) => StepStatus::Failed,
        _ => StepStatus::Partial,
    };
    let first_with = |status| {
        let numbered = ends.iter().enumerate();
        let mut these = numbered.filter_map(|(number, end)| Some((number, end.as_ref()?)));
        these.find(|(_, end)| end.status == status)
    };
    let first = first_with(StepStatus::Failed).or_else(|| first_with(StepStatus::Partial));
    let reason = first.map(|(number, end)| {
        let reason = end.reason.as_deref().unwrap_or_default();
        format!("element {number} of {}: {reason}", ends.len())
    });
    Outcome {
        status,
        reason,
        kind: first.map_or("step_failed", |(_, end)| end.kind),
        result: Some(from_written(list)),
        failed: ends.iter().flatten().any(|end| end.failed),
    }
}

fn of_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool => "a boolean",
        Kind::Number => "a number",
        Kind::Text => "a text",
        Kind::List => "a list",
        Kind::Mapping => "an object",
    }
}
