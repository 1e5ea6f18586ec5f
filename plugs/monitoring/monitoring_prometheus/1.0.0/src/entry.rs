//! One metric as a call writes it, before it is checked.

use crate::metric::{Kind, Metric};
use crate::names;
use plugin_api::{Error, Json, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// An entry of `metrics`, or the metric of a call that records one. The names of both are taken.
#[derive(Deserialize, Default, Clone)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The metric: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    #[serde(alias = "metric_name")]
    pub name: Option<String>,
    /// The number.
    #[serde(alias = "metric_value")]
    pub value: Option<Json>,
    /// What kind of metric it is; a gauge where absent.
    #[serde(rename = "type", alias = "metric_type")]
    pub kind: Option<Kind>,
    /// Label names and their values.
    pub labels: Option<BTreeMap<String, Json>>,
    /// What the metric counts.
    pub help: Option<String>,
}

/// What is recorded stays until the process ends, so that it has limits: so many labels,
const LABELS: usize = 32;

/// so many bytes in the text of a label,
const LABEL_BYTES: usize = 1024;

/// and so many in the help.
const HELP_BYTES: usize = 1024;

impl Entry {
    /// Reads one of several.
    ///
    /// # Errors
    /// It has another shape.
    pub fn read(written: &Json) -> Result<Self> {
        let read = written.parse::<Self>();
        read.map_err(|error| {
            let text = error.to_string();
            let reason = text.split(" at line ").next().unwrap_or(&text);
            Error::input(format!("expected {{name, value, labels, type, help}}: {reason}"))
        })
    }

    /// The metric to record, checked.
    ///
    /// # Errors
    /// A name or a label that Prometheus does not take, or more text than is kept.
    pub fn metric(&self) -> Result<Metric> {
        let kind = self.kind.unwrap_or(Kind::Gauge);
        let name = self
            .name
            .as_deref()
            .ok_or_else(|| Error::input("`metric_name` is missing: say which metric to record"))?;
        names::check_metric(name)?;
        Ok(Metric {
            name: if kind == Kind::Counter { names::counter(name) } else { name.to_owned() },
            kind,
            value: self.value.clone(),
            labels: self.label_texts(kind)?,
            help: self.help_text()?,
        })
    }

    fn help_text(&self) -> Result<String> {
        let help = self.help.clone().unwrap_or_default();
        if help.len() > HELP_BYTES {
            return Err(Error::input(format!("`help`: at most {HELP_BYTES} bytes")));
        }
        Ok(help)
    }

    fn label_texts(&self, kind: Kind) -> Result<BTreeMap<String, String>> {
        let text = |(name, value): (&String, &Json)| {
            names::check_label(name, kind)?;
            let text = label_text(name, value)?;
            if text.len() > LABEL_BYTES {
                return Err(Error::input(format!("label `{name}`: at most {LABEL_BYTES} bytes")));
            }
            Ok((name.clone(), text))
        };
        if self.labels.as_ref().is_some_and(|labels| labels.len() > LABELS) {
            return Err(Error::input(format!("`labels`: at most {LABELS}")));
        }
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

    fn metric(written: &str, kind: Kind) -> Result<Metric> {
        let entry = Entry::read(&Json::from_text(written.to_owned()).unwrap())?;
        Entry { kind: Some(kind), ..entry }.metric()
    }

    #[test]
    fn an_entry_of_another_shape_is_refused() {
        let cases = [
            ("1", "invalid type: integer `1`, expected struct Entry"),
            (r#"{"nam":"m"}"#, "unknown field `nam`, expected one of "),
            (r#"{"type":"rate"}"#, "unknown variant `rate`, expected one of `counter`, "),
        ];
        for (written, reason) in cases {
            let message = metric(written, Kind::Gauge).unwrap_err().message;
            let expected = format!("expected {{name, value, labels, type, help}}: {reason}");
            assert!(message.starts_with(&expected), "{message}");
        }
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
    fn what_is_kept_for_ever_has_limits() {
        let metric = |labels: usize, label: usize, help: usize| {
            let labels: BTreeMap<String, String> =
                (0..labels).map(|n| (format!("l{n}"), "x".repeat(label))).collect();
            let help = "x".repeat(help);
            let written = serde_json::json!({"name": "m", "labels": labels, "help": help});
            metric(&written.to_string(), Kind::Gauge).map_err(|error| error.message)
        };
        assert!(metric(32, 1024, 1024).is_ok());
        for (labels, label, help, expected) in [
            (33, 1, 1, "`labels`: at most 32"),
            (1, 1025, 1, "label `l0`: at most 1024 bytes"),
            (1, 1, 1025, "`help`: at most 1024 bytes"),
        ] {
            assert_eq!(metric(labels, label, help).unwrap_err(), expected);
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
