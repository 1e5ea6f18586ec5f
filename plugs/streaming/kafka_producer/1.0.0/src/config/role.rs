//! Which keys each role takes: both share one structure, and each has a schema of its own.

use super::Config;
use plugin_api::schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// Keys of a sink, which `process` takes with its input or has no use for.
const SINK_ONLY: [&str; 4] = ["topics", "topic_error_timeout_ms", "signal_metadata", "signal_type"];

/// The configuration of `process`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct ProcessConfig(pub Config);

/// The configuration of a sink.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct SinkConfig(pub Config);

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
            // It stays known, so that whoever writes it is told why it is refused.
            let refused =
                json!({ "not": {}, "description": "Not for a sink, which never gives up." });
            properties.insert("timeout_ms".to_owned(), refused);
        })
    }
}

fn changed(mut schema: Schema, change: impl FnOnce(&mut Map<String, Value>)) -> Schema {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
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
        assert_eq!(sink.as_value()["properties"]["timeout_ms"]["not"], json!({}));
    }
}
