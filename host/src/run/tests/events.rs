//! What an observer hears.

use std::sync::Mutex;
use std::time::Duration;

use crate::pipeline::plan::document::{Backoff, Foreach, Retries};
use crate::run::{Event, Observer};

use super::scripted::{draw, lift, plan, scripted, until};

/// Writes one short line for each event.
#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Observer for Heard {
    fn event(&self, event: Event<'_>) {
        let line = match event {
            Event::Started { step, id } => format!("{step} {id} started"),
            Event::Retrying { step, attempt, of, wait } => {
                assert!(wait <= Duration::from_millis(10));
                format!("{step} retrying {attempt}/{of}")
            }
            Event::Elements { step, done, of } => format!("{step} elements {done}/{of}"),
            Event::Ended { step, summary } => format!("{step} ended {:?}", summary.status),
        };
        self.0.lock().unwrap().push(line);
    }
}

async fn heard(plan: &crate::pipeline::Plan, stop: u64) -> Vec<String> {
    let heard = Heard::default();
    until(plan, &heard, tokio::time::sleep(Duration::from_millis(stop))).await;
    heard.0.into_inner().unwrap()
}

#[tokio::test(start_paused = true)]
async fn each_thing_that_happens_is_told_once_and_in_order() {
    let mut plan = scripted(&["{fails: 2}", "{}", "{}"]);
    draw(&mut plan, "a>b");
    plan.steps[2].starts = false;
    let wait = Duration::from_millis(10);
    plan.steps[0].retries = Retries { attempts: 3, backoff: Backoff::Fixed, base: wait, max: wait };
    let told = [
        "2 ended Skipped",
        "0 a started",
        "0 retrying 2/3",
        "0 retrying 3/3",
        "0 ended Success",
        "1 b started",
        "1 ended Success",
    ];
    assert_eq!(heard(&plan, 1000).await, told);
}

#[tokio::test(start_paused = true)]
async fn elements_are_counted_as_they_end() {
    let mut plan = plan("pipeline: [{id: a, uses: scripted, with: {items: [1, 2]}}]");
    let items = lift(&mut plan, 0, "items");
    plan.steps[0].foreach = Some(Foreach { items, concurrency: 1 });
    let told = ["0 a started", "0 elements 1/2", "0 elements 2/2", "0 ended Success"];
    assert_eq!(heard(&plan, 1000).await, told);
}

#[tokio::test(start_paused = true)]
async fn a_step_that_is_interrupted_or_never_begins_ends_too() {
    let mut plan = scripted(&["{hangs: true}", "{}"]);
    draw(&mut plan, "a>b");
    assert_eq!(heard(&plan, 10).await, ["0 a started", "0 ended Cancelled", "1 ended Cancelled"]);
}
