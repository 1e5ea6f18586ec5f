//! Handing batches over to librdkafka, first come first served. A batch that meets a full queue
//! waits here, and all later ones behind it: that is the back-pressure, and it keeps the order.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use rdkafka::bindings::rd_kafka_resp_err_t::{
    RD_KAFKA_RESP_ERR__DESTROY, RD_KAFKA_RESP_ERR__INVALID_ARG, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
    RD_KAFKA_RESP_ERR__QUEUE_FULL, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
};

use crate::flight::{Flight, Landed};
use crate::placement::{Placed, UNASSIGNED};
use crate::records::Records;
use crate::topics::KnownTopic;

/// Records handed over in one call: enough to spread its cost, few enough to stay in the cache.
const RUN: usize = 2048;

/// What became of records handed to librdkafka.
#[derive(Debug, Default)]
pub(crate) struct Handed {
    /// How many of them are dealt with, counted from the first: taken or refused.
    pub count: usize,
    /// Index in the batch and code of those it refused.
    pub refused: Vec<(u32, i32)>,
    /// The queue is full: the rest is to be handed over again.
    pub full: bool,
}

impl Handed {
    /// Reads what librdkafka said of each record of a run; 0 is "taken".
    pub fn read(run: &[Placed], codes: impl IntoIterator<Item = i32>) -> Self {
        let mut handed = Self::default();
        for (placed, code) in run.iter().zip(codes) {
            // It takes none of the records behind this one either.
            if code == RD_KAFKA_RESP_ERR__QUEUE_FULL as i32 {
                handed.full = true;
                break;
            }
            if code != 0 {
                handed.refused.push((placed.index, code));
            }
            handed.count += 1;
        }
        handed
    }
}

/// A batch of which some records are not handed over yet.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub flight: Arc<Flight>,
    /// In the order of handing over.
    pub placed: Vec<Placed>,
    /// One a topic of the batch; `None` for a name that librdkafka does not take.
    pub topics: Vec<Option<Arc<KnownTopic>>>,
    /// What is not handed over by then is given back as failed.
    pub deadline: Instant,
    /// Everything before this position of `placed` is handed over or settled.
    pub next: usize,
}

impl Waiting {
    /// Hands over what the queue takes. `true` once nothing is left.
    fn hand_over(&mut self, landed: &mut Vec<Landed>) -> bool {
        // Held through the call: a refused last record must not free the bytes under it.
        let flight = Arc::clone(&self.flight);
        let Some(batch) = flight.batch() else { return true };
        while let Some(run) = next_run(&*batch, &self.placed, self.next) {
            let end = self.next + run.len();
            let (one, topic) = (run[0], self.topics.get(run[0].topic as usize));
            let handed = match topic.and_then(Option::as_ref) {
                None => {
                    Handed::read(run, run.iter().map(|_| RD_KAFKA_RESP_ERR__INVALID_ARG as i32))
                }
                Some(topic) if batch.goes_alone(one.index as usize) => {
                    topic.handle.produce_alone(&flight, &batch, one)
                }
                Some(topic) => topic.handle.produce(&flight, &batch, run),
            };
            if partition_has_gone(&handed, &*batch, one) {
                topic.into_iter().flatten().for_each(|topic| topic.forget_view());
                self.leave_to_librdkafka(end);
                continue;
            }
            self.next += handed.count;
            let refused = handed.refused.into_iter();
            landed.extend(refused.filter_map(|(index, code)| flight.refuse(index as usize, code)));
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

    /// Gives back as failed the record that is next, for which an empty queue has no room.
    fn refuse_next(&mut self, landed: &mut Vec<Landed>) {
        let Some(placed) = self.placed.get(self.next) else { return };
        let (index, code) = (placed.index as usize, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE as i32);
        let reason = "the record is larger than `queue.buffering.max.kbytes`";
        self.flight.remark(self.flight.slot(index), reason.to_owned());
        landed.extend(self.flight.refuse(index, code));
        self.next += 1;
    }

    /// Gives back as failed what is not handed over yet.
    fn give_up(&mut self, landed: &mut Vec<Landed>) {
        let code = RD_KAFKA_RESP_ERR__QUEUE_FULL as i32;
        let rest = self.placed.drain(..).skip(self.next);
        landed.extend(rest.filter_map(|placed| self.flight.refuse(placed.index as usize, code)));
        self.next = 0;
    }
}

/// Records from `start` on that one call can take: same topic and partition, and of a kind.
pub(crate) fn next_run<'a>(
    batch: &impl Records,
    placed: &'a [Placed],
    start: usize,
) -> Option<&'a [Placed]> {
    let rest = placed.get(start..)?;
    let first = rest.first()?;
    if batch.goes_alone(first.index as usize) {
        return rest.get(..1);
    }
    let explicit = |one: &Placed| batch.partition(one.index as usize).is_some();
    let alike = |one: &&Placed| {
        (one.topic, one.partition, explicit(one)) == (first.topic, first.partition, explicit(first))
            && !batch.goes_alone(one.index as usize)
    };
    rest.get(..rest.iter().take(RUN).take_while(alike).count())
}

/// Whether all of a run was refused because the partition we chose for it, `one`'s, is no more.
pub(crate) fn partition_has_gone(handed: &Handed, batch: &impl Records, one: Placed) -> bool {
    let explicit = batch.partition(one.index as usize);
    let gone = RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION as i32;
    one.partition != UNASSIGNED
        && explicit.is_none()
        && !handed.full
        && handed.count == handed.refused.len()
        && handed.refused.first().is_some_and(|(_, code)| *code == gone)
}

/// The batches that wait for room, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    waiting: VecDeque<Waiting>,
    /// The producer is closed: what comes now is refused.
    closed: bool,
}

impl Backlog {
    /// Hands a batch over, or as much of it as there is room for.
    pub fn add(&mut self, mut batch: Waiting, landed: &mut Vec<Landed>) {
        if self.closed {
            let reason = "the producer is closed; connect a new one";
            landed.extend(batch.flight.refuse_all(RD_KAFKA_RESP_ERR__DESTROY as i32, reason));
            return;
        }
        if batch.deadline <= Instant::now() {
            let reason = "the deadline was over before the record was handed over";
            landed.extend(batch.flight.refuse_all(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT as i32, reason));
            return;
        }
        if !self.waiting.is_empty() || !batch.hand_over(landed) {
            self.waiting.push_back(batch);
        }
    }

    /// Refuses every batch from now on; those that wait keep their place.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// Gives back what is past its deadline, then hands over what there is room for. `is_empty` says
    /// whether librdkafka holds no record: then nothing is there that could make room.
    pub fn serve(&mut self, now: Instant, is_empty: impl Fn() -> bool, landed: &mut Vec<Landed>) {
        self.waiting.retain_mut(|batch| {
            let late = batch.deadline <= now;
            if late {
                batch.give_up(landed);
            }
            !late
        });
        while let Some(oldest) = self.waiting.front_mut() {
            // Asked first: nobody else hands over meanwhile, so an empty queue stays empty until then.
            let (was_empty, before) = (is_empty(), oldest.next);
            if oldest.hand_over(landed) {
                self.waiting.pop_front();
            } else if was_empty && oldest.next == before {
                oldest.refuse_next(landed);
            } else {
                break;
            }
        }
    }

    /// Gives everything back.
    pub fn give_up(&mut self, landed: &mut Vec<Landed>) {
        for mut batch in self.waiting.drain(..) {
            batch.give_up(landed);
        }
    }

    /// When the first batch runs out of time; `None` when none waits.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.waiting.iter().map(|batch| batch.deadline).min()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Publishing;
    use crate::outcome::Outcome;
    use crate::outgoing::{BatchBuilder, RecordSlices};
    use crate::trouble::LastTrouble;

    #[test]
    fn what_is_late_is_given_back_even_when_there_is_room() {
        let mut builder = BatchBuilder::default();
        builder.append("orders", RecordSlices::default()).unwrap();
        let flight = Flight::start(builder.build(), Arc::new(LastTrouble::default()));
        let publishing = Publishing::new(Arc::clone(&flight));
        let placed = vec![Placed { index: 0, topic: 0, partition: UNASSIGNED }];
        let deadline = Instant::now();
        // Without a topic, handing over would give `_INVALID_ARG`.
        let late = Waiting { flight, placed, topics: vec![None], deadline, next: 0 };
        let mut backlog = Backlog::default();
        backlog.waiting.push_back(late);
        let mut landed = Vec::new();
        backlog.serve(deadline + Duration::from_millis(1), || true, &mut landed);
        let outcomes = publishing.so_far();
        let [Outcome::Failed(failure)] = outcomes.as_slice() else { panic!("{outcomes:?}") };
        assert_eq!((failure.code.as_str(), landed.len()), ("_QUEUE_FULL", 1));
        assert_eq!(backlog.next_deadline(), None);
    }
}
