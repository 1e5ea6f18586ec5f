//! What a client last heard from its brokers, so that a timeout can say why.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rdkafka::bindings::rd_kafka_resp_err_t::{
    RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__TRANSPORT,
};

use crate::diagnosis::{Known, diagnose};
use crate::heard::{Heard, broker_of};
use crate::outcome::{ErrorClass, Failure};

/// The code of a [`ClientTrouble`]: an address that may not be dialled. Not one of librdkafka's.
pub const REFUSED_ADDRESS: &str = "REFUSED_ADDRESS";

/// An error of the client as a whole rather than of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientTrouble {
    /// What it asks for. [`ErrorClass::ConfigFatal`]: no retry will help.
    pub class: ErrorClass,
    /// librdkafka's name, such as `_TRANSPORT` or `_AUTHENTICATION`, or [`REFUSED_ADDRESS`].
    pub code: String,
    /// Which broker, and what happened: in our words where they are known to be right, else in
    /// librdkafka's.
    pub message: String,
}

impl ClientTrouble {
    /// Whether it is the whole answer for a record that was not sent, rather than a remark to it: the
    /// configuration is wrong, or something is not permitted.
    pub(crate) fn decides(&self) -> bool {
        self.class == ErrorClass::ConfigFatal || self.code.ends_with("_AUTHORIZATION_FAILED")
    }

    /// The failure of a record for which this decides; `class` is that of the record's own error.
    pub(crate) fn failure(&self, class: ErrorClass) -> Failure {
        let class = if self.class == ErrorClass::ConfigFatal { self.class } else { class };
        Failure { class, topic: false, code: self.code.clone(), message: self.message.clone() }
    }
}

/// Keeps the latest trouble until a record is delivered again.
#[derive(Debug, Default)]
pub(crate) struct LastTrouble {
    /// Spares the delivery path a lock while all is well.
    present: AtomicBool,
    /// Brokers took a record of this client at some time.
    has_delivered: AtomicBool,
    heard: Mutex<Heard>,
    refused_dials: AtomicU64,
}

impl LastTrouble {
    /// Notes an error in librdkafka's words.
    pub fn note_error(&self, code: i32, trouble: ClientTrouble, shows_certificate: bool) {
        let mut heard = self.heard();
        if code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN as i32 {
            heard.all_down = true;
        }
        let trouble = match broker_of(&trouble.message) {
            Some(broker) if trouble.class != ErrorClass::ClientFatal => {
                let standing = heard.brokers.entry(broker.clone()).or_default();
                let certificate = standing.certificate;
                let known = self.known(certificate, shows_certificate);
                let diagnosis = diagnose(code, &trouble.message, known);
                standing.refuses = diagnosis.as_ref().is_some_and(|found| found.is_certain);
                match diagnosis {
                    Some(found) => ClientTrouble {
                        class: found.class,
                        code: found.code.map_or(trouble.code, str::to_owned),
                        message: format!("{broker}: {}", found.text),
                    },
                    None => trouble,
                }
            }
            _ => trouble,
        };
        heard.note(code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN as i32, trouble);
        self.present.store(true, Ordering::Relaxed);
    }

    /// Notes a connection that a broker closed, which librdkafka logs and does not report: `text` is
    /// its line. It explains something only where a wrong protocol may be the reason.
    pub fn note_closed(&self, text: &str) {
        let text = match text.strip_prefix("[thrd:") {
            Some(rest) => rest.split_once("]: ").map_or(text, |(_, rest)| rest),
            None => text,
        };
        let Some(broker) = broker_of(text) else { return };
        let code = RD_KAFKA_RESP_ERR__TRANSPORT as i32;
        let diagnosis = diagnose(code, text, self.known(0, false));
        let mut heard = self.heard();
        heard.brokers.entry(broker.clone()).or_default().refuses = false;
        if let Some(found) = diagnosis {
            let message = format!("{broker}: {}", found.text);
            let code = "_TRANSPORT".to_owned();
            heard.note(false, ClientTrouble { class: found.class, code, message });
        }
        self.present.store(true, Ordering::Relaxed);
    }

    /// An address of `broker` was refused, and not dialled. Whether it is the first one since another
    /// was dialled, or a record delivered.
    pub fn note_refused_address(&self, broker: String, message: String) -> bool {
        let mut heard = self.heard();
        let standing = heard.brokers.entry(broker).or_default();
        standing.refused_addresses += 1;
        let is_first = standing.refused_addresses == 1;
        let (class, code) = (ErrorClass::ConfigFatal, REFUSED_ADDRESS.to_owned());
        heard.note(false, ClientTrouble { class, code, message });
        self.present.store(true, Ordering::Relaxed);
        self.refused_dials.fetch_add(1, Ordering::Relaxed);
        is_first
    }

    /// An address of `broker` may be dialled.
    pub fn note_dialled(&self, broker: &str) {
        if let Some(standing) = self.heard().brokers.get_mut(broker) {
            standing.refused_addresses = 0;
            standing.certificate = 0;
        }
    }

    /// What OpenSSL found wrong with the certificate of `broker`. Comes before the error.
    pub fn note_certificate(&self, broker: String, fault: i32) {
        self.heard().brokers.entry(broker).or_default().certificate = fault;
    }

    /// A record was delivered: what was heard before no longer explains anything. A fatal error
    /// stays, since records sent before it may still be confirmed.
    pub fn clear(&self) {
        if !self.has_delivered.load(Ordering::Relaxed) {
            self.has_delivered.store(true, Ordering::Relaxed);
        }
        if self.present.load(Ordering::Relaxed) {
            let mut heard = self.heard();
            heard.latest.take_if(|known| known.class != ErrorClass::ClientFatal);
            heard.brokers.clear();
            heard.all_down = false;
            self.present.store(heard.latest.is_some(), Ordering::Relaxed);
        }
    }

    /// Whether the client is done for. Costs no lock while all is well.
    pub fn is_fatal(&self) -> bool {
        self.present.load(Ordering::Relaxed)
            && self.latest().is_some_and(|known| known.class == ErrorClass::ClientFatal)
    }

    /// Whether no broker will ever take a record of this client: all are down, and each one that was
    /// tried since the last delivery refuses for a reason that only another configuration ends.
    pub fn is_hopeless(&self) -> bool {
        self.present.load(Ordering::Relaxed) && self.heard().is_hopeless()
    }

    /// Whether an address was refused since the last delivery.
    pub fn has_refused_address(&self) -> bool {
        self.present.load(Ordering::Relaxed)
            && self.heard().brokers.values().any(|standing| standing.refused_addresses > 0)
    }

    /// Whether no broker of these `name:port` is to be dialled.
    pub fn refuses_all(&self, brokers: &[String]) -> bool {
        self.heard().refuses_all(brokers)
    }

    /// How many addresses were refused since this was last asked.
    pub fn take_refused_dials(&self) -> u64 {
        self.refused_dials.swap(0, Ordering::Relaxed)
    }

    pub fn latest(&self) -> Option<ClientTrouble> {
        self.heard().latest.clone()
    }

    fn known(&self, certificate: i32, shows_certificate: bool) -> Known {
        let has_delivered = self.has_delivered.load(Ordering::Relaxed);
        Known { certificate, shows_certificate, has_delivered }
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: &str = "h:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused";
    const LOGIN: &str = "sasl_ssl://h:1/bootstrap: SASL authentication error: invalid credentials";

    fn trouble(message: &str) -> ClientTrouble {
        ClientTrouble {
            class: ErrorClass::Retriable,
            code: "_TRANSPORT".into(),
            message: message.into(),
        }
    }

    fn all_down(last: &LastTrouble) {
        let code = RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN as i32;
        last.note_error(code, trouble("1/1 brokers are down"), false);
    }

    #[test]
    fn the_reason_outlives_all_brokers_down_but_not_a_delivery() {
        let last = LastTrouble::default();
        last.note_error(-195, trouble(REFUSED), false);
        all_down(&last);
        assert_eq!(last.latest(), Some(trouble(REFUSED)));
        last.clear();
        assert_eq!(last.latest(), None);
        let fatal = ClientTrouble { class: ErrorClass::ClientFatal, ..trouble("fenced") };
        last.note_error(-144, fatal.clone(), false);
        last.note_error(-195, trouble(REFUSED), false);
        last.clear();
        assert_eq!(last.latest(), Some(fatal));
    }

    #[test]
    fn a_client_is_hopeless_once_every_broker_refuses_for_good() {
        let last = LastTrouble::default();
        let login = |broker: &str| {
            last.note_error(-169, trouble(&LOGIN.replace("h:1", broker)), false);
        };
        last.note_error(-195, trouble(REFUSED), false);
        login("i:1");
        assert!(!last.is_hopeless(), "nobody says that all are down");
        all_down(&last);
        assert!(!last.is_hopeless(), "one was only away");
        login("h:1");
        assert!(last.is_hopeless());
        last.clear();
        assert!(!last.is_hopeless(), "a record was delivered");
    }

    #[test]
    fn a_closed_connection_leaves_hope_and_may_tell_of_a_wrong_protocol() {
        let last = LastTrouble::default();
        all_down(&last);
        assert!(!last.is_hopeless(), "nobody refused anything");
        let last = LastTrouble::default();
        last.note_closed("[thrd:h:1/1]: h:1/1: Disconnected (after 600000ms in state UP)");
        assert_eq!(last.latest(), None);
        last.note_error(-169, trouble(&LOGIN.replace("h:1", "i:1")), false);
        all_down(&last);
        assert!(!last.is_hopeless(), "one was only closed");
        let wrong = "h:1/bootstrap: Disconnected (after 3ms in state APIVERSION_QUERY)";
        last.note_closed(&format!("[thrd:h:1/bootstrap]: {wrong}"));
        let told = last.latest().unwrap();
        assert_eq!((told.class, told.code.as_str()), (ErrorClass::Retriable, "_TRANSPORT"));
        assert!(told.message.starts_with("h:1: the broker closes the connection"), "{told:?}");
        last.clear();
        last.note_closed(&format!("[thrd:h:1/bootstrap]: {wrong}"));
        assert_eq!(last.latest(), None, "the protocol was right for a record");
    }

    #[test]
    fn a_refused_address_explains_more_than_the_connection_that_failed_for_it() {
        let last = LastTrouble::default();
        last.note_refused_address("169.254.1.1:9092".into(), "refused".into());
        last.note_error(-195, trouble("169.254.1.1:9092/1: Permission denied"), false);
        assert_eq!(last.latest().unwrap().code, REFUSED_ADDRESS);
        assert!(last.refuses_all(&["169.254.1.1:9092".into()]));
        assert!(!last.refuses_all(&["169.254.1.1:9092".into(), "h:1".into()]));
        assert!(!last.refuses_all(&[]));
        assert_eq!((last.take_refused_dials(), last.take_refused_dials()), (1, 0));
    }

    #[test]
    fn a_name_is_hopeless_only_when_all_its_addresses_may_be() {
        let last = LastTrouble::default();
        for refusal in 1..=4 {
            last.note_refused_address("h:1".into(), "refused".into());
            assert_eq!(last.refuses_all(&["h:1".into()]), refusal == 4);
        }
        last.note_dialled("h:1");
        assert!(!last.refuses_all(&["h:1".into()]));
    }
}
