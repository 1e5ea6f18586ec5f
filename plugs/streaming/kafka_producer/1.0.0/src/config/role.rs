//! Which keys each role takes: both share one structure, and each has a schema of its own.

use super::{Config, limits};
use plugin_api::schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// Keys of a sink, which `process` takes with its input or has no use for.
const SINK_ONLY: [&str; 4] = ["topics", "topic_error_timeout_ms", "signal_metadata", "signal_type"];

/// Keys of `process` that a sink refuses, and why. They stay in its schema, so that whoever writes
/// one is told so.
const NOT_FOR_A_SINK: [(&str, &str); 3] = [
    ("timeout_ms", "Not for a sink, which never gives up."),
    ("retries", "Not for a sink, which sends again until a record is settled."),
    ("redis_backend", "Not for a sink: a stream has no result to leave."),
];

/// The configuration of `process`, its preset applied.
#[derive(Clone, Debug, Default)]
pub struct ProcessConfig(pub Config);

/// The configuration of a sink, its preset applied.
#[derive(Clone, Debug, Default)]
pub struct SinkConfig(pub Config);

impl<'de> Deserialize<'de> for ProcessConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let config = <Config as Deserialize>::deserialize(deserializer)?;
        Ok(Self(config.with_preset()))
    }
}

impl<'de> Deserialize<'de> for SinkConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let config = <Config as Deserialize>::deserialize(deserializer)?;
        // A sink sends again until a record is settled, whatever a preset says.
        let retries = config.retries;
        Ok(Self(Config { retries, ..config.with_preset() }))
    }
}

impl JsonSchema for ProcessConfig {
    fn schema_name() -> Cow<'static, str> {
        "ProcessConfig".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        changed(Config::json_schema(generator), |properties| {
            properties.retain(|key, _| !SINK_ONLY.contains(&key.as_str()));
        })
    }
}

impl JsonSchema for SinkConfig {
    fn schema_name() -> Cow<'static, str> {
        "SinkConfig".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        changed(Config::json_schema(generator), |properties| {
            for (key, why) in NOT_FOR_A_SINK {
                properties.insert(key.to_owned(), json!({ "not": {}, "description": why }));
            }
        })
    }
}

fn changed(mut schema: Schema, change: impl FnOnce(&mut Map<String, Value>)) -> Schema {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        limits::show(properties);
        change(properties);
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::describe::schema_of;

    #[test]
    fn each_role_knows_its_own_keys() {
        let (process, sink) = (schema_of::<ProcessConfig>(), schema_of::<SinkConfig>());
        let has = |schema: &Schema, key: &str| schema.as_value()["properties"].get(key).is_some();
        for key in SINK_ONLY {
            assert_eq!((has(&process, key), has(&sink, key)), (false, true), "{key}");
        }
        assert!(has(&process, "topic") && has(&sink, "topic"));
        assert_eq!(process.as_value()["additionalProperties"], false);
        assert_eq!(sink.as_value()["additionalProperties"], false);
        for (key, _) in NOT_FOR_A_SINK {
            assert_eq!(sink.as_value()["properties"][key]["not"], json!({}), "{key}");
        }
    }

    #[test]
    fn the_schema_shows_defaults_limits_and_choices() {
        let schema = schema_of::<ProcessConfig>();
        let key = |key: &str, what: &str| schema.as_value()["properties"][key][what].clone();
        for (name, default) in [
            ("bootstrap_servers", json!("localhost:9092")),
            ("acks", json!("all")),
            ("timeout_ms", json!(30_000)),
            ("linger_ms", json!(5)),
            ("compression", json!("none")),
            ("partitioner", json!("murmur2_random")),
            ("security_protocol", json!("PLAINTEXT")),
            ("ssl_check_hostname", json!(true)),
            ("serialization", json!("json")),
        ] {
            assert_eq!(key(name, "default"), default, "{name}");
        }
        for (name, least, most) in [("timeout_ms", 1000, 300_000), ("retries", 0, 50)] {
            assert_eq!((key(name, "minimum"), key(name, "maximum")), (json!(least), json!(most)));
        }
        let text = schema.as_value().to_string();
        for inner in ["redis://localhost:6379/2", "kafka_queue:", "high_security", "strict"] {
            assert!(text.contains(inner), "{inner}");
        }
    }

    #[test]
    fn two_names_of_one_setting_are_one_value_and_never_two() {
        let read = |config: Value| serde_json::from_value::<ProcessConfig>(config);
        let config =
            read(json!({ "kafka_ssl_cert_path": "/c", "kafka_ssl_key_path": "/k" })).unwrap();
        assert_eq!(config.0.ssl_certfile.as_deref(), Some("/c"));
        assert_eq!(config.0.ssl_keyfile.as_deref(), Some("/k"));
        for (first, second) in
            [("ssl_certfile", "kafka_ssl_cert_path"), ("ssl_keyfile", "kafka_ssl_key_path")]
        {
            let error = read(json!({ first: "/a", second: "/a" })).unwrap_err().to_string();
            assert_eq!(
                error,
                format!("`{first}` and `{second}` are one setting; give one of them")
            );
        }
    }
}
