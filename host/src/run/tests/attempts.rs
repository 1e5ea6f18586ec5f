//! How often a step is called, how long it waits, and when it has waited enough.

use std::time::Duration;

use serde_json::{Value, json};

use crate::pipeline::plan::document::{Backoff, Retries};

use super::ends;
use super::scripted::{answer_of, plan, scripted};

fn retries(attempts: u32, backoff: Backoff, base: u64) -> Retries {
    let (base, max) = (Duration::from_millis(base), Duration::from_secs(1));
    Retries { attempts, backoff, base, max }
}

#[tokio::test(start_paused = true)]
async fn a_failed_call_is_made_again_until_the_attempts_are_used_up() {
    let cases = [
        ("{fails: 2}", 3, json!(["success", null, 3])),
        ("{fails: 2}", 2, json!(["failed", "call 2 failed", 2])),
        ("{fails: 9, hopeless: true}", 5, json!(["failed", "call 1 failed", 1])),
        ("{result: {status: failed}}", 4, json!(["failed", "`status` is `failed`", 4])),
        (
            "{fails: 1, result: {status: partial}}",
            3,
            json!(["partial", "`status` is `partial`", 2]),
        ),
        ("{}", 3, json!(["success", null, 1])),
    ];
    for (script, attempts, expected) in cases {
        let mut plan = scripted(&[script]);
        plan.steps[0].retries = retries(attempts, Backoff::Fixed, 10);
        let (value, _) = answer_of(&plan).await;
        assert_eq!(ends(&value), json!([expected]), "{script} {attempts}");
    }
}

#[tokio::test(start_paused = true)]
async fn waits_lie_between_half_and_all_of_what_the_plan_says() {
    let cases = [
        (Backoff::Fixed, [100, 100, 100, 100, 100]),
        (Backoff::Linear, [100, 200, 300, 400, 500]),
        (Backoff::Exponential, [100, 200, 400, 800, 1000]),
    ];
    for (backoff, expected) in cases {
        let mut plan = scripted(&["{fails: 5}"]);
        plan.steps[0].retries = retries(6, backoff, 100);
        let (_, record) = answer_of(&plan).await;
        let begun: Vec<_> = record.begun.iter().map(|(_, at)| at.as_millis()).collect();
        assert_eq!(begun.len(), 6);
        for (wait, whole) in begun.windows(2).map(|two| two[1] - two[0]).zip(expected) {
            // The clock of tests goes by whole milliseconds.
            assert!((whole / 2..=whole + 1).contains(&wait), "{backoff:?}: {wait} of {whole}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_plugin_that_says_how_long_to_wait_is_waited_for_within_the_limit() {
    for (asked, waited) in [(300, 300), (5_000, 1_000)] {
        let mut plan = scripted(&[&format!("{{fails: 1, retry_after: {asked}}}")]);
        plan.steps[0].retries = retries(2, Backoff::Fixed, 1);
        let (_, record) = answer_of(&plan).await;
        let wait = record.begun[1].1.as_millis();
        assert!((waited..=waited + 1).contains(&wait), "{wait} for {asked}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_takes_too_long_is_given_up_and_made_again() {
    let yaml = "
pipeline:
- {id: a, uses: scripted, config: {wait: 5000}, timeout: 500ms, retries: {max_attempts: 2, backoff: fixed, base: 10ms}}
- {id: b, uses: scripted, depends_on: []}";
    let (value, record) = answer_of(&plan(yaml)).await;
    let late = json!(["failed", "no answer within 500 ms", 2]);
    assert_eq!(ends(&value)[0], late);
    assert_eq!(
        (&value["error"]["kind"], &value["error"]["step"]),
        (&json!("timeout"), &json!("a"))
    );
    assert!(record.begun.iter().filter(|(step, _)| step == "a").count() == 2);
    let duration = value["summary"][0]["duration_ms"].as_u64().unwrap();
    assert!((1_000..1_020).contains(&duration), "{duration}");
}

#[tokio::test(start_paused = true)]
async fn the_plugin_sees_the_time_of_its_call_as_its_deadline() {
    use crate::run::{Unobserved, run};
    let mut plan = plan("config: {timeout: 2}\npipeline: [{id: a, uses: echo, timeout: 3s}]");
    let (both, one) = (Deadlines::default(), Deadlines::default());
    run(&plan, &both, &Unobserved, std::future::pending()).await;
    plan.steps[0].always_run = true;
    run(&plan, &one, &Unobserved, std::future::pending()).await;
    assert_eq!([both.seen(), one.seen()], [Some(2), Some(3)]);
}

/// Remembers how many whole seconds its call was given.
#[derive(Clone, Default)]
struct Deadlines(std::sync::Arc<std::sync::Mutex<Option<u64>>>);

impl Deadlines {
    fn seen(&self) -> Option<u64> {
        *self.0.lock().unwrap()
    }
}

impl crate::run::Plugins for Deadlines {
    type Live = Self;

    async fn open(
        &self,
        _installed: &std::sync::Arc<crate::catalog::Installed>,
    ) -> Result<Self, plugin_api::Error> {
        Ok(self.clone())
    }
}

impl crate::run::LivePlugin for Deadlines {
    fn status_keys(&self) -> &[String] {
        &[]
    }

    async fn process(
        &self,
        request: crate::registry::Request,
    ) -> Result<plugin_api::Json, plugin_api::Error> {
        let now = tokio::time::Instant::now().into_std();
        let left = request.deadline.map(|deadline| deadline.duration_since(now).as_secs());
        *self.0.lock().unwrap() = left;
        Ok(request.ctx)
    }
}

#[tokio::test]
async fn a_panic_is_a_failure_like_any_other() {
    let mut plan = plan("pipeline: [{id: a, uses: panics}]");
    plan.steps[0].retries = retries(3, Backoff::Fixed, 0);
    let answer =
        crate::run::run(&plan, &super::Fakes, &crate::run::Unobserved, std::future::pending());
    let value: Value = serde_json::from_str(answer.await.to_json().get()).unwrap();
    assert_eq!(ends(&value), json!([["failed", "the plugin panicked", 3]]));
}
