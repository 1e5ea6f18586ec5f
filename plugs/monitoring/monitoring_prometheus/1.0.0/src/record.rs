//! Recording one metric into the host's cells.

use crate::answer::Outcome;
use crate::config::Config;
use crate::exposition;
use crate::metric::{Kind, Metric};
use plugin_api::{Error, Host, Result};
use serde_json::Number;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Writes metrics, and keeps names from changing their kind: the host would hand out a cell that
/// nobody sees.
pub struct Recorder {
    host: Host,
    /// Names that were recorded here. A kind never changes, so the host is asked once for each.
    kinds: Mutex<BTreeMap<String, String>>,
}

impl Recorder {
    /// A recorder for the cells of `host`.
    pub fn new(host: Host) -> Self {
        Self { host, kinds: Mutex::new(BTreeMap::new()) }
    }

    /// Writes one metric. A fault writes nothing.
    pub fn record(&self, metric: &Metric, config: &Config) -> Result<Outcome> {
        let change = Change::of(metric)?;
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        if !kinds.contains_key(&metric.name) {
            let families = exposition::families(&self.host.metrics()?)?;
            kinds.extend(families.into_iter().map(|family| (family.name, family.kind)));
        }
        let kind = kinds.entry(metric.name.clone()).or_insert_with(|| metric.kind.to_string());
        same_kind(metric, kind)?;
        Ok(Outcome::Recorded {
            value: self.apply(change, metric, config),
            metric_name: metric.name.clone(),
            metric_type: metric.kind,
            labels: metric.labels.clone(),
        })
    }

    /// The value to answer: a total, a setting, or what was counted.
    fn apply(&self, change: Change, metric: &Metric, config: &Config) -> Option<Number> {
        let (name, help) = (metric.name.as_str(), metric.help.as_str());
        let labels: Vec<(&str, &str)> =
            metric.labels.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        match change {
            Change::Add(n) => {
                let counter = self.host.counter(name, help, &labels);
                counter.add(n);
                Some(Number::from(counter.get()))
            }
            Change::Set(value) => {
                let gauge = self.host.gauge(name, help, &labels);
                gauge.set(value);
                Number::from_f64(gauge.get())
            }
            Change::Observe(value) => {
                let bounds = config.buckets.bounds();
                self.host.histogram(name, help, &labels, bounds).observe(value);
                Number::from_f64(value)
            }
        }
    }
}

/// What happens to a cell.
enum Change {
    Add(u64),
    Set(f64),
    Observe(f64),
}

impl Change {
    fn of(metric: &Metric) -> Result<Self> {
        match metric.kind {
            Kind::Counter => metric.increment().map(Self::Add),
            Kind::Gauge => metric.number().map(Self::Set),
            Kind::Histogram => metric.number().map(Self::Observe),
        }
    }
}

fn same_kind(metric: &Metric, existing: &str) -> Result<()> {
    if metric.kind.to_string() == existing {
        return Ok(());
    }
    Err(Error::input(format!(
        "`{}` exists as a {existing} and cannot be recorded as a {}: use another `metric_name`",
        metric.name, metric.kind
    )))
}
