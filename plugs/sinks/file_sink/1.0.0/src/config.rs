//! The configuration.

use plugin_api::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which file, and how safely.
#[derive(Deserialize, Serialize, JsonSchema, Debug)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The file to write. Its folder exists; nobody else writes to it meanwhile.
    #[schemars(extend("x-plugpipe-writes" = true))]
    pub path: String,
    /// Whether a file that exists goes on behind its last line; `false` = it is emptied first.
    #[serde(default = "append")]
    pub append: bool,
    /// When records have to be on disk.
    #[serde(default)]
    pub fsync: Fsync,
}

fn append() -> bool {
    true
}

/// When the system is asked to bring what was written to the disk itself.
#[derive(Deserialize, Serialize, JsonSchema, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(rename_all = "snake_case")]
pub enum Fsync {
    /// When the stream ends. A crash of the machine can lose records that were delivered; a crash of
    /// the host cannot.
    #[default]
    OnClose,
    /// Before a batch counts as delivered.
    Always,
}
