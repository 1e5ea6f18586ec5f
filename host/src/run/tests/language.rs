//! What the words of a file do in a run, where several of them meet.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::run::Unobserved;

use super::ends;
use super::scripted::{answer_of, plan, until};

#[tokio::test]
async fn aliases_config_and_summary_are_read_like_results() {
    let yaml = "
config: {greeting: hi}
pipeline:
- {id: a, uses: scripted, config: {result: {rows: [{n: 7}, 8]}}, output_mapping: {first: 'rows[0].n', all: '{{ result }}'}}
- id: b
  uses: scripted
  with: {bare: '{{ first }}', dotted: '{{ a.first }}', all: '{{ all }}', word: '{{ config.greeting }}', ended: '{{ summary | length }}', id: '{{ summary[0].id }}'}";
    let (value, _) = answer_of(&plan(yaml)).await;
    let b = &value["results"]["b"];
    let seen = ["bare", "dotted", "all", "word", "ended", "id"].map(|key| b[key].clone());
    let all = json!({"rows": [{"n": 7}, 8]});
    assert_eq!(seen, [json!(7), json!(7), all, json!("hi"), json!(1), json!("a")]);
}

#[tokio::test]
async fn exit_if_and_ways_on_see_the_own_result_and_the_own_line() {
    for (exit, ran) in [
        ("a.n == 7", false),
        ("a.n == 8", true),
        ("(summary | length) == 1", false),
        ("summary[0].status == 'failed'", true),
    ] {
        let yaml = format!(
            "pipeline: [{{id: a, uses: scripted, config: {{result: {{n: 7}}}}, exit_if: \"{exit}\"}}, {{id: b, uses: scripted}}]"
        );
        let (_, record) = answer_of(&plan(&yaml)).await;
        assert_eq!(record.begun.len(), if ran { 2 } else { 1 }, "{exit}");
    }
    let yaml = "
pipeline:
- {id: a, uses: scripted, config: {result: {n: 7}}, branches: {'a.n > 5': b, 'a.n <= 5': c}}
- {id: b, uses: scripted, next: []}
- {id: c, uses: scripted}";
    let (_, record) = answer_of(&plan(yaml)).await;
    let begun: Vec<_> = record.begun.iter().map(|(step, _)| step.as_str()).collect();
    assert_eq!(begun, ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_run_ends_a_wait_between_two_calls() {
    let yaml = "
config: {timeout: 2}
pipeline: [{id: a, uses: scripted, config: {fails: 9}, retries: {max_attempts: 5, backoff: fixed, base: 10s}}]";
    let (value, record) = answer_of(&plan(yaml)).await;
    let over = "the run took longer than its `timeout` of 2 s";
    assert_eq!(ends(&value), json!([["failed", over, 1]]));
    assert_eq!((&value["error"]["kind"], record.begun.len()), (&json!("timeout"), 1));
}

#[tokio::test(start_paused = true)]
async fn elements_that_are_late_are_tried_again_until_a_signal_comes() {
    let yaml = "
pipeline:
- {id: a, uses: scripted, foreach: [1, 2, 3], concurrency: 2, timeout: 100ms, retries: {max_attempts: 100, backoff: fixed, base: 10ms}, config: {hangs: true}}
- {id: b, uses: scripted}";
    let stop = sleep(Duration::from_secs(1));
    let (value, record) = until(&plan(yaml), &Unobserved, stop).await;
    let begun = record.begun.len();
    assert!((18..=20).contains(&begun), "{begun}");
    let may = "the run was interrupted; what the plugin had begun may still take effect";
    let never = json!(["cancelled", "the run was interrupted", 0]);
    assert_eq!(ends(&value), json!([["cancelled", may, begun], never]));
    let ended = record.log.iter().filter(|(_, begins)| !begins).count();
    assert_eq!((ended, value["error"]["kind"].clone()), (begun, Value::from("interrupted")));
}
