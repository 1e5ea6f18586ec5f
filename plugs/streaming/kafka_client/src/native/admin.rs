//! Making a topic through librdkafka's admin client, which every handle has.

use std::ffi::{CString, c_char, c_int};
use std::ptr::NonNull;
use std::time::Duration;

use rdkafka::bindings::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_CREATETOPICS;
use rdkafka::bindings::rd_kafka_resp_err_t::*;
use rdkafka::bindings::*;

use super::{Client, ERROR_TEXT, millis, owned, words};
use crate::new_topic::{NewTopic, NotMade};
use crate::outcome::class_of;

/// Leaves a number to the broker.
const BROKER_DEFAULT: c_int = -1;

// The bindings give these as an enum, and a broker may send a code that it does not have.
unsafe extern "C" {
    #[link_name = "rd_kafka_event_error"]
    fn event_code(event: *mut rd_kafka_event_t) -> c_int;
    #[link_name = "rd_kafka_topic_result_error"]
    fn topic_code(topic: *const rd_kafka_topic_result_t) -> c_int;
}

impl Client {
    /// Makes a topic and waits for it; one that is there already is fine.
    pub fn create_topic(&self, topic: &NewTopic<'_>, wait: Duration) -> Result<(), NotMade> {
        let new = New::from(topic)?;
        // SAFETY: the handle lives as long as `self`. Queue, options and event are made and destroyed
        // here; the topic is copied by the call, and the answer is read before its event goes.
        unsafe {
            let queue = rd_kafka_queue_new(self.raw.as_ptr());
            let options =
                rd_kafka_AdminOptions_new(self.raw.as_ptr(), RD_KAFKA_ADMIN_OP_CREATETOPICS);
            let mut text: [c_char; ERROR_TEXT] = [0; ERROR_TEXT];
            let (wait, text) = (millis(wait).max(1), text.as_mut_ptr());
            rd_kafka_AdminOptions_set_request_timeout(options, wait, text, ERROR_TEXT);
            rd_kafka_AdminOptions_set_operation_timeout(options, wait, text, ERROR_TEXT);
            let mut list = [new.0.as_ptr()];
            rd_kafka_CreateTopics(self.raw.as_ptr(), list.as_mut_ptr(), 1, options, queue);
            // librdkafka answers within the request's own timeout, so this wait has an end.
            let event = rd_kafka_queue_poll(queue, -1);
            let made = read(event);
            rd_kafka_event_destroy(event);
            rd_kafka_AdminOptions_destroy(options);
            rd_kafka_queue_destroy(queue);
            made.map_err(|not_made| NotMade {
                message: self.state.settings.without_secrets(not_made.message),
                ..not_made
            })
        }
    }
}

/// A description of a topic; ours to destroy.
struct New(NonNull<rd_kafka_NewTopic_t>);

impl New {
    fn from(topic: &NewTopic<'_>) -> Result<Self, NotMade> {
        let invalid = || not_made(RD_KAFKA_RESP_ERR__INVALID_ARG as i32, String::new());
        let c_text = |text: &str| CString::new(text).map_err(|_| invalid());
        let name = c_text(topic.name)?;
        let mut text: [c_char; ERROR_TEXT] = [0; ERROR_TEXT];
        let partitions = topic.partitions.unwrap_or(BROKER_DEFAULT);
        let replication = topic.replication.unwrap_or(BROKER_DEFAULT);
        // SAFETY: the name is copied, and `text` is as long as it says.
        let new = unsafe {
            let text = text.as_mut_ptr();
            rd_kafka_NewTopic_new(name.as_ptr(), partitions, replication, text, ERROR_TEXT)
        };
        let Some(new) = NonNull::new(new).map(Self) else {
            // SAFETY: librdkafka has written a text with its end.
            let reason = unsafe { owned(text.as_ptr()) };
            return Err(not_made(RD_KAFKA_RESP_ERR__INVALID_ARG as i32, reason));
        };
        for (name, value) in topic.config {
            let (name, value) = (c_text(name)?, c_text(value)?);
            // SAFETY: the description is ours, and both texts are copied.
            unsafe { rd_kafka_NewTopic_set_config(new.0.as_ptr(), name.as_ptr(), value.as_ptr()) };
        }
        Ok(new)
    }
}

impl Drop for New {
    fn drop(&mut self) {
        // SAFETY: it is ours, and librdkafka keeps no pointer to it.
        unsafe { rd_kafka_NewTopic_destroy(self.0.as_ptr()) };
    }
}

/// # Safety
/// `event` is null or an event of `rd_kafka_CreateTopics` that is not destroyed yet.
unsafe fn read(event: *mut rd_kafka_event_t) -> Result<(), NotMade> {
    // SAFETY: the caller's promise; the texts and the list belong to the event.
    unsafe {
        let code = event_code(event);
        if code != 0 {
            return Err(not_made(code, owned(rd_kafka_event_error_string(event))));
        }
        let mut count = 0;
        let result = rd_kafka_event_CreateTopics_result(event);
        if result.is_null() {
            return Err(not_made(RD_KAFKA_RESP_ERR__BAD_MSG as i32, String::new()));
        }
        let topics = rd_kafka_CreateTopics_result_topics(result, &raw mut count);
        for index in 0..count {
            let topic = *topics.add(index);
            let code = topic_code(topic);
            if code != 0 && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS as i32 {
                return Err(not_made(code, owned(rd_kafka_topic_result_error_string(topic))));
            }
        }
        Ok(())
    }
}

fn not_made(code: i32, text: String) -> NotMade {
    let words = words(code);
    let message = if text.is_empty() { words.text } else { text };
    NotMade { class: class_of(code), code: words.name, message }
}
