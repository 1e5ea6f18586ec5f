//! A stream from its first to its last record.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use tokio::sync::{mpsc, watch};

use super::lane::{Ended, Failure, Lane, Plugins, STEP_FAILED};
use super::observed::Observed;
use super::phase::Phase;
use super::prepare::{Prepared, prepare};
use super::report;
use crate::json::{self, Segment};
use crate::pipeline::expr::Warnings;
use crate::pipeline::plan::stream::StreamPlan;
use crate::registry::Registry;
use crate::run::Answer;
use crate::run::context::Identity;
use crate::secrets::Redactor;

/// How a stream is run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long what is in flight may become final after the stream was asked to stop.
    pub drain: Duration,
}

/// How much longer than draining a lane may take to close its stages. One that takes longer is held up
/// by a plugin, and left behind.
const CLOSING: Duration = Duration::from_secs(6);

/// What a lane tells.
enum News {
    Opened,
    Ended(Ended),
}

/// Runs a stream until its source ends, something fails, or `shutdown` is ready: then nothing more is
/// read and what is in flight becomes final. `watch` is given what can be seen of it, before it starts.
///
/// A plugin that never gives a thread back costs that thread: it outlives this call, and with it the
/// plan, which is why the plan has to live as long as the process.
pub async fn run(
    plan: StreamPlan,
    registry: &Registry,
    options: Options,
    watch: impl FnOnce(&StreamPlan, Arc<Observed>),
    shutdown: impl Future<Output = ()>,
) -> Answer {
    let mut shutdown = pin!(shutdown);
    let (plan, identity) = (Arc::new(plan), Identity::now());
    let mut warnings = Warnings::default();
    let redactor = sensitive(&plan);
    let observed = Arc::new(Observed::new(plan.steps.iter().map(|step| step.id.clone())));
    let closing = report::Closing::new(Arc::clone(&plan), &identity, Arc::clone(&observed));
    let prepared = tokio::select! {
        prepared = prepare(&plan, registry, &identity, &redactor, &mut warnings) => prepared,
        () = shutdown.as_mut() => {
            let answer = closing.answer(Vec::new(), None, true, warnings);
            return answer.redacted(&redactor);
        }
    };
    let Prepared { openers, environments, topics } = match prepared {
        Ok(prepared) => prepared,
        Err(failure) => {
            let answer = closing.answer(Vec::new(), Some(failure), false, warnings);
            return answer.redacted(&redactor);
        }
    };
    watch(&plan, Arc::clone(&observed));
    let plugins = Arc::new(Plugins {
        plan,
        openers,
        environments,
        topics,
        timestamp: identity.timestamp.clone(),
        observed,
        phase: watch::Sender::new(Phase::Opening),
        drain: options.drain,
    });
    let (ended, interrupted) = supervise(&plugins, start_lanes(&plugins), shutdown).await;
    closing.answer(ended, None, interrupted, warnings).redacted(&redactor)
}

/// Knows the inputs that should not be shown.
fn sensitive(plan: &StreamPlan) -> Redactor {
    let redactor = Redactor::new();
    for name in &plan.sensitive {
        if let Some(value) = json::at(&plan.inputs, &[Segment::Key(name.clone())]) {
            redactor.add(value);
        }
    }
    redactor
}

/// Starts a thread for each lane. They are not joined: what they have to say they tell.
fn start_lanes(plugins: &Arc<Plugins>) -> mpsc::UnboundedReceiver<News> {
    let (tell, news) = mpsc::unbounded_channel();
    for number in 0..plugins.plan.lanes {
        let (plugins, told) = (Arc::clone(plugins), tell.clone());
        let lane = thread::Builder::new().name(format!("pp-lane-{number}"));
        if let Err(error) = lane.spawn(move || carry(&plugins, number, &told)) {
            let _ = tell.send(News::Ended(lost(format!("no thread for a lane: {error}"))));
        }
    }
    news
}

/// The life of one lane, on its own thread.
fn carry(plugins: &Plugins, number: u32, tell: &mpsc::UnboundedSender<News>) {
    let whole_life = || match Builder::new_current_thread().enable_time().build() {
        Ok(runtime) => runtime.block_on(open_and_run(plugins, number, tell)),
        Err(error) => lost(format!("no runtime for a lane: {error}")),
    };
    let ended = catch_unwind(AssertUnwindSafe(whole_life));
    let ended = ended.unwrap_or_else(|_| {
        lost("a lane panicked, a fault of the host: please report it".to_owned())
    });
    let _ = tell.send(News::Ended(ended));
}

async fn open_and_run(plugins: &Plugins, number: u32, tell: &mpsc::UnboundedSender<News>) -> Ended {
    let mut phases = plugins.phase.subscribe();
    let opened = tokio::select! {
        opened = Lane::open(plugins, number) => opened,
        _ = phases.wait_for(|phase| phase.deadline().is_some()) => return Ended::default(),
    };
    match opened {
        Ok(lane) => {
            let _ = tell.send(News::Opened);
            let _ = phases.wait_for(|phase| *phase != Phase::Opening).await;
            lane.run().await
        }
        Err(failure) => Ended { failure: Some(failure), ..Ended::default() },
    }
}

/// Lets the lanes run once all are open, drain once `shutdown` is ready or one of them has failed, and
/// leaves behind those that do not stop in time. Answers how each ended, and whether `shutdown` was
/// ready before.
async fn supervise(
    plugins: &Plugins,
    mut news: mpsc::UnboundedReceiver<News>,
    mut shutdown: Pin<&mut impl Future<Output = ()>>,
) -> (Vec<Ended>, bool) {
    let (mut ended, mut opened, mut interrupted) = (Vec::new(), 0, false);
    let mut phases = plugins.phase.subscribe();
    let lanes = plugins.plan.lanes as usize;
    while ended.len() < lanes {
        let end = phases.borrow_and_update().deadline().map(|until| until + CLOSING);
        tokio::select! {
            told = news.recv() => match told {
                Some(News::Opened) => {
                    opened += 1;
                    if opened == lanes {
                        plugins.observed.starts();
                        start(&plugins.phase);
                    }
                }
                Some(News::Ended(end)) => {
                    if end.failure.is_some() {
                        // Before all lanes are open nothing is in flight.
                        let wait = if opened < lanes { Duration::ZERO } else { plugins.drain };
                        Phase::drain(&plugins.phase, wait);
                    }
                    ended.push(end);
                }
                None => break,
            },
            () = shutdown.as_mut(), if !interrupted => {
                interrupted = true;
                Phase::drain(&plugins.phase, plugins.drain);
            }
            _ = phases.changed() => {}
            () = at(end) => break,
        }
    }
    for _ in ended.len()..lanes {
        let text = "a lane did not stop in time: a plugin holds its thread";
        ended.push(Ended { in_flight: None, ..lost(text.to_owned()) });
    }
    (ended, interrupted)
}

async fn at(end: Option<Instant>) {
    match end {
        Some(end) => tokio::time::sleep_until(end.into()).await,
        None => std::future::pending().await,
    }
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
    Ended { failure, in_flight: None, ..Ended::default() }
}
