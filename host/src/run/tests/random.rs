//! Any graph with any outcomes ends, and its answer adds up.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;

use crate::pipeline::Plan;
use crate::pipeline::expr::Piece;
use crate::pipeline::plan::document::{Action, Incoming};
use crate::run::Unobserved;

use super::scripted::{Record, names, scripted, until};

/// One step of a random graph.
#[derive(Clone, Debug)]
struct Drawn {
    script: &'static str,
    action: Action,
    always_run: bool,
    starts: bool,
    when: Option<bool>,
    exit: bool,
    /// How far up the step lies that a way comes from, whether it is needed, and its condition.
    ways: Vec<(usize, bool, Option<bool>)>,
}

const SCRIPTS: [&str; 6] = [
    "{}",
    "{wait: 7}",
    "{wait: 30}",
    "{fails: 1}",
    "{wait: 9, result: {status: failed}}",
    "{result: {status: partial}}",
];

const ACTIONS: [Action; 4] = [Action::Fail, Action::Continue, Action::Warn, Action::Log];

fn drawn() -> impl Strategy<Value = Drawn> {
    let ways = proptest::collection::vec((1usize..12, any::<bool>(), any::<Option<bool>>()), 0..4);
    let rarely = || proptest::bool::weighted(0.1);
    let script = proptest::sample::select(&SCRIPTS[..]);
    let action = proptest::sample::select(&ACTIONS[..]);
    (
        script,
        action,
        rarely(),
        rarely(),
        proptest::option::weighted(0.2, any::<bool>()),
        rarely(),
        ways,
    )
        .prop_map(|(script, action, always_run, starts, when, exit, ways)| Drawn {
            script,
            action,
            always_run,
            starts,
            when,
            exit,
            ways,
        })
}

fn literally(holds: bool) -> Piece {
    Piece::Literal(holds.to_string())
}

fn plan(graph: &[Drawn], parallel: usize) -> Plan {
    let scripts: Vec<_> = graph.iter().map(|drawn| drawn.script).collect();
    let mut plan = scripted(&scripts);
    plan.parallel = parallel;
    for (position, (step, drawn)) in plan.steps.iter_mut().zip(graph).enumerate() {
        step.on_error.action = drawn.action;
        step.always_run = drawn.always_run;
        step.starts = drawn.starts;
        step.when = drawn.when.map(literally);
        step.exit_if = drawn.exit.then(|| literally(true));
        let above = drawn.ways.iter().filter(|(up, ..)| *up <= position);
        step.incoming = above
            .map(|(up, needed, when)| Incoming {
                from: position - up,
                when: when.map(literally),
                needed: *needed,
            })
            .collect();
    }
    let ids: Vec<_> = plan.steps.iter().map(|step| step.id.clone()).collect();
    plan.names = names(&ids);
    plan
}

/// Runs in a clock that only goes on when nothing else does, so that a run that never ends is
/// found after an hour of that clock.
fn run(plan: &Plan, stop: Option<u64>) -> (Value, Record) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(async {
        let stop = stop.map_or(Duration::from_secs(7200), Duration::from_millis);
        let running = until(plan, &Unobserved, tokio::time::sleep(stop));
        tokio::time::timeout(Duration::from_secs(3600), running).await.unwrap()
    })
}

/// The counts of the answer, and each step once.
fn adds_up(plan: &Plan, value: &Value, record: &Record) -> Result<(), TestCaseError> {
    let summary = value["summary"].as_array().unwrap();
    let ids: Vec<_> = summary.iter().map(|line| line["id"].as_str().unwrap()).collect();
    prop_assert_eq!(ids, plan.steps.iter().map(|step| step.id.as_str()).collect::<Vec<_>>());
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for line in summary {
        *counts.entry(line["status"].as_str().unwrap()).or_default() += 1;
    }
    let count = |status: &str| counts.get(status).copied().unwrap_or(0);
    let all = ["success", "partial", "failed", "skipped", "cancelled"].map(count);
    prop_assert_eq!(&value["total_steps"], &Value::from(all.iter().sum::<u64>()));
    prop_assert_eq!(&value["completed_steps"], &Value::from(all[0] + all[1]));
    let calls: u64 = summary.iter().map(|line| line["attempts"].as_u64().unwrap()).sum();
    prop_assert_eq!(calls, record.begun.len() as u64);
    Ok(())
}

/// No call begins before the calls of all steps that lead to it have ended, and none after.
fn respects_the_ways(plan: &Plan, record: &Record) -> Result<(), TestCaseError> {
    let place =
        |id: &str, begins| record.log.iter().position(|event| *event == (id.to_owned(), begins));
    for step in &plan.steps {
        let Some(begun) = place(&step.id, true) else { continue };
        for way in &step.incoming {
            let origin = &plan.steps[way.from].id;
            if place(origin, true).is_some() {
                prop_assert!(place(origin, false).is_some_and(|ended| ended < begun));
            }
        }
    }
    Ok(())
}

/// Where no signal came, steps that always run did, unless their own condition was against it.
fn always_runs(plan: &Plan, value: &Value) -> Result<(), TestCaseError> {
    if value["error"]["kind"] == "interrupted" {
        return Ok(());
    }
    let lines = value["summary"].as_array().unwrap();
    for (step, line) in plan.steps.iter().zip(lines).filter(|(step, _)| step.always_run) {
        let is_left_out = line["status"] == "skipped" && line["reason"] != "`when` is false";
        prop_assert!(!is_left_out, "{}: {}", step.id, line);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_step_ends_once_after_those_before_it(
        graph in proptest::collection::vec(drawn(), 1..20),
        parallel in 1usize..5,
        stop in proptest::option::weighted(0.3, 0u64..60),
    ) {
        let plan = plan(&graph, parallel);
        let (value, record) = run(&plan, stop);
        adds_up(&plan, &value, &record)?;
        respects_the_ways(&plan, &record)?;
        always_runs(&plan, &value)?;
        prop_assert!(record.most <= parallel);
        prop_assert_eq!(value["success"].as_bool(), Some(value.get("error").is_none()));
    }
}
