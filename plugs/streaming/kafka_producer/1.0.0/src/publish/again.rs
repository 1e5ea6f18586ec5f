//! Which records are handed over once more.

use super::encoded::Encoded;
use kafka_client::{ErrorClass, Failure, Outcome};
use std::collections::HashSet;

/// What librdkafka calls time that has run out: it has tried for as long as it may.
const TIME_IS_UP: [&str; 4] = ["_MSG_TIMED_OUT", "_TIMED_OUT", "_TIMED_OUT_QUEUE", "_QUEUE_FULL"];

/// Whether the record, which is certainly not in its topic, may get there by another try: its client
/// was at fault, its topic may come or open yet, or the error passes. Where the user limited
/// `retries`, librdkafka has used them up.
pub fn may_succeed(failure: &Failure, record: &Encoded<'_>, retries_are_limited: bool) -> bool {
    let has_no_partition = failure.code == "_UNKNOWN_PARTITION" && record.draft.partition.is_some();
    match failure.class {
        ErrorClass::ClientFatal => true,
        ErrorClass::RecordFatal | ErrorClass::ConfigFatal => false,
        ErrorClass::Retriable if has_no_partition => false,
        ErrorClass::Retriable if TIME_IS_UP.contains(&failure.code.as_str()) => false,
        ErrorClass::Retriable => failure.topic || !retries_are_limited,
    }
}

/// The records to hand over once more, by their positions in rising order. One that would come behind
/// a later record of its key, or of the partition that both asked for, is given up instead.
pub fn again(
    records: &[&Encoded<'_>],
    outcomes: &[Outcome],
    retries_are_limited: bool,
) -> Vec<usize> {
    let mut overtaking = HashSet::new();
    let mut again = Vec::new();
    for (index, (record, outcome)) in records.iter().zip(outcomes).enumerate().rev() {
        let place = place(record);
        match outcome {
            Outcome::Delivered(_) | Outcome::Unknown { .. } => overtaking.extend(place),
            Outcome::Failed(failure) => {
                let is_overtaken = place.is_some_and(|place| overtaking.contains(&place));
                if !is_overtaken && may_succeed(failure, record, retries_are_limited) {
                    again.push(index);
                }
            }
        }
    }
    again.reverse();
    again
}

/// Records of one place stay in order: those of one key, or of one partition. Others have no order.
#[derive(PartialEq, Eq, Hash)]
struct Place<'e> {
    topic: &'e str,
    partition: Option<i32>,
    key: Option<&'e [u8]>,
}

fn place<'e>(record: &'e Encoded<'_>) -> Option<Place<'e>> {
    let (topic, partition) = (&*record.draft.topic, record.draft.partition);
    let key = record.draft.key.as_deref().filter(|_| partition.is_none());
    (key.is_some() || partition.is_some()).then_some(Place { topic, partition, key })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Draft;
    use kafka_client::Delivery;
    use std::sync::Arc;

    fn record(key: Option<&str>, partition: Option<i32>) -> Encoded<'static> {
        let key = key.map(|key| Arc::from(key.as_bytes()));
        let (topic, headers) = (Arc::from("t"), Arc::default());
        let draft = Draft { topic, value: None, key, headers, partition, timestamp: None };
        Encoded { draft, value: None, size: 0 }
    }

    fn failed(class: ErrorClass, code: &str, topic: bool) -> Outcome {
        Outcome::Failed(Failure { class, topic, code: code.into(), message: code.into() })
    }

    fn delivered() -> Outcome {
        Outcome::Delivered(Delivery { partition: 0, offset: None, timestamp_ms: None })
    }

    #[test]
    fn only_what_may_succeed_is_handed_over_again() {
        use ErrorClass::{ClientFatal, ConfigFatal, RecordFatal, Retriable};
        let cases = [
            (failed(ClientFatal, "_FATAL", false), None, [true, true]),
            (failed(RecordFatal, "MSG_SIZE_TOO_LARGE", false), None, [false, false]),
            (failed(ConfigFatal, "_SSL", false), None, [false, false]),
            (failed(Retriable, "TOPIC_AUTHORIZATION_FAILED", true), None, [true, true]),
            (failed(Retriable, "NOT_ENOUGH_REPLICAS", false), None, [true, false]),
            (failed(Retriable, "_MSG_TIMED_OUT", false), None, [false, false]),
            (failed(Retriable, "_QUEUE_FULL", false), None, [false, false]),
            (failed(Retriable, "_UNKNOWN_PARTITION", true), None, [true, true]),
            (failed(Retriable, "_UNKNOWN_PARTITION", true), Some(9), [false, false]),
            (delivered(), None, [false, false]),
            (Outcome::Unknown { message: String::new() }, None, [false, false]),
        ];
        for (outcome, partition, expected) in cases {
            let record = record(None, partition);
            let outcomes = std::slice::from_ref(&outcome);
            let found = [false, true].map(|limited| again(&[&record], outcomes, limited) == [0]);
            assert_eq!(found, expected, "{outcome:?} {partition:?}");
        }
    }

    #[test]
    fn a_record_is_not_sent_behind_a_later_one_of_its_key() {
        let fatal = || failed(ErrorClass::ClientFatal, "_PURGE_QUEUE", false);
        let unknown = Outcome::Unknown { message: String::new() };
        let outcomes = [
            fatal(),
            fatal(),
            delivered(),
            fatal(),
            fatal(),
            unknown,
            fatal(),
            fatal(),
            delivered(),
        ];
        let records = [
            record(Some("a"), None),
            record(Some("b"), None),
            record(Some("a"), None),
            record(Some("a"), None),
            record(None, Some(1)),
            record(None, Some(1)),
            record(Some("b"), None),
            record(None, None),
            record(None, None),
        ];
        let records: Vec<&Encoded<'_>> = records.iter().collect();
        assert_eq!(again(&records, &outcomes, false), [1, 3, 6, 7]);
    }
}
