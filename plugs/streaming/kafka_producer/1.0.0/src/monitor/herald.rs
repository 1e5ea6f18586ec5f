//! Telling the plug monitoring_prometheus that this producer is alive.
//!
//! It is somebody else's code, so it is called on a thread of its own and waited for no longer than
//! a quarter of a second. While one call is under way there is no other.

use plugin_api::plug::Plug;
use plugin_api::{Ctx, Error, Result};
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::pin::pin;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// The gauge says the same each time, so that more often is no better.
const EVERY: Duration = Duration::from_secs(1);

/// A publish does not wait longer than this for its monitor.
const PATIENCE: Duration = Duration::from_millis(250);

const MONITOR: &str = "monitoring_prometheus";

/// Who tells, and when it was told last.
#[derive(Default)]
pub struct Herald(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    last: Option<Instant>,
    is_telling: bool,
    /// Said once: the next warning comes after it worked again.
    is_failing: bool,
}

#[derive(Serialize)]
struct Health {
    metric_name: &'static str,
    metric_value: u8,
    labels: Labels,
}

#[derive(Serialize)]
struct Labels {
    plugin: &'static str,
    version: &'static str,
}

const HEALTH: Health = Health {
    metric_name: "kafka_producer_health",
    metric_value: 1,
    labels: Labels { plugin: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
};

#[derive(Serialize)]
struct NoOptions {}

#[derive(Deserialize)]
struct Told {
    prometheus_error: Option<String>,
}

impl Herald {
    /// Tells the monitor, when it is time to and there is one. What goes wrong is logged.
    pub async fn tell(&self, ctx: &Ctx) {
        if !held(&self.0).begins() {
            return;
        }
        match ctx.pp(MONITOR).await {
            Ok(None) => held(&self.0).is_telling = false,
            Ok(Some(monitor)) => self.tell_aside(ctx.clone(), monitor),
            Err(error) => held(&self.0).ends(Err(error)),
        }
    }

    fn tell_aside(&self, ctx: Ctx, monitor: Plug) {
        let (say, told) = channel();
        let state = Arc::clone(&self.0);
        let body = move || {
            let answer = wait(health(&ctx, &monitor));
            held(&state).ends(answer);
            // Nobody waits any more when it took too long.
            let _ = say.send(());
        };
        let spawned = thread::Builder::new().name("kafka_producer_health".to_owned()).spawn(body);
        if let Err(error) = spawned {
            return held(&self.0).ends(Err(Error::retriable(error.to_string())));
        }
        if told.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            held(&self.0).fails(&format!("no answer in {PATIENCE:?}"));
        }
    }
}

async fn health(ctx: &Ctx, monitor: &Plug) -> Result<()> {
    let answer = monitor.process(ctx, &HEALTH, &NoOptions {}).await?;
    // A monitor with another answer is none of our business.
    match answer.parse::<Told>() {
        Ok(Told { prometheus_error: Some(error) }) => Err(Error::record(error)),
        _ => Ok(()),
    }
}

impl State {
    /// Whether it is time to tell; then it counts as being told.
    fn begins(&mut self) -> bool {
        let is_early = self.last.is_some_and(|last| last.elapsed() < EVERY);
        if is_early || self.is_telling {
            return false;
        }
        self.last = Some(Instant::now());
        self.is_telling = true;
        true
    }

    fn ends(&mut self, answer: Result<()>) {
        self.is_telling = false;
        match answer {
            Ok(()) => self.is_failing = false,
            Err(error) => self.fails(&error.message),
        }
    }

    fn fails(&mut self, why: &str) {
        if !std::mem::replace(&mut self.is_failing, true) {
            tracing::warn!(
                "the plug {MONITOR} does not record the health of this producer, which goes on \
                 without: {why}"
            );
        }
    }
}

fn held(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The future's answer; this thread sleeps until it is there.
fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => thread::park(),
        }
    }
}
