//! Records that travel together: one arena of bytes and one fixed-size descriptor a record.
//!
//! Filtering and routing edit descriptors only; nobody copies the arena to drop a record. A clone
//! shares everything, and the descriptors are copied by the first of the clones that edits them.

use crate::buf::Buf;
use crate::error::RecordError;
use abi_stable::StableAbi;
use abi_stable::std_types::{RArc, RString, RVec};

/// Where one record lies in the arena, and where it goes. 64 bytes.
///
/// By default: an empty key and value, no timestamp; the sink chooses topic and partition.
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
    /// Milliseconds since 1970, or [`RecordMeta::NO_TIMESTAMP`].
    pub timestamp_ms: i64,
    /// The record's position at its source, -1 = none.
    pub offset: i64,
    /// Index into the batch's topics, or [`RecordMeta::NO_TOPIC`].
    pub topic: u32,
    /// The partition, -1 = the sink chooses.
    pub partition: i32,
    /// Index of the record in the source's batch, so that a split stays accountable. The host sets it
    /// for sources; a transform hands on that of the record it started from.
    pub origin: u32,
    /// First of the record's headers in the batch's header table.
    pub header_start: u32,
    /// Number of headers.
    pub header_count: u32,
    /// Any of [`RecordMeta::NULL_KEY`], [`RecordMeta::NULL_VALUE`], [`RecordMeta::DROPPED`].
    pub flags: u32,
    /// 0; here so that `..RecordMeta::default()` can be written.
    #[doc(hidden)]
    pub reserved: u64,
}

impl RecordMeta {
    /// The record has no key, which is not the same as an empty one.
    pub const NULL_KEY: u32 = 1;
    /// The record has no value (a tombstone).
    pub const NULL_VALUE: u32 = 2;
    /// A transform dropped the record on purpose.
    pub const DROPPED: u32 = 4;
    /// The record names no topic: it goes to the sink's own.
    pub const NO_TOPIC: u32 = u32::MAX;
    /// The record has no time of its own.
    pub const NO_TIMESTAMP: i64 = i64::MIN;
    /// Not known yet. No record leaves a transform with it: nobody could account for it.
    pub const NO_ORIGIN: u32 = u32::MAX;

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
            timestamp_ms: Self::NO_TIMESTAMP,
            offset: -1,
            topic: Self::NO_TOPIC,
            partition: -1,
            origin: Self::NO_ORIGIN,
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
    /// First byte of the name, which is UTF-8.
    pub name_offset: u32,
    /// Bytes of the name.
    pub name_len: u32,
    /// First byte of the value.
    pub value_offset: u32,
    /// Bytes of the value.
    pub value_len: u32,
    /// [`HeaderMeta::NULL_VALUE`] or 0.
    pub flags: u32,
    /// 0; as in [`RecordMeta`].
    #[doc(hidden)]
    pub reserved: u32,
}

impl HeaderMeta {
    /// The value is null, which is not the same as an empty one.
    pub const NULL_VALUE: u32 = 1;
}

/// What describes the records of a batch; shared by its clones.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, Default)]
struct Tables {
    records: RVec<RecordMeta>,
    headers: RVec<HeaderMeta>,
    topics: RVec<RString>,
    source: RString,
    reserved: [u64; 2],
}

/// Up to 10 000 records in an arena of up to 512 KiB, unless one record alone is larger.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, Default)]
pub struct Batch {
    /// Number of the batch at its source.
    pub id: u64,
    /// [`Batch::COMPACT_JSON`] and [`Batch::DEAD_LETTERS`]; a reader ignores bits it does not know.
    pub flags: u32,
    /// The bytes of all values, keys and headers.
    pub arena: Buf,
    tables: RArc<Tables>,
    refused: RVec<RecordError>,
    reserved: [u64; 2],
}

impl Batch {
    /// Every value that is not null was found to be one valid JSON text in UTF-8, at most 128 levels
    /// deep, without white space between its tokens and without escapes in its strings. Whoever
    /// changes values clears it; editing descriptors does, so set it anew where they still hold.
    pub const COMPACT_JSON: u32 = 1;
    /// The records are dead letters: refused by a step, with headers `plugpipe.dlq.*` that say why. A
    /// sink stores them as they are. Only the host says so.
    pub const DEAD_LETTERS: u32 = 2;

    /// A batch over `arena`. Descriptors that point outside the arena read as nothing.
    #[must_use]
    pub fn new(arena: Buf, records: Vec<RecordMeta>) -> Self {
        let tables = Tables { records: RVec::from(records), ..Tables::default() };
        Self { arena, tables: RArc::new(tables), ..Self::default() }
    }

    /// The same batch over other bytes: number, topics and source stay, flags and refusals do not.
    #[must_use]
    pub fn rebuilt(&self, arena: Buf, records: Vec<RecordMeta>, headers: Vec<HeaderMeta>) -> Self {
        let tables = Tables {
            records: RVec::from(records),
            headers: RVec::from(headers),
            topics: self.tables.topics.clone(),
            source: self.tables.source.clone(),
            reserved: [0; 2],
        };
        Self { id: self.id, arena, tables: RArc::new(tables), ..Self::default() }
    }

    /// The descriptors, in order.
    #[must_use]
    pub fn records(&self) -> &[RecordMeta] {
        self.tables.records.as_slice()
    }

    /// The descriptors, to filter and route by. Copies them if a clone shares them, and clears
    /// [`Batch::COMPACT_JSON`].
    pub fn records_mut(&mut self) -> &mut [RecordMeta] {
        self.flags &= !Self::COMPACT_JSON;
        self.tables_mut().records.as_mut_slice()
    }

    /// Puts other descriptors in the place of these, and clears [`Batch::COMPACT_JSON`].
    pub fn set_records(&mut self, records: Vec<RecordMeta>) {
        self.flags &= !Self::COMPACT_JSON;
        self.tables_mut().records = RVec::from(records);
    }

    /// The records that a transform refused.
    #[must_use]
    pub fn refused(&self) -> &[RecordError] {
        self.refused.as_slice()
    }

    /// Refuses one record of this batch, by its index in [`Batch::records`]; its neighbours go on. The
    /// record stays in the batch, and the host takes it out.
    pub fn refuse(&mut self, refused: RecordError) {
        self.refused.push(refused);
    }

    /// Takes the refusals out.
    #[must_use]
    pub fn take_refused(&mut self) -> Vec<RecordError> {
        std::mem::take(&mut self.refused).into_iter().collect()
    }

    /// The value of a record: `None` for a null value or a descriptor outside the arena.
    #[must_use]
    #[inline]
    pub fn value(&self, record: &RecordMeta) -> Option<&[u8]> {
        let present = !record.has(RecordMeta::NULL_VALUE);
        present.then(|| self.bytes(record.value_offset, record.value_len)).flatten()
    }

    /// The key of a record, as [`Batch::value`].
    #[must_use]
    #[inline]
    pub fn key(&self, record: &RecordMeta) -> Option<&[u8]> {
        let present = !record.has(RecordMeta::NULL_KEY);
        present.then(|| self.bytes(record.key_offset, record.key_len)).flatten()
    }

    /// Whether every part of a record lies inside the arena and its tables. A part that does not reads
    /// as null, and a null value is a tombstone, which deletes: refuse such a record instead.
    #[must_use]
    pub fn holds(&self, record: &RecordMeta) -> bool {
        let is_there = |flag, offset, len| record.has(flag) || self.bytes(offset, len).is_some();
        is_there(RecordMeta::NULL_VALUE, record.value_offset, record.value_len)
            && is_there(RecordMeta::NULL_KEY, record.key_offset, record.key_len)
            && (record.topic == RecordMeta::NO_TOPIC || self.topic(record).is_some())
            && (record.header_count == 0 || self.holds_headers(record))
    }

    fn holds_headers(&self, record: &RecordMeta) -> bool {
        let headers = self.headers_of(record);
        headers.len() == record.header_count as usize
            && headers.iter().all(|header| {
                let is_null = header.flags & HeaderMeta::NULL_VALUE != 0;
                self.bytes(header.name_offset, header.name_len).is_some()
                    && (is_null || self.bytes(header.value_offset, header.value_len).is_some())
            })
    }

    /// The topic names that descriptors point at.
    pub fn topics(&self) -> impl Iterator<Item = &str> {
        self.tables.topics.iter().map(RString::as_str)
    }

    /// The topic that a record names.
    #[must_use]
    pub fn topic(&self, record: &RecordMeta) -> Option<&str> {
        self.tables.topics.get(record.topic as usize).map(RString::as_str)
    }

    /// Adds a topic name and returns its index.
    pub fn add_topic(&mut self, name: &str) -> u32 {
        let topics = &mut self.tables_mut().topics;
        topics.push(RString::from(name));
        u32::try_from(topics.len() - 1).unwrap_or(RecordMeta::NO_TOPIC)
    }

    /// The header table that descriptors point at.
    #[must_use]
    pub fn headers(&self) -> &[HeaderMeta] {
        self.tables.headers.as_slice()
    }

    /// Puts another header table in the place of this one.
    pub fn set_headers(&mut self, headers: Vec<HeaderMeta>) {
        self.tables_mut().headers = RVec::from(headers);
    }

    /// The headers of a record, in order.
    #[must_use]
    pub fn headers_of(&self, record: &RecordMeta) -> &[HeaderMeta] {
        let start = record.header_start as usize;
        let end = start.saturating_add(record.header_count as usize);
        self.headers().get(start..end).unwrap_or(&[])
    }

    /// Name and value of a header; the value is `None` when it is null.
    #[must_use]
    pub fn header(&self, header: &HeaderMeta) -> (&[u8], Option<&[u8]>) {
        let name = self.bytes(header.name_offset, header.name_len).unwrap_or(&[]);
        let present = header.flags & HeaderMeta::NULL_VALUE == 0;
        let value = present.then(|| self.bytes(header.value_offset, header.value_len)).flatten();
        (name, value)
    }

    /// Where the records come from, for people: the path of a file, for instance. Empty = not said.
    #[must_use]
    pub fn source(&self) -> &str {
        self.tables.source.as_str()
    }

    /// Says where the records come from.
    pub fn set_source(&mut self, source: &str) {
        self.tables_mut().source = RString::from(source);
    }

    fn tables_mut(&mut self) -> &mut Tables {
        RArc::make_mut(&mut self.tables)
    }

    #[inline]
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
    fn a_clone_shares_descriptors_until_one_of_them_is_edited() {
        let mut first = Batch::new(Buf::from_vec(b"quake".to_vec()), vec![RecordMeta::default()]);
        let second = first.clone();
        assert_eq!(first.records().as_ptr(), second.records().as_ptr());
        first.records_mut()[0].partition = 7;
        assert_eq!((first.records()[0].partition, second.records()[0].partition), (7, -1));
    }

    #[test]
    fn a_record_is_held_when_every_part_of_it_is_there() {
        let mut batch = Batch::new(Buf::from_vec(b"quake".to_vec()), Vec::new());
        batch.set_headers(vec![HeaderMeta { name_len: 5, value_len: 6, ..HeaderMeta::default() }]);
        let whole = RecordMeta { value_len: 5, ..RecordMeta::unkeyed() };
        let cases = [
            (whole, true),
            (RecordMeta { value_len: 6, ..whole }, false),
            (RecordMeta { value_len: 6, flags: 3, ..whole }, true),
            (RecordMeta { key_len: 6, flags: 0, ..whole }, false),
            (RecordMeta { topic: 0, ..whole }, false),
            (RecordMeta { header_count: 1, ..whole }, false),
            (RecordMeta { header_count: 2, ..whole }, false),
        ];
        for (record, is_held) in cases {
            assert_eq!(batch.holds(&record), is_held, "{record:?}");
        }
    }

    #[test]
    fn a_range_of_headers_outside_the_table_is_none() {
        let mut batch = Batch::new(Buf::default(), Vec::new());
        batch.set_headers(vec![HeaderMeta::default()]);
        let headers = |header_start, header_count| {
            let meta = RecordMeta { header_start, header_count, ..RecordMeta::default() };
            batch.headers_of(&meta).len()
        };
        assert_eq!((headers(0, 1), headers(0, 2), headers(u32::MAX, u32::MAX)), (1, 0, 0));
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
