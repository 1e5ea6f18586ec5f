//! The keys of `monitoring`.

use plugin_api::schemars::JsonSchema;
use serde::Deserialize;

/// Whether the plug monitoring_prometheus hears of this producer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default, deny_unknown_fields)]
pub struct Monitoring {
    /// It does, where that plug is installed.
    pub enabled: bool,
}

impl Default for Monitoring {
    fn default() -> Self {
        Self { enabled: true }
    }
}
