//! The one place that calls librdkafka.
//!
//! What keeps it sound: a [`Client`] outlives its [`Topic`]s, each of which holds a share in it, and
//! its [`ClientState`] outlives the handle that knows its address. librdkafka reports a record it took
//! exactly once. A pooled producer's record points at a slot of a `Flight`, which holds itself and the
//! bytes of its batch alive until the last slot is settled. A lane's record carries a number instead;
//! its bytes stay in the client's [`Flights`] until they are reported, or until the handle is gone.
#![allow(unsafe_code)]

mod admin;
mod callbacks;
mod cluster;
mod configure;
mod dial;
mod lane;
mod topic;

use std::ffi::{CStr, c_char, c_int};
use std::ptr::{NonNull, null, null_mut};
use std::sync::atomic::AtomicPtr;
use std::sync::{Arc, Mutex};
use std::task::Waker;
use std::time::Duration;

use rdkafka::bindings::rd_kafka_resp_err_t::*;
use rdkafka::bindings::*;

use crate::cluster::Cluster;
use crate::lane::flights::Flights;
use crate::outcome::Words;
use crate::settings::{ClientError, ClientSettings};
use crate::silence::Silence;
use crate::trouble::LastTrouble;
pub(crate) use lane::Held;
pub(crate) use topic::Topic;

/// Bytes given to librdkafka for an error text.
const ERROR_TEXT: usize = 1024;

/// A producer handle of librdkafka. Destroyed with its last share.
#[derive(Debug)]
pub(crate) struct Client {
    raw: NonNull<rd_kafka_t>,
    /// The queue that `poll` serves; ours to give back.
    queue: *mut rd_kafka_queue_t,
    state: Arc<ClientState>,
}

/// What the callbacks reach: librdkafka knows its address as long as the handle lives.
#[derive(Debug, Default)]
struct ClientState {
    /// What the client was made of: its policy judges addresses, its secrets are blotted out of texts.
    settings: ClientSettings,
    trouble: Arc<LastTrouble>,
    silence: Silence,
    /// A lane's batches; empty for a pooled producer, as is the rest.
    flights: Mutex<Flights>,
    /// `flights`, locked by the thread that polls right now; null when none does.
    serving: AtomicPtr<Flights>,
    /// Woken when there is something to poll for.
    ready: Mutex<Option<Waker>>,
    /// librdkafka's latest statistics, as it writes them.
    statistics: Mutex<String>,
}

/// How a client's delivery reports come.
type OnReport =
    unsafe extern "C" fn(*mut rd_kafka_t, *const rd_kafka_message_t, *mut std::ffi::c_void);

// SAFETY: librdkafka's handles and queues may be used from any thread at once.
unsafe impl Send for Client {}
// SAFETY: as above.
unsafe impl Sync for Client {}

impl Client {
    /// The client of a pooled producer.
    pub fn new(settings: &ClientSettings) -> Result<Self, ClientError> {
        Self::create(settings, callbacks::on_report)
    }

    fn create(settings: &ClientSettings, on_report: OnReport) -> Result<Self, ClientError> {
        let conf = configure::configure(settings)?;
        let state = ClientState { settings: settings.clone(), ..ClientState::default() };
        let state = Arc::new(state);
        let mut text: [c_char; ERROR_TEXT] = [0; ERROR_TEXT];
        // SAFETY: `conf` is ours. The callbacks match their types, and what `opaque` points at is
        // held by the client until after `rd_kafka_destroy`. A conf that made no client is destroyed.
        unsafe {
            rd_kafka_conf_set_opaque(conf, Arc::as_ptr(&state).cast_mut().cast());
            rd_kafka_conf_set_dr_msg_cb(conf, Some(on_report));
            rd_kafka_conf_set_error_cb(conf, Some(callbacks::on_error));
            rd_kafka_conf_set_log_cb(conf, Some(callbacks::on_log));
            rd_kafka_conf_set_stats_cb(conf, Some(callbacks::on_statistics));
            rd_kafka_conf_set_connect_cb(conf, Some(dial::on_connect));
            let _without_tls =
                rd_kafka_conf_set_ssl_cert_verify_cb(conf, Some(dial::on_certificate));
            let kind = rd_kafka_type_t::RD_KAFKA_PRODUCER;
            let raw = rd_kafka_new(kind, conf, text.as_mut_ptr(), text.len());
            let Some(raw) = NonNull::new(raw) else {
                rd_kafka_conf_destroy(conf);
                let reason = settings.without_secrets(owned(text.as_ptr()));
                return Err(ClientError::Refused { reason });
            };
            Ok(Self { raw, queue: rd_kafka_queue_get_main(raw.as_ptr()), state })
        }
    }

    /// What the brokers last said.
    pub fn trouble(&self) -> &Arc<LastTrouble> {
        &self.state.trouble
    }

    /// Whether the brokers left a question unanswered, and nothing was heard since.
    pub fn silence(&self) -> &Silence {
        &self.state.silence
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

    /// Gives up the records that are not on their way; each still gets its report.
    pub fn purge_queue(&self) {
        // SAFETY: the handle lives as long as `self`.
        unsafe { rd_kafka_purge(self.raw.as_ptr(), RD_KAFKA_PURGE_F_QUEUE) };
    }

    /// Records and reports that librdkafka still holds.
    pub fn held(&self) -> usize {
        // SAFETY: the handle lives as long as `self`.
        usize::try_from(unsafe { rd_kafka_outq_len(self.raw.as_ptr()) }).unwrap_or(0)
    }

    /// Asks a broker about the cluster, or about one topic.
    pub fn metadata(&self, only: Option<&Topic>, wait: Duration) -> Result<Cluster, i32> {
        let answer = self.ask(only, only.is_none(), wait);
        match answer {
            Ok(_) => self.silence().end(),
            Err(_) => self.silence().note(),
        }
        answer
    }

    /// Asks a broker for the names of all brokers.
    pub fn brokers(&self, wait: Duration) -> Result<Cluster, i32> {
        self.ask(None, false, wait)
    }

    fn ask(&self, only: Option<&Topic>, all: bool, wait: Duration) -> Result<Cluster, i32> {
        let topic = only.map_or(null_mut(), |topic| topic.raw());
        let mut answer: *const rd_kafka_metadata = null();
        let all = c_int::from(all);
        // SAFETY: handle and topic are alive; the answer is ours and is read before it is destroyed.
        unsafe {
            let code =
                rd_kafka_metadata(self.raw.as_ptr(), all, topic, &raw mut answer, millis(wait));
            if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                return Err(code as i32);
            }
            let cluster = cluster::read_cluster(answer);
            rd_kafka_metadata_destroy(answer);
            Ok(cluster)
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // SAFETY: this is the last share, so no topic is left and nobody polls. `state` is dropped
        // after this, and with it the bytes of what was never reported.
        unsafe {
            rd_kafka_queue_cb_event_enable(self.queue, None, null_mut());
            rd_kafka_queue_destroy(self.queue);
            rd_kafka_destroy(self.raw.as_ptr());
        }
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

/// Reads a code as a number: a broker may send one that the enum does not have.
fn code_of(err: *const rd_kafka_resp_err_t) -> i32 {
    // SAFETY: callers pass a field of a live C struct, and the enum is an `i32` in memory.
    unsafe { err.cast::<i32>().read() }
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
