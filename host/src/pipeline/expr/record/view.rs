//! The one record an expression looks at.

use plugin_abi::{Batch, RecordMeta};
use serde_json::value::RawValue;

/// A record where it lies: its batch and its descriptor.
#[derive(Clone, Copy, Debug)]
pub struct RecordView<'a> {
    /// The batch that holds its bytes.
    pub batch: &'a Batch,
    /// Its descriptor in that batch.
    pub meta: &'a RecordMeta,
}

impl<'a> RecordView<'a> {
    /// Its topic; `None` before it has one.
    pub(super) fn topic(self) -> Option<&'a [u8]> {
        self.batch.topic(self.meta).map(str::as_bytes)
    }

    /// Where its batch was read from; `None` when the source does not say.
    pub(super) fn source(self) -> Option<&'a [u8]> {
        Some(self.batch.source().as_bytes()).filter(|source| !source.is_empty())
    }

    /// Its headers in order; the value of one can be null.
    pub(super) fn headers(self) -> impl DoubleEndedIterator<Item = (&'a [u8], Option<&'a [u8]>)> {
        self.batch.headers_of(self.meta).iter().map(|header| self.batch.header(header))
    }

    /// Whether the value is JSON as expressions read it; null has no value that could be anything else.
    pub(in crate::pipeline::expr) fn is_json(self) -> bool {
        let is_valid = |value| serde_json::from_slice::<&RawValue>(value).is_ok();
        self.is_known_json() || self.batch.value(self.meta).is_none_or(is_valid)
    }

    /// Whether the value needs no check before it is read as JSON.
    pub(super) fn is_known_json(self) -> bool {
        self.batch.flags & Batch::COMPACT_JSON != 0
    }
}
