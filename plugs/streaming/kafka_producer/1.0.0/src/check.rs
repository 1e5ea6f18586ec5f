//! What is refused before anything connects: the first four of the five stages, in their order.
//! Addresses, topic, credentials, configuration; the fifth, what messages hold, follows as each
//! message is drafted.

use crate::config::{Config, Profile};
use crate::draft;
use crate::fault::{ErrorType, Fault};
use crate::input::Input;
use crate::servers::Servers;
use crate::settings::{Decided, settings};
use kafka_client::address::{self, Policy};
use kafka_client::credentials::Credentials;
use kafka_client::topic;
use serde_json::Value;

/// What a call may dial, and with which settings.
pub struct Checked {
    /// Where to dial.
    pub servers: Servers,
    /// The client's settings. Their issues include those of the credentials.
    pub decided: Decided,
}

/// Runs the stages that a whole call stands or falls with.
///
/// # Errors
/// The first stage that refuses.
pub fn before_connecting(input: &Input, config: &Config) -> Result<Checked, Fault> {
    let servers = Servers::judge(config)?;
    draft::judge_topic(input, config)?;
    let issues = credentials(config, servers.is_embedded())?;
    let mut decided = settings(config)?;
    decided.issues.splice(0..0, issues);
    Ok(Checked { servers, decided })
}

/// The same for an operation that publishes nothing.
///
/// # Errors
/// The first stage that refuses.
pub fn without_topic(config: &Config) -> Result<Checked, Fault> {
    before_connecting(&Input::default(), config)
}

/// What may be dialled.
///
/// # Errors
/// A rule of `security` that is none.
pub fn policy(config: &Config) -> Result<Policy, Fault> {
    let security = &config.security;
    let profile = match security.profile {
        Profile::Default => address::Profile::Default,
        Profile::Strict => address::Profile::Strict,
    };
    Policy::new(profile, &security.allow, &security.deny)
        .map_err(|rule| Fault::configuration(format!("`security`: {rule}")))
}

/// The addresses to dial, each once, and warnings about them.
///
/// # Errors
/// An address that may not be dialled.
pub fn servers(config: &Config, policy: &Policy) -> Result<(Vec<String>, Vec<String>), Fault> {
    let judged = address::judge(&config.bootstrap_servers, policy);
    if !judged.verdict.is_valid {
        return Err(Fault::refused("bootstrap_servers", judged.verdict));
    }
    let mut issues = judged.verdict.issues;
    issues.extend(judged.waivers);
    Ok((judged.servers, issues))
}

/// A topic name that Kafka accepts, and warnings about it.
///
/// # Errors
/// Why it may not be written to.
pub fn topic_name(name: &Value) -> Result<(String, Vec<String>), Fault> {
    let verdict = topic::judge(name);
    match name.as_str() {
        Some(text) if verdict.is_valid => Ok((text.to_owned(), verdict.issues)),
        _ => Err(Fault::refused("topic", verdict)),
    }
}

/// Warnings about the credentials. The embedded broker is in this process: nothing travels in clear.
///
/// # Errors
/// A user name that may not be sent, or keys that do not go together.
pub fn credentials(config: &Config, is_embedded: bool) -> Result<Vec<String>, Fault> {
    let credentials = Credentials {
        protocol: config.security_protocol.as_setting(),
        mechanism: config.sasl_mechanism.map_or("", |mechanism| mechanism.as_setting()),
        user: config.kafka_username.as_deref().unwrap_or_default(),
        password: config.kafka_password.as_ref().map(|password| &password.0),
    };
    let verdict = credentials.judge();
    if verdict.is_valid {
        let in_clear = |issue: &String| issue.starts_with("plaintext_protocol: ");
        let told = |issue: &String| !(is_embedded && in_clear(issue));
        return Ok(verdict.issues.into_iter().filter(told).collect());
    }
    let error_type = match verdict.kinds().contains(&"bad_username") {
        true => ErrorType::SecurityValidationError,
        false => ErrorType::ProducerConfigurationError,
    };
    Err(Fault { error_type, ..Fault::refused("credentials", verdict) })
}

#[cfg(test)]
mod tests {
    use crate::KafkaProducer;
    use plugin_api::Json;
    use plugin_api::testing::PluginTest;
    use serde_json::{Value, json};

    fn publish(plugin: &PluginTest<KafkaProducer>, config: &Value) -> Value {
        let input = json!({ "message": "eval(1)", "topic_override": config["topic"] });
        let (input, config) = (Json::from_value(&input), Json::from_value(config));
        let answer = plugin.process_with(input.unwrap(), config.unwrap()).unwrap();
        answer.parse().unwrap()
    }

    /// Each stage with a fault, then the same without that fault.
    #[test]
    fn the_first_stage_that_refuses_is_the_one_that_speaks() {
        let plugin = PluginTest::start().unwrap();
        let mut config = json!({
            "bootstrap_servers": "169.254.169.254:9092",
            "topic": "__consumer_offsets",
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "PLAIN",
            "kafka_username": "a b",
            "kafka_password": "canary",
            "linger_ms": 70_000,
            "security": { "content": "reject" },
        });
        let stages = [
            ("bootstrap_servers: refused_address: ", "bootstrap_servers", json!("203.0.113.9:1")),
            ("topic: bad_topic: ", "topic", json!("orders")),
            ("credentials: bad_username: ", "kafka_username", json!("ab")),
            ("producer configuration: out_of_range: ", "linger_ms", json!(5)),
            ("message: eval_call: ", "security", json!({})),
        ];
        for (prefix, key, mended) in stages {
            let answer = publish(&plugin, &config);
            let text = answer["kafka_error"].as_str().unwrap();
            let prefix = format!("Universal Kafka producer error: {prefix}");
            assert!(text.starts_with(&prefix), "{text}");
            assert_eq!(answer["kafka_result"]["error_type"], "SecurityValidationError", "{text}");
            assert!(!answer.to_string().contains("canary"));
            config[key] = mended;
        }
    }

    #[test]
    fn credentials_that_do_not_go_together_are_a_matter_of_configuration() {
        let plugin = PluginTest::start().unwrap();
        for (config, key) in [
            (json!({ "sasl_mechanism": "PLAIN" }), "security_protocol"),
            (json!({ "security_protocol": "SASL_SSL" }), "sasl_mechanism"),
            (
                json!({ "security_protocol": "SASL_SSL", "sasl_mechanism": "PLAIN" }),
                "kafka_password",
            ),
            (
                json!({ "security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "PLAIN",
                        "kafka_password": "canary-password" }),
                "kafka_username",
            ),
            (
                json!({ "security_protocol": "SASL_SSL", "sasl_mechanism": "PLAIN",
                        "kafka_username": "u", "kafka_password": "" }),
                "kafka_password",
            ),
            (json!({ "preset": "production" }), "kafka_username"),
        ] {
            let mut config = config;
            config["topic"] = json!("orders");
            let answer = publish(&plugin, &config);
            let result = &answer["kafka_result"];
            assert_eq!(result["error_type"], "ProducerConfigurationError", "{answer}");
            assert!(answer["kafka_error"].as_str().unwrap().contains(key), "{answer}");
        }
    }

    #[test]
    fn a_refusal_says_what_refuses_and_the_issues_hold_the_warnings_too() {
        let plugin = PluginTest::start().unwrap();
        let in_clear = "plaintext_protocol: records travel in clear; SSL and SASL_SSL encrypt them";
        let ignored = "sasl_protocol_mismatch: `security_protocol` PLAINTEXT would ignore \
                       `sasl_mechanism`; SASL_SSL uses it";
        let loopback = "loopback_address: `127.0.0.1:9` is this machine";
        let refused = "refused_address: `192.0.2.1:9` is denied by `192.0.2.0/24`";
        for (mut config, what, warning, refusal) in [
            (
                json!({ "bootstrap_servers": "203.0.113.9:1", "sasl_mechanism": "PLAIN",
                        "security_protocol": "PLAINTEXT" }),
                "credentials",
                in_clear,
                ignored,
            ),
            (
                json!({ "bootstrap_servers": "127.0.0.1:9,192.0.2.1:9",
                        "security": { "deny": ["192.0.2.0/24"] } }),
                "bootstrap_servers",
                loopback,
                refused,
            ),
        ] {
            config["topic"] = json!("orders");
            let answer = publish(&plugin, &config);
            let text = format!("Universal Kafka producer error: {what}: {refusal}");
            assert_eq!(answer["kafka_error"], text);
            assert_eq!(answer["security_issues"], json!([warning, refusal]));
        }
    }

    #[test]
    fn a_waiver_is_told_and_counted_even_when_the_call_is_refused() {
        let plugin = PluginTest::start().unwrap();
        let config = json!({
            "bootstrap_servers": "10.0.0.1:9092",
            "topic": "__x",
            "security": { "profile": "strict", "allow": ["10.0.0.0/8"], "insecure": true },
        });
        for calls in [1.0, 2.0] {
            let answer = publish(&plugin, &config);
            let issues: Vec<&str> = answer["security_issues"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(Value::as_str)
                .collect();
            assert!(issues.iter().any(|issue| issue.starts_with("insecure: ")), "{issues:?}");
            assert!(issues.iter().any(|issue| issue.ends_with("allowed by `10.0.0.0/8`")));
            for waiver in ["insecure", "private_address"] {
                let counted =
                    plugin.host().metric("plugpipe_kafka_waivers_total", &[("waiver", waiver)]);
                assert_eq!(counted, Some(calls), "{waiver}");
            }
        }
    }
}
