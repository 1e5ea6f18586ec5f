//! The loop: steps begin when they may, and what follows from their end is noted in one place.

use std::cmp::Reverse;
use std::future::Future;
use std::pin::{Pin, pin};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::Instant;

use crate::pipeline::Plan;
use crate::pipeline::expr::Warnings;

use super::answer::Answer;
use super::flow::Reach;
use super::observe::Observer;
use super::open::{NotOpen, open};
use super::outcome::Ended;
use super::plugins::Plugins;
use super::progress::Run;
use super::settle::{Over, Settled};
use super::step::Step;
use super::words::over_time;

/// Runs a plan to its end, or until `shutdown` is ready: then running steps are dropped and the
/// answer holds what was done so far. Every plugin is opened before the first step is called; the
/// time of the run counts from then on.
pub async fn run<P: Plugins + Sync>(
    plan: &Plan,
    plugins: &P,
    observer: &dyn Observer,
    shutdown: impl Future<Output = ()>,
) -> Answer {
    let mut shutdown = pin!(shutdown);
    let mut warnings = Warnings::default();
    let mut run = Run::new(plan, observer);
    let opened = open(plan, plugins, shutdown.as_mut()).await;
    let evaluated = run.evaluate(&mut warnings);
    run.deadline = plan.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut settled = Settled::new(&run, warnings);
    match (opened, evaluated) {
        (Err(NotOpen::Interrupted(step)), _) => settled.interrupt(Some(step)),
        (Err(NotOpen::Refused(step, error)), _) => {
            settled.refuse("plugin_refused", error.message, Some(step));
        }
        (_, Err(failed)) => settled.refuse("bad_expression", failed.to_string(), None),
        (Ok(live), Ok(())) => steps(plugins, &live, &mut settled, shutdown).await,
    }
    settled.answer()
}

/// Runs the steps.
async fn steps<P: Plugins>(
    plugins: &P,
    live: &[P::Live],
    settled: &mut Settled<'_>,
    mut shutdown: Pin<&mut impl Future<Output = ()>>,
) {
    let run = settled.run;
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < run.plan.parallel.max(1)
            && let Some(Reverse(position)) = settled.ready.pop()
        {
            match settled.admit(position) {
                Ok(follows) => {
                    let step = Step { run, position, live: &live[position], plugins, follows };
                    running.push(async move { (position, step.carry_out().await) });
                }
                Err(reason) => settled.settle(position, Ended::skipped(reason)),
            }
        }
        if running.is_empty() {
            break;
        }
        tokio::select! {
            biased;
            () = shutdown.as_mut() => {
                drop(running);
                return settled.interrupt(None);
            }
            Some((position, ended)) = running.next() => settled.settle(position, ended),
        }
    }
    // None is left unless steps wait for each other, which no plan has.
    for position in settled.unsettled() {
        settled.settle(position, Ended::skipped("no way led here".to_owned()));
    }
}

impl Settled<'_> {
    /// Whether a step that waits for nothing begins: the step that it follows, or why
    /// not.
    fn admit(&mut self, position: usize) -> Result<Option<usize>, String> {
        let step = &self.run.plan.steps[position];
        self.look_at_the_clock();
        match (&self.over, self.flow.reach(position)) {
            (Some(over), _) if !step.always_run => Err(over.reason()),
            (_, Reach::NotReached(reason)) => Err(reason),
            (_, Reach::Reached { follows }) => Ok(follows),
        }
    }

    /// Ends the run if its time is over while no step is at work that would say so.
    fn look_at_the_clock(&mut self) {
        let is_over = self.run.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        if is_over && self.over.is_none() {
            let sentence = over_time(self.run.plan.timeout.unwrap_or_default());
            self.end(Over::Because(sentence.clone()), "timeout", sentence, None);
        }
    }
}
