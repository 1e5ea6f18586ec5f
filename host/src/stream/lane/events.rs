//! What a lane waits for beside its source.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use futures_util::stream::FuturesUnordered;
use plugin_abi::stage::SinkObject_TO;
use plugin_abi::{ErrorClass, PErr, Report, SinkBox};
use plugin_api::Error;

use super::{CLOSING, Lane};
use crate::stream::outlet::Step;
use crate::stream::parcel::Parcel;

/// Something that a lane began has ended.
pub enum Event {
    /// A write has its report.
    Written {
        /// Position of the sink's step.
        step: usize,
        /// The number of the write.
        write: u64,
        /// When it began.
        begun: Instant,
        /// What became of its records.
        report: Result<Report, PErr>,
    },
    /// A sink has sent what it held.
    Flushed,
    /// A pause is over: the sink of this step gets its records again.
    Due(usize),
    /// A sink was opened anew, or could not be.
    Reopened {
        /// Position of the sink's step.
        step: usize,
        /// The new stage.
        opened: Result<SinkBox, Error>,
    },
}

impl Event {
    /// Whether records of a write of that step have to be written again.
    fn is_failure_to_repeat(&self, of: usize) -> bool {
        let is_repeated =
            |class| class == ErrorClass::RETRIABLE || class == ErrorClass::CLIENT_FATAL;
        match self {
            Self::Written { step, report: Err(error), .. } => {
                *step == of && is_repeated(error.class)
            }
            Self::Written { step, report: Ok(report), .. } => {
                *step == of && report.undelivered().iter().any(|error| is_repeated(error.class))
            }
            _ => false,
        }
    }
}

pub type Ending = Pin<Box<dyn Future<Output = Event>>>;
pub type Events = FuturesUnordered<Ending>;

impl Lane<'_> {
    /// Begins something. It is polled at once, because the order of first polls is the order in which
    /// a sink takes its batches.
    pub(super) fn begin(&mut self, mut ending: Ending) {
        match ending.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(event) => self.ready.push_back(event),
            // Polled again, with a waker that wakes, before anything is waited for.
            Poll::Pending => self.events.push(ending),
        }
    }

    pub(super) fn handle(&mut self, event: Event) {
        match event {
            Event::Written { step, write, begun, report } => {
                self.written(step, write, begun, report);
                self.go_on(step);
            }
            Event::Due(step) => self.write_again(step),
            Event::Reopened { step, opened: Ok(stage) } => {
                self.flow.observed.counters.rebuilt();
                if let Some(outlet) = self.outlets.get_mut(&step) {
                    outlet.stage = Some(stage);
                }
                self.write_again(step);
            }
            Event::Reopened { step, opened: Err(error) } => self.reopen_later(step, &error),
            Event::Flushed => {}
        }
    }

    /// Gives a sink records, now or when it is their turn.
    pub(super) fn submit(&mut self, step: usize, parcel: Parcel) {
        self.ledger.hold(parcel.seq);
        let admitted = self.outlets.get_mut(&step).and_then(|outlet| outlet.admit(parcel));
        if let Some(parcel) = admitted {
            self.write(step, parcel);
        }
    }

    fn write(&mut self, step: usize, parcel: Parcel) {
        let Some(outlet) = self.outlets.get_mut(&step) else { return };
        // A sink may have answered at once: what failed there must not be overtaken.
        if self.gives_up || self.ready.iter().any(|event| event.is_failure_to_repeat(step)) {
            outlet.postpone(parcel);
            return;
        }
        let Some(stage) = &outlet.stage else {
            outlet.postpone(parcel);
            return;
        };
        let begun = Instant::now();
        let records = parcel.batch.records().len() as u64;
        self.flow.observed.steps[step].begin(records);
        let writing = SinkObject_TO::write(stage, parcel.batch.clone());
        let write = outlet.begin(parcel);
        self.begin(Box::pin(async move {
            let report = writing.await.into_result();
            Event::Written { step, write, begun, report }
        }));
        if self.is_over {
            self.late.insert(step);
        }
    }

    /// Has a sink send what waits for fuller batches.
    pub(super) fn flush(&mut self, step: usize) {
        if self.gives_up {
            return;
        }
        let stage = self.outlets.get(&step).and_then(|outlet| outlet.stage.as_ref());
        let Some(stage) = stage else { return };
        let left = plugin_abi::lane::left_until(self.phase.borrow().deadline());
        let flush = SinkObject_TO::flush(stage, left);
        self.begin(Box::pin(async move {
            let _ = flush.await;
            Event::Flushed
        }));
    }

    fn write_again(&mut self, step: usize) {
        let parcels = self.outlets.get_mut(&step).map(|outlet| outlet.resume()).unwrap_or_default();
        for parcel in parcels {
            self.write(step, parcel);
        }
    }

    /// After a report: pauses, opens the sink anew, or lets in what waited.
    fn go_on(&mut self, step: usize) {
        let Some(outlet) = self.outlets.get_mut(&step) else { return };
        let waited = outlet.recovered();
        let next = match &self.failure {
            None if !self.gives_up => outlet.step(),
            // The stream stops; what is not stored stays in flight.
            _ => Step::Wait,
        };
        match next {
            Step::Wait => {}
            Step::Pause(pause) => self.begin(Box::pin(async move {
                tokio::time::sleep(pause).await;
                Event::Due(step)
            })),
            Step::Rebuild(pause) => {
                let (old, opener) = (outlet.stage.take(), outlet.opener.clone());
                self.begin(Box::pin(async move {
                    if let Some(old) = old {
                        close(&old).await;
                    }
                    tokio::time::sleep(pause).await;
                    Event::Reopened { step, opened: opener.sink().await }
                }));
            }
        }
        for parcel in waited {
            self.write(step, parcel);
        }
    }

    fn reopen_later(&mut self, step: usize, error: &Error) {
        if error.class != plugin_api::ErrorClass::Retriable {
            self.fail(step, &error.message);
            return;
        }
        let Some(outlet) = self.outlets.get_mut(&step) else { return };
        let (pause, opener) = (outlet.pause_before_rebuild(), outlet.opener.clone());
        tracing::warn!(step, "a sink cannot be opened anew yet: {error}");
        self.begin(Box::pin(async move {
            tokio::time::sleep(pause).await;
            Event::Reopened { step, opened: opener.sink().await }
        }));
    }
}

async fn close(stage: &SinkBox) {
    let until = Instant::now() + CLOSING;
    let closed = SinkObject_TO::close(stage, plugin_abi::lane::left_until(Some(until)));
    if tokio::time::timeout_at(until.into(), closed).await.is_err() {
        tracing::warn!("a sink that failed did not close within {CLOSING:?}");
    }
}
