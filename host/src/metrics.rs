//! The host's metric registry: cells that plugins write without calling the host.

use plugin_abi::host::HistogramCell;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Every metric of one host.
#[derive(Default)]
pub struct Metrics {
    families: Mutex<BTreeMap<String, Family>>,
}

/// One name with its kind and its label sets.
struct Family {
    help: String,
    kind: &'static str,
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
        match self.cell(name, help, labels, "counter", || Cell::Counter(zero())) {
            Some(Cell::Counter(cell)) => cell,
            _ => &UNSEEN,
        }
    }

    /// The cell of a gauge, which holds the bits of an `f64`.
    pub fn gauge(&self, name: &str, help: &str, labels: &[(&str, &str)]) -> &'static AtomicU64 {
        match self.cell(name, help, labels, "gauge", || Cell::Gauge(zero())) {
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
        match self.cell(name, help, labels, "histogram", || histogram(bounds)) {
            Some(Cell::Histogram { cell, .. }) => cell,
            _ => HistogramCell::new(&[], &[], &UNSEEN),
        }
    }

    /// Every metric with its values now:
    /// `[{name, help, type, samples: [{labels, value | buckets, sum, count}]}]`.
    #[must_use]
    pub fn snapshot(&self) -> Value {
        let families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        families.iter().map(|(name, family)| family.snapshot(name)).collect()
    }

    /// The cell for a name and labels; `None`, and a warning, when the name has another kind already
    /// or there are too many names.
    fn cell(
        &self,
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
        kind: &'static str,
        make: impl FnOnce() -> Cell,
    ) -> Option<Cell> {
        let mut families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        if families.len() >= FAMILIES && !families.contains_key(name) {
            tracing::warn!(metric = name, "there are {FAMILIES} metrics already; not counted");
            return None;
        }
        let family = families.entry(name.to_owned()).or_insert_with(|| Family {
            help: help.to_owned(),
            kind,
            samples: BTreeMap::new(),
        });
        if family.kind != kind {
            tracing::warn!(metric = name, "a {} is written as a {kind}; not counted", family.kind);
            return None;
        }
        Some(*family.samples.entry(family.label_set(labels)).or_insert_with(make))
    }
}

impl Family {
    fn label_set(&self, labels: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut set: Vec<_> = labels.iter().map(owned).collect();
        set.sort();
        let full = self.samples.len() >= LABEL_SETS && !self.samples.contains_key(&set);
        if full { vec![("overflow".to_owned(), "true".to_owned())] } else { set }
    }

    fn snapshot(&self, name: &str) -> Value {
        let samples: Vec<Value> =
            self.samples.iter().map(|(set, cell)| sample(set, cell)).collect();
        json!({ "name": name, "help": self.help, "type": self.kind, "samples": samples })
    }
}

fn sample(labels: &[(String, String)], cell: &Cell) -> Value {
    let labels: Map<String, Value> =
        labels.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    match cell {
        Cell::Counter(cell) => json!({ "labels": labels, "value": cell.load(Ordering::Relaxed) }),
        Cell::Gauge(cell) => {
            let value = f64::from_bits(cell.load(Ordering::Relaxed));
            json!({ "labels": labels, "value": value })
        }
        Cell::Histogram { shown, .. } => shown.sample(&labels),
    }
}

impl HistogramMemory {
    fn sample(&self, labels: &Map<String, Value>) -> Value {
        let counts: Vec<u64> =
            self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).collect();
        let above = [Value::from("+Inf")];
        let bounds = self.bounds.iter().map(|bound| Value::from(*bound)).chain(above);
        let buckets: Vec<Value> =
            bounds.zip(&counts).map(|(bound, count)| json!([bound, count])).collect();
        let sum = f64::from_bits(self.sum_bits.load(Ordering::Relaxed));
        let count: u64 = counts.iter().sum();
        json!({ "labels": labels, "buckets": buckets, "sum": sum, "count": count })
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
