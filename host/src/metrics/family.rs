//! Metrics with their values at one moment.

use serde_json::{Map, Value, json};

/// One metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Its name, as it is exported.
    pub name: String,
    /// For people, may be empty.
    pub help: String,
    /// What its values mean.
    pub kind: Kind,
    /// One entry for each set of labels.
    pub samples: Vec<Sample>,
}

/// What the values of a metric mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number that only grows.
    Counter,
    /// A number that goes up and down.
    Gauge,
    /// How many values lie in which range.
    Histogram,
}

/// The value under one set of labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Names and values.
    pub labels: Vec<(String, String)>,
    /// The value.
    pub value: Reading,
}

/// A value as it was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// A count.
    Whole(u64),
    /// A measure.
    Number(f64),
    /// How many values lie in which range.
    Buckets {
        /// The upper bound of each bucket but the last, which has none.
        bounds: Vec<f64>,
        /// How many values lie in each bucket alone; one more than there are bounds.
        counts: Vec<u64>,
        /// The sum of the values.
        sum: f64,
    },
}

impl Kind {
    /// Its name in Prometheus' formats.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

impl Family {
    /// A metric of the host without values.
    pub fn new(name: &str, help: &str, kind: Kind) -> Self {
        Self { name: name.to_owned(), help: help.to_owned(), kind, samples: Vec::new() }
    }

    /// Adds a value.
    pub fn add(&mut self, labels: &[(&str, &str)], value: Reading) {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        self.samples.push(Sample { labels: labels.iter().map(owned).collect(), value });
    }

    /// The metric as plugins get it:
    /// `{name, help, type, samples: [{labels, value | buckets, sum, count}]}`.
    pub fn document(&self) -> Value {
        let samples: Vec<Value> = self.samples.iter().map(Sample::document).collect();
        json!({
            "name": self.name, "help": self.help, "type": self.kind.name(), "samples": samples
        })
    }
}

impl Sample {
    fn document(&self) -> Value {
        let pair = |(name, text): &(String, String)| (name.clone(), Value::from(text.as_str()));
        let labels: Map<String, Value> = self.labels.iter().map(pair).collect();
        match &self.value {
            Reading::Whole(value) => json!({ "labels": labels, "value": value }),
            Reading::Number(value) => json!({ "labels": labels, "value": value }),
            Reading::Buckets { bounds, counts, sum } => {
                let above = [Value::from("+Inf")];
                let bounds = bounds.iter().map(|bound| Value::from(*bound)).chain(above);
                let buckets: Vec<Value> =
                    bounds.zip(counts).map(|(bound, count)| json!([bound, count])).collect();
                let count: u64 = counts.iter().sum();
                json!({ "labels": labels, "buckets": buckets, "sum": sum, "count": count })
            }
        }
    }
}
