use std::future::{Future, pending, poll_fn, ready};
use std::task::Poll;

use serde_json::{Value, json};

use super::{answer, ends, refused, run_with, statuses};

#[tokio::test]
async fn the_answer_has_this_shape() {
    let yaml = "
apiVersion: v1
kind: PipeSpec
metadata: {name: demo, version: 1.2.0}
pipeline:
- {id: a, uses: 'fixed:1.0.0', config: {result: {n: 123456789012345678901234567890, b: 1, a: 1.0}}}
- {id: b, uses: echo, when: a.b > 1}
outputs:
  n: {type: number, value: '{{ a.n }}'}
  unused: {type: string}
";
    let (text, mut value) = answer(yaml, &[]).await;
    assert!(text.starts_with(
        r#"{"schema":"plugpipe.run/1","success":true,"execution_mode":"linear","execution_id":""#
    ));
    assert!(
        text.contains(
            r#""results":{"a":{"n":123456789012345678901234567890,"b":1,"a":1.0}},"summary""#
        ),
        "{text}"
    );
    assert!(text.contains(r#""outputs":{"n":123456789012345678901234567890},"total_steps":2,"completed_steps":1,"warnings":[]}"#), "{text}");
    assert_eq!(value["pipeline"], json!({"name": "demo", "version": "1.2.0"}));
    let summary = value["summary"].take();
    assert!(summary[0]["duration_ms"].is_u64());
    let first = json!({"id": "a", "plugin": "fixed", "version": "1.0.0", "status": "success", "attempts": 1, "duration_ms": summary[0]["duration_ms"]});
    let second = json!({"id": "b", "plugin": "echo", "version": "1.0.0", "status": "skipped", "reason": "`when` is false", "attempts": 0, "duration_ms": 0});
    assert_eq!(summary, json!([first, second]));
}

#[tokio::test]
async fn a_step_gets_its_input_flat_with_ids_and_only_the_copies_it_needs() {
    let yaml = "
inputs: {who: world}
pipeline:
- {id: one, uses: fixed, config: {result: {x: 1}}}
- {id: two, uses: echo, inputs: {a: 0, b: 0, c: 0}, input: {b: 1, c: 1}, with: {c: 2, item: mine}}
- {id: three, uses: greedy, with: {q: 1}}
";
    let (_, value) = answer(yaml, &[]).await;
    let two = value["results"]["two"].as_object().unwrap();
    let keys: Vec<_> = two.keys().map(String::as_str).collect();
    let ids =
        ["execution_id", "trace_id", "timestamp", "source_plugin", "plugin_version", "iteration"];
    assert_eq!(keys, [&["a", "b", "c", "item"][..], &ids[..]].concat());
    assert_eq!(
        (&two["a"], &two["b"], &two["c"], &two["item"]),
        (&json!(0), &json!(1), &json!(2), &json!("mine"))
    );
    assert_eq!((&two["source_plugin"], &two["plugin_version"]), (&json!("fixed"), &json!("1.0.0")));
    assert_eq!(two["execution_id"], value["execution_id"]);
    assert!(two["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    let three = &value["results"]["three"];
    assert_eq!((&three["with"], &three["inputs"]), (&json!({"q": 1}), &json!({"who": "world"})));
    assert_eq!(three["step_outputs"]["one"], json!({"x": 1}));
}

#[tokio::test]
async fn configuration_lies_over_the_defaults_of_the_manifest() {
    let yaml = "pipeline: [{id: a, uses: cfg, config: {b: '${env:PORT}', d: 1}}]";
    let (text, _) = answer(yaml, &[]).await;
    assert!(text.contains(r#""results":{"a":{"a":"default","b":"9092","d":1}}"#), "{text}");
}

#[tokio::test]
async fn a_failed_step_ends_the_run_but_not_for_steps_that_always_run() {
    for (step, message) in [
        ("{id: bad, uses: broken}", "no disk"),
        ("{id: bad, uses: panics}", "the plugin panicked"),
        (
            "{id: bad, uses: fixed, config: {result: {fake_status: failed}}}",
            "`fake_status` is `failed`",
        ),
        ("{id: bad, uses: echo, with: {x: '{{ 1 / 0 }}'}}", "cannot be evaluated"),
    ] {
        let yaml = format!(
            "pipeline:\n- {step}\n- {{id: next, uses: echo}}\n- {{id: last, uses: echo, always_run: true}}"
        );
        let (_, value) = answer(&yaml, &[]).await;
        assert_eq!(
            statuses(&value),
            [("bad", "failed"), ("next", "skipped"), ("last", "success")],
            "{step}"
        );
        assert_eq!((&value["success"], &value["error"]["step"]), (&json!(false), &json!("bad")));
        assert!(value["error"]["message"].as_str().unwrap().contains(message), "{value}");
        assert_eq!(value["summary"][1]["reason"], "step `bad` failed");
        assert_eq!(value["completed_steps"], 1);
    }
}

#[tokio::test]
async fn on_error_continue_lets_the_run_succeed_with_a_warning() {
    let yaml = "pipeline: [{id: bad, uses: broken, on_error: continue}, {id: next, uses: echo}]";
    let (_, value) = answer(yaml, &[]).await;
    assert_eq!(statuses(&value), [("bad", "failed"), ("next", "success")]);
    assert_eq!(value["success"], true);
    assert_eq!(value["warnings"], json!(["step `bad` failed and the run went on: no disk"]));
    assert!(value.get("error").is_none());
}

#[tokio::test]
async fn partial_counts_as_completed_and_warns() {
    let yaml = "pipeline: [{id: a, uses: fixed, config: {result: {status: partial}}}]";
    let (_, value) = answer(yaml, &[]).await;
    assert_eq!((statuses(&value), &value["completed_steps"]), (vec![("a", "partial")], &json!(1)));
    assert_eq!(value["warnings"], json!(["step `a` worked only in part: `status` is `partial`"]));
}

#[tokio::test]
async fn conditions_are_read_like_this() {
    let cases = [
        ("true", "success"),
        ("false", "skipped"),
        ("inputs.n > 1", "success"),
        ("'{{ inputs.n > 2 }}'", "skipped"),
        ("' ${ inputs.n } '", "success"),
        ("'{{ inputs.zero }}'", "skipped"),
        ("'{{ inputs.empty }}'", "skipped"),
        ("'${env:OFF}'", "skipped"),
        ("'${env:NOPE:0}'", "skipped"),
        ("'${env:PORT}'", "success"),
        ("inputs.n | default(0) == 2 && true", "success"),
        ("inputs.nope", "skipped"),
        ("1 / 0", "skipped"),
    ];
    for (when, status) in cases {
        let yaml = format!(
            "inputs: {{n: 2, zero: 0, empty: []}}\npipeline: [{{id: a, uses: echo, when: {when}}}]"
        );
        let (_, value) = answer(&yaml, &[]).await;
        assert_eq!(statuses(&value), [("a", status)], "{when}: {value}");
        assert_eq!(value["success"], true);
    }
    let mixed = "pipeline: [{id: a, uses: echo, when: '{{ 1 }} == 1'}]";
    assert_eq!(refused(mixed, &[]).await[0].0, "bad_expression");
}

#[tokio::test]
async fn a_plugin_that_cannot_be_opened_keeps_every_step_from_running() {
    let yaml = "pipeline: [{id: a, uses: echo}, {id: b, uses: refused}, {id: c, uses: echo, always_run: true}]";
    let (_, value) = answer(yaml, &[]).await;
    assert_eq!(statuses(&value), [("a", "skipped"), ("b", "failed"), ("c", "skipped")]);
    assert_eq!(
        value["error"],
        json!({"kind": "plugin_refused", "message": "it was built for another host", "step": "b"})
    );
}

#[tokio::test]
async fn a_plugin_is_told_the_ids_of_the_run() {
    let yaml = "
metadata: {name: demo, version: 1.2.0}
pipeline: [{id: told, uses: ids}, {id: same, uses: echo}]";
    let (_, value) = answer(yaml, &[]).await;
    let (told, same) = (&value["results"]["told"], &value["results"]["same"]);
    assert!(same["trace_id"].as_str().unwrap().parse::<uuid::Uuid>().is_ok());
    let ids = json!({
        "execution_id": value["execution_id"],
        "trace_id": same["trace_id"],
        "pipeline": "demo",
        "step": "told"
    });
    assert_eq!(*told, ids);
}

/// Ready at its second poll, when the running plugin has been called.
fn after_one_poll() -> impl Future<Output = ()> {
    let mut polls = 0;
    poll_fn(move |cx| {
        polls += 1;
        cx.waker().wake_by_ref();
        if polls > 1 { Poll::Ready(()) } else { Poll::Pending }
    })
}

const HANGS_FIRST: &str =
    "pipeline: [{id: a, uses: hangs}, {id: b, uses: echo}, {id: c, uses: echo, always_run: true}]";

#[tokio::test]
async fn a_step_that_is_interrupted_at_work_says_that_it_may_still_take_effect() {
    let answer = run_with(HANGS_FIRST, &[], after_one_poll()).await.unwrap();
    let value: Value = serde_json::from_str(answer.to_json().get()).unwrap();
    let may = "the run was interrupted; what the plugin had begun may still take effect";
    let not = json!(["cancelled", "the run was interrupted", 0]);
    assert_eq!(ends(&value), json!([["cancelled", may, 1], not, not]));
    assert_eq!(value["error"], json!({"kind": "interrupted", "message": may, "step": "a"}));
}

#[tokio::test]
async fn an_interrupt_before_the_first_call_cancels_every_step_uncalled() {
    let answer = run_with(HANGS_FIRST, &[], ready(())).await.unwrap();
    let value: Value = serde_json::from_str(answer.to_json().get()).unwrap();
    let not = json!(["cancelled", "the run was interrupted", 0]);
    assert_eq!(ends(&value), json!([not, not, not]));
    assert_eq!(value["summary"][0]["duration_ms"], 0);
    assert!(answer.interrupted && !answer.is_success());
    assert_eq!(statuses(&value), [("a", "cancelled"), ("b", "cancelled"), ("c", "cancelled")]);
    assert_eq!(value["error"]["kind"], "interrupted");
}

#[tokio::test]
async fn an_interrupt_while_a_plugin_is_being_opened_is_heard() {
    let yaml = "pipeline:\n- {id: a, uses: echo}\n- {id: b, uses: stuck}";
    let answer = run_with(yaml, &[], ready(())).await.unwrap();
    let value: Value = serde_json::from_str(answer.to_json().get()).unwrap();
    assert_eq!(statuses(&value), [("a", "cancelled"), ("b", "cancelled")]);
    let error = json!({"kind": "interrupted", "message": "the run was interrupted", "step": "b"});
    assert_eq!(value["error"], error);
}

#[tokio::test]
async fn an_unknown_plugin_is_refused_where_it_is_named() {
    let yaml = "pipeline:\n- {id: a, uses: echo}\n- {id: b, uses: 'echo:2.0.0'}";
    let problems = run_with(yaml, &[], pending()).await.unwrap_err();
    let found: Vec<_> = problems.iter().filter(|found| found.is_error()).collect();
    assert_eq!(
        (found.len(), found[0].kind, found[0].span.unwrap().start.line),
        (1, "unknown_plugin", 3)
    );
}

#[test]
fn a_run_can_move_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&run_with("", &[], ready(())));
}
