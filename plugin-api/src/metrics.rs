//! Metrics: registered once, then written without a call into the host.

use plugin_abi::host::HistogramCell;
use std::sync::atomic::{AtomicU64, Ordering};

/// A number that only grows.
#[derive(Clone, Copy)]
pub struct Counter(pub(crate) &'static AtomicU64);

impl Counter {
    /// Adds `n`.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// The value now.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that goes up and down.
#[derive(Clone, Copy)]
pub struct Gauge(pub(crate) &'static AtomicU64);

impl Gauge {
    /// Sets the value.
    pub fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }

    /// The value now.
    #[must_use]
    pub fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }
}

/// Counts of values by size, and their sum.
#[derive(Clone, Copy)]
pub struct Histogram(pub(crate) HistogramCell);

impl Histogram {
    /// Counts one value.
    pub fn observe(&self, value: f64) {
        self.0.observe(value);
    }
}
