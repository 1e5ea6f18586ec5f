//! Records that travel together, for authors: views to read and a builder to write.

use crate::error::Error;
pub use plugin_abi::{Arenas, Batch, Buf, HeaderMeta, RecordError, RecordMeta};

/// One record of a batch.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    batch: &'a Batch,
    meta: &'a RecordMeta,
}

impl<'a> Record<'a> {
    /// The records of a batch, in order, dropped ones included.
    pub fn all(batch: &'a Batch) -> impl Iterator<Item = Record<'a>> {
        batch.records().iter().map(move |meta| Record { batch, meta })
    }

    /// The value: `None` for a tombstone.
    #[must_use]
    pub fn value(&self) -> Option<&'a [u8]> {
        self.batch.value(self.meta)
    }

    /// The key: `None` when there is none, which is not the same as an empty one.
    #[must_use]
    pub fn key(&self) -> Option<&'a [u8]> {
        self.batch.key(self.meta)
    }

    /// Whether an earlier step dropped it on purpose.
    #[must_use]
    pub fn is_dropped(&self) -> bool {
        self.meta.has(RecordMeta::DROPPED)
    }
}

/// Writes a batch: one arena, one descriptor a record.
#[derive(Default)]
pub struct BatchBuilder {
    arena: Vec<u8>,
    records: Vec<RecordMeta>,
    headers: Vec<HeaderMeta>,
    refused: Vec<RecordError>,
    /// Where the arena comes home to.
    home: Option<Arenas>,
}

impl BatchBuilder {
    /// A builder whose arena is one of a store: what writes batch after batch needs no new memory for
    /// each. Has room for `records` descriptors and `bytes` of values.
    #[must_use]
    pub fn recycling(arenas: &Arenas, records: usize, bytes: usize) -> Self {
        let mut arena = arenas.take_empty();
        arena.reserve(bytes);
        let (records, home) = (Vec::with_capacity(records), Some(arenas.clone()));
        Self { arena, records, home, ..Self::default() }
    }

    /// A builder with room for `records` descriptors and `bytes` of values.
    #[must_use]
    pub fn with_capacity(records: usize, bytes: usize) -> Self {
        let (arena, records) = (Vec::with_capacity(bytes), Vec::with_capacity(records));
        Self { arena, records, ..Self::default() }
    }

    /// Adds one record without a key, whose value `write` appends to the arena.
    ///
    /// A record that `write` fails on is refused and holds no bytes; its neighbours are not touched.
    pub fn push(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>) {
        self.push_with(RecordMeta::unkeyed(), write);
    }

    /// Adds one record with this key, whose value `write` appends as in [`BatchBuilder::push`].
    pub fn push_keyed(
        &mut self,
        key: &[u8],
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>,
    ) {
        let mut meta = RecordMeta::default();
        (meta.key_offset, meta.key_len) = self.store(key);
        self.push_with(meta, write);
    }

    /// Adds a record of `batch` with its key, headers and all that its descriptor says, and with a
    /// value of its own: `write` as in [`BatchBuilder::push`].
    pub fn push_from(
        &mut self,
        batch: &Batch,
        record: &RecordMeta,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>,
    ) {
        let mut meta = *record;
        if let Some(key) = batch.key(record) {
            (meta.key_offset, meta.key_len) = self.store(key);
        }
        let headers = batch.headers_of(record);
        (meta.header_start, meta.header_count) =
            (narrow(self.headers.len()), narrow(headers.len()));
        for header in headers {
            let (name, value) = batch.header(header);
            let mut copied = *header;
            (copied.name_offset, copied.name_len) = self.store(name);
            (copied.value_offset, copied.value_len) = self.store(value.unwrap_or_default());
            self.headers.push(copied);
        }
        self.push_with(meta, write);
    }

    fn push_with(
        &mut self,
        mut meta: RecordMeta,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>,
    ) {
        let start = self.arena.len();
        if let Err(error) = write(&mut self.arena).and_then(|()| self.fits()) {
            self.arena.truncate(start);
            self.refused.push(error.of_record(narrow(self.records.len())));
        }
        meta.value_offset = narrow(start);
        meta.value_len = narrow(self.arena.len() - start);
        self.records.push(meta);
    }

    fn store(&mut self, bytes: &[u8]) -> (u32, u32) {
        let start = self.arena.len();
        self.arena.extend_from_slice(bytes);
        (narrow(start), narrow(bytes.len()))
    }

    /// The batch.
    #[must_use]
    pub fn build(self) -> Batch {
        self.build_like(&Batch::default())
    }

    /// The batch with the number, the topics and the source of `batch`, whose records it was made of.
    #[must_use]
    pub fn build_like(self, batch: &Batch) -> Batch {
        let arena = match self.home {
            Some(arenas) => arenas.share(self.arena),
            None => Buf::from_vec(self.arena),
        };
        let mut built = batch.rebuilt(arena, self.records, self.headers);
        self.refused.into_iter().for_each(|refused| built.refuse(refused));
        built
    }

    fn fits(&self) -> Result<(), Error> {
        let fits = u32::try_from(self.arena.len()).is_ok();
        if fits { Ok(()) } else { Err(Error::record("a batch holds at most 4 GiB")) }
    }
}

/// Lossless for what is kept: `fits` refuses what would push the arena beyond `u32`.
fn narrow(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_beside_its_value() {
        let mut builder = BatchBuilder::default();
        builder.push_keyed(b"k", |out| {
            out.extend_from_slice(b"v");
            Ok(())
        });
        let batch = builder.build();
        let record = Record::all(&batch).next().unwrap();
        assert_eq!((record.key(), record.value()), (Some(&b"k"[..]), Some(&b"v"[..])));
    }

    #[test]
    fn a_record_with_another_value_keeps_the_rest() {
        let arena = b"k1tagred{old}".to_vec();
        let header = HeaderMeta { name_offset: 2, name_len: 3, ..HeaderMeta::default() };
        let header = HeaderMeta { value_offset: 5, value_len: 3, ..header };
        let meta =
            RecordMeta { key_len: 2, header_start: 1, header_count: 1, ..Default::default() };
        let mut batch = Batch::new(Buf::from_vec(arena), vec![RecordMeta { origin: 9, ..meta }]);
        batch.set_headers(vec![HeaderMeta::default(), header]);
        batch.id = 3;
        let topic = batch.add_topic("quakes");
        batch.records_mut()[0].topic = topic;
        let mut builder = BatchBuilder::default();
        builder.push_from(&batch, &batch.records()[0], |out| {
            out.extend_from_slice(b"new");
            Ok(())
        });
        let built = builder.build_like(&batch);
        let record = built.records()[0];
        assert_eq!((built.id, built.topic(&record), record.origin), (3, Some("quakes"), 9));
        assert_eq!(
            (built.key(&record), built.value(&record)),
            (Some(&b"k1"[..]), Some(&b"new"[..]))
        );
        let headers: Vec<_> =
            built.headers_of(&record).iter().map(|one| built.header(one)).collect();
        assert_eq!(headers, [(&b"tag"[..], Some(&b"red"[..]))]);
    }

    #[test]
    fn a_refused_record_does_not_touch_its_neighbours() {
        let mut builder = BatchBuilder::default();
        builder.push(|out| {
            out.extend_from_slice(b"first");
            Ok(())
        });
        builder.push(|out| {
            out.extend_from_slice(b"half");
            Err(Error::record("not a text"))
        });
        builder.push(|out| {
            out.extend_from_slice(b"third");
            Ok(())
        });
        let batch = builder.build();
        let values: Vec<_> = Record::all(&batch).map(|record| record.value()).collect();
        assert_eq!(values, [Some(&b"first"[..]), Some(b""), Some(b"third")]);
        assert_eq!(batch.refused().len(), 1);
        assert_eq!((batch.refused()[0].index, batch.refused()[0].message()), (1, "not a text"));
    }
}
