//! What librdkafka calls back.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use rdkafka::bindings::rd_kafka_msg_status_t::*;
use rdkafka::bindings::rd_kafka_resp_err_t::*;
use rdkafka::bindings::*;

use super::{ClientState, ERROR_TEXT, code_of, owned, words};
use crate::flight::Slot;
use crate::lane::flights::Ticket;
use crate::outcome::{Fate, Report, class_of};
use crate::trouble::ClientTrouble;
use crate::waking::wake;

pub(super) unsafe extern "C" fn on_report(
    _client: *mut rd_kafka_t,
    message: *const rd_kafka_message_t,
    opaque: *mut c_void,
) {
    // SAFETY: librdkafka lends the message for this call. `_private` is the slot that `message`
    // put there; it is not settled yet, so its flight is alive, and our share keeps it so through
    // this call. `opaque` is the client's state.
    unsafe {
        let state = &*opaque.cast::<ClientState>();
        let slot = &*(*message)._private.cast::<Slot>().cast_const();
        Arc::increment_strong_count(slot.flight());
        let flight = Arc::from_raw(slot.flight());
        let code = code_of(&raw const (*message).err);
        if code == 0 {
            state.trouble.clear();
        } else {
            let remark = rd_kafka_message_produce_errstr(message);
            if !remark.is_null() {
                flight.remark(slot, state.settings.without_secrets(owned(remark)));
            }
        }
        let fate = fate_of(message);
        let timestamp_ms = rd_kafka_message_timestamp(message, null_mut());
        let (partition, offset) = ((*message).partition, (*message).offset);
        let report = Report { fate, code, partition, offset, timestamp_ms };
        if let Some(landed) = flight.settle(slot, report) {
            landed.wake();
        }
    }
}

/// Notes the report of a lane's record in the flights of the thread that polls.
pub(super) unsafe extern "C" fn on_lane_report(
    _client: *mut rd_kafka_t,
    message: *const rd_kafka_message_t,
    opaque: *mut c_void,
) {
    // SAFETY: librdkafka lends the message for this call, `opaque` is the client's state, and
    // `serving` is null or the flights that the caller of `rd_kafka_poll`, this thread, has locked
    // and does not touch meanwhile.
    unsafe {
        let state = &*opaque.cast::<ClientState>();
        let Some(flights) = state.serving.load(Ordering::Relaxed).as_mut() else { return };
        let ticket = Ticket::from_bits((*message)._private.addr());
        let code = code_of(&raw const (*message).err);
        if code == 0 {
            flights.confirm(ticket);
            return;
        }
        let remark = rd_kafka_message_produce_errstr(message);
        let told = || state.settings.without_secrets(owned(remark));
        let remark = (!remark.is_null()).then(told);
        let (partition, offset) = ((*message).partition, (*message).offset);
        let report = Report { fate: fate_of(message), code, partition, offset, timestamp_ms: -1 };
        flights.fail(ticket, report, remark);
    }
}

/// # Safety
/// `message` is the message of a delivery report that is under way.
unsafe fn fate_of(message: *const rd_kafka_message_t) -> Fate {
    // SAFETY: the caller's promise.
    match unsafe { rd_kafka_message_status(message) } {
        RD_KAFKA_MSG_STATUS_NOT_PERSISTED => Fate::NotPersisted,
        RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED => Fate::PossiblyPersisted,
        RD_KAFKA_MSG_STATUS_PERSISTED => Fate::Persisted,
    }
}

/// Wakes whoever wants to poll. librdkafka holds the lock of its queue meanwhile, so a waker must
/// not poll by itself.
pub(super) unsafe extern "C" fn on_ready(_client: *mut rd_kafka_t, opaque: *mut c_void) {
    // SAFETY: `opaque` is the client's state, which outlives the client.
    let state = unsafe { &*opaque.cast::<ClientState>() };
    let waker = state.ready.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(waker) = waker {
        wake(waker);
    }
}

/// Keeps the statistics for whoever asks. 0 leaves the text to librdkafka.
pub(super) unsafe extern "C" fn on_statistics(
    _client: *mut rd_kafka_t,
    json: *mut c_char,
    size: usize,
    opaque: *mut c_void,
) -> c_int {
    // SAFETY: librdkafka lends `size` bytes for this call; `opaque` is the client's state.
    let (state, json) = unsafe {
        let json = std::slice::from_raw_parts(json.cast::<u8>(), size);
        (&*opaque.cast::<ClientState>(), json)
    };
    let mut kept = state.statistics.lock().unwrap_or_else(PoisonError::into_inner);
    kept.clear();
    kept.push_str(&String::from_utf8_lossy(json));
    0
}

pub(super) unsafe extern "C" fn on_error(
    client: *mut rd_kafka_t,
    code: c_int,
    reason: *const c_char,
    opaque: *mut c_void,
) {
    let (mut code, mut reason) = (code, reason);
    let mut text: [c_char; ERROR_TEXT] = [0; ERROR_TEXT];
    let fatal = code == RD_KAFKA_RESP_ERR__FATAL as i32;
    // SAFETY: librdkafka lends client and text for this call; `opaque` is the client's state,
    // which outlives the client.
    unsafe {
        if fatal {
            code = rd_kafka_fatal_error(client, text.as_mut_ptr(), text.len()) as i32;
            reason = text.as_ptr();
        }
        let state = &*opaque.cast::<ClientState>();
        let class = if fatal { crate::ErrorClass::ClientFatal } else { class_of(code) };
        let message = state.settings.without_secrets(owned(reason));
        let trouble = ClientTrouble { class, code: words(code).name, message };
        let shows_certificate = state.settings.get("ssl.certificate.location").is_some();
        state.trouble.note_error(code, trouble, shows_certificate);
    }
}

pub(super) unsafe extern "C" fn on_log(
    client: *const rd_kafka_t,
    level: c_int,
    facility: *const c_char,
    text: *const c_char,
) {
    // SAFETY: librdkafka lends client and texts for this call; the client's opaque is its state, which
    // outlives it.
    let (facility, text) = unsafe {
        let state = (!client.is_null()).then(|| rd_kafka_opaque(client).cast::<ClientState>());
        let blotted = state.and_then(|state| state.as_ref());
        let text = owned(text);
        let text = match blotted {
            Some(state) => state.settings.without_secrets(text),
            None => text,
        };
        let facility = owned(facility);
        // What is graver comes to `on_error`, too.
        if let Some(state) = blotted
            && facility == "FAIL"
            && (4..7).contains(&level)
        {
            state.trouble.note_closed(&text);
        }
        (facility, text)
    };
    match level {
        ..=3 => tracing::error!(target: "librdkafka", facility, "{text}"),
        4 => tracing::warn!(target: "librdkafka", facility, "{text}"),
        5 | 6 => tracing::info!(target: "librdkafka", facility, "{text}"),
        _ => tracing::debug!(target: "librdkafka", facility, "{text}"),
    }
}
