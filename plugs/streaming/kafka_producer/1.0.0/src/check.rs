//! What is refused before anything connects: addresses, topics, limits of the configuration.

use crate::config::{Config, Profile};
use crate::fault::Fault;
use kafka_client::address::{self, Policy};
use kafka_client::{options, topic};
use serde_json::Value;

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
        return Err(Fault::security("bootstrap_servers", &judged.verdict.issues));
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
        _ => Err(Fault::security("topic", &verdict.issues)),
    }
}

/// The limits of the typed options; extra client options from the allow-list only, and none beside
/// its typed twin.
///
/// # Errors
/// The first option that is out of its limits, or every raw option that may not be set.
pub fn limits(config: &Config, typed: &[&str]) -> Result<Vec<(String, String)>, Fault> {
    for (key, value, least, most) in bounded(config) {
        if !(least..=most).contains(&value) {
            let issue = format!("out_of_range: `{key}` must be from {least} to {most}");
            return Err(Fault::security("producer configuration", &[issue]));
        }
    }
    client_id(&config.client_id)?;
    let collisions = options::collisions(&config.librdkafka, typed);
    if !collisions.is_empty() {
        return Err(Fault::configuration(collisions.join("; ")));
    }
    let judged = options::judge(&config.librdkafka, config.security.insecure);
    if judged.verdict.is_valid {
        Ok(judged.settings)
    } else {
        Err(Fault::security("librdkafka", &judged.verdict.issues))
    }
}

fn bounded(config: &Config) -> [(&'static str, f64, f64, f64); 9] {
    [
        ("timeout_ms", f64::from(*config.timeout_ms), 1000.0, 300_000.0),
        ("request_timeout_ms", f64::from(*config.request_timeout_ms), 1.0, 300_000.0),
        ("linger_ms", *config.linger_ms, 0.0, 60_000.0),
        ("batch_size", f64::from(*config.batch_size), 1.0, 1_048_576.0),
        ("buffer_memory", *config.buffer_memory as f64, 1024.0, 17_179_869_184.0),
        ("max_in_flight", f64::from(config.requests_in_flight()), 1.0, 5.0),
        ("retries", f64::from(config.retries.unwrap_or_default()), 0.0, 50.0),
        ("message_max_bytes", f64::from(*config.message_max_bytes), 1000.0, 104_857_600.0),
        ("topic_error_timeout_ms", f64::from(*config.topic_error_timeout_ms), 0.0, 86_400_000.0),
    ]
}

fn client_id(id: &str) -> Result<(), Fault> {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if (1..=255).contains(&id.len()) && id.bytes().all(letter) {
        return Ok(());
    }
    let issue = "out_of_range: `client_id` takes 1 to 255 of [a-zA-Z0-9._-]".to_owned();
    Err(Fault::security("producer configuration", &[issue]))
}
