//! The limits of numeric keys: one table, which the schema shows and every call is held to.

use super::Config;
use serde_json::{Map, Value};

/// A key with its limits, both included.
struct Limit {
    key: &'static str,
    least: i64,
    most: i64,
    /// What it is limited in a configuration; `None` where nothing was given.
    value: fn(&Config) -> Option<f64>,
}

const LIMITS: [Limit; 11] = [
    Limit::of("retries", 0, 50, |config| config.retries.map(f64::from)),
    Limit::of("timeout_ms", 1000, 300_000, |config| Some((*config.timeout_ms).into())),
    Limit::of("request_timeout_ms", 1, 300_000, |config| Some((*config.request_timeout_ms).into())),
    Limit::of("linger_ms", 0, 60_000, |config| Some(*config.linger_ms)),
    Limit::of("batch_size", 1, 1_048_576, |config| Some((*config.batch_size).into())),
    Limit::of("buffer_memory", 1024, 17_179_869_184, |config| Some(*config.buffer_memory as f64)),
    Limit::of("max_in_flight", 1, 5, |config| Some((*config.max_in_flight).into())),
    Limit::of("max_in_flight_requests_per_connection", 1, 5, |config| {
        config.max_in_flight_requests_per_connection.map(f64::from)
    }),
    Limit::of("compression_level", -1, 12, |config| config.compression_level.map(f64::from)),
    Limit::of("message_max_bytes", 1000, 104_857_600, |config| {
        Some((*config.message_max_bytes).into())
    }),
    Limit::of("topic_error_timeout_ms", 0, 86_400_000, |config| {
        Some((*config.topic_error_timeout_ms).into())
    }),
];

impl Limit {
    const fn of(
        key: &'static str,
        least: i64,
        most: i64,
        value: fn(&Config) -> Option<f64>,
    ) -> Self {
        Self { key, least, most, value }
    }

    fn is_kept(&self, config: &Config) -> bool {
        let limits = self.least as f64..=self.most as f64;
        (self.value)(config).is_none_or(|value| limits.contains(&value))
    }
}

/// One text of the kind `out_of_range` for each key that is out of its limits.
pub fn broken(config: &Config) -> Vec<String> {
    let broken = LIMITS.iter().filter(|limit| !limit.is_kept(config));
    let numbers = broken.map(|Limit { key, least, most, .. }| {
        format!("out_of_range: `{key}` must be from {least} to {most}")
    });
    let client_id = (!is_client_id(&config.client_id))
        .then(|| "out_of_range: `client_id` takes 1 to 255 of [a-zA-Z0-9._-]".to_owned());
    numbers.chain(client_id).chain(config.topic_settings.broken()).collect()
}

fn is_client_id(id: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=255).contains(&id.len()) && id.bytes().all(letter)
}

/// Writes the limits into the properties of a schema.
pub fn show(properties: &mut Map<String, Value>) {
    for limit in &LIMITS {
        if let Some(Value::Object(property)) = properties.get_mut(limit.key) {
            property.insert("minimum".to_owned(), limit.least.into());
            property.insert("maximum".to_owned(), limit.most.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn issues(config: &Value) -> Vec<String> {
        broken(&serde_json::from_value(config.clone()).unwrap())
    }

    #[test]
    fn each_limit_holds_at_both_ends_and_names_its_key_beyond() {
        assert_eq!(issues(&json!({})), [""; 0]);
        for Limit { key, least, most, .. } in &LIMITS {
            for kept in [least, most] {
                assert_eq!(issues(&json!({ *key: kept })), [""; 0], "{key} {kept}");
            }
            let text = format!("out_of_range: `{key}` must be from {least} to {most}");
            let beyond = [json!(most + 1), json!(least - 1), json!(-1_000_000), json!(u64::MAX)];
            for beyond in beyond.into_iter().chain([json!(1e30), json!(-1e30)]) {
                assert_eq!(issues(&json!({ *key: beyond })), [text.as_str()], "{beyond}");
            }
        }
    }

    #[test]
    fn everything_out_of_its_limits_is_told_at_once() {
        let broken = issues(&json!({ "linger_ms": -0.5, "retries": 51, "client_id": "a b" }));
        assert_eq!(
            broken,
            [
                "out_of_range: `retries` must be from 0 to 50",
                "out_of_range: `linger_ms` must be from 0 to 60000",
                "out_of_range: `client_id` takes 1 to 255 of [a-zA-Z0-9._-]",
            ]
        );
        for id in ["", "a b", "é", &"a".repeat(256)] {
            assert_eq!(issues(&json!({ "client_id": id })).len(), 1, "{id:?}");
        }
    }
}
