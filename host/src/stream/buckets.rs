//! A histogram that many lanes write to at once: a few additions for each entry, no lock.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many values lie in which range.
#[derive(Debug)]
pub struct Buckets {
    /// The upper bound of each bucket but the last, which has none.
    bounds: &'static [u64],
    counts: Vec<AtomicU64>,
    sum: AtomicU64,
}

/// A [`Buckets`] at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The upper bound of each bucket but the last, which has none.
    pub bounds: &'static [u64],
    /// How many values lie in each bucket alone; one more than there are bounds.
    pub counts: Vec<u64>,
    /// The sum of the values.
    pub sum: u64,
}

/// Records of one write: up to the largest batch that a pipeline can ask for.
const RECORDS: &[u64] = &[1, 10, 100, 250, 500, 1000, 2500, 5000, 10_000, 100_000];

/// Microseconds from write to report: from a sink on this machine to one that is away.
const MICROSECONDS: &[u64] = &[
    100, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 5_000_000, 10_000_000, 60_000_000,
];

impl Buckets {
    /// For sizes of batches, in records.
    pub fn of_records() -> Self {
        Self::new(RECORDS)
    }

    /// For times, in microseconds.
    pub fn of_microseconds() -> Self {
        Self::new(MICROSECONDS)
    }

    fn new(bounds: &'static [u64]) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self { bounds, counts, sum: AtomicU64::new(0) }
    }

    /// So many entries of the same value.
    pub fn add(&self, value: u64, entries: u64) {
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get(bucket) {
            count.fetch_add(entries, Ordering::Relaxed);
        }
        self.sum.fetch_add(value.saturating_mul(entries), Ordering::Relaxed);
    }

    /// What was added until now.
    pub fn filled(&self) -> Filled {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Filled {
            bounds: self.bounds,
            counts: self.counts.iter().map(load).collect(),
            sum: load(&self.sum),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_lies_in_the_first_bucket_whose_bound_it_does_not_exceed() {
        let sizes = Buckets::of_records();
        for (value, entries) in [(0, 1), (1, 1), (2, 5), (10, 1), (100_000, 1), (100_001, 2)] {
            sizes.add(value, entries);
        }
        let filled = sizes.filled();
        assert_eq!(filled.counts, [2, 6, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(filled.sum, 1 + 2 * 5 + 10 + 100_000 + 2 * 100_001);
    }

    #[test]
    fn bounds_grow() {
        assert!(RECORDS.is_sorted() && MICROSECONDS.is_sorted());
    }
}
