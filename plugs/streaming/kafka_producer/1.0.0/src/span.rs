//! Where the values of a batch lie.

use plugin_api::Batch;
use plugin_api::batch::RecordMeta;

/// The part of the arena in which all values lie, with what stands between them. An arena is a
/// recycled block: what lies behind its last record are bytes of older batches.
pub fn values(batch: &Batch) -> &[u8] {
    let (start, end) = range(batch);
    batch.arena.as_slice().get(start..end).unwrap_or(batch.arena.as_slice())
}

/// The first byte of [`values`], and the one behind them; `start` is above `end` where there are none.
pub fn range(batch: &Batch) -> (usize, usize) {
    let values = batch.records().iter().filter(|record| !record.has(RecordMeta::NULL_VALUE));
    values.fold((usize::MAX, 0), |(start, end), record| {
        let from = record.value_offset as usize;
        (start.min(from), end.max(from.saturating_add(record.value_len as usize)))
    })
}
