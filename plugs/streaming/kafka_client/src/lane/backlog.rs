//! Handing a lane's batches over, first come first served. What meets a full queue waits here, and
//! all later batches behind it: that is the back-pressure, and it keeps the order.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use plugin_abi::Batch;
use rdkafka::bindings::rd_kafka_resp_err_t::{
    RD_KAFKA_RESP_ERR__DESTROY, RD_KAFKA_RESP_ERR__INVALID_ARG, RD_KAFKA_RESP_ERR__PURGE_QUEUE,
    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
};

use super::flights::Ticket;
use crate::backlog::{Handed, next_run, partition_has_gone};
use crate::native::Held;
use crate::placement::{Placed, UNASSIGNED};
use crate::records::Records;
use crate::topics::KnownTopic;

/// A batch of which some records are not handed over yet.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub flight: u32,
    pub batch: Arc<Batch>,
    /// In the order of handing over.
    pub placed: Vec<Placed>,
    /// One a topic that `placed` names; `None` for a name that librdkafka does not take.
    pub topics: Vec<Option<Arc<KnownTopic>>>,
    /// Everything before this position of `placed` is handed over or settled.
    pub next: usize,
}

impl Waiting {
    /// Hands over what the queue takes. `true` once nothing is left.
    fn hand_over(&mut self, held: &mut Held<'_>) -> bool {
        while let Some(run) = next_run(&*self.batch, &self.placed, self.next) {
            let (one, end) = (run[0], self.next + run.len());
            let topic = self.topics.get(one.topic as usize).and_then(Option::as_deref);
            let handed = match topic {
                None => {
                    Handed::read(run, run.iter().map(|_| RD_KAFKA_RESP_ERR__INVALID_ARG as i32))
                }
                Some(topic) if self.batch.goes_alone(one.index as usize) => {
                    held.produce_alone(&topic.handle, self.flight, one)
                }
                Some(topic) => held.produce(&topic.handle, self.flight, run),
            };
            if partition_has_gone(&handed, &*self.batch, one) {
                topic.into_iter().for_each(KnownTopic::forget_view);
                self.leave_to_librdkafka(end);
                continue;
            }
            self.next += handed.count;
            for (index, code) in handed.refused {
                held.refuse(Ticket { flight: self.flight, index }, code, None);
            }
            if handed.full {
                return false;
            }
        }
        true
    }

    /// The partition we chose is not there any more: librdkafka knows the current ones.
    fn leave_to_librdkafka(&mut self, end: usize) {
        for placed in self.placed.iter_mut().take(end).skip(self.next) {
            placed.partition = UNASSIGNED;
        }
    }

    /// Settles as not sent the record that is next.
    fn refuse_next(&mut self, held: &mut Held<'_>, code: i32, reason: &str) {
        if let Some(placed) = self.placed.get(self.next) {
            held.refuse(Ticket { flight: self.flight, index: placed.index }, code, Some(reason));
            self.next += 1;
        }
    }

    fn refuse_rest(&mut self, held: &mut Held<'_>, code: i32, reason: &str) {
        while self.next < self.placed.len() {
            self.refuse_next(held, code, reason);
        }
    }

    /// Settles the records whose descriptors point outside their batch; they are never sent.
    fn refuse_strays(&mut self, held: &mut Held<'_>) {
        let Self { batch, placed, flight, .. } = self;
        if batch.records().iter().all(|record| batch.holds(record)) {
            return;
        }
        let code = RD_KAFKA_RESP_ERR__INVALID_ARG as i32;
        placed.retain(|placed| {
            let index = placed.index;
            let stray = !batch.holds(&batch.records()[index as usize]);
            if stray {
                let reason = "the descriptor of the record points outside its batch";
                held.refuse(Ticket { flight: *flight, index }, code, Some(reason));
            }
            !stray
        });
    }
}

/// The batches that wait for room, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    waiting: VecDeque<Waiting>,
    /// The producer is closed: what comes now is refused.
    is_closed: bool,
    /// What waited was given up: nothing waits any more.
    is_given_up: bool,
    /// Since when a batch has been waiting without a break.
    full_since: Option<Instant>,
    /// How long batches waited before that.
    was_full: Duration,
}

impl Backlog {
    /// Hands a batch over, or as much of it as there is room for.
    pub fn add(&mut self, mut batch: Waiting, held: &mut Held<'_>) {
        if self.is_closed {
            let reason = "the producer is closed; connect a new one";
            batch.refuse_rest(held, RD_KAFKA_RESP_ERR__DESTROY as i32, reason);
            return;
        }
        batch.refuse_strays(held);
        self.waiting.push_back(batch);
        if self.waiting.len() == 1 {
            self.serve(held);
        }
    }

    /// Hands over what there is room for.
    pub fn serve(&mut self, held: &mut Held<'_>) {
        while let Some(oldest) = self.waiting.front_mut() {
            if oldest.hand_over(held) {
                self.waiting.pop_front();
            } else if held.at_client() == 0 {
                // Nothing is there that could make room.
                let reason = "the record is larger than `queue.buffering.max.kbytes`";
                oldest.refuse_next(held, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE as i32, reason);
            } else {
                break;
            }
        }
        self.measure();
    }

    /// Refuses every batch from now on; those that wait keep their place. Gives whether all was given
    /// up before.
    pub fn close(&mut self) -> bool {
        self.is_closed = true;
        self.is_given_up
    }

    /// Settles as not sent what waits.
    pub fn give_up(&mut self, held: &mut Held<'_>) {
        self.is_given_up = true;
        for mut batch in self.waiting.drain(..) {
            let reason = "the producer was closed before the record was handed over";
            batch.refuse_rest(held, RD_KAFKA_RESP_ERR__PURGE_QUEUE as i32, reason);
        }
        self.measure();
    }

    /// Whether no batch waits for room.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How long the queue has been full, altogether.
    pub fn full_time(&self) -> Duration {
        self.was_full + self.full_since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn measure(&mut self) {
        if self.waiting.is_empty() {
            self.was_full = self.full_time();
            self.full_since = None;
        } else if self.full_since.is_none() {
            self.full_since = Some(Instant::now());
        }
    }
}
