//! Records that travel together: one arena of bytes and one fixed-size descriptor a record.
//!
//! Filtering and routing edit descriptors only; nobody copies the arena to drop a record.

use crate::buf::Buf;
use crate::error::RecordError;
use abi_stable::StableAbi;
use abi_stable::std_types::{RString, RVec};

/// Where one record lies in the arena, and where it goes. 64 bytes.
///
/// By default: an empty key and value, no timestamp, the sink chooses the partition.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordMeta {
    /// First byte of the value in the arena.
    pub value_offset: u32,
    /// Bytes of the value.
    pub value_len: u32,
    /// First byte of the key in the arena.
    pub key_offset: u32,
    /// Bytes of the key.
    pub key_len: u32,
    /// Milliseconds since 1970, 0 = none.
    pub timestamp_ms: i64,
    /// The record's position at its source, -1 = none.
    pub offset: i64,
    /// Index into the batch's topics.
    pub topic: u32,
    /// The partition, -1 = the sink chooses.
    pub partition: i32,
    /// Index of the record in the source's batch, so that a split stays accountable.
    pub origin: u32,
    /// First of the record's headers in the batch's header table.
    pub header_start: u32,
    /// Number of headers.
    pub header_count: u32,
    /// Any of [`RecordMeta::NULL_KEY`], [`RecordMeta::NULL_VALUE`], [`RecordMeta::DROPPED`].
    pub flags: u32,
    reserved: u64,
}

impl RecordMeta {
    /// The record has no key, which is not the same as an empty one.
    pub const NULL_KEY: u32 = 1;
    /// The record has no value (a tombstone).
    pub const NULL_VALUE: u32 = 2;
    /// A transform dropped the record on purpose.
    pub const DROPPED: u32 = 4;

    /// A record without a key.
    #[must_use]
    pub fn unkeyed() -> Self {
        Self { flags: Self::NULL_KEY, ..Self::default() }
    }

    /// Whether a flag is set.
    #[must_use]
    pub fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }
}

impl Default for RecordMeta {
    fn default() -> Self {
        Self {
            value_offset: 0,
            value_len: 0,
            key_offset: 0,
            key_len: 0,
            timestamp_ms: 0,
            offset: -1,
            topic: 0,
            partition: -1,
            origin: 0,
            header_start: 0,
            header_count: 0,
            flags: 0,
            reserved: 0,
        }
    }
}

/// Where one header lies in the arena.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HeaderMeta {
    /// First byte of the name.
    pub name_offset: u32,
    /// Bytes of the name.
    pub name_len: u32,
    /// First byte of the value.
    pub value_offset: u32,
    /// Bytes of the value.
    pub value_len: u32,
    /// 1 = the value is null.
    pub flags: u32,
    reserved: u32,
}

/// Up to 10 000 records in an arena of up to 512 KiB, unless one record alone is larger.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, Default)]
pub struct Batch {
    /// Number of the batch at its source.
    pub id: u64,
    /// Which source of the pipeline it came from.
    pub source: u32,
    /// 0 today; a reader ignores bits it does not know.
    pub flags: u32,
    /// The bytes of all values, keys and headers.
    pub arena: Buf,
    records: RVec<RecordMeta>,
    topics: RVec<RString>,
    headers: RVec<HeaderMeta>,
    refused: RVec<RecordError>,
    reserved: [u64; 2],
}

impl Batch {
    /// A batch over `arena`. Descriptors that point outside the arena read as nothing.
    #[must_use]
    pub fn new(arena: Buf, records: Vec<RecordMeta>) -> Self {
        Self { arena, records: RVec::from(records), ..Self::default() }
    }

    /// The descriptors, in order.
    #[must_use]
    pub fn records(&self) -> &[RecordMeta] {
        self.records.as_slice()
    }

    /// The descriptors, to filter and route by.
    pub fn records_mut(&mut self) -> &mut [RecordMeta] {
        self.records.as_mut_slice()
    }

    /// The records that a transform refused.
    #[must_use]
    pub fn refused(&self) -> &[RecordError] {
        self.refused.as_slice()
    }

    /// Refuses one record; its neighbours go on.
    pub fn refuse(&mut self, refused: RecordError) {
        self.refused.push(refused);
    }

    /// The value of a record: `None` for a null value or a descriptor outside the arena.
    #[must_use]
    pub fn value(&self, record: &RecordMeta) -> Option<&[u8]> {
        let present = !record.has(RecordMeta::NULL_VALUE);
        present.then(|| self.bytes(record.value_offset, record.value_len)).flatten()
    }

    /// The key of a record, as [`Batch::value`].
    #[must_use]
    pub fn key(&self, record: &RecordMeta) -> Option<&[u8]> {
        let present = !record.has(RecordMeta::NULL_KEY);
        present.then(|| self.bytes(record.key_offset, record.key_len)).flatten()
    }

    /// The topic names that descriptors point at.
    pub fn topics(&self) -> impl Iterator<Item = &str> {
        self.topics.iter().map(RString::as_str)
    }

    /// Adds a topic name and returns its index.
    pub fn add_topic(&mut self, name: &str) -> u32 {
        self.topics.push(RString::from(name));
        u32::try_from(self.topics.len() - 1).unwrap_or(u32::MAX)
    }

    /// The header table that descriptors point at.
    #[must_use]
    pub fn headers(&self) -> &[HeaderMeta] {
        self.headers.as_slice()
    }

    fn bytes(&self, offset: u32, len: u32) -> Option<&[u8]> {
        let start = offset as usize;
        self.arena.as_slice().get(start..start.checked_add(len as usize)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_descriptor_is_one_cache_line() {
        assert_eq!(size_of::<RecordMeta>(), 64);
    }

    #[test]
    fn a_descriptor_outside_the_arena_reads_as_nothing() {
        let stray = RecordMeta { value_offset: 3, value_len: u32::MAX, ..RecordMeta::default() };
        let batch = Batch::new(Buf::from_vec(b"quake".to_vec()), vec![stray]);
        assert_eq!(batch.value(&batch.records()[0]), None);
    }

    #[test]
    fn an_empty_key_is_not_a_null_key() {
        let empty = RecordMeta::default();
        let null = RecordMeta { flags: RecordMeta::NULL_KEY, ..empty };
        let batch = Batch::new(Buf::default(), vec![empty, null]);
        assert_eq!(batch.key(&batch.records()[0]), Some(&[][..]));
        assert_eq!(batch.key(&batch.records()[1]), None);
    }
}
