//! What a call takes.

use plugin_api::schemars::JsonSchema;
use serde::Deserialize;

/// One call. Keys that belong to the pipeline are passed over.
#[derive(Deserialize, JsonSchema, Default)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default)]
pub struct Input {
    /// `address`, `create_topic`, `topics`, `read`, `broker_down`, `broker_up`, `set_leader`,
    /// `request_errors` or `round_trip_time`; `address` where absent.
    pub operation: Option<String>,
    /// For `create_topic`, `read` and `set_leader`: which topic.
    pub topic: Option<String>,
    /// For `create_topic`: 1 to 1000; 4 where absent, as for a topic that a first write creates.
    pub partitions: Option<i32>,
    /// For `read`: how many records at most; all where absent.
    pub max: Option<usize>,
    /// For `broker_down`, `broker_up` and `round_trip_time`: which broker, from 1; all where absent.
    /// For `set_leader`: the new leader.
    pub broker: Option<i32>,
    /// For `set_leader`: which partition, from 0.
    pub partition: Option<i32>,
    /// For `request_errors`: the kind of request, by Kafka's name, such as `Produce`.
    pub api: Option<String>,
    /// For `request_errors`: what the next requests fail with, by Kafka's names; `[]` takes back
    /// what is left.
    pub errors: Option<Vec<String>>,
    /// For `request_errors`: how often the list is repeated; 1 where absent.
    pub count: Option<usize>,
    /// For `round_trip_time`: how much later a broker answers, 0 to 60000 milliseconds.
    pub ms: Option<u32>,
}
