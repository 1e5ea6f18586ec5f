//! What a call takes.

use crate::metric::{Kind, Metric};
use crate::names;
use plugin_api::{Error, Json, Result, schemars::JsonSchema};
use serde::Deserialize;
use std::collections::BTreeMap;

/// One call. Keys that belong to the pipeline are passed over.
#[derive(Deserialize, JsonSchema, Default)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default)]
pub struct Input {
    /// `record_metric`, `record_counter`, `record_gauge`, `record_histogram`, `export_metrics` or
    /// `health_check`. Absent: `record_metric` where there is a `metric_name`, else `health_check`.
    pub operation: Option<String>,
    /// The metric: `[a-zA-Z_:][a-zA-Z0-9_:]*`. A counter's name gets `_total` where it lacks it.
    pub metric_name: Option<String>,
    /// The number to record. Counter: a whole number to add, 1 where absent.
    #[schemars(with = "Option<f64>")]
    pub metric_value: Option<Json>,
    /// For `record_metric`: what kind of metric it is; `gauge` where absent.
    pub metric_type: Option<Kind>,
    /// Label names and their values: texts, numbers or booleans.
    #[schemars(with = "Option<BTreeMap<String, serde_json::Value>>")]
    pub labels: Option<BTreeMap<String, Json>>,
    /// What the metric counts, for people. The first call's text stays.
    pub help: Option<String>,
    /// For `export_metrics`: `prometheus` or `json`; `prometheus` where absent.
    pub format: Option<String>,
}

impl Input {
    /// The metric to record, checked.
    pub fn metric(&self, kind: Kind) -> Result<Metric> {
        let name = self
            .metric_name
            .as_deref()
            .ok_or_else(|| Error::input("`metric_name` is missing: say which metric to record"))?;
        names::check_metric(name)?;
        Ok(Metric {
            name: if kind == Kind::Counter { names::counter(name) } else { name.to_owned() },
            kind,
            value: self.metric_value.clone(),
            labels: self.label_texts(kind)?,
            help: self.help.clone().unwrap_or_default(),
        })
    }

    fn label_texts(&self, kind: Kind) -> Result<BTreeMap<String, String>> {
        let text = |(name, value): (&String, &Json)| {
            names::check_label(name, kind)?;
            Ok((name.clone(), label_text(name, value)?))
        };
        self.labels.iter().flatten().map(text).collect()
    }
}

/// A text as it is; a number or a boolean as its JSON text.
fn label_text(name: &str, value: &Json) -> Result<String> {
    match value.get().bytes().next() {
        Some(b'"') => {
            value.parse().map_err(|error| Error::input(format!("label `{name}`: {error}")))
        }
        Some(b'{' | b'[' | b'n') | None => Err(Error::input(format!(
            "label `{name}`: expected a text, a number or a boolean, found something else; leave \
             the label out where it has no value"
        ))),
        Some(_) => Ok(value.get().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(input: &str, kind: Kind) -> Result<Metric> {
        serde_json::from_str::<Input>(input).unwrap().metric(kind)
    }

    #[test]
    fn labels_become_texts() {
        let input = r#"{"metric_name":"m","labels":{"b":1.50,"a":"caf\u00e9","c":true}}"#;
        let labels = metric(input, Kind::Gauge).unwrap().labels;
        let labels: Vec<_> = labels.iter().map(|(name, text)| (&name[..], &text[..])).collect();
        assert_eq!(labels, [("a", "café"), ("b", "1.50"), ("c", "true")]);
    }

    #[test]
    fn a_label_without_a_plain_value_is_refused() {
        for value in ["null", "[]", "{}", r#""\ud83d""#] {
            let input = format!(r#"{{"metric_name":"m","labels":{{"a":{value}}}}}"#);
            assert!(metric(&input, Kind::Gauge).is_err(), "{value}");
        }
    }

    #[test]
    fn only_counters_get_the_suffix() {
        let name = |kind| metric(r#"{"metric_name":"hits"}"#, kind).unwrap().name;
        assert_eq!(name(Kind::Counter), "hits_total");
        assert_eq!(name(Kind::Gauge), "hits");
        let message = metric("{}", Kind::Gauge).unwrap_err().message;
        assert_eq!(message, "`metric_name` is missing: say which metric to record");
    }
}
