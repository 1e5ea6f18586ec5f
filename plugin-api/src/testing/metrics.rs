//! The metrics of a test's host: cells that are never given back, and what they hold.

use plugin_abi::host::HistogramCell;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// The metrics that were asked for, in that order.
#[derive(Default)]
pub(super) struct Metrics(Vec<Metric>);

struct Metric {
    name: String,
    help: String,
    labels: Vec<(String, String)>,
    cells: Cells,
}

#[derive(Clone, Copy)]
enum Cells {
    Counter(&'static AtomicU64),
    Gauge(&'static AtomicU64),
    Histogram(&'static [f64], &'static [AtomicU64], &'static AtomicU64),
}

fn cell() -> &'static AtomicU64 {
    Box::leak(Box::default())
}

impl Metrics {
    pub(super) fn counter(
        &mut self,
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
    ) -> &'static AtomicU64 {
        match self.of(name, help, labels, || Cells::Counter(cell())) {
            Cells::Counter(cell) | Cells::Gauge(cell) | Cells::Histogram(_, _, cell) => cell,
        }
    }

    pub(super) fn gauge(
        &mut self,
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
    ) -> &'static AtomicU64 {
        match self.of(name, help, labels, || Cells::Gauge(cell())) {
            Cells::Counter(cell) | Cells::Gauge(cell) | Cells::Histogram(_, _, cell) => cell,
        }
    }

    pub(super) fn histogram(
        &mut self,
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
        bounds: &[f64],
    ) -> HistogramCell {
        let make = || {
            let buckets = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect::<Vec<_>>();
            Cells::Histogram(Vec::leak(bounds.to_vec()), Vec::leak(buckets), cell())
        };
        match self.of(name, help, labels, make) {
            Cells::Histogram(bounds, buckets, sum) => HistogramCell::new(bounds, buckets, sum),
            Cells::Counter(cell) | Cells::Gauge(cell) => HistogramCell::new(&[], &[], cell),
        }
    }

    /// The same name and labels give the same cells.
    fn of(
        &mut self,
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
        make: impl FnOnce() -> Cells,
    ) -> Cells {
        if let Some(known) = self.0.iter().find(|known| known.is(name, labels)) {
            return known.cells;
        }
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let (name, help, labels) = (name.to_owned(), help.to_owned(), labels.collect());
        let cells = make();
        self.0.push(Metric { name, help, labels, cells });
        cells
    }

    /// What a counter or a gauge holds, or the sum of a histogram.
    pub(super) fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        self.0.iter().find(|known| known.is(name, labels)).map(|known| known.cells.value())
    }

    /// As a host writes them.
    pub(super) fn to_json(&self) -> Value {
        self.0.iter().map(Metric::to_json).collect()
    }
}

impl Metric {
    fn is(&self, name: &str, labels: &[(&str, &str)]) -> bool {
        let own = self.labels.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        self.name == name && own.eq(labels.iter().copied())
    }

    fn to_json(&self) -> Value {
        let labels: Value =
            self.labels.iter().cloned().map(|(key, value)| (key, json!(value))).collect();
        let value = self.cells.value();
        let (kind, sample) = match self.cells {
            Cells::Counter(_) => ("counter", json!({"labels": labels, "value": value})),
            Cells::Gauge(_) => ("gauge", json!({"labels": labels, "value": value})),
            Cells::Histogram(bounds, buckets, _) => {
                let counts: Vec<u64> =
                    buckets.iter().map(|one| one.load(Ordering::Relaxed)).collect();
                let bounds = bounds.iter().map(|bound| json!(bound)).chain([json!("+Inf")]);
                let pairs: Value =
                    bounds.zip(&counts).map(|(bound, count)| json!([bound, count])).collect();
                let count: u64 = counts.iter().sum();
                let sample =
                    json!({"labels": labels, "buckets": pairs, "sum": value, "count": count});
                ("histogram", sample)
            }
        };
        json!({"name": self.name, "help": self.help, "type": kind, "samples": [sample]})
    }
}

impl Cells {
    #[allow(clippy::cast_precision_loss, reason = "a test's counters stay below 2^53")]
    fn value(self) -> f64 {
        match self {
            Self::Counter(cell) => cell.load(Ordering::Relaxed) as f64,
            Self::Gauge(cell) | Self::Histogram(_, _, cell) => {
                f64::from_bits(cell.load(Ordering::Relaxed))
            }
        }
    }
}
