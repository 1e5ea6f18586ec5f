//! Which steps run, in which order and how many at once.

use serde_json::{Value, json};

use super::scripted::{answer_of, draw, field, lift, plan, position, scripted};
use super::statuses;

#[tokio::test(start_paused = true)]
async fn a_step_begins_when_all_before_it_have_ended() {
    let mut plan = scripted(&["{wait: 10}", "{wait: 30}", "{wait: 20}", "{}", "{}"]);
    draw(&mut plan, "a>c b>d c>d d>e");
    let (value, record) = answer_of(&plan).await;
    let begun: Vec<_> =
        record.begun.iter().map(|(step, at)| (step.as_str(), at.as_millis())).collect();
    assert_eq!(begun, [("a", 0), ("b", 0), ("c", 10), ("d", 30), ("e", 30)]);
    assert_eq!((&value["execution_mode"], &value["completed_steps"]), (&json!("dag"), &json!(5)));
}

#[tokio::test(start_paused = true)]
async fn only_so_many_steps_run_at_once_and_those_of_the_top_come_first() {
    for (parallel, order) in [(1, "abcdef"), (2, "abcdef"), (8, "abcdef")] {
        let mut plan = scripted(&["{wait: 9}"; 6]);
        plan.parallel = parallel;
        let (value, record) = answer_of(&plan).await;
        assert_eq!(record.most, parallel.min(6), "{parallel}");
        let begun: String = record.begun.iter().map(|(step, _)| step.as_str()).collect();
        assert_eq!(begun, order, "{parallel}");
        assert_eq!(value["success"], true);
    }
}

/// A diamond: `a` leads to `b` and `c` under conditions, both lead to `d`.
async fn diamond(result: &str, kind: &str) -> Value {
    let mut plan = scripted(&[&format!("{{result: {result}}}"), "{}", "{}", "{}"]);
    draw(&mut plan, &format!("a?b a?c b{kind}d c{kind}d"));
    plan.steps[1].incoming[0].when = Some(field(0, "left"));
    plan.steps[2].incoming[0].when = Some(field(0, "right"));
    answer_of(&plan).await.0
}

#[tokio::test]
async fn a_fan_in_runs_when_every_needed_way_or_one_of_the_others_is_taken() {
    let (ran, not) = ("success", "skipped");
    let cases = [
        ("{left: true, right: true}", [ran, ran], ran, ran),
        ("{left: true, right: false}", [ran, not], not, ran),
        ("{left: false, right: true}", [not, ran], not, ran),
        ("{left: false, right: false}", [not, not], not, not),
    ];
    for (result, [left, right], needed, join) in cases {
        for (kind, last) in [(">", needed), ("?", join)] {
            let value = diamond(result, kind).await;
            let expected = [("a", ran), ("b", left), ("c", right), ("d", last)];
            assert_eq!(statuses(&value), expected, "{result} {kind}");
            assert_eq!(value["success"], true);
        }
    }
}

#[tokio::test]
async fn a_step_that_is_not_reached_says_which_way_was_not_taken() {
    let value = diamond("{left: true, right: false}", ">").await;
    let reasons: Vec<_> =
        value["summary"].as_array().unwrap().iter().map(|s| &s["reason"]).collect();
    assert_eq!(
        reasons,
        [
            &Value::Null,
            &Value::Null,
            &json!("no way led here: the condition at `a` does not hold"),
            &json!("no way led here: `c` did not get that far"),
        ]
    );
}

#[tokio::test]
async fn a_needed_way_and_one_of_the_others_must_both_be_taken() {
    for (needed, other, expected) in
        [("true", "true", "success"), ("false", "true", "skipped"), ("true", "false", "skipped")]
    {
        let result = format!("{{result: {{needed: {needed}, other: {other}}}}}");
        let mut plan = scripted(&[&result, "{}", "{}"]);
        draw(&mut plan, "a>c b?c");
        plan.steps[2].incoming[0].when = Some(field(0, "needed"));
        plan.steps[2].incoming[1].when = Some(field(0, "other"));
        let (value, _) = answer_of(&plan).await;
        assert_eq!(value["summary"][2]["status"], expected, "{needed} {other}");
    }
}

#[tokio::test]
async fn a_step_skipped_by_its_own_condition_lets_the_next_run_and_one_not_reached_does_not() {
    let mut plan = plan(
        "pipeline: [{id: a, uses: scripted, when: false}, {id: b, uses: scripted}, {id: c, uses: scripted}]",
    );
    let (value, _) = answer_of(&plan).await;
    assert_eq!(statuses(&value), [("a", "skipped"), ("b", "success"), ("c", "success")]);
    let b = position(&plan, "b");
    plan.steps[b].incoming.clear();
    let (value, _) = answer_of(&plan).await;
    assert_eq!(statuses(&value), [("a", "skipped"), ("b", "skipped"), ("c", "skipped")]);
    assert_eq!(value["summary"][1]["reason"], "no way led here: no step names it");
}

#[tokio::test]
async fn a_condition_of_a_way_that_cannot_be_read_is_false_and_warned_of() {
    let mut plan =
        plan("pipeline: [{id: a, uses: scripted}, {id: b, uses: scripted, when: 1 / 0}]");
    plan.steps[1].incoming[0].when = plan.steps[1].when.take();
    let (value, _) = answer_of(&plan).await;
    assert_eq!(statuses(&value), [("a", "success"), ("b", "skipped")]);
    let warning = value["warnings"][0].as_str().unwrap();
    assert!(warning.starts_with("a condition at step `a` does not hold: `1 / 0`"), "{warning}");
}

#[tokio::test]
async fn the_plugin_a_step_follows_is_that_of_the_first_way_taken() {
    let mut plan = plan(
        "pipeline: [{id: a, uses: echo}, {id: b, uses: ids}, {id: c, uses: scripted}, {id: d, uses: scripted}]",
    );
    for step in &mut plan.steps {
        (step.starts, step.incoming) = (true, Vec::new());
    }
    draw(&mut plan, "b?d a?d");
    plan.steps[3].incoming[1].when = Some(field(0, "nothing"));
    let (value, _) = answer_of(&plan).await;
    let follows = |id: &str| value["results"][id]["source_plugin"].clone();
    assert_eq!([follows("c"), follows("d")], [Value::Null, json!("ids")]);
    plan.steps[3].incoming[1].when = None;
    let (value, _) = answer_of(&plan).await;
    assert_eq!(value["results"]["d"]["source_plugin"], "echo");
}

#[tokio::test]
async fn templates_of_a_step_see_what_ran_beside() {
    let mut plan = plan(
        "pipeline: [{id: a, uses: scripted, config: {result: {n: 7}}}, {id: b, uses: scripted, with: {n: '{{ a.n }}', x: 1}}]",
    );
    drop(lift(&mut plan, 1, "x"));
    let (value, _) = answer_of(&plan).await;
    assert_eq!(
        (&value["results"]["b"]["n"], &value["results"]["b"]["x"]),
        (&json!(7), &Value::Null)
    );
}
