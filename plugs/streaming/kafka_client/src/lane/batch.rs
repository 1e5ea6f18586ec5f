//! A lane's batch, as placing and handing over see it.

use plugin_abi::{Batch, HeaderMeta, RecordMeta};

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

/// Whether a part of the record lies outside the batch. Such a part reads as null, and a record with
/// a null value is a tombstone: it deletes.
pub(crate) fn is_stray(batch: &Batch, record: &RecordMeta) -> bool {
    let missing = |flag| !record.has(flag);
    missing(RecordMeta::NULL_VALUE) && batch.value(record).is_none()
        || missing(RecordMeta::NULL_KEY) && batch.key(record).is_none()
        || record.header_count > 0 && has_stray_header(batch, record)
}

fn has_stray_header(batch: &Batch, record: &RecordMeta) -> bool {
    let inside = |header: &HeaderMeta| {
        let (name, value) = batch.header(header);
        name.len() == header.name_len as usize
            && (value.is_some() || header.flags & HeaderMeta::NULL_VALUE > 0)
    };
    let headers = batch.headers_of(record);
    headers.len() != record.header_count as usize || !headers.iter().all(inside)
}
