//! How runs end before their last step: `exit_if`, a failure, the end of their time, a signal.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::pipeline::Plan;
use crate::pipeline::plan::document::Action;
use crate::run::Unobserved;

use super::scripted::{answer_of, draw, field, lift, plan, scripted, until};
use super::{ends, statuses};

/// `a` and `b` begin at once, `c` follows `a`, `d` follows `b`, and `z` runs always, after `c`.
fn branches(a: &str, b: &str) -> Plan {
    let mut plan = scripted(&[a, b, "{}", "{}", "{}"]);
    draw(&mut plan, "a>c b>d c>e");
    plan.steps[4].always_run = true;
    plan
}

#[tokio::test(start_paused = true)]
async fn exit_if_ends_the_run_as_a_success_and_lets_running_steps_finish() {
    let mut plan = branches("{wait: 5, result: {done: true}}", "{wait: 50}");
    plan.steps[0].exit_if = Some(field(0, "done"));
    let (value, _) = answer_of(&plan).await;
    let skipped = json!(["skipped", "`exit_if` of `a` ended the run", 0]);
    let success = json!(["success", null, 1]);
    assert_eq!(ends(&value), json!([success, success, skipped, skipped, success]));
    assert_eq!((&value["success"], value.get("error")), (&json!(true), None));
}

#[tokio::test]
async fn exit_if_is_not_read_after_a_failure_and_not_obeyed_when_false() {
    for (script, action) in [("{fails: 1}", Action::Continue), ("{result: {x: 1}}", Action::Fail)] {
        let mut plan = branches(script, "{}");
        plan.steps[0].on_error.action = action;
        plan.steps[0].exit_if = Some(field(0, "done"));
        let (value, _) = answer_of(&plan).await;
        assert_eq!(value["summary"][2]["status"], "success", "{script}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_failure_running_steps_finish_and_only_steps_that_always_run_begin() {
    let (value, record) = answer_of(&branches("{wait: 5, fails: 1}", "{wait: 50}")).await;
    let skipped = json!(["skipped", "step `a` failed", 0]);
    let success = json!(["success", null, 1]);
    assert_eq!(
        ends(&value),
        json!([["failed", "call 1 failed", 1], success, skipped, skipped, success])
    );
    let error = json!({"kind": "step_failed", "message": "call 1 failed", "step": "a"});
    assert_eq!(value["error"], error);
    assert_eq!(record.begun.iter().filter(|(step, _)| step == "e").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_first_failure_is_the_one_that_is_told() {
    let (value, _) = answer_of(&branches("{wait: 50, fails: 1}", "{wait: 5, fails: 1}")).await;
    assert_eq!(value["error"]["step"], "b");
    assert_eq!(value["summary"][0]["status"], "failed");
}

#[tokio::test(start_paused = true)]
async fn at_the_end_of_its_time_a_run_fails_but_steps_that_always_run_have_their_own() {
    let mut plan = branches("{wait: 1000}", "{hangs: true}");
    plan.steps[4] = scripted(&["{wait: 5000}"]).steps.remove(0);
    plan.steps[4].id = "e".to_owned();
    plan.steps[4].always_run = true;
    plan.steps[1].on_error.action = Action::Continue;
    draw(&mut plan, "c>e");
    plan.timeout = Some(Duration::from_secs(2));
    let (value, _) = answer_of(&plan).await;
    let reason = "the run took longer than its `timeout` of 2 s";
    let success = json!(["success", null, 1]);
    assert_eq!(
        ends(&value),
        json!([success, ["failed", reason, 1], success, ["skipped", reason, 0], success])
    );
    assert_eq!(value["error"], json!({"kind": "timeout", "message": reason, "step": "b"}));
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_time_ends_between_two_steps_says_so_without_a_step() {
    let mut plan = scripted(&["{wait: 3000}", "{}"]);
    draw(&mut plan, "a>b");
    plan.steps[0].always_run = true;
    plan.timeout = Some(Duration::from_secs(2));
    let (value, _) = answer_of(&plan).await;
    assert_eq!(statuses(&value), [("a", "success"), ("b", "skipped")]);
    assert_eq!((&value["error"]["kind"], value["error"].get("step")), (&json!("timeout"), None));
}

#[tokio::test]
async fn a_step_that_always_runs_and_that_nothing_leads_to_comes_last() {
    for script in ["{}", "{fails: 1}"] {
        let mut plan = scripted(&["{}", script, "{}"]);
        draw(&mut plan, "b>c");
        (plan.steps[0].always_run, plan.steps[0].starts) = (true, false);
        let (value, record) = answer_of(&plan).await;
        assert_eq!(record.begun.last().map(|(step, _)| step.as_str()), Some("a"), "{script}");
        assert_eq!(value["summary"][0]["status"], "success", "{script}");
    }
}

#[tokio::test]
async fn a_step_that_comes_last_leads_on_to_others() {
    for (fails, reported) in [("{}", "success"), ("{fails: 1}", "skipped")] {
        let yaml = format!(
            "
pipeline:
- {{id: a, uses: scripted, config: {fails}, next: c}}
- {{id: clean, uses: scripted, always_run: true, next: report}}
- {{id: c, uses: scripted, next: []}}
- {{id: report, uses: scripted}}"
        );
        let (value, record) = answer_of(&plan(&yaml)).await;
        assert_eq!(statuses(&value)[1], ("clean", "success"), "{fails}");
        assert_eq!(statuses(&value)[3], ("report", reported), "{fails}");
        let begun: Vec<_> = record.begun.iter().map(|(step, _)| step.as_str()).collect();
        let after = begun.iter().position(|step| *step == "clean").unwrap();
        assert_eq!(begun[..after].last(), Some(if reported == "success" { &"c" } else { &"a" }));
    }
}

/// What a signal after so many milliseconds leaves.
async fn signal(after: u64) -> Value {
    let mut plan = branches("{wait: 20}", "{wait: 50}");
    plan.steps[2] = scripted(&["{hangs: true}"]).steps.remove(0);
    plan.steps[2].id = "c".to_owned();
    draw(&mut plan, "a>c");
    until(&plan, &Unobserved, sleep(Duration::from_millis(after))).await.0
}

#[tokio::test(start_paused = true)]
async fn a_signal_leaves_a_complete_answer_at_every_stage() {
    let may = "the run was interrupted; what the plugin had begun may still take effect";
    let work = json!(["cancelled", may, 1]);
    let never = json!(["cancelled", "the run was interrupted", 0]);
    let success = json!(["success", null, 1]);
    for (after, expected, told) in [
        (10, json!([work, work, never, never, never]), "a"),
        (40, json!([success, work, work, never, never]), "b"),
        (100, json!([success, success, work, success, never]), "c"),
    ] {
        let value = signal(after).await;
        assert_eq!(ends(&value), expected, "{after}");
        assert_eq!(value["error"], json!({"kind": "interrupted", "message": may, "step": told}));
        assert_eq!((&value["total_steps"], &value["success"]), (&json!(5), &json!(false)));
    }
}

#[tokio::test(start_paused = true)]
async fn steps_that_always_run_do_not_run_after_a_signal() {
    let mut plan = scripted(&["{fails: 1}", "{hangs: true}", "{}"]);
    draw(&mut plan, "a>b b>c");
    plan.steps[1].always_run = true;
    plan.steps[2].always_run = true;
    let (value, record) = until(&plan, &Unobserved, sleep(Duration::from_secs(1))).await;
    assert_eq!(statuses(&value), [("a", "failed"), ("b", "cancelled"), ("c", "cancelled")]);
    assert_eq!(value["error"]["step"], "a");
    assert_eq!(record.begun.len(), 2);
}

#[tokio::test]
async fn the_outputs_of_a_run_that_failed_are_there_too() {
    let mut plan = super::scripted::plan(
        "pipeline: [{id: a, uses: scripted, config: {result: {n: 7, error: no}}, with: {n: '{{ inputs }}'}}]",
    );
    drop(lift(&mut plan, 0, "n"));
    plan.outputs = super::scripted::plan(
        "pipeline: [{id: a, uses: scripted}]\noutputs: {n: {value: '{{ a.n }}'}}",
    )
    .outputs;
    let (value, _) = answer_of(&plan).await;
    assert_eq!((&value["outputs"]["n"], &value["error"]["message"]), (&json!(7), &json!("no")));
}
