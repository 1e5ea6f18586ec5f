//! What placing and handing over must know of a batch's records, whichever kind of batch it is.

use crate::outgoing::OutgoingBatch;

/// The records of one batch, by index. An index at or beyond `count` reads as a plain record.
pub(crate) trait Records {
    /// Number of records.
    fn count(&self) -> usize;
    /// Index in the list of topics that goes with the batch.
    fn topic(&self, index: usize) -> u32;
    /// The partition that was asked for.
    fn partition(&self, index: usize) -> Option<i32>;
    /// The key's bytes.
    fn key(&self, index: usize) -> Option<&[u8]>;
    /// Whether librdkafka's batch call cannot carry the record: it takes neither headers nor times.
    fn goes_alone(&self, index: usize) -> bool;
}

impl Records for OutgoingBatch {
    fn count(&self) -> usize {
        self.len()
    }

    fn topic(&self, index: usize) -> u32 {
        self.records().get(index).map_or(0, |record| record.topic)
    }

    fn partition(&self, index: usize) -> Option<i32> {
        self.records().get(index)?.partition
    }

    fn key(&self, index: usize) -> Option<&[u8]> {
        Some(self.bytes(self.records().get(index)?.key?))
    }

    fn goes_alone(&self, index: usize) -> bool {
        self.records().get(index).is_some_and(|record| record.timestamp_ms.is_some())
            || !self.headers(index).is_empty()
    }
}
