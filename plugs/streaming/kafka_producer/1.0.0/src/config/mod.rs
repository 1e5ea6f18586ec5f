//! What a caller may configure. The doc comments are the reference; the defaults stand in `Default`.
//!
//! [`Config`] has the keys of both roles; `role` says which of them a role takes.

mod choice;
mod coordination;
pub mod limits;
mod monitoring;
mod number;
mod placeholder;
mod preset;
mod protocol;
mod role;
mod secret;
mod security;
mod topics;

pub use choice::{Acks, Compression, Partitioner};
pub use coordination::RedisBackend;
pub use monitoring::Monitoring;
pub use preset::Preset;
pub use protocol::{SaslMechanism, SecurityProtocol};
pub use role::{ProcessConfig, SinkConfig};
pub use secret::SecretText;
pub use security::{Content, Profile, Security};
pub use topics::{EnsureTopic, TopicSettings};

use crate::setting::Setting;
use kafka_client::options;
use plugin_api::schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The configuration of kafka_producer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars", rename = "Config")]
#[serde(default, deny_unknown_fields, remote = "Self")]
pub struct Config {
    /// Defaults for a purpose, below everything that is written:
    ///
    /// `development`: acks 1, 3 retries, in clear
    ///
    /// `staging`: SASL_SSL with SCRAM-SHA-256, acks all, 10 retries
    ///
    /// `production`: as `staging`, with 50 retries, idempotence and snappy
    ///
    /// `high_security`: as `staging`, with idempotence and a request timeout of 30 s
    ///
    /// `performance`: snappy, batches of 16384 bytes, linger of 100 ms, 5 requests in flight
    pub preset: Option<Preset>,
    /// `host:port`, several separated by commas, or a list; `embedded` is the plug embedded_kafka.
    #[schemars(extend("type" = ["string", "array"], "items" = {"type": "string"}))]
    pub bootstrap_servers: Value,
    /// The topic for records that nothing else sends elsewhere.
    #[schemars(extend("type" = ["string", "null"]))]
    pub topic: Option<Value>,
    /// Signal type to topic: looked up exactly with the `signal_type`.
    pub signal_routing: BTreeMap<String, String>,
    /// How many replicas confirm: 0, 1, or `all` (-1).
    #[schemars(extend("default" = "all"))]
    pub acks: Option<Acks>,
    /// No duplicates and no reordering within one client's life; on with acks `all`.
    pub enable_idempotence: Option<bool>,
    /// How often a failed request is sent again, 0 to 50; librdkafka's default when absent.
    #[serde(deserialize_with = "number::optional")]
    pub retries: Option<u32>,
    /// The name in the broker's log and quotas: 1 to 255 of `[a-zA-Z0-9._-]`.
    pub client_id: Setting<String>,
    /// From publish to delivery report in milliseconds, 1000 to 300000.
    #[serde(deserialize_with = "number::setting")]
    pub timeout_ms: Setting<u32>,
    /// How long a broker may wait for its replicas in milliseconds, at most 300000.
    #[serde(deserialize_with = "number::setting")]
    pub request_timeout_ms: Setting<u32>,
    /// How long a record waits for a fuller batch in milliseconds, 0 to 60000.
    #[schemars(extend("default" = 5))]
    pub linger_ms: Setting<f64>,
    /// Bytes in one batch on the wire, at most 1048576.
    #[serde(deserialize_with = "number::setting")]
    pub batch_size: Setting<u32>,
    /// Bytes queued before a call waits for room.
    #[serde(deserialize_with = "number::setting")]
    pub buffer_memory: Setting<u64>,
    /// Requests in flight for each broker, 1 to 5.
    #[serde(deserialize_with = "number::setting")]
    pub max_in_flight: Setting<u32>,
    /// A second name of `max_in_flight`.
    #[serde(deserialize_with = "number::optional")]
    pub max_in_flight_requests_per_connection: Option<u32>,
    /// Compression of batches.
    pub compression: Setting<Compression>,
    /// Compression level; the codec's own default when absent.
    #[serde(deserialize_with = "number::optional")]
    pub compression_level: Option<i32>,
    /// The largest record in bytes, with its key and headers.
    #[serde(deserialize_with = "number::setting")]
    pub message_max_bytes: Setting<u32>,
    /// Where keyed records go; `murmur2_random` is where Java clients put them.
    pub partitioner: Setting<Partitioner>,
    /// How a connection is encrypted, and whether there is a login.
    pub security_protocol: Setting<SecurityProtocol>,
    /// How the login is made; needed with SASL.
    pub sasl_mechanism: Option<SaslMechanism>,
    /// The user who logs in: `[a-zA-Z0-9._-]`.
    pub kafka_username: Option<String>,
    /// The user's password.
    pub kafka_password: Option<SecretText>,
    /// The file of the authorities that sign brokers, PEM; the system's own when absent.
    pub ssl_cafile: Option<String>,
    /// The file of the client's certificate, PEM.
    pub ssl_certfile: Option<String>,
    /// A second name of `ssl_certfile`.
    pub kafka_ssl_cert_path: Option<String>,
    /// The file of the client's key, PEM.
    pub ssl_keyfile: Option<String>,
    /// A second name of `ssl_keyfile`.
    pub kafka_ssl_key_path: Option<String>,
    /// The password of that key.
    pub ssl_key_password: Option<SecretText>,
    /// Whether a broker's certificate must name its host; `false` needs `security.insecure`.
    #[schemars(extend("default" = true))]
    pub ssl_check_hostname: Option<bool>,
    /// Where results of publishing are left for others.
    pub redis_backend: Setting<RedisBackend>,
    /// Whether the plug monitoring_prometheus hears of this producer.
    pub monitoring: Monitoring,
    /// What happens before a topic is first written to; nothing when absent.
    pub ensure_topic: Option<EnsureTopic>,
    /// How a topic is made; with `ensure_topic: create`.
    pub topic_settings: TopicSettings,
    /// The format; the plug `<format>_serializer` writes it.
    pub serialization: String,
    /// Which addresses may be dialled, and what messages may hold.
    pub security: Security,
    /// List every record of a large batch in the answer, not only the failed ones.
    pub full_details: bool,
    /// Further client options of librdkafka, from its allow-list.
    pub librdkafka: Map<String, Value>,
    /// Topics that records of a stream may choose beside `topic`; any, when the list is empty.
    pub topics: Vec<String>,
    /// How long a topic of a stream may be missing or forbidden in milliseconds, 0 to 86400000,
    /// until its records are refused.
    #[serde(deserialize_with = "number::setting")]
    pub topic_error_timeout_ms: Setting<u32>,
    /// Truthy: objects of a stream get `_plugpipe_metadata`.
    pub signal_metadata: Value,
    /// The signal type of a stream: looked up in `signal_routing`; part of the metadata.
    pub signal_type: Value,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            preset: None,
            bootstrap_servers: Value::from("localhost:9092"),
            topic: None,
            signal_routing: BTreeMap::new(),
            acks: None,
            enable_idempotence: None,
            retries: None,
            client_id: Setting::by_default("plugpipe".to_owned()),
            timeout_ms: Setting::by_default(30_000),
            request_timeout_ms: Setting::by_default(30_000),
            linger_ms: Setting::by_default(5.0),
            batch_size: Setting::by_default(1_000_000),
            buffer_memory: Setting::by_default(33_554_432),
            max_in_flight: Setting::by_default(5),
            max_in_flight_requests_per_connection: None,
            compression: Setting::by_default(Compression::None),
            compression_level: None,
            message_max_bytes: Setting::by_default(1_000_000),
            partitioner: Setting::by_default(Partitioner::Murmur2Random),
            security_protocol: Setting::by_default(SecurityProtocol::Plaintext),
            sasl_mechanism: None,
            kafka_username: None,
            kafka_password: None,
            ssl_cafile: None,
            ssl_certfile: None,
            kafka_ssl_cert_path: None,
            ssl_keyfile: None,
            kafka_ssl_key_path: None,
            ssl_key_password: None,
            ssl_check_hostname: None,
            redis_backend: Setting::by_default(RedisBackend::default()),
            monitoring: Monitoring::default(),
            ensure_topic: None,
            topic_settings: TopicSettings::default(),
            serialization: "json".to_owned(),
            security: Security::default(),
            full_details: false,
            librdkafka: Map::new(),
            topics: Vec::new(),
            topic_error_timeout_ms: Setting::by_default(300_000),
            signal_metadata: Value::Null,
            signal_type: Value::Null,
        }
    }
}

impl<'de> Deserialize<'de> for Config {
    /// A setting has one value, whichever of its names was written.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The function that `remote` derived, not this one.
        let mut config = Self::deserialize(deserializer)?;
        for (name, first, second_name, second) in [
            (
                "ssl_certfile",
                &mut config.ssl_certfile,
                "kafka_ssl_cert_path",
                &config.kafka_ssl_cert_path,
            ),
            (
                "ssl_keyfile",
                &mut config.ssl_keyfile,
                "kafka_ssl_key_path",
                &config.kafka_ssl_key_path,
            ),
        ] {
            if first.is_some() && second.is_some() {
                let text =
                    format!("`{name}` and `{second_name}` are one setting; give one of them");
                return Err(serde::de::Error::custom(text));
            }
            *first = first.take().or_else(|| second.clone());
        }
        Ok(config)
    }
}

impl Config {
    /// `max_in_flight` under either of its names.
    pub fn requests_in_flight(&self) -> u32 {
        self.max_in_flight_requests_per_connection.unwrap_or(*self.max_in_flight)
    }

    /// Whether the raw options hold the setting of the typed option `name`, under any name.
    pub fn is_raw(&self, name: &str) -> bool {
        let is_twin =
            |key: &String| options::find(key).is_some_and(|raw| raw.typed.contains(&name));
        self.librdkafka.keys().any(is_twin)
    }
}
