//! One lane's way to Kafka: prepared batches in, reports out.

use super::overdue::Overdue;
use super::prepare::Preparation;
use super::settle::Reports;
use kafka_client::{ClientTrouble, ErrorClass, LaneProducer, REFUSED_ADDRESS, Written};
use plugin_api::Batch;
use plugin_api::sink::Report;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

/// How long a client may hear that its configuration is wrong where that may pass. A broker that dies
/// within a handshake sounds the same as one that refuses it.
const SECOND_THOUGHTS: Duration = Duration::from_secs(30);

/// The time of a client's refusals. Other errors between them, such as a closed connection, are no
/// break; a delivery is, and so is a pause of [`SECOND_THOUGHTS`].
#[derive(Clone, Copy)]
struct Refused {
    first: Instant,
    last: Instant,
}

/// Writes batches of one lane.
pub struct Writer {
    /// The lane's own client.
    pub producer: LaneProducer,
    /// What is done before.
    pub preparation: Preparation,
    overdue: Mutex<Overdue>,
    has_delivered: AtomicBool,
    second_thoughts: Duration,
    /// When the client was told that its configuration is wrong.
    refused: Mutex<Option<Refused>>,
    /// Why no broker will ever take a record of this client.
    hopeless: OnceLock<ClientTrouble>,
}

impl Writer {
    /// A writer whose topics may fail for `topic_patience`.
    pub fn new(producer: LaneProducer, preparation: Preparation, topic_patience: Duration) -> Self {
        Self {
            producer,
            preparation,
            overdue: Mutex::new(Overdue::new(topic_patience)),
            has_delivered: AtomicBool::new(false),
            second_thoughts: SECOND_THOUGHTS,
            refused: Mutex::new(None),
            hopeless: OnceLock::new(),
        }
    }

    /// Writes one batch. Everything up to the hand-over happens when this is first polled.
    pub async fn write(&self, batch: Batch) -> Report {
        let remaining = self.preparation.prepare(batch);
        if remaining.batch.records().is_empty() {
            return Report::new(0, remaining.into_refused(), Vec::new());
        }
        let written = self.reported(remaining.batch.clone()).await;
        if written.delivered > 0 {
            self.has_delivered.store(true, Ordering::Relaxed);
        }
        let trouble = self.lethal_trouble();
        let reports = Reports {
            batch: &remaining.batch,
            written: &written,
            trouble: trouble.as_ref(),
            topics: &self.preparation.topics,
            now: Instant::now(),
        };
        let mut overdue = self.overdue.lock().unwrap_or_else(PoisonError::into_inner);
        let mut errors = reports.settle(&mut overdue);
        errors.iter_mut().for_each(|error| error.index = remaining.index(error.index));
        errors.extend(remaining.into_refused());
        Report::new(written.delivered, errors, Vec::new())
    }

    /// Waits for the reports. Records never time out, so a client that no broker will ever let in is
    /// given up here.
    async fn reported(&self, batch: Batch) -> Written {
        let mut writing = pin!(self.producer.write(batch, self.preparation.topics.own()));
        poll_fn(|context| match writing.as_mut().poll(context) {
            Poll::Pending if self.is_hopeless() => writing.as_mut().poll(context),
            state => state,
        })
        .await
    }

    /// Whether the client is given up, after which all its writes end.
    fn is_hopeless(&self) -> bool {
        if self.hopeless.get().is_none() {
            let Some(trouble) = self.refusal_that_stays() else { return false };
            let _first_wins = self.hopeless.set(trouble);
            self.producer.close(Duration::ZERO);
        }
        true
    }

    fn refusal_that_stays(&self) -> Option<ClientTrouble> {
        let trouble = self.producer.trouble();
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(trouble) = trouble else {
            *refused = None;
            return None;
        };
        if !is_config_fatal(&trouble) {
            return None;
        }
        let last = Instant::now();
        let before = refused.filter(|before| last - before.last < SECOND_THOUGHTS);
        let first = before.map_or(last, |before| before.first);
        *refused = Some(Refused { first, last });
        let was_let_in = self.has_delivered.load(Ordering::Relaxed);
        let may_pass = |trouble: &ClientTrouble| was_let_in || is_broken_handshake(trouble);
        let is_over = last - first >= self.second_thoughts;
        (is_over || !may_pass(&trouble)).then_some(trouble)
    }

    /// A trouble that no record of this client survives.
    fn lethal_trouble(&self) -> Option<ClientTrouble> {
        let fatal = |trouble: &ClientTrouble| trouble.class == ErrorClass::ClientFatal;
        self.hopeless.get().cloned().or_else(|| self.producer.trouble().filter(fatal))
    }
}

fn is_config_fatal(trouble: &ClientTrouble) -> bool {
    trouble.class == ErrorClass::ConfigFatal
}

/// Whether the trouble may be that of a broker that is starting or dying. A client that takes the place
/// of a broken one has delivered nothing yet, so even a first connection gets the benefit of the doubt;
/// a refused login does not, since only a broker that is well says so. An address that may not be
/// dialled may be one of several of a broker.
fn is_broken_handshake(trouble: &ClientTrouble) -> bool {
    matches!(trouble.code.as_str(), "_SSL" | REFUSED_ADDRESS)
}

#[cfg(test)]
mod tests;
