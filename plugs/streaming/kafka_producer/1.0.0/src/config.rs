//! What a caller may configure. The doc comments are the reference; the defaults stand in `Default`.

use crate::setting::Setting;
use plugin_api::schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The configuration of kafka_producer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `host:port`, several separated by commas, or a list; `embedded` is the plug embedded_kafka.
    pub bootstrap_servers: Value,
    /// The topic for records that nothing else sends elsewhere.
    pub topic: Option<Value>,
    /// Signal type to topic: looked up exactly with the input's `signal_type`.
    pub signal_routing: BTreeMap<String, String>,
    /// How many replicas confirm: 0, 1, or `all` (-1).
    pub acks: Option<Acks>,
    /// No duplicates and no reordering within one client's life; on with acks `all`.
    pub enable_idempotence: Option<bool>,
    /// How often a failed request is sent again, 0 to 50; librdkafka's default when absent.
    pub retries: Option<u32>,
    /// The name in the broker's log and quotas: 1 to 255 of `[a-zA-Z0-9._-]`.
    pub client_id: Setting<String>,
    /// From publish to delivery report in milliseconds, 1000 to 300000.
    pub timeout_ms: Setting<u32>,
    /// How long a broker may wait for its replicas in milliseconds, at most 300000.
    pub request_timeout_ms: Setting<u32>,
    /// How long a record waits for a fuller batch in milliseconds, 0 to 60000.
    pub linger_ms: Setting<f64>,
    /// Bytes in one batch on the wire, at most 1048576.
    pub batch_size: Setting<u32>,
    /// Bytes queued before a call waits for room.
    pub buffer_memory: Setting<u64>,
    /// Requests in flight for each broker, 1 to 5.
    pub max_in_flight: Setting<u32>,
    /// A second name of `max_in_flight`.
    pub max_in_flight_requests_per_connection: Option<u32>,
    /// Compression of batches.
    pub compression: Setting<Compression>,
    /// Compression level; the codec's own default when absent.
    pub compression_level: Option<i32>,
    /// The largest record in bytes, with its key and headers.
    pub message_max_bytes: Setting<u32>,
    /// Where keyed records go; `murmur2_random` is where Java clients put them.
    pub partitioner: Setting<Partitioner>,
    /// The format; the plug `<format>_serializer` writes it.
    pub serialization: String,
    /// Which addresses may be dialled.
    pub security: Security,
    /// List every record of a large batch in the answer, not only the failed ones.
    pub full_details: bool,
    /// Further client options of librdkafka, from its allow-list.
    pub librdkafka: Map<String, Value>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
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
            serialization: "json".to_owned(),
            security: Security::default(),
            full_details: false,
            librdkafka: Map::new(),
        }
    }
}

impl Config {
    /// `max_in_flight` under either of its names.
    pub fn requests_in_flight(&self) -> u32 {
        self.max_in_flight_requests_per_connection.unwrap_or(*self.max_in_flight)
    }
}

/// How many replicas confirm a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acks {
    /// None: sent is success.
    None,
    /// The partition's leader.
    Leader,
    /// Every replica in sync.
    All,
}

impl JsonSchema for Acks {
    fn schema_name() -> Cow<'static, str> {
        "Acks".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": [0, 1, -1, "0", "1", "-1", "all"] })
    }
}

impl Acks {
    /// Reads librdkafka's spelling; what is neither 0 nor 1 is all.
    pub fn from_setting(setting: &str) -> Self {
        match setting {
            "0" => Self::None,
            "1" => Self::Leader,
            _ => Self::All,
        }
    }

    /// librdkafka's spelling.
    pub fn as_setting(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::Leader => "1",
            Self::All => "all",
        }
    }
}

impl<'de> Deserialize<'de> for Acks {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let text = match &value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        match text.as_str() {
            "0" => Ok(Self::None),
            "1" => Ok(Self::Leader),
            "-1" | "all" => Ok(Self::All),
            _ => Err(serde::de::Error::custom("expected 0, 1, -1 or all")),
        }
    }
}

/// Compression of batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// As they are.
    None,
    /// gzip, level 0 to 9.
    Gzip,
    /// snappy, no levels.
    Snappy,
    /// lz4, level 0 to 12.
    Lz4,
    /// zstd.
    Zstd,
}

impl Compression {
    /// librdkafka's spelling.
    pub fn as_setting(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }
}

/// Where records go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(rename_all = "snake_case")]
pub enum Partitioner {
    /// Java's murmur2 of the key; a random partition without one.
    Murmur2Random,
    /// CRC32 of the key; a random partition without one.
    ConsistentRandom,
    /// A random partition.
    Random,
    /// FNV-1a of the key; a random partition without one.
    #[serde(rename = "fnv1a_random")]
    Fnv1aRandom,
}

impl Partitioner {
    /// librdkafka's spelling.
    pub fn as_setting(self) -> &'static str {
        match self {
            Self::Murmur2Random => "murmur2_random",
            Self::ConsistentRandom => "consistent_random",
            Self::Random => "random",
            Self::Fnv1aRandom => "fnv1a_random",
        }
    }
}

/// Which addresses may be dialled.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(default, deny_unknown_fields)]
pub struct Security {
    /// `default` warns of loopback and private addresses, `strict` refuses them.
    pub profile: Profile,
    /// CIDR ranges, names and `.suffix`es that `strict` lets pass.
    pub allow: Vec<String>,
    /// The same grammar; wins over `allow`.
    pub deny: Vec<String>,
}

/// How strictly addresses are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Loopback and private addresses with a warning.
    #[default]
    Default,
    /// Loopback and private addresses only from the allow-list.
    Strict,
}
