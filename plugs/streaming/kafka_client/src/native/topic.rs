//! Topic handles, and the hand-over of a pooled producer's records.

use std::ffi::{CString, c_int, c_void};
use std::ptr::{NonNull, null_mut};
use std::sync::Arc;

use rdkafka::bindings::rd_kafka_resp_err_t::*;
use rdkafka::bindings::rd_kafka_vtype_t::*;
use rdkafka::bindings::rd_kafka_vu_s__bindgen_ty_1 as Argument;
use rdkafka::bindings::rd_kafka_vu_s__bindgen_ty_1__bindgen_ty_1 as MemoryArgument;
use rdkafka::bindings::*;

use super::{Client, code_of};
use crate::backlog::Handed;
use crate::flight::Flight;
use crate::outgoing::{OutgoingBatch, Span};
use crate::placement::{Placed, UNASSIGNED};

/// A topic handle: spares a look-up by name for each record.
#[derive(Debug)]
pub(crate) struct Topic {
    raw: NonNull<rd_kafka_topic_t>,
    client: Arc<Client>,
}

// SAFETY: librdkafka's topic handles may be used from any thread at once.
unsafe impl Send for Topic {}
// SAFETY: as above.
unsafe impl Sync for Topic {}

impl Topic {
    /// `None` for a name that librdkafka does not take.
    pub fn open(client: &Arc<Client>, name: &str) -> Option<Self> {
        let name = CString::new(name).ok()?;
        // SAFETY: the handle is alive, and the name is copied.
        let raw = unsafe { rd_kafka_topic_new(client.raw.as_ptr(), name.as_ptr(), null_mut()) };
        Some(Self { raw: NonNull::new(raw)?, client: Arc::clone(client) })
    }

    /// Hands over records of one partition (-1: librdkafka chooses) that have neither headers nor
    /// a time of their own. Asking for one partition a call also avoids a leak of librdkafka's in
    /// `RD_KAFKA_MSG_F_PARTITION`: there a record for a partition that has gone is never freed.
    pub fn produce(&self, flight: &Flight, batch: &OutgoingBatch, run: &[Placed]) -> Handed {
        let partition = run.first().map_or(UNASSIGNED, |placed| placed.partition);
        let message = |placed: &Placed| message(flight, batch, placed.index);
        let mut messages: Vec<rd_kafka_message_t> = run.iter().map(message).collect();
        let count = c_int::try_from(messages.len()).unwrap_or(c_int::MAX);
        let list = messages.as_mut_ptr();
        // SAFETY: bytes and slots belong to the flight, which lives until they are settled. Each
        // message comes back with its own code, so the number taken says nothing more.
        unsafe { rd_kafka_produce_batch(self.raw.as_ptr(), partition, 0, list, count) };
        Handed::read(run, messages.iter().map(|message| code_of(&raw const message.err)))
    }

    /// Hands over one record with its headers and its time.
    pub fn produce_alone(&self, flight: &Flight, batch: &OutgoingBatch, one: Placed) -> Handed {
        let message = message(flight, batch, one.index);
        let headers = headers(batch, one.index as usize);
        // 0 is "now".
        let timestamp = batch.records()[one.index as usize].timestamp_ms.unwrap_or(0);
        let arguments = [
            (RD_KAFKA_VTYPE_RKT, Argument { rkt: self.raw.as_ptr() }),
            (RD_KAFKA_VTYPE_PARTITION, Argument { i32_: one.partition }),
            (RD_KAFKA_VTYPE_VALUE, memory(message.payload, message.len)),
            (RD_KAFKA_VTYPE_KEY, memory(message.key, message.key_len)),
            (RD_KAFKA_VTYPE_OPAQUE, Argument { ptr: message._private }),
            (RD_KAFKA_VTYPE_HEADERS, Argument { headers }),
            (RD_KAFKA_VTYPE_TIMESTAMP, Argument { i64_: timestamp }),
        ];
        // SAFETY: as in `produce`; the headers are given away.
        let code = unsafe { produce_with(&self.client, arguments, headers) };
        Handed::read(&[one], [code])
    }

    /// Whether the topic was opened by that client.
    pub(super) fn is_of(&self, client: &Client) -> bool {
        std::ptr::eq(Arc::as_ptr(&self.client), client)
    }

    /// The handle itself, which lives as long as `self`.
    pub(super) fn raw(&self) -> *mut rd_kafka_topic_t {
        self.raw.as_ptr()
    }
}

/// Hands over the record that `arguments` describe and gives the code; 0 is "taken".
///
/// # Safety
/// The arguments match their types, their bytes live until the record's report, and `headers` is
/// used for nothing else after this.
pub(super) unsafe fn produce_with<const N: usize>(
    client: &Client,
    arguments: [(rd_kafka_vtype_t, Argument); N],
    headers: *mut rd_kafka_headers_t,
) -> i32 {
    let arguments = arguments.map(|(vtype, u)| rd_kafka_vu_t { vtype, u });
    // SAFETY: the caller's promise. librdkafka owns the headers once it has taken the record; when it
    // gives an error instead, headers and error are ours to destroy.
    unsafe {
        let error = rd_kafka_produceva(client.raw.as_ptr(), arguments.as_ptr(), N);
        if error.is_null() {
            return 0;
        }
        let code = rd_kafka_error_code(error) as i32;
        rd_kafka_error_destroy(error);
        rd_kafka_headers_destroy(headers);
        code
    }
}

/// Bytes as an argument; null is "none".
pub(super) fn memory(ptr: *mut c_void, size: usize) -> Argument {
    Argument { mem: MemoryArgument { ptr, size } }
}

impl Drop for Topic {
    fn drop(&mut self) {
        // SAFETY: the handle is ours, and the client is alive: we hold a share in it.
        unsafe { rd_kafka_topic_destroy(self.raw.as_ptr()) };
    }
}

/// The record `index` as librdkafka wants it: pointing at the batch's bytes and its own slot.
fn message(flight: &Flight, batch: &OutgoingBatch, index: u32) -> rd_kafka_message_t {
    let slot = flight.slot(index as usize);
    let record = batch.records()[index as usize];
    let (key, key_len) = part(batch, record.key);
    let (payload, len) = part(batch, record.value);
    let _private = std::ptr::from_ref(slot).cast_mut().cast();
    let err = RD_KAFKA_RESP_ERR_NO_ERROR;
    let rkt = null_mut();
    let (partition, offset) = (-1, 0);
    rd_kafka_message_t { err, rkt, partition, payload, len, key, key_len, offset, _private }
}

/// Null is "none"; an empty part is a pointer to nothing.
fn part(batch: &OutgoingBatch, span: Option<Span>) -> (*mut c_void, usize) {
    let Some(span) = span else { return (null_mut(), 0) };
    let bytes = batch.bytes(span);
    (bytes.as_ptr().cast_mut().cast(), bytes.len())
}

fn headers(batch: &OutgoingBatch, index: usize) -> *mut rd_kafka_headers_t {
    let list = batch.headers(index);
    // SAFETY: the new list is ours; names and values are copied into it with their lengths.
    unsafe {
        let headers = rd_kafka_headers_new(list.len());
        for header in list {
            let name = batch.bytes(header.name);
            let (value, size) = part(batch, header.value);
            let (name_size, size) = (name.len().cast_signed(), size.cast_signed());
            rd_kafka_header_add(headers, name.as_ptr().cast(), name_size, value, size);
        }
        headers
    }
}
