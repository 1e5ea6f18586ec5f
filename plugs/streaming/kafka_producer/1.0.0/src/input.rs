//! What one call is given.

mod record;

pub use record::{Given, RecordInput};

use crate::enrich::{Provenance, is_truthy};
use crate::operation::Operation;
use plugin_api::Json;
use plugin_api::schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// The input of kafka_producer. `message` wins over `messages`, `messages` over `records`. Unknown
/// keys belong to the pipeline.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default)]
pub struct Input {
    /// `publish` (default), `plan`, `validate`, `health_check` or `metrics`.
    #[schemars(extend("enum" = listed_operations()))]
    pub operation: Option<String>,
    /// What `validate` judges: `bootstrap_servers`, `topic_names`, `kafka_credentials`,
    /// `producer_config` or `message_content`.
    pub context: Option<String>,
    /// The thing that `validate` judges.
    #[serde(deserialize_with = "present")]
    pub data: Option<Json>,
    /// One value; `null` is a value too.
    #[serde(deserialize_with = "present")]
    pub message: Option<Json>,
    /// Values that share key and headers.
    pub messages: Option<Vec<Json>>,
    /// Records with parts of their own; what one lacks it takes from the shared parts.
    #[schemars(with = "Option<Vec<RecordInput>>")]
    pub records: Option<Vec<Given>>,
    /// The topic, before every other rule.
    pub topic_override: Option<Json>,
    /// The key of every record: a text as it is, other scalars as JSON text.
    pub partition_key: Option<Json>,
    /// Headers of every record: name to text, number, boolean, null, `{"$base64"}` or a list of them.
    pub headers: Option<Json>,
    /// Truthy: object messages get `_plugpipe_metadata`.
    pub signal_metadata: Option<Json>,
    /// Looked up in `signal_routing`; part of the metadata.
    pub signal_type: Option<Json>,
    /// Part of the metadata.
    pub source_plugin: Option<Json>,
    /// Part of the metadata; never a record's own time.
    pub timestamp: Option<Json>,
    /// Part of the metadata.
    pub trace_id: Option<Json>,
    /// Part of the metadata.
    pub plugin_version: Option<Json>,
    /// The format for this call, in place of the configured one.
    pub format: Option<String>,
}

impl Input {
    /// The metadata of the call as JSON text; `None` when it is not asked for.
    pub fn metadata(&self) -> Option<String> {
        if !self.signal_metadata.as_ref().is_some_and(is_truthy) {
            return None;
        }
        let provenance = Provenance {
            source_plugin: self.source_plugin.as_ref().map(Json::get),
            signal_type: self.signal_type.as_ref().map(Json::get),
            timestamp: self.timestamp.as_ref().map(Json::get),
            trace_id: self.trace_id.as_ref().map(Json::get),
            plugin_version: self.plugin_version.as_ref().map(Json::get),
        };
        Some(provenance.metadata())
    }
}

/// Every operation for the schema; `null` is the same as an absent one.
fn listed_operations() -> Vec<Option<&'static str>> {
    Operation::NAMES.into_iter().map(Some).chain([None]).collect()
}

/// A key that is there, whatever its value: `null` is not the same as absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}
