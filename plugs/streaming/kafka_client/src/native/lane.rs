//! The hand-over of a lane's records, and serving their reports.

use std::ffi::{c_int, c_void};
use std::ops::{Deref, DerefMut};
use std::ptr::null_mut;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use plugin_abi::{Batch, RecordMeta};
use rdkafka::bindings::rd_kafka_resp_err_t::*;
use rdkafka::bindings::rd_kafka_vtype_t::*;
use rdkafka::bindings::rd_kafka_vu_s__bindgen_ty_1 as Argument;
use rdkafka::bindings::*;

use super::topic::{memory, produce_with};
use super::{Client, Topic, callbacks, code_of, millis};
use crate::backlog::Handed;
use crate::lane::flights::{Flights, Ticket};
use crate::placement::{Placed, UNASSIGNED};
use crate::settings::{ClientError, ClientSettings};

impl Client {
    /// The client of one lane: its reports go to its [`Flights`], by numbers.
    pub fn for_lane(settings: &ClientSettings) -> Result<Self, ClientError> {
        let client = Self::create(settings, callbacks::on_lane_report)?;
        let opaque = Arc::as_ptr(&client.state).cast_mut().cast();
        // SAFETY: the queue is the client's, and the state outlives both. `Drop` ends the calls.
        unsafe { rd_kafka_queue_cb_event_enable(client.queue, Some(callbacks::on_ready), opaque) };
        Ok(client)
    }

    /// Calls `waker` once there is something to serve. One waker at a time: the latest.
    pub fn wake_when_ready(&self, waker: &Waker) {
        let ready = || self.state.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if !ready().as_ref().is_some_and(|known| known.will_wake(waker)) {
            // Cloned and dropped with no lock held: it may be anybody's code.
            let waker = waker.clone();
            let before = ready().replace(waker);
            drop(before);
        }
    }

    /// The latest statistics, as librdkafka writes them: JSON, or nothing yet.
    pub fn statistics<T>(&self, read: impl FnOnce(&str) -> T) -> T {
        read(&self.state.statistics.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Locks the client's flights.
    pub fn hold(&self) -> Held<'_> {
        let flights = self.state.flights.lock().unwrap_or_else(PoisonError::into_inner);
        Held { client: self, flights }
    }
}

/// The flights of a client, locked. Reports come only through this.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    client: &'a Client,
    flights: MutexGuard<'a, Flights>,
}

impl Deref for Held<'_> {
    type Target = Flights;

    fn deref(&self) -> &Flights {
        &self.flights
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut Flights {
        &mut self.flights
    }
}

impl Held<'_> {
    /// Notes the reports that have come, and waits for the first one if there is none.
    pub fn serve(&mut self, wait: Duration) {
        // SAFETY: the handle lives as long as the client that `self` borrows.
        self.while_serving(|client| unsafe {
            rd_kafka_poll(client.raw.as_ptr(), millis(wait));
        });
    }

    /// Sends what waits for fuller batches, and notes reports until none is owed.
    pub fn flush(&mut self, wait: Duration) {
        self.while_serving(|client| client.flush(wait));
    }

    /// Lends the flights to the callbacks that librdkafka runs on this thread during `poll`.
    fn while_serving(&mut self, poll: impl FnOnce(&Client)) {
        let serving = &self.client.state.serving;
        serving.store(&raw mut *self.flights, Ordering::Relaxed);
        poll(self.client);
        serving.store(null_mut(), Ordering::Relaxed);
        if self.flights.was_delivered() {
            self.client.state.trouble.clear();
            self.client.state.silence.end();
        }
    }

    /// Hands over records of one partition (-1: librdkafka chooses) that have neither headers nor a
    /// time of their own. One partition a call, for the reason given at [`Topic::produce`].
    pub fn produce(&mut self, topic: &Topic, flight: u32, run: &[Placed]) -> Handed {
        debug_assert!(topic.is_of(self.client), "the flights are those of the topic's client");
        let partition = run.first().map_or(UNASSIGNED, |placed| placed.partition);
        let Some(batch) = self.flights.batch(flight) else { return self.nothing(run) };
        let message = |placed: &Placed| message(batch, Ticket { flight, index: placed.index });
        let mut messages: Vec<rd_kafka_message_t> = run.iter().map(message).collect();
        let count = c_int::try_from(messages.len()).unwrap_or(c_int::MAX);
        let list = messages.as_mut_ptr();
        // SAFETY: the bytes belong to the flight's batch. The flight keeps it until each of these
        // records has its report; and the flights, until the handle is gone. Each message comes back
        // with its own code, so the number taken says nothing more.
        unsafe { rd_kafka_produce_batch(topic.raw(), partition, 0, list, count) };
        let codes = messages.iter().map(|message| code_of(&raw const message.err));
        self.taken(Handed::read(run, codes))
    }

    /// Hands over one record with its headers and its time.
    pub fn produce_alone(&mut self, topic: &Topic, flight: u32, one: Placed) -> Handed {
        debug_assert!(topic.is_of(self.client), "the flights are those of the topic's client");
        let Some(batch) = self.flights.batch(flight) else { return self.nothing(&[one]) };
        let record = batch.records().get(one.index as usize).copied().unwrap_or_default();
        let message = message(batch, Ticket { flight, index: one.index });
        let headers = header_list(batch, &record);
        let arguments = [
            (RD_KAFKA_VTYPE_RKT, Argument { rkt: topic.raw() }),
            (RD_KAFKA_VTYPE_PARTITION, Argument { i32_: one.partition }),
            (RD_KAFKA_VTYPE_VALUE, memory(message.payload, message.len)),
            (RD_KAFKA_VTYPE_KEY, memory(message.key, message.key_len)),
            (RD_KAFKA_VTYPE_OPAQUE, Argument { ptr: message._private }),
            (RD_KAFKA_VTYPE_HEADERS, Argument { headers }),
            (RD_KAFKA_VTYPE_TIMESTAMP, Argument { i64_: timestamp(&record) }),
        ];
        // SAFETY: as in `produce`; the headers are given away.
        let code = unsafe { produce_with(self.client, arguments, headers) };
        self.taken(Handed::read(&[one], [code]))
    }

    fn taken(&mut self, handed: Handed) -> Handed {
        self.flights.note_taken(handed.count - handed.refused.len());
        handed
    }

    /// A flight that is over has nothing to hand over.
    fn nothing(&self, run: &[Placed]) -> Handed {
        Handed { count: run.len(), ..Handed::default() }
    }
}

/// A record as librdkafka wants it: pointing at the batch's bytes, and carrying its ticket.
fn message(batch: &Batch, ticket: Ticket) -> rd_kafka_message_t {
    let record = batch.records().get(ticket.index as usize);
    let (key, key_len) = part(record.and_then(|record| batch.key(record)));
    let (payload, len) = part(record.and_then(|record| batch.value(record)));
    let _private = std::ptr::without_provenance_mut(ticket.to_bits());
    let err = RD_KAFKA_RESP_ERR_NO_ERROR;
    let rkt = null_mut();
    let (partition, offset) = (-1, 0);
    rd_kafka_message_t { err, rkt, partition, payload, len, key, key_len, offset, _private }
}

/// librdkafka takes 0 for "now", so a record of the first millisecond of 1970 goes with the time of
/// its hand-over: it has no other way to say 0.
fn timestamp(record: &RecordMeta) -> i64 {
    if record.timestamp_ms == RecordMeta::NO_TIMESTAMP { 0 } else { record.timestamp_ms }
}

/// Null is "none"; an empty part is a pointer to nothing.
fn part(bytes: Option<&[u8]>) -> (*mut c_void, usize) {
    bytes.map_or((null_mut(), 0), |bytes| (bytes.as_ptr().cast_mut().cast(), bytes.len()))
}

fn header_list(batch: &Batch, record: &RecordMeta) -> *mut rd_kafka_headers_t {
    let list = batch.headers_of(record);
    // SAFETY: the new list is ours; names and values are copied into it with their lengths.
    unsafe {
        let headers = rd_kafka_headers_new(list.len());
        for one in list {
            let (name, value) = batch.header(one);
            let (value, size) = part(value);
            let (name_size, size) = (name.len().cast_signed(), size.cast_signed());
            rd_kafka_header_add(headers, name.as_ptr().cast(), name_size, value, size);
        }
        headers
    }
}
