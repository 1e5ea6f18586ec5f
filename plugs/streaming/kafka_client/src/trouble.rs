//! What a client last heard from its brokers, so that a timeout can say why.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rdkafka::bindings::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;

use crate::outcome::ErrorClass;

/// An error of the client as a whole rather than of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientTrouble {
    /// What it asks for. [`ErrorClass::ConfigFatal`]: no retry will help.
    pub class: ErrorClass,
    /// librdkafka's name, such as `_TRANSPORT` or `_AUTHENTICATION`.
    pub code: String,
    /// librdkafka's text: which broker, and what happened.
    pub message: String,
}

/// Keeps the latest trouble until a record is delivered again.
#[derive(Debug, Default)]
pub(crate) struct LastTrouble {
    /// Spares the delivery path a lock while all is well.
    present: AtomicBool,
    latest: Mutex<Option<ClientTrouble>>,
}

impl LastTrouble {
    /// Notes an error. "All brokers down" never replaces the error that says why, and no later
    /// error hides a fatal one.
    pub fn note(&self, code: i32, trouble: ClientTrouble) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let fatal = latest.as_ref().is_some_and(|known| known.class == ErrorClass::ClientFatal);
        let vague = code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN as i32;
        if !(fatal || vague && latest.is_some()) {
            *latest = Some(trouble);
            self.present.store(true, Ordering::Relaxed);
        }
    }

    /// A record was delivered: what was heard before no longer explains anything. A fatal error
    /// stays, since records sent before it may still be confirmed.
    pub fn clear(&self) {
        if self.present.load(Ordering::Relaxed) {
            let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
            latest.take_if(|known| known.class != ErrorClass::ClientFatal);
            self.present.store(latest.is_some(), Ordering::Relaxed);
        }
    }

    /// Whether the client is done for. Costs no lock while all is well.
    pub fn is_fatal(&self) -> bool {
        self.present.load(Ordering::Relaxed)
            && self.latest().is_some_and(|known| known.class == ErrorClass::ClientFatal)
    }

    pub fn latest(&self) -> Option<ClientTrouble> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(message: &str) -> ClientTrouble {
        ClientTrouble {
            class: ErrorClass::Retriable,
            code: "_TRANSPORT".into(),
            message: message.into(),
        }
    }

    #[test]
    fn the_reason_outlives_all_brokers_down_but_not_a_delivery() {
        let last = LastTrouble::default();
        last.note(-195, trouble("connection refused"));
        last.note(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN as i32, trouble("1/1 brokers are down"));
        assert_eq!(last.latest(), Some(trouble("connection refused")));
        last.clear();
        assert_eq!(last.latest(), None);
        let fatal = ClientTrouble { class: ErrorClass::ClientFatal, ..trouble("fenced") };
        last.note(-144, fatal.clone());
        last.note(-195, trouble("connection refused"));
        last.clear();
        assert_eq!(last.latest(), Some(fatal));
    }
}
