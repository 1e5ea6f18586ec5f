//! A sink's answer for one batch.

use crate::error::RecordError;
use abi_stable::StableAbi;
use abi_stable::std_types::RVec;

/// Where one record was stored.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// Index into the batch's records.
    pub index: u32,
    /// The partition it went to.
    pub partition: i32,
    /// Its offset there, -1 = not known.
    pub offset: i64,
    reserved: u64,
}

impl Outcome {
    /// The record at `index` went to `offset` of `partition`.
    #[must_use]
    pub fn new(index: u32, partition: i32, offset: i64) -> Self {
        Self { index, partition, offset, reserved: 0 }
    }
}

/// What became of a batch: a count, and one entry for each record that was not delivered.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, Default)]
pub struct Report {
    /// How many records are stored for good.
    pub delivered: u64,
    undelivered: RVec<RecordError>,
    stored: RVec<Outcome>,
    reserved: [u64; 2],
}

impl Report {
    /// A report; `stored` stays empty unless somebody asked where the records went.
    #[must_use]
    pub fn new(delivered: u64, undelivered: Vec<RecordError>, stored: Vec<Outcome>) -> Self {
        let (undelivered, stored) = (RVec::from(undelivered), RVec::from(stored));
        Self { delivered, undelivered, stored, reserved: [0; 2] }
    }

    /// The records that were not delivered, by index.
    #[must_use]
    pub fn undelivered(&self) -> &[RecordError] {
        self.undelivered.as_slice()
    }

    /// Where records went, when somebody asked for it.
    #[must_use]
    pub fn stored(&self) -> &[Outcome] {
        self.stored.as_slice()
    }
}
