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
    let fault = Fault::security("credentials", &verdict.issues);
    let error_type = match verdict.kinds().contains(&"bad_username") {
        true => ErrorType::SecurityValidationError,
        false => ErrorType::ProducerConfigurationError,
    };
    Err(Fault { error_type, ..fault })
}
