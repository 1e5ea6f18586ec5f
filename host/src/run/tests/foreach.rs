//! One call for each element of a list.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::pipeline::Plan;

use super::scripted::{Record, answer_of, plan};

/// A step that is called for each of `items`, with more keys of a step where `more` says so.
fn with(items: &str, script: &str, more: &str) -> Plan {
    let items =
        if items.starts_with('[') { items.into() } else { format!("\"{{{{ {items} }}}}\"") };
    plan(&format!(
        "pipeline:\n- {{id: a, uses: scripted, config: {script}, foreach: {items}{more}}}\n- {{id: b, uses: scripted}}"
    ))
}

fn over(items: &str, script: &str, concurrency: usize) -> Plan {
    with(items, script, &format!(", concurrency: {concurrency}"))
}

fn first(value: &Value) -> [&Value; 4] {
    let line = &value["summary"][0];
    [&line["status"], &line["reason"], &line["attempts"], &value["results"]["a"]]
}

#[tokio::test]
async fn every_element_is_seen_with_its_number() {
    let (value, _) = answer_of(&over("[x, {y: 1}]", "{}", 1)).await;
    let seen: Vec<_> = value["results"]["a"].as_array().unwrap().iter().collect();
    let seen: Vec<_> = seen.iter().map(|call| (&call["item"], &call["iteration"])).collect();
    assert_eq!(seen, [(&json!("x"), &json!(0)), (&json!({"y": 1}), &json!(1))]);
    assert_eq!(value["summary"][0]["attempts"], 2);
}

#[tokio::test]
async fn an_empty_list_is_a_success_without_a_call_and_anything_else_a_failure() {
    let (value, _) = answer_of(&over("[]", "{}", 1)).await;
    assert_eq!(first(&value), [&json!("success"), &Value::Null, &json!(0), &json!([])]);
    for (items, got) in
        [("7", "a number"), ("'x'", "a text"), ("{'a': 1}", "an object"), ("none", "null")]
    {
        let (value, _) = answer_of(&over(items, "{}", 1)).await;
        let reason = json!(format!("`foreach` needs a list and got {got}"));
        assert_eq!(first(&value), [&json!("failed"), &reason, &json!(0), &Value::Null]);
        assert_eq!(value["summary"][1]["status"], "skipped");
    }
}

#[tokio::test]
async fn a_failed_element_ends_a_step_that_must_not_fail() {
    let (value, record) = answer_of(&over("[1, 2, 3]", "{refuses: [2], result: ok}", 1)).await;
    let reason = json!("element 1 of 3: call 2 failed");
    let results = json!(["ok", null, null]);
    assert_eq!(first(&value), [&json!("failed"), &reason, &json!(2), &results]);
    assert_eq!(record.begun.len(), 2);
    assert_eq!(value["error"]["message"], reason);
}

#[tokio::test]
async fn elements_at_work_finish_when_another_fails() {
    let plan = over("[1, 2, 3, 4]", "{refuses: [1], result: ok}", 2);
    let (value, _) = answer_of(&plan).await;
    let results = json!([null, "ok", null, null]);
    assert_eq!(first(&value)[3], &results);
    assert_eq!(value["summary"][0]["attempts"], 2);
}

#[tokio::test]
async fn where_the_run_goes_on_every_element_is_called() {
    let reason = json!("element 1 of 3: call 2 failed");
    for (on_error, instead) in [("continue", Value::Null), ("{fallback: {n: 2}}", json!({"n": 2}))]
    {
        let more = format!(", on_error: {on_error}");
        let plan = with("[1, 2, 3]", "{refuses: [2], result: ok}", &more);
        let (value, _) = answer_of(&plan).await;
        let results = json!(["ok", instead, "ok"]);
        assert_eq!(first(&value), [&json!("partial"), &reason, &json!(3), &results]);
        assert_eq!(value["summary"][1]["status"], "success");
    }
}

#[tokio::test]
async fn a_step_none_of_whose_elements_succeeds_has_failed() {
    let plan = with("[1, 1]", "{refuses: [1]}", ", on_error: continue");
    let (value, _) = answer_of(&plan).await;
    let reason = json!("element 0 of 2: call 1 failed");
    assert_eq!(first(&value), [&json!("failed"), &reason, &json!(2), &json!([null, null])]);
    assert_eq!(
        (&value["success"], &value["summary"][1]["status"]),
        (&json!(true), &json!("success"))
    );
}

#[tokio::test(start_paused = true)]
async fn each_element_has_its_own_attempts_and_time() {
    let more = ", concurrency: 2, on_error: continue, retries: {max_attempts: 3, backoff: fixed, base: 1ms}";
    let plan = with("[1, 2]", "{refuses: [1, 2]}", more);
    assert_eq!(answer_of(&plan).await.0["summary"][0]["attempts"], 6);
    let plan = with("[1, 2]", "{wait: 80}", ", timeout: 100ms");
    assert_eq!(answer_of(&plan).await.0["summary"][0]["status"], "success");
}

fn waiting(waits: &[u64], concurrency: usize) -> (Value, Record) {
    let plan = over(&format!("{waits:?}"), "{wait_for_item: true}", concurrency);
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    runtime.block_on(answer_of(&plan))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn results_stand_in_the_order_of_the_list_however_calls_end(
        waits in proptest::collection::vec(1u64..50, 1..20),
        concurrency in 1usize..6,
    ) {
        let (value, record) = waiting(&waits, concurrency);
        let items: Vec<_> = value["results"]["a"].as_array().unwrap().iter().map(|call| call["item"].as_u64().unwrap()).collect();
        prop_assert_eq!(&items, &waits);
        prop_assert_eq!(record.most, concurrency.min(waits.len()));
    }
}
