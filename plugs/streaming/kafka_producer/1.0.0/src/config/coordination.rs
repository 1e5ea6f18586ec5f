//! The keys of `redis_backend`.

use super::{SecretText, number};
use kafka_client::Secret;
use plugin_api::schemars::JsonSchema;
use serde::Deserialize;

/// Where results of publishing are left for others, in Redis.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default, deny_unknown_fields)]
pub struct RedisBackend {
    /// Whether results go to Redis at all.
    pub enabled: bool,
    /// `redis://` or, with TLS, `rediss://`; user, password and database stand in it.
    #[schemars(extend("default" = "redis://localhost:6379/2"))]
    pub redis_url: SecretText,
    /// What every key begins with.
    pub queue_prefix: String,
    /// How long a result stays, in seconds, 1 to 31536000.
    #[serde(deserialize_with = "number::plain")]
    #[schemars(range(min = 1, max = 31_536_000))]
    pub ttl_s: u64,
}

impl Default for RedisBackend {
    fn default() -> Self {
        Self {
            enabled: false,
            redis_url: SecretText(Secret::new("redis://localhost:6379/2")),
            queue_prefix: "kafka_queue:".to_owned(),
            ttl_s: 3600,
        }
    }
}
