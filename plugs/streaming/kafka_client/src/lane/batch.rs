//! A lane's batch, as placing and handing over see it.

use plugin_abi::{Batch, RecordMeta};

use crate::records::Records;

impl Records for Batch {
    fn count(&self) -> usize {
        self.records().len()
    }

    /// 0 is the sink's own topic; those of the batch follow.
    fn topic(&self, index: usize) -> u32 {
        let topic = self.records().get(index).map_or(RecordMeta::NO_TOPIC, |record| record.topic);
        const { assert!(RecordMeta::NO_TOPIC == u32::MAX) };
        topic.wrapping_add(1)
    }

    fn partition(&self, index: usize) -> Option<i32> {
        self.records().get(index).map(|record| record.partition).filter(|asked| *asked >= 0)
    }

    fn key(&self, index: usize) -> Option<&[u8]> {
        self.key(self.records().get(index)?)
    }

    fn goes_alone(&self, index: usize) -> bool {
        let record = self.records().get(index);
        record.is_some_and(|record| {
            record.header_count > 0 || record.timestamp_ms != RecordMeta::NO_TIMESTAMP
        })
    }
}
