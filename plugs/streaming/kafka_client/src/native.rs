//! The one place that calls librdkafka.
//!
//! What keeps it sound: a [`Client`] outlives its [`Topic`]s, each of which holds a share in it; a
//! record points at a slot of a [`Flight`], which holds itself and the bytes of its batch alive until
//! the last slot is settled; and librdkafka reports a record it took exactly once.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr::{NonNull, null, null_mut};
use std::sync::Arc;
use std::time::Duration;

use rdkafka::bindings::rd_kafka_conf_res_t::*;
use rdkafka::bindings::rd_kafka_msg_status_t::*;
use rdkafka::bindings::rd_kafka_resp_err_t::*;
use rdkafka::bindings::rd_kafka_vtype_t::*;
use rdkafka::bindings::rd_kafka_vu_s__bindgen_ty_1 as Argument;
use rdkafka::bindings::rd_kafka_vu_s__bindgen_ty_1__bindgen_ty_1 as MemoryArgument;
use rdkafka::bindings::*;

use crate::backlog::Handed;
use crate::cluster::{Broker, Cluster, ClusterTopic};
use crate::flight::{Flight, Slot};
use crate::outcome::{Fate, Report, Words, class_of};
use crate::outgoing::{OutgoingBatch, Span};
use crate::placement::{Placed, UNASSIGNED};
use crate::settings::{ClientError, ClientSettings};
use crate::trouble::{ClientTrouble, LastTrouble};

/// Bytes given to librdkafka for an error text.
const ERROR_TEXT: usize = 1024;

/// A producer handle of librdkafka. Destroyed with its last share.
#[derive(Debug)]
pub(crate) struct Client {
    raw: NonNull<rd_kafka_t>,
    /// The queue that `poll` serves; ours to give back.
    queue: *mut rd_kafka_queue_t,
    /// What `on_error` was told; its address is known to librdkafka.
    pub trouble: Arc<LastTrouble>,
}

// SAFETY: librdkafka's handles and queues may be used from any thread at once.
unsafe impl Send for Client {}
// SAFETY: as above.
unsafe impl Sync for Client {}

impl Client {
    pub fn new(settings: &ClientSettings, trouble: Arc<LastTrouble>) -> Result<Self, ClientError> {
        let conf = configure(settings)?;
        let mut text: [c_char; ERROR_TEXT] = [0; ERROR_TEXT];
        // SAFETY: `conf` is ours. The callbacks match their types, and what `opaque` points at is
        // held by the client until after `rd_kafka_destroy`. A conf that made no client is destroyed.
        unsafe {
            rd_kafka_conf_set_opaque(conf, Arc::as_ptr(&trouble).cast_mut().cast());
            rd_kafka_conf_set_dr_msg_cb(conf, Some(on_report));
            rd_kafka_conf_set_error_cb(conf, Some(on_error));
            rd_kafka_conf_set_log_cb(conf, Some(on_log));
            let kind = rd_kafka_type_t::RD_KAFKA_PRODUCER;
            let raw = rd_kafka_new(kind, conf, text.as_mut_ptr(), text.len());
            let Some(raw) = NonNull::new(raw) else {
                rd_kafka_conf_destroy(conf);
                let reason = settings.without_secrets(owned(text.as_ptr()));
                return Err(ClientError::Refused { reason });
            };
            Ok(Self { raw, queue: rd_kafka_queue_get_main(raw.as_ptr()), trouble })
        }
    }

    /// Serves delivery reports and errors; returns early once `wake` was called.
    pub fn poll(&self, wait: Duration) {
        // SAFETY: the handle lives as long as `self`.
        unsafe { rd_kafka_poll(self.raw.as_ptr(), millis(wait)) };
    }

    /// Ends the `poll` under way, or else the next one.
    pub fn wake(&self) {
        // SAFETY: the queue lives as long as `self`.
        unsafe { rd_kafka_queue_yield(self.queue) };
    }

    /// Sends what waits for fuller batches and serves reports until none is owed.
    pub fn flush(&self, wait: Duration) {
        // SAFETY: the handle lives as long as `self`.
        unsafe { rd_kafka_flush(self.raw.as_ptr(), millis(wait)) };
    }

    /// Gives up every record that is queued or on its way; each still gets its report.
    pub fn purge(&self) {
        // SAFETY: the handle lives as long as `self`.
        unsafe {
            rd_kafka_purge(self.raw.as_ptr(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        };
    }

    /// Records and reports that librdkafka still holds.
    pub fn held(&self) -> usize {
        // SAFETY: the handle lives as long as `self`.
        usize::try_from(unsafe { rd_kafka_outq_len(self.raw.as_ptr()) }).unwrap_or(0)
    }

    /// Asks a broker about the cluster, or about one topic.
    pub fn metadata(&self, only: Option<&Topic>, wait: Duration) -> Result<Cluster, i32> {
        let topic = only.map_or(null_mut(), |topic| topic.raw.as_ptr());
        let mut answer: *const rd_kafka_metadata = null();
        let all = c_int::from(only.is_none());
        // SAFETY: handle and topic are alive; the answer is ours and is read before it is destroyed.
        unsafe {
            let code =
                rd_kafka_metadata(self.raw.as_ptr(), all, topic, &raw mut answer, millis(wait));
            if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                return Err(code as i32);
            }
            let cluster = read_cluster(answer);
            rd_kafka_metadata_destroy(answer);
            Ok(cluster)
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // SAFETY: this is the last share, so no topic is left and nobody polls.
        unsafe {
            rd_kafka_queue_destroy(self.queue);
            rd_kafka_destroy(self.raw.as_ptr());
        }
    }
}

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
        let memory = |ptr, size| Argument { mem: MemoryArgument { ptr, size } };
        let arguments = [
            (RD_KAFKA_VTYPE_RKT, Argument { rkt: self.raw.as_ptr() }),
            (RD_KAFKA_VTYPE_PARTITION, Argument { i32_: one.partition }),
            (RD_KAFKA_VTYPE_VALUE, memory(message.payload, message.len)),
            (RD_KAFKA_VTYPE_KEY, memory(message.key, message.key_len)),
            (RD_KAFKA_VTYPE_OPAQUE, Argument { ptr: message._private }),
            (RD_KAFKA_VTYPE_HEADERS, Argument { headers }),
            (RD_KAFKA_VTYPE_TIMESTAMP, Argument { i64_: timestamp }),
        ]
        .map(|(vtype, u)| rd_kafka_vu_t { vtype, u });
        // SAFETY: as in `produce`. librdkafka owns the headers once it has taken the record; when it
        // gives an error instead, headers and error are ours to destroy.
        let code = unsafe {
            let client = self.client.raw.as_ptr();
            let error = rd_kafka_produceva(client, arguments.as_ptr(), arguments.len());
            if error.is_null() {
                return Handed::read(&[one], [0]);
            }
            let code = rd_kafka_error_code(error) as i32;
            rd_kafka_error_destroy(error);
            rd_kafka_headers_destroy(headers);
            code
        };
        Handed::read(&[one], [code])
    }
}

impl Drop for Topic {
    fn drop(&mut self) {
        // SAFETY: the handle is ours, and the client is alive: we hold a share in it.
        unsafe { rd_kafka_topic_destroy(self.raw.as_ptr()) };
    }
}

/// librdkafka's name and text of an error code.
pub(crate) fn words(code: i32) -> Words {
    let Ok(known) = rd_kafka_resp_err_t::try_from(code) else {
        return Words { name: format!("ERR_{code}"), text: format!("Kafka error {code}") };
    };
    // SAFETY: both give static texts.
    unsafe { Words { name: owned(rd_kafka_err2name(known)), text: owned(rd_kafka_err2str(known)) } }
}

fn configure(settings: &ClientSettings) -> Result<*mut rd_kafka_conf_t, ClientError> {
    let open = settings.properties.iter().map(|(key, value)| (key, value.as_str()));
    let secret = settings.secrets.iter().map(|(key, value)| (key, value.reveal()));
    // SAFETY: makes a new conf, which goes to the caller or is destroyed here.
    let conf = unsafe { rd_kafka_conf_new() };
    for (key, value) in open.chain(secret) {
        if let Err(error) = set_property(conf, key, value) {
            // SAFETY: the conf is ours and not used again.
            unsafe { rd_kafka_conf_destroy(conf) };
            return Err(error);
        }
    }
    Ok(conf)
}

/// librdkafka's own error text quotes the value, so it is not asked for.
fn set_property(conf: *mut rd_kafka_conf_t, key: &str, value: &str) -> Result<(), ClientError> {
    let (Ok(name), Ok(value)) = (CString::new(key), CString::new(value)) else {
        return Err(ClientError::BadSetting { key: key.to_owned() });
    };
    // SAFETY: `conf` is alive, both texts are copied, and no error text is asked for.
    match unsafe { rd_kafka_conf_set(conf, name.as_ptr(), value.as_ptr(), null_mut(), 0) } {
        RD_KAFKA_CONF_OK => Ok(()),
        RD_KAFKA_CONF_UNKNOWN => Err(ClientError::UnknownSetting { key: key.to_owned() }),
        RD_KAFKA_CONF_INVALID => Err(ClientError::BadSetting { key: key.to_owned() }),
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

/// Reads a code as a number: a broker may send one that the enum does not have.
fn code_of(err: *const rd_kafka_resp_err_t) -> i32 {
    // SAFETY: callers pass a field of a live C struct, and the enum is an `i32` in memory.
    unsafe { err.cast::<i32>().read() }
}

unsafe extern "C" fn on_report(
    _client: *mut rd_kafka_t,
    message: *const rd_kafka_message_t,
    opaque: *mut c_void,
) {
    // SAFETY: librdkafka lends the message for this call. `_private` is the slot that `message`
    // put there; it is not settled yet, so its flight is alive, and our share keeps it so through
    // this call. `opaque` is the client's trouble.
    unsafe {
        let slot = &*(*message)._private.cast::<Slot>().cast_const();
        Arc::increment_strong_count(slot.flight());
        let flight = Arc::from_raw(slot.flight());
        let code = code_of(&raw const (*message).err);
        if code == 0 {
            (*opaque.cast::<LastTrouble>()).clear();
        } else {
            let remark = rd_kafka_message_produce_errstr(message);
            if !remark.is_null() {
                flight.remark(slot, owned(remark));
            }
        }
        let fate = match rd_kafka_message_status(message) {
            RD_KAFKA_MSG_STATUS_NOT_PERSISTED => Fate::NotPersisted,
            RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED => Fate::PossiblyPersisted,
            RD_KAFKA_MSG_STATUS_PERSISTED => Fate::Persisted,
        };
        let timestamp_ms = rd_kafka_message_timestamp(message, null_mut());
        let (partition, offset) = ((*message).partition, (*message).offset);
        let report = Report { fate, code, partition, offset, timestamp_ms };
        if let Some(landed) = flight.settle(slot, report) {
            landed.wake();
        }
    }
}

unsafe extern "C" fn on_error(
    client: *mut rd_kafka_t,
    code: c_int,
    reason: *const c_char,
    opaque: *mut c_void,
) {
    let (mut code, mut reason) = (code, reason);
    let mut text: [c_char; ERROR_TEXT] = [0; ERROR_TEXT];
    let fatal = code == RD_KAFKA_RESP_ERR__FATAL as i32;
    // SAFETY: librdkafka lends client and text for this call; `opaque` is the client's trouble,
    // which outlives the client.
    unsafe {
        if fatal {
            code = rd_kafka_fatal_error(client, text.as_mut_ptr(), text.len()) as i32;
            reason = text.as_ptr();
        }
        let class = if fatal { crate::ErrorClass::ClientFatal } else { class_of(code) };
        let trouble = ClientTrouble { class, code: words(code).name, message: owned(reason) };
        (*opaque.cast::<LastTrouble>()).note(code, trouble);
    }
}

unsafe extern "C" fn on_log(
    _client: *const rd_kafka_t,
    level: c_int,
    facility: *const c_char,
    text: *const c_char,
) {
    // SAFETY: librdkafka lends both texts for this call.
    let (facility, text) = unsafe { (owned(facility), owned(text)) };
    match level {
        ..=3 => tracing::error!(target: "librdkafka", facility, "{text}"),
        4 => tracing::warn!(target: "librdkafka", facility, "{text}"),
        5 | 6 => tracing::info!(target: "librdkafka", facility, "{text}"),
        _ => tracing::debug!(target: "librdkafka", facility, "{text}"),
    }
}

/// # Safety
/// `answer` is an answer of `rd_kafka_metadata` that is not destroyed yet.
unsafe fn read_cluster(answer: *const rd_kafka_metadata) -> Cluster {
    // SAFETY: librdkafka keeps each list as long as its count says; here and below.
    let (broker_count, topic_count) = unsafe { ((*answer).broker_cnt, (*answer).topic_cnt) };
    // SAFETY: as above.
    let brokers = (0..broker_count).map(|index| unsafe {
        let broker = (*answer).brokers.add(index as usize);
        Broker { id: (*broker).id, host: owned((*broker).host), port: (*broker).port }
    });
    // SAFETY: as above.
    let topics = (0..topic_count).map(|index| unsafe {
        let topic = (*answer).topics.add(index as usize);
        let partitions = (*topic).partition_cnt;
        let partition = |number| (*topic).partitions.add(number as usize);
        let led = (0..partitions).filter(|number| (*partition(*number)).leader >= 0);
        let code = code_of(&raw const (*topic).err);
        ClusterTopic {
            name: owned((*topic).topic),
            partitions,
            led: led.map(|number| (*partition(number)).id).collect(),
            error: (code != 0).then(|| words(code).name),
        }
    });
    Cluster { brokers: brokers.collect(), topics: topics.collect() }
}

/// The text with blanks for control characters: a broker may have written it.
///
/// # Safety
/// `text` is null or a C text that lives through this call.
unsafe fn owned(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().replace(char::is_control, " ")
}

fn millis(wait: Duration) -> c_int {
    c_int::try_from(wait.as_millis()).unwrap_or(c_int::MAX)
}
