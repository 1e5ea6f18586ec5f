//! A stream from its first to its last record.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::{mpsc, watch};

use super::lane::{Ended, Failure, Lane, Plugins, STEP_FAILED};
use super::observed::Observed;
use super::phase::Phase;
use super::prepare::{Prepared, prepare};
use super::report;
use crate::pipeline::expr::Warnings;
use crate::pipeline::plan::stream::StreamPlan;
use crate::registry::Registry;
use crate::run::Answer;
use crate::run::context::Identity;

/// How a stream is run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long what is in flight may become final after the stream was asked to stop.
    pub drain: Duration,
}

/// What a lane tells.
enum News {
    Opened,
    Ended(Ended),
}

/// Runs a stream until its source ends, something fails, or `shutdown` is ready: then nothing more is
/// read and what is in flight becomes final. `watch` is given what can be seen of it, before it starts.
pub async fn run(
    plan: &StreamPlan<'_>,
    registry: &Registry,
    options: Options,
    watch: impl FnOnce(Arc<Observed>),
    shutdown: impl Future<Output = ()>,
) -> Answer {
    let identity = Identity::new();
    let mut warnings = Warnings::default();
    for name in &plan.sensitive {
        warnings.add(format!("`{name}` is sensitive, but this version does not redact it"));
    }
    let observed = Arc::new(Observed::new(plan.steps.iter().map(|step| step.id.clone())));
    let closing = report::Closing::new(plan, &identity, Arc::clone(&observed));
    let prepared = match prepare(plan, registry, &identity, &mut warnings).await {
        Ok(prepared) => prepared,
        Err(failure) => return closing.answer(Vec::new(), Some(failure), false, warnings),
    };
    let Prepared { openers, environments, topics } = prepared;
    let plugins = Plugins {
        plan,
        openers,
        environments,
        topics,
        timestamp: identity.timestamp.clone(),
        observed: &observed,
        phase: watch::Sender::new(Phase::Opening),
        drain: options.drain,
    };
    watch(Arc::clone(&observed));
    let (ended, interrupted) = tokio::task::block_in_place(|| in_lanes(&plugins, pin!(shutdown)));
    closing.answer(ended, None, interrupted, warnings)
}

/// Runs the lanes to their end. Answers how each ended, and whether `shutdown` was ready before.
fn in_lanes(
    plugins: &Plugins<'_>,
    shutdown: impl Future<Output = ()> + Unpin,
) -> (Vec<Ended>, bool) {
    let (tell, news) = mpsc::unbounded_channel();
    thread::scope(|scope| {
        for number in 0..plugins.plan.lanes {
            let told = tell.clone();
            let lane = thread::Builder::new().name(format!("pp-lane-{number}"));
            let started = lane.spawn_scoped(scope, move || carry(plugins, number, &told));
            if let Err(error) = started {
                let _ = tell.send(News::Ended(lost(format!("no thread for a lane: {error}"))));
                Phase::drain(&plugins.phase, Duration::ZERO);
            }
        }
        drop(tell);
        Handle::current().block_on(supervise(plugins, news, shutdown))
    })
}

/// The life of one lane, on its own thread.
fn carry(plugins: &Plugins<'_>, number: u32, tell: &mpsc::UnboundedSender<News>) {
    let runtime = match Builder::new_current_thread().enable_time().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = tell.send(News::Ended(lost(format!("no runtime for a lane: {error}"))));
            return;
        }
    };
    let ended = runtime.block_on(async {
        let mut phases = plugins.phase.subscribe();
        match Lane::open(plugins, number).await {
            Ok(lane) => {
                let _ = tell.send(News::Opened);
                let _ = phases.wait_for(|phase| *phase != Phase::Opening).await;
                lane.run().await
            }
            Err(failure) => Ended { in_flight: 0, failure: Some(failure), warnings: Vec::new() },
        }
    });
    if ended.failure.is_some() {
        Phase::drain(&plugins.phase, plugins.drain);
    }
    let _ = tell.send(News::Ended(ended));
}

/// Lets the lanes run once all are open, and drain once `shutdown` is ready.
async fn supervise(
    plugins: &Plugins<'_>,
    mut news: mpsc::UnboundedReceiver<News>,
    mut shutdown: impl Future<Output = ()> + Unpin,
) -> (Vec<Ended>, bool) {
    let (mut ended, mut opened, mut interrupted) = (Vec::new(), 0, false);
    loop {
        tokio::select! {
            told = news.recv() => match told {
                Some(News::Opened) => {
                    opened += 1;
                    if opened == plugins.plan.lanes {
                        start(&plugins.phase);
                    }
                }
                Some(News::Ended(end)) => ended.push(end),
                None => break,
            },
            () = &mut shutdown, if !interrupted => {
                interrupted = true;
                Phase::drain(&plugins.phase, plugins.drain);
            }
        }
    }
    // A lane that says nothing was lost to a panic of the host itself.
    for _ in ended.len()..plugins.plan.lanes as usize {
        ended.push(lost("the thread of a lane was lost".to_owned()));
    }
    (ended, interrupted)
}

fn start(phase: &watch::Sender<Phase>) {
    phase.send_if_modified(|phase| {
        let starts = *phase == Phase::Opening;
        if starts {
            *phase = Phase::Running;
        }
        starts
    });
}

fn lost(message: String) -> Ended {
    let failure = Some(Failure { kind: STEP_FAILED, step: 0, message });
    Ended { in_flight: 0, failure, warnings: Vec::new() }
}
