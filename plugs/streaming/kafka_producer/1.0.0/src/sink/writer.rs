//! One lane's way to Kafka: prepared batches in, reports out.

use super::overdue::Overdue;
use super::prepare::Preparation;
use super::settle::Reports;
use kafka_client::{ClientTrouble, ErrorClass, LaneProducer, Written};
use plugin_api::Batch;
use plugin_api::sink::Report;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

/// How long a client that has delivered before may hear that its configuration is wrong. A broker
/// that dies within a handshake sounds the same as one that refuses it.
const SECOND_THOUGHTS: Duration = Duration::from_secs(30);

/// Writes batches of one lane.
pub struct Writer {
    /// The lane's own client.
    pub producer: LaneProducer,
    /// What is done before.
    pub preparation: Preparation,
    overdue: Mutex<Overdue>,
    has_delivered: AtomicBool,
    /// Since when the client has been told that its configuration is wrong, without a break.
    refused_since: Mutex<Option<Instant>>,
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
            refused_since: Mutex::new(None),
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
        let trouble = self.producer.trouble().filter(is_config_fatal);
        let mut since = self.refused_since.lock().unwrap_or_else(PoisonError::into_inner);
        let first = match &trouble {
            Some(_) => *since.get_or_insert_with(Instant::now),
            None => {
                *since = None;
                return None;
            }
        };
        let is_new = !self.has_delivered.load(Ordering::Relaxed);
        trouble.filter(|_| is_new || first.elapsed() >= SECOND_THOUGHTS)
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

#[cfg(test)]
mod tests;
