//! Metrics as text: Prometheus' text exposition format, version 0.0.4.

use std::fmt::{self, Display, Write as _};

use super::family::{Family, Reading, Sample};

/// The type of the text, for a header of HTTP.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Every metric, one line a value.
pub fn text(families: &[Family]) -> String {
    families.iter().map(ToString::to_string).collect()
}

impl Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        if !self.help.is_empty() {
            writeln!(f, "# HELP {name} {}", Escaped { text: &self.help, in_quotes: false })?;
        }
        writeln!(f, "# TYPE {name} {}", self.kind.name())?;
        self.samples.iter().try_for_each(|sample| sample.write(f, name))
    }
}

impl Sample {
    fn write(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        match &self.value {
            Reading::Whole(value) => self.line(f, (name, ""), None, value),
            Reading::Number(value) => self.line(f, (name, ""), None, Number(*value)),
            Reading::Buckets { bounds, counts, sum } => {
                let bounds = bounds.iter().copied().chain([f64::INFINITY]);
                let mut total = 0;
                for (bound, count) in bounds.zip(counts) {
                    total += count;
                    self.line(f, (name, "_bucket"), Some(bound), total)?;
                }
                self.line(f, (name, "_sum"), None, Number(*sum))?;
                self.line(f, (name, "_count"), None, total)
            }
        }
    }

    fn line(
        &self,
        f: &mut fmt::Formatter<'_>,
        (name, ending): (&str, &str),
        bound: Option<f64>,
        value: impl Display,
    ) -> fmt::Result {
        let bound = bound.map(|bound| ("le".to_owned(), Number(bound).to_string()));
        write!(f, "{name}{ending}")?;
        let mut before = '{';
        for (label, text) in self.labels.iter().chain(bound.as_ref()) {
            write!(f, "{before}{label}=\"{}\"", Escaped { text, in_quotes: true })?;
            before = ',';
        }
        let end = if before == ',' { "}" } else { "" };
        writeln!(f, "{end} {value}")
    }
}

/// A number as Prometheus reads it.
struct Number(f64);

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            f64::INFINITY => f.write_str("+Inf"),
            f64::NEG_INFINITY => f.write_str("-Inf"),
            number => number.fmt(f),
        }
    }
}

/// A text on one line; inside quotes those are escaped too.
struct Escaped<'a> {
    text: &'a str,
    in_quotes: bool,
}

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.text.chars() {
            match character {
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '"' if self.in_quotes => f.write_str("\\\"")?,
                _ => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::family::Kind;

    #[test]
    fn texts_are_escaped_where_they_stand() {
        let mut hits = Family::new("hits_total", "Hits \\ by \"page\"\nand code", Kind::Counter);
        hits.add(&[("page", "a\"b\\c\nd"), ("code", "ü")], Reading::Whole(u64::MAX));
        let expected = concat!(
            "# HELP hits_total Hits \\\\ by \"page\"\\nand code\n",
            "# TYPE hits_total counter\n",
            "hits_total{page=\"a\\\"b\\\\c\\nd\",code=\"ü\"} 18446744073709551615\n",
        );
        assert_eq!(text(&[hits]), expected);
    }

    #[test]
    fn every_number_has_a_spelling() {
        let mut heat = Family::new("heat", "", Kind::Gauge);
        for value in [1.5, -0.25, 1e21, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            heat.add(&[], Reading::Number(value));
        }
        let lines = ["1.5", "-0.25", "1000000000000000000000", "NaN", "+Inf", "-Inf"];
        let expected: String = lines.iter().map(|line| format!("heat {line}\n")).collect();
        assert_eq!(text(&[heat]), format!("# TYPE heat gauge\n{expected}"));
    }

    #[test]
    fn buckets_add_up() {
        let mut size = Family::new("size", "Bytes", Kind::Histogram);
        let (bounds, counts) = (vec![1.0, 2.5], vec![2, 1, 4]);
        size.add(&[("to", "x")], Reading::Buckets { bounds, counts, sum: 40.5 });
        let expected = concat!(
            "# HELP size Bytes\n",
            "# TYPE size histogram\n",
            "size_bucket{to=\"x\",le=\"1\"} 2\n",
            "size_bucket{to=\"x\",le=\"2.5\"} 3\n",
            "size_bucket{to=\"x\",le=\"+Inf\"} 7\n",
            "size_sum{to=\"x\"} 40.5\n",
            "size_count{to=\"x\"} 7\n",
        );
        assert_eq!(text(&[size]), expected);
    }
}
