//! What a call takes.

use plugin_api::schemars::JsonSchema;
use serde::Deserialize;

/// One call. Keys that belong to the pipeline are passed over.
#[derive(Deserialize, JsonSchema, Default)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default)]
pub struct Input {
    /// `address`, `create_topic` or `read`; `address` where absent.
    pub operation: Option<String>,
    /// For `create_topic` and `read`: which topic.
    pub topic: Option<String>,
    /// For `create_topic`: 1 to 1000; 4 where absent, as for a topic that a first write creates.
    pub partitions: Option<i32>,
    /// For `read`: how many records at most; all where absent.
    pub max: Option<usize>,
}
