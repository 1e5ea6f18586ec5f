//! Records that travel together, for authors: views to read and a builder to write.

use crate::error::Error;
pub use plugin_abi::Batch;
use plugin_abi::{Buf, RecordError, RecordMeta};

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
    refused: Vec<RecordError>,
}

impl BatchBuilder {
    /// A builder with room for `records` descriptors and `bytes` of values.
    #[must_use]
    pub fn with_capacity(records: usize, bytes: usize) -> Self {
        let (arena, records) = (Vec::with_capacity(bytes), Vec::with_capacity(records));
        Self { arena, records, refused: Vec::new() }
    }

    /// Adds one record without a key, whose value `write` appends to the arena.
    ///
    /// A record that `write` fails on is refused and holds no bytes; its neighbours are not touched.
    pub fn push(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>) {
        self.push_with(RecordMeta::unkeyed(), write);
    }

    /// Adds one record like `meta`, with a value of its own.
    pub(crate) fn push_with(
        &mut self,
        mut meta: RecordMeta,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>,
    ) {
        let start = self.arena.len();
        if let Err(error) = write(&mut self.arena).and_then(|()| self.fits()) {
            self.arena.truncate(start);
            let index = u32::try_from(self.records.len()).unwrap_or(u32::MAX);
            self.refused.push(RecordError::new(
                index,
                error.class.into(),
                error.code,
                error.message,
            ));
        }
        meta.value_offset = narrow(start);
        meta.value_len = narrow(self.arena.len() - start);
        self.records.push(meta);
    }

    /// The batch.
    #[must_use]
    pub fn build(self) -> Batch {
        let mut batch = Batch::new(Buf::from_vec(self.arena), self.records);
        self.refused.into_iter().for_each(|refused| batch.refuse(refused));
        batch
    }

    fn fits(&self) -> Result<(), Error> {
        let fits = u32::try_from(self.arena.len()).is_ok();
        if fits { Ok(()) } else { Err(Error::record("a batch holds at most 4 GiB")) }
    }
}

/// Lossless: `fits` refuses what would push the arena beyond `u32`.
fn narrow(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

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
