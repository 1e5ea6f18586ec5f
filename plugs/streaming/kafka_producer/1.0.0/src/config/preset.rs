//! Presets: defaults for a purpose. They stand below everything that the user wrote, typed or raw, and
//! give way where they would contradict it. None supplies an address, a user or a password.

use super::{Acks, Compression, Config, SaslMechanism, SecurityProtocol};
use plugin_api::schemars::JsonSchema;
use plugin_api::typed::nearest;
use serde::{Deserialize, Deserializer};

/// What the producer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(crate = "plugin_api::schemars", rename_all = "snake_case")]
pub enum Preset {
    /// A broker on the developer's machine: quick, in clear, duplicates possible.
    Development,
    /// A login over TLS, every replica in sync.
    Staging,
    /// The same, with more patience, without duplicates, compressed.
    Production,
    /// A login over TLS, without duplicates.
    HighSecurity,
    /// Many small records: longer waits for compressed batches.
    Performance,
}

const NAMES: [(&str, Preset); 5] = [
    ("development", Preset::Development),
    ("staging", Preset::Staging),
    ("production", Preset::Production),
    ("high_security", Preset::HighSecurity),
    ("performance", Preset::Performance),
];

impl<'de> Deserialize<'de> for Preset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = String::deserialize(deserializer)?;
        let names = NAMES.map(|(name, _)| name);
        let found = NAMES.into_iter().find(|(name, _)| *name == given);
        found.map(|(_, preset)| preset).ok_or_else(|| {
            let near = nearest(&given, names.into_iter());
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            serde::de::Error::custom(format!("expected one of {}{near}", names.join(", ")))
        })
    }
}

/// What a preset supplies.
#[derive(Default)]
struct Defaults {
    login: Option<SaslMechanism>,
    acks: Option<Acks>,
    retries: Option<u32>,
    enable_idempotence: Option<bool>,
    request_timeout_ms: Option<u32>,
    compression: Option<Compression>,
    batching: Option<Batching>,
}

/// How long records are collected, and how many bytes may wait.
struct Batching {
    batch_size: u32,
    linger_ms: f64,
    buffer_memory: u64,
    max_in_flight: u32,
}

impl Preset {
    fn defaults(self) -> Defaults {
        let secured = |retries| Defaults {
            login: Some(SaslMechanism::ScramSha256),
            acks: Some(Acks::All),
            retries: Some(retries),
            ..Defaults::default()
        };
        match self {
            Self::Development => {
                Defaults { acks: Some(Acks::Leader), retries: Some(3), ..Defaults::default() }
            }
            Self::Staging => secured(10),
            Self::Production => Defaults {
                enable_idempotence: Some(true),
                compression: Some(Compression::Snappy),
                ..secured(50)
            },
            Self::HighSecurity => Defaults {
                enable_idempotence: Some(true),
                request_timeout_ms: Some(30_000),
                ..secured(10)
            },
            Self::Performance => Defaults {
                compression: Some(Compression::Snappy),
                batching: Some(Batching {
                    batch_size: 16_384,
                    linger_ms: 100.0,
                    buffer_memory: 33_554_432,
                    max_in_flight: 5,
                }),
                ..Defaults::default()
            },
        }
    }
}

impl Config {
    /// The configuration with the defaults of its preset below what was written.
    pub fn with_preset(mut self) -> Self {
        if let Some(preset) = self.preset {
            let defaults = preset.defaults();
            self.default_login(&defaults);
            self.default_delivery(&defaults);
            self.default_batching(&defaults);
        }
        self
    }

    fn default_login(&mut self, defaults: &Defaults) {
        if defaults.login.is_some() {
            self.security_protocol.set_default(SecurityProtocol::SaslSsl);
        }
        // Beside a protocol without a login a mechanism would be an error.
        if self.security_protocol.is_sasl() && self.sasl_mechanism.is_none() {
            self.sasl_mechanism = defaults.login;
        }
    }

    fn default_delivery(&mut self, defaults: &Defaults) {
        let raw = ["acks", "retries", "enable_idempotence"].map(|name| self.is_raw(name));
        let [raw_acks, raw_retries, raw_idempotence] = raw;
        let wants_idempotence = self.enable_idempotence == Some(true) || raw_idempotence;
        if self.acks.is_none() && !raw_acks && !wants_idempotence {
            self.acks = defaults.acks;
        }
        if self.retries.is_none() && !raw_retries {
            self.retries = defaults.retries;
        }
        // What is raw decides by itself whether idempotence is possible.
        let is_possible = self.acks.is_none_or(|acks| acks == Acks::All) && self.retries != Some(0);
        if self.enable_idempotence.is_none() && is_possible && raw == [false; 3] {
            self.enable_idempotence = defaults.enable_idempotence;
        }
        if let Some(wait) =
            defaults.request_timeout_ms.filter(|_| !self.is_raw("request_timeout_ms"))
        {
            self.request_timeout_ms.set_default(wait);
        }
    }

    fn default_batching(&mut self, defaults: &Defaults) {
        // Snappy has no levels.
        let has_level = self.compression_level.is_some() || self.is_raw("compression_level");
        let codec = defaults.compression.filter(|_| !has_level && !self.is_raw("compression"));
        if let Some(codec) = codec {
            self.compression.set_default(codec);
        }
        let Some(batching) = &defaults.batching else { return };
        // A raw twin is set last and wins over these.
        self.batch_size.set_default(batching.batch_size);
        self.linger_ms.set_default(batching.linger_ms);
        self.buffer_memory.set_default(batching.buffer_memory);
        self.max_in_flight.set_default(batching.max_in_flight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ProcessConfig, SinkConfig};
    use crate::settings::{settings, sink_settings};
    use serde_json::{Value, json};

    const LOGIN: [(&str, &str); 2] = [("kafka_username", "u"), ("kafka_password", "long enough")];

    /// The setting of librdkafka that a configuration leads to, and the number of warnings.
    fn decided(config: &Value, setting: &str) -> (Option<String>, usize) {
        let mut config = config.clone();
        LOGIN.iter().for_each(|(key, value)| config[key] = json!(value));
        let config: ProcessConfig = serde_json::from_value(config).unwrap();
        let decided = settings(&config.0).map_err(|fault| fault.text).unwrap();
        let warnings = decided.warnings.iter().filter(|text| text.starts_with("idempotence"));
        (decided.settings.get(setting).map(str::to_owned), warnings.count())
    }

    #[test]
    fn each_preset_has_the_values_of_its_purpose() {
        let cases = [
            ("development", "acks", "1"),
            ("development", "retries", "3"),
            ("development", "enable.idempotence", "false"),
            ("staging", "acks", "all"),
            ("staging", "retries", "10"),
            ("production", "retries", "50"),
            ("production", "enable.idempotence", "true"),
            ("production", "compression.type", "snappy"),
            ("high_security", "retries", "10"),
            ("high_security", "request.timeout.ms", "30000"),
            ("performance", "compression.type", "snappy"),
            ("performance", "batch.size", "16384"),
            ("performance", "linger.ms", "100"),
            ("performance", "queue.buffering.max.kbytes", "32768"),
            ("performance", "max.in.flight.requests.per.connection", "5"),
        ];
        for (preset, setting, value) in cases {
            let found = decided(&json!({ "preset": preset }), setting).0;
            assert_eq!(found.as_deref(), Some(value), "{preset} {setting}");
        }
        for preset in ["staging", "production", "high_security"] {
            let config: ProcessConfig =
                serde_json::from_value(json!({ "preset": preset })).unwrap();
            assert_eq!(*config.0.security_protocol, SecurityProtocol::SaslSsl);
            assert_eq!(config.0.sasl_mechanism, Some(SaslMechanism::ScramSha256));
        }
    }

    #[test]
    fn what_is_written_wins_typed_raw_and_contradicting() {
        let cases = [
            (json!({ "preset": "production", "acks": 1 }), "enable.idempotence", "false", 1),
            (json!({ "preset": "production", "acks": 1 }), "acks", "1", 1),
            (json!({ "preset": "production", "retries": 0 }), "enable.idempotence", "false", 1),
            (
                json!({ "preset": "production", "librdkafka": { "request.required.acks": 1 } }),
                "enable.idempotence",
                "false",
                1,
            ),
            (
                json!({ "preset": "production", "librdkafka": { "message.send.max.retries": 7 } }),
                "retries",
                "7",
                0,
            ),
            (
                json!({ "preset": "production", "librdkafka": { "enable.idempotence": false } }),
                "enable.idempotence",
                "false",
                0,
            ),
            (json!({ "preset": "development", "enable_idempotence": true }), "acks", "all", 0),
            (
                json!({ "preset": "development", "librdkafka": { "enable.idempotence": true } }),
                "acks",
                "all",
                0,
            ),
            (
                json!({ "preset": "production", "compression": "gzip" }),
                "compression.type",
                "gzip",
                0,
            ),
            (
                json!({ "preset": "production", "librdkafka": { "compression.codec": "lz4" } }),
                "compression.type",
                "lz4",
                0,
            ),
            (
                json!({ "preset": "production", "compression_level": 3 }),
                "compression.type",
                "none",
                0,
            ),
            (json!({ "preset": "performance", "linger_ms": 1 }), "linger.ms", "1", 0),
            (
                json!({ "preset": "performance", "librdkafka": { "queue.buffering.max.ms": 2 } }),
                "linger.ms",
                "2",
                0,
            ),
            (
                json!({ "preset": "performance", "max_in_flight_requests_per_connection": 2 }),
                "max.in.flight.requests.per.connection",
                "2",
                0,
            ),
        ];
        for (config, setting, value, warnings) in cases {
            let found = decided(&config, setting);
            assert_eq!((found.0.as_deref(), found.1), (Some(value), warnings), "{config}");
        }
        let plain = json!({ "preset": "production", "security_protocol": "PLAINTEXT" });
        let plain: ProcessConfig = serde_json::from_value(plain).unwrap();
        assert_eq!(plain.0.sasl_mechanism, None);
    }

    #[test]
    fn a_sink_takes_every_preset_and_still_sends_again_until_the_end() {
        for (name, _) in NAMES {
            let mut config = json!({ "preset": name });
            LOGIN.iter().for_each(|(key, value)| config[key] = json!(value));
            let config: SinkConfig = serde_json::from_value(config).unwrap();
            let decided = sink_settings(&config.0).map_err(|fault| fault.text).unwrap();
            assert_eq!(decided.settings.get("retries"), None, "{name}");
        }
    }

    #[test]
    fn an_unknown_preset_names_the_known_ones_and_the_nearest() {
        let error = serde_json::from_value::<Preset>(json!("prodution")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected one of development, staging, production, high_security, performance; did you \
             mean `production`?"
        );
    }
}
