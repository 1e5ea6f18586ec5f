//! Options that are one of a few words, with librdkafka's spelling of each.

use plugin_api::schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
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
