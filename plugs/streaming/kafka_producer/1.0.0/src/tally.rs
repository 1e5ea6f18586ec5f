//! What a call did, counted: for metrics and for those who wait for its result.

use crate::fault::ErrorType;
use crate::settled::Settled;
use std::collections::BTreeMap;

/// The counts of one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records that the broker confirmed.
    pub delivered: u64,
    /// Records that may be in their topic.
    pub unknown: u64,
    /// Bytes of the confirmed records, with keys and headers.
    pub bytes: u64,
    /// Records, or the call as a whole, that were refused or failed: by class.
    pub failures: BTreeMap<ErrorType, u64>,
}

impl Tally {
    /// The counts of these records.
    pub fn of(settled: &[Settled]) -> Self {
        let mut tally = Self::default();
        for one in settled {
            match one {
                Settled::Delivered { bytes, .. } => {
                    tally.delivered += 1;
                    tally.bytes += bytes;
                }
                Settled::Failed(fault) => *tally.failures.entry(fault.error_type).or_default() += 1,
                Settled::Unknown { .. } => tally.unknown += 1,
            }
        }
        tally
    }

    /// A call that was refused as a whole.
    pub fn refused(error_type: ErrorType) -> Self {
        Self { failures: BTreeMap::from([(error_type, 1)]), ..Self::default() }
    }

    /// Records that failed, and calls that were refused.
    pub fn failed(&self) -> u64 {
        self.failures.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Fault;

    #[test]
    fn every_record_is_counted_once_under_what_became_of_it() {
        let topic = || "t".to_owned();
        let delivered = |bytes| Settled::Delivered {
            topic: topic(),
            partition: 0,
            offset: None,
            timestamp: None,
            bytes,
        };
        let settled = [
            delivered(7),
            Settled::Failed(Fault::serialization("no")),
            Settled::Unknown { topic: topic(), text: String::new() },
            Settled::Failed(Fault::producer("no")),
            delivered(5),
            Settled::Failed(Fault::serialization("no")),
        ];
        let failures = [(ErrorType::SerializationError, 2), (ErrorType::KafkaProducerError, 1)];
        let expected =
            Tally { delivered: 2, unknown: 1, bytes: 12, failures: BTreeMap::from(failures) };
        assert_eq!(Tally::of(&settled), expected);
        assert_eq!(expected.failed(), 3);
    }
}
