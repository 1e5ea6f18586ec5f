//! The host's metrics as text: Prometheus' text exposition format, version 0.0.4.

use plugin_api::{Error, Json, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Write as _};

/// One metric of the host.
#[derive(Deserialize)]
pub struct Family {
    /// Its name, as it is exported.
    pub name: String,
    /// For people; may be empty.
    pub help: String,
    /// `counter`, `gauge` or `histogram`.
    #[serde(rename = "type")]
    pub kind: String,
    samples: Vec<Sample>,
}

/// The values under one set of labels: `value`, or `buckets` with `sum`.
#[derive(Deserialize)]
struct Sample {
    labels: BTreeMap<String, String>,
    value: Option<Json>,
    /// Upper bound and count of each bucket, not cumulative.
    #[serde(default)]
    buckets: Vec<(Json, u64)>,
    sum: Option<Json>,
}

/// The host's document, read.
///
/// # Errors
/// When the host and this plugin do not agree about its shape.
pub fn families(metrics: &Json) -> Result<Vec<Family>> {
    let read = metrics.parse();
    read.map_err(|error| Error::record(format!("the host's metrics are not readable: {error}")))
}

/// Every metric, one line a value.
pub fn text(families: &[Family]) -> String {
    families.iter().map(ToString::to_string).collect()
}

impl Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, help, kind, samples } = self;
        if !help.is_empty() {
            writeln!(f, "# HELP {name} {}", Escaped { text: help, quotes: false })?;
        }
        writeln!(f, "# TYPE {name} {kind}")?;
        for sample in samples {
            match &sample.value {
                Some(value) => line(f, name, sample, None, value.get())?,
                None if kind == "histogram" => buckets(f, name, sample)?,
                // The host writes null for a gauge that holds no number.
                None => line(f, name, sample, None, "NaN")?,
            }
        }
        Ok(())
    }
}

fn buckets(f: &mut fmt::Formatter<'_>, name: &str, sample: &Sample) -> fmt::Result {
    let mut total = 0;
    for (bound, count) in &sample.buckets {
        total += count;
        let bound = bound.get().trim_matches('"');
        line(f, &format!("{name}_bucket"), sample, Some(bound), total)?;
    }
    let sum = sample.sum.as_ref().filter(|sum| !sum.is_null()).map_or("NaN", Json::get);
    line(f, &format!("{name}_sum"), sample, None, sum)?;
    line(f, &format!("{name}_count"), sample, None, total)
}

fn line(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    sample: &Sample,
    bound: Option<&str>,
    value: impl Display,
) -> fmt::Result {
    let labels = sample.labels.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    f.write_str(name)?;
    let mut before = '{';
    for (name, text) in labels.chain(bound.map(|bound| ("le", bound))) {
        write!(f, "{before}{name}=\"{}\"", Escaped { text, quotes: true })?;
        before = ',';
    }
    let end = if before == ',' { "}" } else { "" };
    writeln!(f, "{end} {value}")
}

/// A text on one line; inside quotes those are escaped too.
struct Escaped<'a> {
    text: &'a str,
    quotes: bool,
}

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.text.chars() {
            match character {
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '"' if self.quotes => f.write_str("\\\"")?,
                _ => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exported(metrics: serde_json::Value) -> String {
        text(&families(&Json::from_value(&metrics).unwrap()).unwrap())
    }

    #[test]
    fn values_stand_on_lines_with_their_labels() {
        let metrics = serde_json::json!([
            {"name": "hits_total", "help": "Hits \\ by \"page\"\nand code", "type": "counter",
             "samples": [{"labels": {"page": "a\"b\\c\nd", "code": "200"}, "value": 3}]},
            {"name": "heat", "help": "", "type": "gauge",
             "samples": [{"labels": {}, "value": 1.5}, {"labels": {"room": "ü"}, "value": null}]},
        ]);
        let expected = concat!(
            "# HELP hits_total Hits \\\\ by \"page\"\\nand code\n",
            "# TYPE hits_total counter\n",
            "hits_total{code=\"200\",page=\"a\\\"b\\\\c\\nd\"} 3\n",
            "# TYPE heat gauge\n",
            "heat 1.5\n",
            "heat{room=\"ü\"} NaN\n",
        );
        assert_eq!(exported(metrics), expected);
    }

    #[test]
    fn buckets_add_up() {
        let metrics = serde_json::json!([
            {"name": "size", "help": "Bytes", "type": "histogram", "samples": [
                {"labels": {"to": "x"}, "buckets": [[1.0, 2], [2.5, 1], ["+Inf", 4]],
                 "sum": 40.5, "count": 7}]},
        ]);
        let expected = concat!(
            "# HELP size Bytes\n",
            "# TYPE size histogram\n",
            "size_bucket{to=\"x\",le=\"1.0\"} 2\n",
            "size_bucket{to=\"x\",le=\"2.5\"} 3\n",
            "size_bucket{to=\"x\",le=\"+Inf\"} 7\n",
            "size_sum{to=\"x\"} 40.5\n",
            "size_count{to=\"x\"} 7\n",
        );
        assert_eq!(exported(metrics), expected);
    }

    #[test]
    fn no_metrics_are_no_text() {
        assert_eq!(exported(serde_json::json!([])), "");
    }
}
