//! What a call did, counted: for metrics and for those who wait for its result.

use crate::fault::ErrorType;
use std::collections::BTreeMap;

/// The counts of one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records that the broker confirmed.
    pub delivered: u64,
    /// Records that may be in their topic.
    pub unknown: u64,
    /// Bytes of the confirmed records, with keys and headers.
    pub bytes: u64,
    /// Records, or the call as a whole, that were refused or failed: by class.
    pub failures: BTreeMap<ErrorType, u64>,
}
