//! What `on_error` makes of a failed step.

use serde_json::{Value, json};

use crate::pipeline::Plan;
use crate::pipeline::plan::document::Action;

use super::scripted::{answer_of, lift, plan};
use super::statuses;

/// A step that fails, one that reads its result, and what its `on_error` says.
fn failing(action: Action, message: Option<&str>, fallback: Option<&str>) -> Plan {
    let mut plan = plan(&format!(
        "
pipeline:
- {{id: a, uses: scripted, config: {{fails: 1}}, with: {{message: '{}', fallback: {}}}}}
- {{id: b, uses: scripted, with: {{seen: '{{{{ a }}}}'}}}}
",
        message.unwrap_or_default(),
        fallback.unwrap_or("null"),
    ));
    let (said, value) = (lift(&mut plan, 0, "message"), lift(&mut plan, 0, "fallback"));
    let on_error = &mut plan.steps[0].on_error;
    on_error.action = action;
    on_error.message = message.map(|_| said);
    on_error.fallback = fallback.map(|_| value);
    plan
}

/// Success, warnings, status and reason of the step, and what the next saw of it.
async fn outcome(plan: &Plan) -> Value {
    let (value, _) = answer_of(plan).await;
    let first = &value["summary"][0];
    let seen = &value["results"]["b"]["seen"];
    json!([value["success"], value["warnings"], first["status"], first["reason"], seen])
}

#[tokio::test]
async fn each_action_has_its_own_effect() {
    let went_on = "step `a` failed and the run went on: call 1 failed";
    let absent = "`a` is absent and read as null";
    for (action, success, warnings) in [
        (Action::Fail, false, json!([])),
        (Action::Continue, true, json!([went_on, absent])),
        (Action::Warn, true, json!([went_on, absent])),
        (Action::Log, true, json!([absent])),
    ] {
        let expected = json!([success, warnings, "failed", "call 1 failed", null]);
        assert_eq!(outcome(&failing(action, None, None)).await, expected, "{action:?}");
    }
}

#[tokio::test]
async fn a_fallback_becomes_the_result_whatever_the_action() {
    let taken = json!(["step `a` failed and its `fallback` is taken: call 1 failed"]);
    for (action, warnings) in [
        (Action::Fail, &taken),
        (Action::Continue, &taken),
        (Action::Warn, &taken),
        (Action::Log, &json!([])),
    ] {
        let found = outcome(&failing(action, None, Some("{n: 1.50}"))).await;
        assert_eq!(found, json!([true, warnings, "partial", "call 1 failed", {"n": 1.50}]));
    }
}

#[tokio::test]
async fn a_message_is_told_instead_of_the_reason() {
    let plan = failing(Action::Fail, Some("no luck, {{ 1 + 1 }} times"), None);
    let (value, _) = answer_of(&plan).await;
    let error = json!({"kind": "step_failed", "message": "no luck, 2 times", "step": "a"});
    assert_eq!(value["error"], error);
    assert_eq!(value["summary"][0]["reason"], "no luck, 2 times");
    let found = outcome(&failing(Action::Continue, Some("odd"), None)).await;
    assert_eq!(
        (&found[1][0], &found[3]),
        (&json!("step `a` failed and the run went on: odd"), &json!("odd"))
    );
}

#[tokio::test]
async fn a_message_or_a_fallback_that_cannot_be_read_leaves_the_failure_as_it_is() {
    let plan = failing(Action::Continue, Some("{{ 1 / 0 }}"), Some("\"{{ 1 / 0 }}\""));
    let found = outcome(&plan).await;
    assert_eq!((&found[2], &found[3]), (&json!("failed"), &json!("call 1 failed")));
    let warning = found[1].to_string();
    assert!(
        warning.contains("`message` of step `a`") && warning.contains("`fallback` of step `a`")
    );
}

#[tokio::test]
async fn a_template_that_cannot_be_read_is_a_failure_of_its_own_kind() {
    let yaml =
        "pipeline: [{id: a, uses: scripted, with: {x: '{{ 1 / 0 }}'}}, {id: b, uses: scripted}]";
    let mut plan = plan(yaml);
    let (value, record) = answer_of(&plan).await;
    assert_eq!((&value["error"]["kind"], record.begun.len()), (&json!("bad_expression"), 0));
    plan.steps[0].on_error.action = Action::Continue;
    let (value, _) = answer_of(&plan).await;
    assert_eq!(statuses(&value), [("a", "failed"), ("b", "success")]);
}

#[tokio::test]
async fn an_environment_that_cannot_be_read_keeps_every_step_from_running() {
    let yaml = "env: {X: '{{ 1 / 0 }}'}\npipeline: [{id: a, uses: scripted}, {id: b, uses: scripted, always_run: true}]";
    let (value, record) = answer_of(&plan(yaml)).await;
    assert_eq!(statuses(&value), [("a", "skipped"), ("b", "skipped")]);
    assert_eq!((&value["error"]["kind"], record.begun.len()), (&json!("bad_expression"), 0));
}
