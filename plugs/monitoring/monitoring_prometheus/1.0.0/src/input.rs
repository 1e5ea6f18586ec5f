//! What a call takes.

use crate::entry::Entry;
use crate::metric::Kind;
use plugin_api::{Json, schemars::JsonSchema};
use serde::Deserialize;
use std::collections::BTreeMap;

/// One call. Keys that belong to the pipeline are passed over.
#[derive(Deserialize, JsonSchema, Default)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default)]
pub struct Input {
    /// `record_metric`, `record_counter`, `record_gauge`, `record_histogram`, `record_summary`,
    /// `record_multiple_metrics`, `export_metrics` or `health_check`. Absent: `record_metric` where
    /// there is a `metric_name`, `record_multiple_metrics` where there are `metrics`, else
    /// `health_check`.
    pub operation: Option<String>,
    /// The metric: `[a-zA-Z_:][a-zA-Z0-9_:]*`. A counter's name gets `_total` where it lacks it.
    pub metric_name: Option<String>,
    /// The number to record; a gauge takes `"NaN"`, `"+Inf"` and `"-Inf"` too. Counter: a whole
    /// number to add, 1 where absent.
    #[schemars(with = "Option<serde_json::Value>")]
    pub metric_value: Option<Json>,
    /// For `record_metric`: what kind of metric it is; `gauge` where absent.
    pub metric_type: Option<Kind>,
    /// Label names and their values: texts, numbers or booleans.
    #[schemars(with = "Option<BTreeMap<String, serde_json::Value>>")]
    pub labels: Option<BTreeMap<String, Json>>,
    /// What the metric counts, for people. The first call's text stays.
    pub help: Option<String>,
    /// For `record_multiple_metrics`: `[{name, value, labels, type, help}]`, each judged alone.
    pub metrics: Option<Vec<Json>>,
    /// For `export_metrics`: `prometheus` or `json`; `prometheus` where absent.
    pub format: Option<String>,
}

impl Input {
    /// The one metric of this call, recorded as `kind`.
    pub fn entry(&self, kind: Kind) -> Entry {
        Entry {
            name: self.metric_name.clone(),
            value: self.metric_value.clone(),
            kind: Some(kind),
            labels: self.labels.clone(),
            help: self.help.clone(),
        }
    }
}
