//! What a call gives, by operation.

use plugin_api::{Json, schemars::JsonSchema};
use serde::Serialize;

/// One of these.
#[derive(Serialize, JsonSchema, Debug, PartialEq)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(untagged)]
pub enum Answer {
    /// Of `address`.
    Address {
        /// `host:port`, on loopback.
        bootstrap_servers: String,
    },
    /// Of `create_topic`.
    Created {
        /// The new topic.
        topic: String,
        /// How many partitions it has.
        partitions: i32,
    },
    /// Of `read`.
    Records {
        /// By partition, then by offset.
        records: Vec<Read>,
        /// How many older records the cluster has dropped to stay within its memory.
        dropped: i64,
    },
}

/// One record as it lies in the topic. Bytes are a text where they are UTF-8, else
/// `{"$base64": "…"}`; what the record does not have is null.
#[derive(Serialize, JsonSchema, Debug, PartialEq)]
#[schemars(crate = "plugin_api::schemars")]
pub struct Read {
    /// Its topic.
    pub topic: String,
    /// Its partition, from 0.
    pub partition: i32,
    /// Its place in the partition, from 0.
    pub offset: i64,
    /// Milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// The key.
    pub key: Json,
    /// The value.
    pub value: Json,
    /// Names and values, in order; a name may come again.
    pub headers: Vec<(String, Json)>,
}
