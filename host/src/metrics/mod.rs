//! The host's metric registry: cells that plugins write without calling the host.
//!
//! * [`family`]: metrics with their values at one moment; [`names`] is how they may be called
//! * [`exposition`]: the same as text; [`http`] serves it
//! * [`stream`]: the metrics of a running stream

pub mod exposition;
pub mod family;
pub mod http;
pub mod names;
pub mod stream;

use family::{Family, Kind, Reading, Sample};
use plugin_abi::host::HistogramCell;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Every metric of one host.
#[derive(Default)]
pub struct Metrics {
    families: Mutex<BTreeMap<String, Cells>>,
    overflows: AtomicU64,
}

/// One name with its kind and its label sets.
struct Cells {
    help: String,
    kind: Kind,
    samples: BTreeMap<Vec<(String, String)>, Cell>,
}

/// Cells live as long as the process, because plugins write to them without asking.
#[derive(Clone, Copy)]
enum Cell {
    Counter(&'static AtomicU64),
    Gauge(&'static AtomicU64),
    Histogram { cell: HistogramCell, shown: &'static HistogramMemory },
}

struct HistogramMemory {
    bounds: Vec<f64>,
    buckets: Vec<AtomicU64>,
    sum_bits: AtomicU64,
}

/// More names than this are not counted.
const FAMILIES: usize = 10_000;

/// Where writes go that nobody is to see.
static UNSEEN: AtomicU64 = AtomicU64::new(0);

/// More label sets than this in one family share one cell, labelled `overflow`.
const LABEL_SETS: usize = 1000;

impl Metrics {
    /// The cell of a counter.
    pub fn counter(&self, name: &str, help: &str, labels: &[(&str, &str)]) -> &'static AtomicU64 {
        match self.cell(name, help, labels, Kind::Counter, || Cell::Counter(zero())) {
            Some(Cell::Counter(cell)) => cell,
            _ => &UNSEEN,
        }
    }

    /// The cell of a gauge, which holds the bits of an `f64`.
    pub fn gauge(&self, name: &str, help: &str, labels: &[(&str, &str)]) -> &'static AtomicU64 {
        match self.cell(name, help, labels, Kind::Gauge, || Cell::Gauge(zero())) {
            Some(Cell::Gauge(cell)) => cell,
            _ => &UNSEEN,
        }
    }

    /// The cells of a histogram. The first caller's bounds stay.
    pub fn histogram(
        &self,
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
        bounds: &[f64],
    ) -> HistogramCell {
        match self.cell(name, help, labels, Kind::Histogram, || histogram(bounds)) {
            Some(Cell::Histogram { cell, .. }) => cell,
            _ => HistogramCell::new(&[], &[], &UNSEEN),
        }
    }

    /// Sets every cell of a gauge to zero. Nothing happens where there is none of that name.
    pub fn zero(&self, gauge: &str) {
        let families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        let cells = families.get(gauge).into_iter().flat_map(|family| family.samples.values());
        for cell in cells {
            if let Cell::Gauge(cell) = cell {
                cell.store(0, Ordering::Relaxed);
            }
        }
    }

    /// Every metric with its values now, by name.
    #[must_use]
    pub fn families(&self) -> Vec<Family> {
        let families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        families.iter().map(|(name, cells)| cells.read(name)).collect()
    }

    /// The same as the document that plugins get, a list of [`Family::document`].
    #[must_use]
    pub fn snapshot(&self) -> Value {
        self.families().iter().map(Family::document).collect()
    }

    /// The cell for a name and labels; `None`, and a warning, when a name is misspelled, has another
    /// kind already, or is one of too many.
    fn cell(
        &self,
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
        kind: Kind,
        make: impl FnOnce() -> Cell,
    ) -> Option<Cell> {
        if let Some(problem) = names::problem(name, labels, kind) {
            tracing::warn!("{problem}; not counted");
            return None;
        }
        let mut families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        if families.len() >= FAMILIES && !families.contains_key(name) {
            tracing::warn!(metric = name, "there are {FAMILIES} metrics already; not counted");
            return None;
        }
        let family = families.entry(name.to_owned()).or_insert_with(|| Cells {
            help: help.to_owned(),
            kind,
            samples: BTreeMap::new(),
        });
        if family.kind != kind {
            let (known, wanted) = (family.kind.name(), kind.name());
            tracing::warn!(metric = name, "a {known} is written as a {wanted}; not counted");
            return None;
        }
        let set = family.label_set(labels).unwrap_or_else(|| {
            self.overflows.fetch_add(1, Ordering::Relaxed);
            vec![("overflow".to_owned(), "true".to_owned())]
        });
        Some(*family.samples.entry(set).or_insert_with(make))
    }

    /// How often a label set was asked for that is not kept apart, because its family has too many.
    #[must_use]
    pub fn overflows(&self) -> u64 {
        self.overflows.load(Ordering::Relaxed)
    }
}

impl Cells {
    /// The labels in order; `None` when there are too many sets to keep another one apart.
    fn label_set(&self, labels: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut set: Vec<_> = labels.iter().map(owned).collect();
        set.sort();
        let full = self.samples.len() >= LABEL_SETS && !self.samples.contains_key(&set);
        (!full).then_some(set)
    }

    fn read(&self, name: &str) -> Family {
        let sample = |(labels, cell): (&Vec<(String, String)>, &Cell)| Sample {
            labels: labels.clone(),
            value: cell.read(),
        };
        let samples = self.samples.iter().map(sample).collect();
        Family { name: name.to_owned(), help: self.help.clone(), kind: self.kind, samples }
    }
}

impl Cell {
    fn read(&self) -> Reading {
        match self {
            Self::Counter(cell) => Reading::Whole(cell.load(Ordering::Relaxed)),
            Self::Gauge(cell) => Reading::Number(f64::from_bits(cell.load(Ordering::Relaxed))),
            Self::Histogram { shown, .. } => shown.read(),
        }
    }
}

impl HistogramMemory {
    fn read(&self) -> Reading {
        let load = |bucket: &AtomicU64| bucket.load(Ordering::Relaxed);
        Reading::Buckets {
            bounds: self.bounds.clone(),
            counts: self.buckets.iter().map(load).collect(),
            sum: f64::from_bits(self.sum_bits.load(Ordering::Relaxed)),
        }
    }
}

/// A cell for the life of the process. [`FAMILIES`] and [`LABEL_SETS`] bound how many there are.
fn zero() -> &'static AtomicU64 {
    Box::leak(Box::new(AtomicU64::new(0)))
}

fn histogram(bounds: &[f64]) -> Cell {
    let buckets = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
    let memory = HistogramMemory { bounds: bounds.to_vec(), buckets, sum_bits: AtomicU64::new(0) };
    let shown: &'static HistogramMemory = Box::leak(Box::new(memory));
    Cell::Histogram {
        cell: HistogramCell::new(&shown.bounds, &shown.buckets, &shown.sum_bits),
        shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_same_name_and_labels_share_a_cell() {
        let metrics = Metrics::default();
        metrics
            .counter("hits_total", "", &[("a", "1"), ("b", "2")])
            .fetch_add(2, Ordering::Relaxed);
        let again = metrics.counter("hits_total", "", &[("b", "2"), ("a", "1")]);
        assert_eq!(again.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_histogram_counts_each_value_once_in_its_bucket() {
        let metrics = Metrics::default();
        let cell = metrics.histogram("size", "", &[], &[1.0, 10.0]);
        [0.5, 1.0, 5.0, 50.0].into_iter().for_each(|value| cell.observe(value));
        let sample = &metrics.snapshot()[0]["samples"][0];
        assert_eq!(sample["buckets"], json!([[1.0, 2], [10.0, 1], ["+Inf", 1]]));
        assert_eq!(sample["sum"], 56.5);
    }

    #[test]
    fn a_name_of_another_kind_is_not_counted() {
        let metrics = Metrics::default();
        metrics.counter("hits_total", "", &[]).fetch_add(1, Ordering::Relaxed);
        metrics.gauge("hits_total", "", &[]).store(7, Ordering::Relaxed);
        metrics.histogram("hits_total", "", &[], &[1.0]).observe(0.5);
        assert_eq!(metrics.snapshot()[0]["samples"][0]["value"], 1);
    }

    #[test]
    fn a_misspelled_name_is_not_counted() {
        let metrics = Metrics::default();
        metrics.counter("hits total", "", &[]).fetch_add(1, Ordering::Relaxed);
        metrics.counter("hits_total", "", &[("a b", "1")]).fetch_add(1, Ordering::Relaxed);
        assert_eq!(metrics.snapshot(), json!([]));
    }

    #[test]
    fn a_flood_of_names_ends() {
        let metrics = Metrics::default();
        for n in 0..FAMILIES + 10 {
            metrics.counter(&format!("flood_{n}_total"), "", &[]).fetch_add(1, Ordering::Relaxed);
        }
        assert_eq!(metrics.snapshot().as_array().unwrap().len(), FAMILIES);
    }

    #[test]
    fn a_flood_of_labels_ends_in_one_bucket() {
        let metrics = Metrics::default();
        for n in 0..2 * LABEL_SETS {
            let value = n.to_string();
            metrics.counter("flood_total", "", &[("n", &value)]).fetch_add(1, Ordering::Relaxed);
        }
        let snapshot = metrics.snapshot();
        let samples = snapshot[0]["samples"].as_array().unwrap();
        assert_eq!(samples.len(), LABEL_SETS + 1);
        let overflow = samples.iter().find(|sample| sample["labels"]["overflow"] == "true");
        assert_eq!(overflow.unwrap()["value"], LABEL_SETS);
    }
}
