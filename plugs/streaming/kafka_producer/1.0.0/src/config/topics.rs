//! The keys that say what has to be true of a topic before it is written to.

use plugin_api::schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What happens before a topic is first written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(rename_all = "lowercase")]
pub enum EnsureTopic {
    /// A topic that is not there is an error.
    Require,
    /// A topic that is not there is made, as `topic_settings` says.
    Create,
}

/// How a topic is made.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default, deny_unknown_fields)]
pub struct TopicSettings {
    /// How many partitions; the broker's default when absent.
    pub partitions: Option<i32>,
    /// How many replicas; the broker's default when absent.
    pub replication: Option<i32>,
    /// The topic's own configuration, such as `retention.ms`.
    pub config: BTreeMap<String, String>,
}
