//! What became of a record, and what an error code asks the caller to do.

use rdkafka::bindings::rd_kafka_resp_err_t as Code;
use rdkafka::bindings::rd_kafka_resp_err_t::*;

use crate::trouble::ClientTrouble;
use crate::verdict::quoted;

/// What an error asks of the one who published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// The same record may succeed later: keep it and back off.
    Retriable,
    /// This record can never be delivered; its neighbours can.
    RecordFatal,
    /// This producer is done for: build a new one and send what was not persisted.
    ClientFatal,
    /// Only another configuration can help: credentials, TLS, an unsupported setting.
    ConfigFatal,
}

/// A record that is in the topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// Partition it went to.
    pub partition: i32,
    /// Its offset; `None` with `acks=0`, where the broker does not say.
    pub offset: Option<i64>,
    /// The time the topic keeps for it, in milliseconds.
    pub timestamp_ms: Option<i64>,
}

/// A record that is not in the topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What to do about it.
    pub class: ErrorClass,
    /// The topic is the cause (unknown, or not authorised): retriable, but only for a while.
    pub topic: bool,
    /// librdkafka's name of the error, such as `MSG_SIZE_TOO_LARGE` or `_MSG_TIMED_OUT`.
    pub code: String,
    /// The error in words, with what the client last heard from its brokers where that explains it.
    pub message: String,
}

impl Failure {
    /// The failure of a record that itself asked for its partition, which is not there: the record is
    /// wrong and not the topic, and waiting would hold back its neighbours.
    pub(crate) fn of_assigned(self, missing: String) -> Self {
        Self { class: ErrorClass::RecordFatal, topic: false, message: missing, ..self }
    }
}

/// Says that a partition which was asked for is not there; `topic` is `None` where it is not known.
pub fn no_partition(topic: Option<&str>, partition: i32) -> String {
    let topic =
        topic.map_or("the topic".to_owned(), |topic| format!("the topic {}", quoted(topic)));
    format!("{topic} has no partition {partition}")
}

/// The message of a record that timed out while no broker said anything. librdkafka tells nobody of the
/// refusals for which it tries again, so the usual one is named.
pub const UNEXPLAINED_TIMEOUT: &str = "no broker confirmed it in time, and none said why (`timeout_ms`); \
                                       if the brokers are up, look at `min.insync.replicas` of the topic";

/// The one final state of a published record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The broker confirmed it (with `acks=0`: it was sent).
    Delivered(Delivery),
    /// It is certainly not in the topic.
    Failed(Failure),
    /// It was sent, and nobody knows whether the broker kept it. Sending it again may duplicate it.
    Unknown {
        /// What was heard last.
        message: String,
    },
}

/// Whether the record can be in the topic, as the delivery report says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Persisted,
    NotPersisted,
    PossiblyPersisted,
}

/// One delivery report, or a refusal before the record was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Report {
    pub fate: Fate,
    /// librdkafka's code; 0 is success.
    pub code: i32,
    pub partition: i32,
    /// Below 0: not known.
    pub offset: i64,
    /// In milliseconds; below 0: not known.
    pub timestamp_ms: i64,
}

impl Report {
    /// A record that librdkafka did not take.
    pub fn refused(code: i32) -> Self {
        Self { fate: Fate::NotPersisted, code, partition: -1, offset: -1, timestamp_ms: -1 }
    }

    /// Reads the report. `words` are librdkafka's for the code, `remark` is the broker's own,
    /// `trouble` what the client last heard.
    pub fn outcome(
        &self,
        words: impl FnOnce() -> Words,
        remark: Option<&str>,
        trouble: Option<&ClientTrouble>,
    ) -> Outcome {
        if self.code == 0 || self.fate == Fate::Persisted {
            return Outcome::Delivered(Delivery {
                partition: self.partition,
                offset: (self.offset >= 0).then_some(self.offset),
                timestamp_ms: (self.timestamp_ms >= 0).then_some(self.timestamp_ms),
            });
        }
        let words = words();
        let trouble = trouble.filter(|_| is_explained_by_trouble(self.code));
        if let Some(decisive) = trouble.filter(|trouble| trouble.decides())
            && self.fate == Fate::NotPersisted
        {
            return Outcome::Failed(decisive.failure(class_of(self.code)));
        }
        let mut message = match remark {
            Some(remark) => format!("{}: {remark}", words.name),
            None if trouble.is_none() && self.code == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT as i32 => {
                UNEXPLAINED_TIMEOUT.to_owned()
            }
            None => words.text,
        };
        if let Some(trouble) = trouble {
            message = format!("{message} ({})", trouble.message);
        }
        if self.fate == Fate::PossiblyPersisted {
            return Outcome::Unknown { message };
        }
        Outcome::Failed(Failure {
            class: class_of(self.code),
            topic: is_topic_error(self.code),
            code: words.name,
            message,
        })
    }
}

/// librdkafka's name and text of an error code.
pub(crate) struct Words {
    pub name: String,
    pub text: String,
}

/// A timeout, a dead client and records given up say that nothing was heard; the trouble says why.
fn is_explained_by_trouble(code: i32) -> bool {
    const SILENT: [Code; 6] = [
        RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
        RD_KAFKA_RESP_ERR__TIMED_OUT,
        RD_KAFKA_RESP_ERR__TRANSPORT,
        RD_KAFKA_RESP_ERR__QUEUE_FULL,
        RD_KAFKA_RESP_ERR__FATAL,
        RD_KAFKA_RESP_ERR__PURGE_QUEUE,
    ];
    SILENT.iter().any(|silent| *silent as i32 == code)
}

/// Whether the topic itself is the cause: it is unknown, or not ours to write.
pub fn is_topic_error(code: i32) -> bool {
    const TOPIC: [Code; 5] = [
        RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
        RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
        RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
        RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
    ];
    TOPIC.iter().any(|topic| *topic as i32 == code)
}

/// The class of a librdkafka error code. What is not listed is retriable: brokers down, leaders
/// moving, timeouts, full queues, missing replicas.
pub fn class_of(code: i32) -> ErrorClass {
    let listed = CLASSES.iter().find(|(_, codes)| codes.iter().any(|known| *known as i32 == code));
    listed.map_or(ErrorClass::Retriable, |(class, _)| *class)
}

const CLASSES: [(ErrorClass, &[Code]); 3] = [
    (
        ErrorClass::RecordFatal,
        &[
            RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
            RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,
            RD_KAFKA_RESP_ERR_INVALID_MSG,
            RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE,
            RD_KAFKA_RESP_ERR_INVALID_RECORD,
            RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP,
            RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
            RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
            RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT,
            RD_KAFKA_RESP_ERR__INVALID_ARG,
            RD_KAFKA_RESP_ERR__BAD_MSG,
            RD_KAFKA_RESP_ERR__KEY_SERIALIZATION,
            RD_KAFKA_RESP_ERR__VALUE_SERIALIZATION,
        ],
    ),
    (
        ErrorClass::ClientFatal,
        &[
            RD_KAFKA_RESP_ERR__FATAL,
            RD_KAFKA_RESP_ERR__FENCED,
            RD_KAFKA_RESP_ERR__STATE,
            RD_KAFKA_RESP_ERR__INCONSISTENT,
            RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE,
            RD_KAFKA_RESP_ERR__PURGE_QUEUE,
            RD_KAFKA_RESP_ERR__PURGE_INFLIGHT,
            RD_KAFKA_RESP_ERR__DESTROY,
            RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
            RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
            RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING,
            RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
            RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID,
        ],
    ),
    (
        ErrorClass::ConfigFatal,
        &[
            RD_KAFKA_RESP_ERR__AUTHENTICATION,
            RD_KAFKA_RESP_ERR__SSL,
            RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE,
            RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
            RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM,
            RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE,
            RD_KAFKA_RESP_ERR_SECURITY_DISABLED,
            RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE,
            RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION,
            RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS,
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        Words { name: "_MSG_TIMED_OUT".into(), text: "Local: Message timed out".into() }
    }

    fn timed_out(fate: Fate) -> Report {
        Report { fate, ..Report::refused(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT as i32) }
    }

    #[test]
    fn possibly_persisted_is_unknown_and_never_failed() {
        let outcome = timed_out(Fate::PossiblyPersisted).outcome(words, None, None);
        assert_eq!(outcome, Outcome::Unknown { message: UNEXPLAINED_TIMEOUT.into() });
    }

    #[test]
    fn a_timeout_behind_a_refused_login_is_a_matter_of_configuration() {
        let trouble = ClientTrouble {
            class: ErrorClass::ConfigFatal,
            code: "_AUTHENTICATION".into(),
            message: "broker: authentication failed".into(),
        };
        let outcome = timed_out(Fate::NotPersisted).outcome(words, None, Some(&trouble));
        assert_eq!(
            outcome,
            Outcome::Failed(Failure {
                class: ErrorClass::ConfigFatal,
                topic: false,
                code: "_AUTHENTICATION".into(),
                message: "broker: authentication failed".into(),
            })
        );
    }

    #[test]
    fn a_timeout_is_explained_by_what_was_heard_or_by_its_usual_causes() {
        let trouble = ClientTrouble {
            class: ErrorClass::Retriable,
            code: "_TRANSPORT".into(),
            message: "h:1: away".into(),
        };
        for (trouble, expected) in
            [(None, UNEXPLAINED_TIMEOUT), (Some(&trouble), "Local: Message timed out (h:1: away)")]
        {
            let outcome = timed_out(Fate::NotPersisted).outcome(words, None, trouble);
            let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
            assert_eq!(
                (failure.message.as_str(), failure.code.as_str()),
                (expected, "_MSG_TIMED_OUT")
            );
        }
    }

    #[test]
    fn a_partition_that_is_not_there_is_named_with_its_topic() {
        assert_eq!(no_partition(Some("t1"), 99), "the topic `t1` has no partition 99");
        assert_eq!(no_partition(None, -7), "the topic has no partition -7");
    }

    #[test]
    fn success_without_an_offset_is_delivered() {
        let report = Report { code: 0, partition: 3, ..timed_out(Fate::PossiblyPersisted) };
        let delivery = Delivery { partition: 3, offset: None, timestamp_ms: None };
        assert_eq!(report.outcome(words, None, None), Outcome::Delivered(delivery));
    }

    #[test]
    fn codes_are_classed() {
        let table = [
            (RD_KAFKA_RESP_ERR__TRANSPORT, ErrorClass::Retriable, false),
            (RD_KAFKA_RESP_ERR__QUEUE_FULL, ErrorClass::Retriable, false),
            (RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, ErrorClass::Retriable, false),
            (RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ErrorClass::Retriable, true),
            (RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ErrorClass::Retriable, true),
            (RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ErrorClass::RecordFatal, false),
            (RD_KAFKA_RESP_ERR__FENCED, ErrorClass::ClientFatal, false),
            (RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, ErrorClass::ClientFatal, false),
            (RD_KAFKA_RESP_ERR__SSL, ErrorClass::ConfigFatal, false),
            (RD_KAFKA_RESP_ERR__AUTHENTICATION, ErrorClass::ConfigFatal, false),
        ];
        for (code, class, topic) in table {
            assert_eq!(
                (class_of(code as i32), is_topic_error(code as i32)),
                (class, topic),
                "{code:?}"
            );
        }
    }
}
