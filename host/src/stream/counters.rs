//! What became of the records of a stream. Every record is counted once, when its state is final.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// The one final state of a record. With several sinks the worst one counts: the order is that of
/// the variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// No sink took it, on purpose.
    Filtered,
    /// Every sink that took it has it.
    Delivered,
    /// Refused, and its dead letter is stored.
    DeadLettered,
    /// Refused, with nowhere to put it.
    Rejected,
}

impl State {
    /// Every state, as [`Tally`] counts them.
    pub const EVERY: [Self; 4] =
        [Self::Filtered, Self::Delivered, Self::DeadLettered, Self::Rejected];

    /// The name in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Filtered => "filtered",
            Self::Delivered => "delivered",
            Self::DeadLettered => "dead_lettered",
            Self::Rejected => "rejected",
        }
    }
}

/// Records and bytes by state, indexed as [`State::EVERY`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records.
    pub records: [u64; 4],
    /// Bytes of their keys and values as they were read.
    pub bytes: [u64; 4],
}

impl Tally {
    /// Counts one record.
    pub fn add(&mut self, state: State, bytes: u32) {
        self.records[state as usize] += 1;
        self.bytes[state as usize] += u64::from(bytes);
    }
}

/// The counters of a running stream; all lanes write to them.
#[derive(Debug, Default)]
pub struct Counters {
    read: AtomicU64,
    read_bytes: AtomicU64,
    records: [AtomicU64; 4],
    bytes: [AtomicU64; 4],
    duplicates: AtomicU64,
    producer_rebuilt: AtomicU64,
}

/// The counters at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Records that entered the host.
    pub read: u64,
    /// Stored by every sink that took them.
    pub delivered: u64,
    /// Refused, and kept as a dead letter.
    pub dead_lettered: u64,
    /// Refused.
    pub rejected: u64,
    /// Dropped on purpose.
    pub filtered: u64,
    /// Without a final state.
    pub in_flight: u64,
    /// Written again although they may have been stored.
    pub duplicates: u64,
    /// How often a sink was closed and opened again.
    pub producer_rebuilt: u64,
}

impl Counters {
    /// Records entered the host.
    pub fn read(&self, records: u64, bytes: u64) {
        self.read.fetch_add(records, Ordering::Relaxed);
        self.read_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Records reached their final state.
    pub fn settle(&self, tally: &Tally) {
        let add = |cells: &[AtomicU64; 4], amounts: &[u64; 4]| {
            for (cell, amount) in cells.iter().zip(amounts) {
                cell.fetch_add(*amount, Ordering::Relaxed);
            }
        };
        add(&self.records, &tally.records);
        add(&self.bytes, &tally.bytes);
    }

    /// Records are written again that may have been stored.
    pub fn duplicates(&self, records: u64) {
        self.duplicates.fetch_add(records, Ordering::Relaxed);
    }

    /// A sink was opened anew.
    pub fn rebuilt(&self) {
        self.producer_rebuilt.fetch_add(1, Ordering::Relaxed);
    }

    /// Bytes that entered the host.
    pub fn bytes_read(&self) -> u64 {
        self.read_bytes.load(Ordering::Relaxed)
    }

    /// Records and bytes that are final, by state.
    pub fn settled(&self) -> Tally {
        let load =
            |cells: &[AtomicU64; 4]| cells.each_ref().map(|cell| cell.load(Ordering::Relaxed));
        Tally { records: load(&self.records), bytes: load(&self.bytes) }
    }

    /// The counters now; what is not final is in flight.
    pub fn totals(&self) -> Totals {
        // Settled before read: a record settled in between would seem to be settled and never read.
        let [filtered, delivered, dead_lettered, rejected] = self.settled().records;
        let read = self.read.load(Ordering::Acquire);
        let settled = filtered + delivered + dead_lettered + rejected;
        Totals {
            read,
            delivered,
            dead_lettered,
            rejected,
            filtered,
            in_flight: read.saturating_sub(settled),
            duplicates: self.duplicates.load(Ordering::Relaxed),
            producer_rebuilt: self.producer_rebuilt.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_states_are_ordered_by_how_bad_they_are() {
        assert!(State::EVERY.is_sorted());
        assert_eq!(State::EVERY.map(|state| state as usize), [0, 1, 2, 3]);
    }

    #[test]
    fn what_is_not_settled_is_in_flight() {
        let counters = Counters::default();
        counters.read(10, 1000);
        let mut tally = Tally::default();
        tally.add(State::Delivered, 100);
        tally.add(State::Filtered, 100);
        counters.settle(&tally);
        let totals = counters.totals();
        assert_eq!((totals.delivered, totals.filtered, totals.in_flight), (1, 1, 8));
        assert_eq!(counters.settled().bytes, [100, 100, 0, 0]);
    }
}
