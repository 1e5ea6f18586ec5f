//! The host's metrics as text: Prometheus' text exposition format, version 0.0.4.

use crate::family::{Family, Sample};
use crate::value;
use std::fmt::{self, Display, Write as _};

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
        samples.iter().try_for_each(|sample| match kind.as_str() {
            "histogram" => buckets(f, name, sample),
            "summary" => quantiles(f, name, sample),
            _ => line(f, name, sample, None, number(sample.value.as_ref())),
        })
    }
}

fn buckets(f: &mut fmt::Formatter<'_>, name: &str, sample: &Sample) -> fmt::Result {
    let mut total = 0;
    for (bound, count) in &sample.buckets {
        total += count;
        let bound = value::bound(bound);
        line(f, &format!("{name}_bucket"), sample, Some(("le", &bound)), total)?;
    }
    sum_and_count(f, name, sample)
}

fn quantiles(f: &mut fmt::Formatter<'_>, name: &str, sample: &Sample) -> fmt::Result {
    for (quantile, value) in &sample.quantiles {
        line(f, name, sample, Some(("quantile", &quantile.to_string())), value)?;
    }
    sum_and_count(f, name, sample)
}

fn sum_and_count(f: &mut fmt::Formatter<'_>, name: &str, sample: &Sample) -> fmt::Result {
    line(f, &format!("{name}_sum"), sample, None, number(sample.sum.as_ref()))?;
    line(f, &format!("{name}_count"), sample, None, sample.count())
}

/// The host writes null for what JSON has no number for.
fn number(written: Option<&plugin_api::Json>) -> &str {
    written.filter(|written| !written.is_null()).map_or("NaN", value::plain)
}

fn line(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    sample: &Sample,
    last: Option<(&str, &str)>,
    value: impl Display,
) -> fmt::Result {
    let labels = sample.labels.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    f.write_str(name)?;
    let mut before = '{';
    for (name, text) in labels.chain(last) {
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
    use crate::family::tests::of;

    fn exported(metrics: serde_json::Value) -> String {
        text(&of(&metrics))
    }

    #[test]
    fn values_stand_on_lines_with_their_labels() {
        let metrics = serde_json::json!([
            {"name": "heat", "help": "", "type": "gauge",
             "samples": [{"labels": {}, "value": 1.5}, {"labels": {"room": "ü"}, "value": null},
                         {"labels": {"room": "z"}, "value": "+Inf"}]},
            {"name": "hits_total", "help": "Hits \\ by \"page\"\nand code", "type": "counter",
             "samples": [{"labels": {"page": "a\"b\\c\nd", "code": "200"}, "value": 3}]},
        ]);
        let expected = concat!(
            "# TYPE heat gauge\n",
            "heat 1.5\n",
            "heat{room=\"ü\"} NaN\n",
            "heat{room=\"z\"} +Inf\n",
            "# HELP hits_total Hits \\\\ by \"page\"\\nand code\n",
            "# TYPE hits_total counter\n",
            "hits_total{code=\"200\",page=\"a\\\"b\\\\c\\nd\"} 3\n",
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
            "size_bucket{to=\"x\",le=\"1\"} 2\n",
            "size_bucket{to=\"x\",le=\"2.5\"} 3\n",
            "size_bucket{to=\"x\",le=\"+Inf\"} 7\n",
            "size_sum{to=\"x\"} 40.5\n",
            "size_count{to=\"x\"} 7\n",
        );
        assert_eq!(exported(metrics), expected);
    }

    #[test]
    fn a_summary_has_quantiles_a_sum_and_a_count() {
        let mut families = of(&serde_json::json!([
            {"name": "size", "help": "", "type": "histogram", "samples": [
                {"labels": {"to": "x"}, "buckets": [["+Inf", 7]], "sum": 40.5, "count": 7}]},
        ]));
        families[0].samples[0].quantiles = vec![(0.5, 6.0), (0.99, 10.5)];
        let expected = concat!(
            "# TYPE size summary\n",
            "size{to=\"x\",quantile=\"0.5\"} 6\n",
            "size{to=\"x\",quantile=\"0.99\"} 10.5\n",
            "size_sum{to=\"x\"} 40.5\n",
            "size_count{to=\"x\"} 7\n",
        );
        assert_eq!(text(&families), expected);
    }

    #[test]
    fn no_metrics_are_no_text() {
        assert_eq!(exported(serde_json::json!([])), "");
    }
}
