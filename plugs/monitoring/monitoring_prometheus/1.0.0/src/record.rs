//! Recording metrics into the host's cells.

use crate::answer::Recorded;
use crate::config::Config;
use crate::entry::Entry;
use crate::family::{self, Family, borrowed};
use crate::kinds::Kinds;
use crate::metric::{Kind, Metric};
use crate::quantile::Windows;
use crate::value;
use plugin_api::{Host, Json, Result};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Writes metrics, and keeps names from changing their kind: the host would hand out a cell that
/// nobody sees.
pub struct Recorder {
    host: Host,
    kinds: Mutex<Kinds>,
    windows: Mutex<Windows>,
    recorded: AtomicU64,
    refused: AtomicU64,
}

impl Recorder {
    /// A recorder for the cells of `host`.
    pub fn new(host: Host) -> Self {
        let (kinds, windows) = (Mutex::default(), Mutex::default());
        let (recorded, refused) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { host, kinds, windows, recorded, refused }
    }

    /// Writes one metric, and counts whether it did.
    ///
    /// # Errors
    /// That of `entry`, or it cannot be recorded; then nothing is written.
    pub fn record(&self, entry: Result<Entry>, config: &Config) -> Result<Recorded> {
        let metric = entry.and_then(|entry| entry.metric());
        let result = metric.and_then(|metric| self.write(metric, config));
        let counted = if result.is_ok() { &self.recorded } else { &self.refused };
        counted.fetch_add(1, Ordering::Relaxed);
        result
    }

    /// Every metric of the host, summaries with these quantiles.
    ///
    /// # Errors
    /// When the host's document is not readable.
    pub fn families(&self, quantiles: &[f64]) -> Result<Vec<Family>> {
        let mut families = family::families(&self.host)?;
        let windows = held(&self.windows);
        families.iter_mut().for_each(|family| family.summarise(&windows, quantiles));
        Ok(families)
    }

    /// How many metrics were recorded, and how many refused, since the start.
    pub fn counts(&self) -> (u64, u64) {
        (self.recorded.load(Ordering::Relaxed), self.refused.load(Ordering::Relaxed))
    }

    fn write(&self, metric: Metric, config: &Config) -> Result<Recorded> {
        let change = Change::of(&metric)?;
        held(&self.kinds).admit(&metric, || family::families(&self.host))?;
        let value = self.apply(change, &metric, config);
        let Metric { name: metric_name, kind: metric_type, labels, .. } = metric;
        Ok(Recorded { metric_name, metric_type, labels, value })
    }

    /// The value to answer: a total, a setting, or what was counted.
    fn apply(&self, change: Change, metric: &Metric, config: &Config) -> Json {
        let (name, help) = (metric.name.as_str(), metric.help.as_str());
        let labels = borrowed(&metric.labels);
        match change {
            Change::Add(n) => {
                let counter = self.host.counter(name, help, &labels);
                counter.add(n);
                Json::from_value(&counter.get()).unwrap_or_default()
            }
            Change::Set(value) => {
                let gauge = self.host.gauge(name, help, &labels);
                gauge.set(value);
                value::json(value)
            }
            Change::Observe(value) => {
                let bounds = config.buckets.bounds();
                self.host.histogram(name, help, &labels, bounds).observe(value);
                value::json(value)
            }
            Change::Sample(value) => {
                self.host.histogram(name, help, &labels, &[]).observe(value);
                held(&self.windows).observe(name, &metric.labels, value);
                value::json(value)
            }
        }
    }
}

/// What happens to a cell.
enum Change {
    Add(u64),
    Set(f64),
    Observe(f64),
    Sample(f64),
}

impl Change {
    fn of(metric: &Metric) -> Result<Self> {
        match metric.kind {
            Kind::Counter => metric.increment().map(Self::Add),
            Kind::Gauge => metric.number().map(Self::Set),
            Kind::Histogram => metric.finite().map(Self::Observe),
            Kind::Summary => metric.finite().map(Self::Sample),
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
