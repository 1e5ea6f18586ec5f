//! The host's metrics, read from its document.
//!
//! The host knows no summaries. This plug keeps one as a histogram without bounds, which has a sum
//! and a count, and adds the quantiles when it is read.

use crate::quantile::Windows;
use crate::value;
use plugin_api::{Error, Host, Json, Result};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;

/// One metric of the host.
#[derive(Deserialize, Serialize)]
pub struct Family {
    /// Its name, as it is exported.
    pub name: String,
    /// For people; may be empty.
    pub help: String,
    /// `counter`, `gauge`, `histogram` or `summary`.
    #[serde(rename = "type")]
    pub kind: String,
    /// One for each set of labels.
    pub samples: Vec<Sample>,
}

/// The values under one set of labels.
#[derive(Deserialize)]
pub struct Sample {
    /// Names and values.
    pub labels: BTreeMap<String, String>,
    /// Of a counter or a gauge; the host writes null for what JSON has no number for.
    pub value: Option<Json>,
    /// Upper bound and count of each bucket, not cumulative.
    #[serde(default)]
    pub buckets: Vec<(Json, u64)>,
    /// Of all values in the buckets.
    pub sum: Option<Json>,
    /// Of a summary: each quantile with its value.
    #[serde(skip)]
    pub quantiles: Vec<(f64, f64)>,
}

/// Labels of the cell that further label sets share.
const OVERFLOW: (&str, &str) = ("overflow", "true");

/// Every metric of the host by name, each name once.
///
/// # Errors
/// When the host and this plugin do not agree about the document's shape.
pub fn families(host: &Host) -> Result<Vec<Family>> {
    let mut families = read(&host.metrics()?)?;
    for family in families.iter_mut().filter(|family| family.kind == "gauge") {
        let (name, help) = (&family.name, &family.help);
        for sample in family.samples.iter_mut().filter(|sample| sample.value.is_none()) {
            let gauge = host.gauge(name, help, &borrowed(&sample.labels));
            sample.value = Some(value::json(gauge.get()));
        }
    }
    Ok(families)
}

fn read(metrics: &Json) -> Result<Vec<Family>> {
    let listed: Vec<Family> = metrics
        .parse()
        .map_err(|error| Error::record(format!("the host's metrics are not readable: {error}")))?;
    let mut by_name: BTreeMap<String, Family> = BTreeMap::new();
    for mut family in listed {
        if family.samples.iter().all(Sample::has_no_bounds) {
            "summary".clone_into(&mut family.kind);
        }
        match by_name.get_mut(&family.name) {
            Some(known) => known.samples.append(&mut family.samples),
            None => drop(by_name.insert(family.name.clone(), family)),
        }
    }
    Ok(by_name.into_values().collect())
}

/// Labels as the host takes them.
pub fn borrowed(labels: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    labels.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
}

impl Family {
    /// Adds the quantiles, where it is a summary.
    pub fn summarise(&mut self, windows: &Windows, wanted: &[f64]) {
        if self.kind == "summary" {
            for sample in &mut self.samples {
                sample.quantiles = windows.quantiles(&self.name, &sample.labels, wanted);
            }
        }
    }

    /// Whether it had too many label sets to keep them apart.
    pub fn overflows(&self) -> bool {
        let shared = |sample: &Sample| borrowed(&sample.labels) == [OVERFLOW];
        self.samples.iter().any(shared)
    }
}

impl Sample {
    /// How many values are in the buckets.
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|(_, count)| count).sum()
    }

    fn has_no_bounds(&self) -> bool {
        self.buckets.len() == 1
    }
}

impl Serialize for Sample {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("labels", &self.labels)?;
        if self.buckets.is_empty() {
            map.serialize_entry("value", &self.value)?;
            return map.end();
        }
        if self.has_no_bounds() {
            map.serialize_entry("quantiles", &self.quantiles)?;
        } else {
            map.serialize_entry("buckets", &self.buckets)?;
        }
        map.serialize_entry("sum", &self.sum)?;
        map.serialize_entry("count", &self.count())?;
        map.end()
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use serde_json::json;

    /// Reads a document of a host.
    pub fn of(metrics: &serde_json::Value) -> Vec<Family> {
        read(&Json::from_value(metrics).unwrap()).unwrap()
    }

    #[test]
    fn a_name_stands_once_and_names_are_sorted() {
        let one = |name: &str, room: &str| {
            json!({"name": name, "help": "", "type": "gauge",
                   "samples": [{"labels": {"room": room}, "value": 1}]})
        };
        let families = of(&json!([one("b", "1"), one("a", "1"), one("b", "2")]));
        let read: Vec<_> =
            families.iter().map(|family| (family.name.as_str(), family.samples.len())).collect();
        assert_eq!(read, [("a", 1), ("b", 2)]);
    }

    #[test]
    fn a_histogram_without_bounds_is_a_summary() {
        let (mut windows, labels) = (Windows::default(), BTreeMap::new());
        [1.0, 2.0, 3.0].iter().for_each(|value| windows.observe("s", &labels, *value));
        let mut families = of(&json!([{"name": "s", "help": "", "type": "histogram", "samples":
            [{"labels": {}, "buckets": [["+Inf", 3]], "sum": 6.0, "count": 3}]}]));
        families[0].summarise(&windows, &[0.5]);
        let expected = json!([{"name": "s", "help": "", "type": "summary", "samples":
            [{"labels": {}, "quantiles": [[0.5, 2.0]], "sum": 6.0, "count": 3}]}]);
        assert_eq!(serde_json::to_value(&families).unwrap(), expected);
    }
}
