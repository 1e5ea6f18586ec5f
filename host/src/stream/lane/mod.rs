//! One lane: a thread that carries batches from its source to its sinks. Nothing of it is shared but
//! what is counted.
//!
//! * `open`: the stages of the lane
//! * `events`: what a lane waits for
//! * `reports`: what a sink's report does
//! * `idle`: what the time went to in which nothing could be read

mod events;
mod idle;
mod open;
mod reports;

pub use open::Plugins;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use plugin_abi::stage::{Next, SinkObject_TO, SourceObject_TO};
use plugin_abi::{Answer, Batch, ErrorClass, Pending, SourceBox};
use tokio::sync::watch;
use tokio::time::{sleep_until, timeout_at};

use super::descriptors::bytes_of;
use super::flow::{Arrival, Flow};
use super::ledger::{Ledger, Origin};
use super::outlet::Outlet;
use super::parcel::Parcel;
use super::phase::Phase;
use events::{Event, Events};
use idle::Idle;

/// What a failure is called while records move.
pub const STEP_FAILED: &str = "step_failed";
/// How long a source that has nothing is left alone.
const REST: Duration = Duration::from_millis(10);
/// The same after a retriable error.
const LONG_REST: Duration = Duration::from_secs(1);
/// How often stages are asked about themselves.
const TICK: Duration = Duration::from_secs(1);
/// How long all stages of a lane together have for their last calls.
const CLOSING: Duration = Duration::from_secs(5);
/// The same when records stay in flight.
const CLOSING_LATE: Duration = Duration::from_secs(1);

/// Why a stream stopped, or did not start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What the answer calls it.
    pub kind: &'static str,
    /// Position of the step.
    pub step: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

/// How a lane ended.
#[derive(Debug)]
pub struct Ended {
    /// Records without a final state; `None` when the lane could not close its books.
    pub in_flight: Option<u64>,
    /// Why it stopped before its source ended.
    pub failure: Option<Failure>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

impl Default for Ended {
    /// A lane that has read nothing.
    fn default() -> Self {
        Self { in_flight: Some(0), failure: None, warnings: Vec::new() }
    }
}

/// A running lane.
pub struct Lane<'p> {
    number: usize,
    flow: Flow<'p>,
    source: SourceBox,
    outlets: BTreeMap<usize, Outlet>,
    /// The topic each step is configured with, or nothing.
    topics: &'p [String],
    ledger: Ledger,
    events: Events,
    /// Events that were there at once.
    ready: VecDeque<Event>,
    /// Sinks that were written to since no more records come: nothing else will fill their batches.
    late: BTreeSet<usize>,
    /// Records whose refusal stopped the stream.
    stuck: Vec<Origin>,
    failure: Option<Failure>,
    phase: watch::Sender<Phase>,
    drain: Duration,
    idle: Idle,
    /// Until then the source is left alone.
    rest_until: Option<Instant>,
    /// No more records come.
    is_over: bool,
    /// Nothing is written any more either: what is not stored stays in flight.
    gives_up: bool,
}

impl Lane<'_> {
    /// Carries batches until the source ends, the stream drains, or something fails.
    pub async fn run(mut self) -> Ended {
        let mut phases = self.phase.subscribe();
        let mut next: Option<Pending<Next>> = None;
        let mut tick = Instant::now() + TICK;
        loop {
            self.settle();
            let draining = phases.borrow_and_update().deadline();
            if draining.is_some() && !self.is_over {
                next = None;
                self.read_no_more();
                continue;
            }
            if self.is_done() || draining.is_some_and(|until| until <= Instant::now()) {
                break;
            }
            let may_read = self.may_read();
            if may_read && next.is_none() && self.rest_until.is_none() {
                next = Some(SourceObject_TO::next(&self.source, self.flow.plan.batch.records));
            }
            let wake = [Some(tick), draining, self.rest_until].into_iter().flatten().min();
            tokio::select! {
                biased;
                Some(event) = self.events.next(), if !self.events.is_empty() => {
                    self.ready.push_back(event);
                }
                answer = pending(&mut next), if may_read && next.is_some() => {
                    next = None;
                    self.take(answer);
                }
                _ = phases.changed() => {}
                () = sleep_until(wake.unwrap_or(tick).into()) => {}
            }
            let now = Instant::now();
            self.rest_until.take_if(|until| *until <= now);
            if tick <= now {
                tick = now + TICK;
                self.ask_stages();
            }
        }
        drop(next);
        self.take_what_is_there();
        self.close().await
    }

    /// Reports that came while the lane was held up are not lost because its time is over. Nothing
    /// is begun any more.
    fn take_what_is_there(&mut self) {
        self.gives_up = true;
        while let Some(Some(event)) = self.events.next().now_or_never() {
            self.ready.push_back(event);
        }
        self.settle();
    }

    /// Handles what is ready and acknowledges what is final.
    fn settle(&mut self) {
        loop {
            while let Some(event) = self.ready.pop_front() {
                self.handle(event);
            }
            let late = std::mem::take(&mut self.late);
            if late.is_empty() {
                break;
            }
            late.into_iter().for_each(|step| self.flush(step));
        }
        while let Some(settled) = self.ledger.settled() {
            self.flow.observed.counters.settle(&settled.tally);
            let kept = SourceObject_TO::ack(&self.source, settled.source_batch).into_result();
            if let Err(error) = kept {
                self.fail(0, error.message());
            }
        }
    }

    /// Whether there is room for one more batch. Notes what the time goes to.
    fn may_read(&mut self) -> bool {
        let has_room = self.ledger.len() < self.flow.plan.in_flight as usize;
        let may_read = has_room && !self.is_over;
        let busy = self.outlets.values().filter(|outlet| outlet.is_busy());
        let busy = busy.map(|outlet| &self.flow.observed.steps[outlet.step]);
        self.idle.note(self.is_over, has_room, self.flow.observed, busy);
        may_read
    }

    fn take(&mut self, answer: Answer<Next>) {
        match answer.into_result() {
            Ok(next) if next.kind == Next::BATCH => self.enter(next.batch),
            Ok(next) if next.kind == Next::END => self.read_no_more(),
            Ok(_) => self.rest_until = Some(Instant::now() + REST),
            Err(error) if error.class == ErrorClass::RETRIABLE => {
                let wait = match error.retry_after_ms {
                    0 => LONG_REST,
                    wait => Duration::from_millis(wait),
                };
                let step = &self.flow.plan.steps[0].id;
                tracing::warn!(step, "the source will be asked again: {}", error.message());
                self.rest_until = Some(Instant::now() + wait);
            }
            Err(error) => self.fail(0, error.message()),
        }
    }

    /// Sends a batch of the source on its way.
    fn enter(&mut self, mut batch: Batch) {
        let records = batch.records().len();
        if batch.records().iter().zip(0..).any(|(meta, index)| meta.origin != index) {
            // Editing clears what is known of the values, which stay as they are.
            let flags = batch.flags;
            batch.records_mut().iter_mut().zip(0..).for_each(|(meta, index)| meta.origin = index);
            batch.flags = flags;
        }
        let bytes = bytes_of(&batch);
        self.flow.observed.counters.read(records as u64, bytes);
        self.flow.observed.steps[0].passed(records as u64, bytes);
        let seq = self.ledger.enter(&batch);
        for arrival in self.flow.pass(batch) {
            match arrival {
                Arrival::Sink { step, batch } => {
                    self.submit(step, Parcel { seq, batch, attempts: 0, dead: false });
                }
                Arrival::Refused { step, batch, errors } => {
                    self.refuse(step, &Parcel { seq, batch, attempts: 0, dead: false }, &errors);
                }
            }
        }
        self.ledger.release(seq);
    }

    /// No more records come: sinks send what waits for fuller batches.
    fn read_no_more(&mut self) {
        if std::mem::replace(&mut self.is_over, true) {
            return;
        }
        let steps: Vec<usize> = self.outlets.keys().copied().collect();
        steps.into_iter().for_each(|step| self.flush(step));
    }

    /// Whether nothing more can become final.
    fn is_done(&self) -> bool {
        let is_busy = self.outlets.values().any(Outlet::is_busy);
        let is_stuck = self.failure.is_some() && !is_busy;
        self.is_over && self.ready.is_empty() && (self.ledger.is_empty() || is_stuck)
    }

    /// Stops the stream: lanes read no more and drain.
    fn fail(&mut self, step: usize, message: &str) {
        let message = message.to_owned();
        self.failure.get_or_insert(Failure { kind: STEP_FAILED, step, message });
        Phase::drain(&self.phase, self.drain);
    }

    /// Closes the books and the stages.
    async fn close(mut self) -> Ended {
        self.ask_stages();
        let mut unsettled = std::mem::take(&mut self.stuck);
        unsettled.extend(self.outlets.values().flat_map(Outlet::unsettled));
        unsettled.sort_unstable();
        unsettled.dedup();
        let (tally, in_flight) = self.ledger.abandon(&unsettled);
        self.flow.observed.counters.settle(&tally);
        self.flow.observed.closing.begins();
        // What is still in flight after draining has had its time.
        let wait = if in_flight == 0 { CLOSING } else { CLOSING_LATE };
        let until = Instant::now() + wait;
        let left = plugin_abi::lane::left_until(Some(until));
        let mut closing = Vec::new();
        for outlet in self.outlets.values_mut() {
            if let Some(stage) = outlet.stage.take() {
                closing.push((outlet.step, SinkObject_TO::close(&stage, left)));
            }
        }
        closing.push((0, SourceObject_TO::close(&self.source, left)));
        for (step, closed) in closing {
            match timeout_at(until.into(), closed).await.map(Answer::into_result) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => self.fail(step, error.message()),
                // With records in flight there is more to say than that.
                Err(_) if in_flight > 0 => {}
                Err(_) => {
                    let text = "the stage did not close in time, so what it reported may be lost";
                    self.fail(step, text);
                }
            }
        }
        // Writes that were given up end with their stage, not after it.
        self.events = FuturesUnordered::new();
        let warnings = self.flow.warnings.as_slice().to_vec();
        Ended { in_flight: Some(in_flight), failure: self.failure, warnings }
    }
}

async fn pending(next: &mut Option<Pending<Next>>) -> Answer<Next> {
    match next {
        Some(next) => next.await,
        None => std::future::pending().await,
    }
}
