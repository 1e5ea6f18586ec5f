//! The configuration as librdkafka's own settings, every decision taken.

mod rules;
mod security;

pub use rules::{Judged, Refused, judge};

use crate::config::{Acks, Config};
use crate::fault::Fault;
use kafka_client::ClientSettings;
use kafka_client::options;

/// Client settings without addresses, and what was decided on the user's behalf.
pub struct Decided {
    /// For librdkafka.
    pub settings: ClientSettings,
    /// What the caller should know.
    pub warnings: Vec<String>,
    /// Issues of the checks.
    pub issues: Vec<String>,
}

/// Decides every setting for `process`: no record outlives `timeout_ms`.
///
/// # Errors
/// Options out of their limits, not allowed, or contradicting each other.
pub fn settings(config: &Config) -> Result<Decided, Fault> {
    decide(config, delivery_timeout(*config.timeout_ms))
}

/// Decides every setting for a sink: no record is ever given up.
///
/// # Errors
/// As [`settings`]; and an option that would give records up.
pub fn sink_settings(config: &Config) -> Result<Decided, Fault> {
    if config.redis_backend.is_written() {
        let text =
            "`redis_backend` is not for a sink: a stream has no result to leave; leave it out";
        return Err(Fault::configuration(text));
    }
    const LIMITS: [(&str, &str); 2] = [
        ("message.timeout.ms", "a sink keeps a record until it is delivered or refused"),
        ("retries", "a sink sends a record again until it is delivered or refused, in order"),
    ];
    for (name, why) in LIMITS {
        if let Some(key) = written_as(config, name) {
            let text = format!("`{key}` is not for a sink: {why}; leave it out");
            return Err(Fault::configuration(text));
        }
    }
    let mut decided = decide(config, 0)?;
    decided.warnings.extend(reordering(&decided.settings));
    Ok(decided)
}

/// The key under which the user set librdkafka's option `name`, typed or raw.
fn written_as(config: &Config, name: &str) -> Option<String> {
    let option = options::find(name)?;
    let typed = written(config).into_iter().find(|typed| option.typed.contains(typed));
    let is_it = |key: &&String| options::find(key).is_some_and(|found| found.name == name);
    let raw = || Some(format!("librdkafka.{}", config.librdkafka.keys().find(is_it)?));
    typed.map(str::to_owned).or_else(raw)
}

/// Whether what is sent again may come behind what was sent after it.
fn reordering(settings: &ClientSettings) -> Option<String> {
    let is_idempotent = settings.get("enable.idempotence") == Some("true");
    let in_flight = settings.get("max.in.flight.requests.per.connection");
    (!is_idempotent && in_flight != Some("1")).then(|| {
        "idempotence is off and `max_in_flight` is above 1: records that are sent again may change \
         their order; leave idempotence on, or set `max_in_flight` to 1"
            .to_owned()
    })
}

/// `record_timeout_ms`: 0 is "never".
fn decide(config: &Config, record_timeout_ms: u32) -> Result<Decided, Fault> {
    let judged = rules::judge(config, record_timeout_ms);
    let Judged { mut decided, raw, waivers } = judged.map_err(Refused::into_fault)?;
    security::secure(config, &mut decided, waivers)?;
    for (name, value) in raw {
        decided.settings.set(name, value);
    }
    // Equal configurations share a client, in whatever order their keys were written.
    decided.settings.properties.sort_unstable();
    Ok(decided)
}

/// The typed options that the user wrote.
fn written(config: &Config) -> Vec<&'static str> {
    let options = [
        ("acks", config.acks.is_some()),
        ("enable_idempotence", config.enable_idempotence.is_some()),
        ("retries", config.retries.is_some()),
        ("compression_level", config.compression_level.is_some()),
        ("client_id", config.client_id.is_written()),
        ("timeout_ms", config.timeout_ms.is_written()),
        ("request_timeout_ms", config.request_timeout_ms.is_written()),
        ("linger_ms", config.linger_ms.is_written()),
        ("batch_size", config.batch_size.is_written()),
        ("buffer_memory", config.buffer_memory.is_written()),
        ("max_in_flight", config.max_in_flight.is_written()),
        (
            "max_in_flight_requests_per_connection",
            config.max_in_flight_requests_per_connection.is_some(),
        ),
        ("compression", config.compression.is_written()),
        ("message_max_bytes", config.message_max_bytes.is_written()),
        ("partitioner", config.partitioner.is_written()),
        ("ssl_cafile", config.ssl_cafile.is_some()),
        ("kafka_ssl_cert_path", config.kafka_ssl_cert_path.is_some()),
        ("ssl_certfile", config.ssl_certfile.is_some() && config.kafka_ssl_cert_path.is_none()),
        ("kafka_ssl_key_path", config.kafka_ssl_key_path.is_some()),
        ("ssl_keyfile", config.ssl_keyfile.is_some() && config.kafka_ssl_key_path.is_none()),
        ("ssl_check_hostname", config.ssl_check_hostname.is_some()),
    ];
    options.into_iter().filter_map(|(name, written)| written.then_some(name)).collect()
}

/// Acks, idempotence and retries, typed or raw: what is not given follows from what is.
fn delivery(config: &Config, raw: &[(String, String)], decided: &mut Decided) {
    let raw = |name: &str| raw.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let raw_acks = || raw("acks").map(|acks| Acks::from_setting(acks));
    let acks = config.acks.or_else(raw_acks).unwrap_or(Acks::All);
    let no_retries = config.retries == Some(0) || raw("retries").is_some_and(|value| value == "0");
    let given = config.enable_idempotence.or_else(|| Some(raw("enable.idempotence")? == "true"));
    let possible = acks == Acks::All && !no_retries;
    if given.is_none() && !possible {
        let why = if acks == Acks::All { "retries 0" } else { "acks below all" };
        let warning = format!("idempotence is off because of {why}: duplicates are possible");
        decided.warnings.push(warning);
    }
    if acks == Acks::None {
        let issue = "acks_0: no broker confirms a record; sent counts as delivered";
        decided.issues.push(issue.to_owned());
    }
    let settings = &mut decided.settings;
    settings.set("acks", acks.as_setting());
    settings.set("enable.idempotence", given.unwrap_or(possible).to_string());
    let in_flight = config.requests_in_flight().to_string();
    settings.set("max.in.flight.requests.per.connection", in_flight);
    settings.set("request.timeout.ms", config.request_timeout_ms.to_string());
    if let Some(retries) = config.retries {
        settings.set("retries", retries.to_string());
    }
}

/// librdkafka looks for records that are out of time once a second, so the last look and its report have
/// to come before the caller's own time is over.
pub fn delivery_timeout(timeout_ms: u32) -> u32 {
    const LOOK_MS: u32 = 1250;
    timeout_ms.saturating_sub(LOOK_MS).max(timeout_ms / 2)
}

/// Room for what the wire adds to a record: a record's own fields, and those of many headers.
const WIRE_BYTES: u32 = 4096;

fn batching(config: &Config, settings: &mut ClientSettings) {
    settings.set("client.id", config.client_id.as_str());
    settings.set("linger.ms", config.linger_ms.to_string());
    settings.set("batch.size", config.batch_size.to_string());
    settings.set("queue.buffering.max.kbytes", config.buffer_memory.div_ceil(1024).to_string());
    settings.set("compression.type", config.compression.as_setting());
    // librdkafka counts what the wire adds to a record; the limit that users set is the record's own.
    let on_the_wire = config.message_max_bytes.saturating_add(WIRE_BYTES);
    settings.set("message.max.bytes", on_the_wire.to_string());
    settings.set("partitioner", config.partitioner.as_setting());
    if let Some(level) = config.compression_level {
        settings.set("compression.level", level.to_string());
    }
}

#[cfg(test)]
mod tests;
