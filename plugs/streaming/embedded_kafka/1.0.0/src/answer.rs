//! What a call gives, by operation.

use crate::change::Change;
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
    /// Of `topics`.
    Topics {
        /// By name.
        topics: Vec<Topic>,
    },
    /// Of `broker_down` and `broker_up`.
    Broker {
        /// Which one; null for all of them.
        broker: Option<i32>,
        /// `down` or `up`.
        state: &'static str,
    },
    /// Of `set_leader`.
    Leader {
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
        /// Who leads it now.
        broker: i32,
    },
    /// Of `request_errors`.
    Errors {
        /// The kind of request.
        api: &'static str,
        /// How many of the next requests fail; 0 when what was left was taken back.
        pending: usize,
    },
    /// Of `round_trip_time`.
    RoundTrip {
        /// Which one; null for all of them.
        broker: Option<i32>,
        /// How much later it answers.
        ms: u128,
    },
    /// Of `read`.
    Records {
        /// By partition, then by offset.
        records: Vec<Read>,
        /// How many older records the cluster has dropped to stay within its memory.
        dropped: i64,
    },
}

/// One topic.
#[derive(Serialize, JsonSchema, Debug, PartialEq)]
#[schemars(crate = "plugin_api::schemars")]
pub struct Topic {
    /// Its name.
    pub topic: String,
    /// How many partitions it has.
    pub partitions: usize,
    /// How many records lie in it now; null while a partition has no leader that answers.
    pub records: Option<i64>,
}

impl From<Change> for Answer {
    fn from(change: Change) -> Self {
        match change {
            Change::Topic { name: topic, partitions } => Self::Created { topic, partitions },
            Change::Down(broker) => Self::Broker { broker, state: "down" },
            Change::Up(broker) => Self::Broker { broker, state: "up" },
            Change::Leader { topic, partition, broker } => {
                Self::Leader { topic, partition, broker }
            }
            Change::Errors { api, codes } => Self::Errors { api: api.name, pending: codes.len() },
            Change::RoundTrip { broker, delay } => {
                Self::RoundTrip { broker, ms: delay.as_millis() }
            }
        }
    }
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
