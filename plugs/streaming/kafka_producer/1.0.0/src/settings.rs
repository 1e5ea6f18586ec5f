//! The configuration as librdkafka's own settings, every decision taken.

use crate::check;
use crate::config::{Acks, Config};
use crate::fault::Fault;
use kafka_client::ClientSettings;
use kafka_client::options::contradictions;

/// Client settings without addresses, and what was decided on the user's behalf.
///
/// # Errors
/// Options out of their limits, not allowed, or contradicting each other.
pub fn settings(config: &Config) -> Result<(ClientSettings, Vec<String>), Fault> {
    let raw = check::limits(config, &written(config))?;
    let mut warnings = Vec::new();
    let mut settings = ClientSettings::default();
    delivery(config, &mut settings, &mut warnings);
    batching(config, &mut settings);
    for (name, value) in raw {
        settings.set(name, value);
    }
    let broken = contradictions(&settings.properties);
    if broken.is_empty() {
        Ok((settings, warnings))
    } else {
        Err(Fault::configuration(broken.join("; ")))
    }
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
        ("max_in_flight", max_in_flight_is_written(config)),
        ("compression", config.compression.is_written()),
        ("message_max_bytes", config.message_max_bytes.is_written()),
        ("partitioner", config.partitioner.is_written()),
    ];
    options.into_iter().filter_map(|(name, written)| written.then_some(name)).collect()
}

fn max_in_flight_is_written(config: &Config) -> bool {
    config.max_in_flight.is_written() || config.max_in_flight_requests_per_connection.is_some()
}

fn delivery(config: &Config, settings: &mut ClientSettings, warnings: &mut Vec<String>) {
    let acks = config.acks.unwrap_or(Acks::All);
    let idempotence = config.enable_idempotence.unwrap_or_else(|| {
        let possible = acks == Acks::All && config.retries != Some(0);
        if !possible {
            let why = if acks == Acks::All { "retries 0" } else { "acks below all" };
            warnings.push(format!("idempotence is off because of {why}: duplicates are possible"));
        }
        possible
    });
    if acks == Acks::None {
        warnings.push("acks_0: no broker confirms a record; sent counts as delivered".to_owned());
    }
    settings.set("acks", acks.as_setting());
    settings.set("enable.idempotence", idempotence.to_string());
    settings.set("max.in.flight.requests.per.connection", config.requests_in_flight().to_string());
    settings.set("message.timeout.ms", delivery_timeout(*config.timeout_ms).to_string());
    settings.set("request.timeout.ms", config.request_timeout_ms.to_string());
    if let Some(retries) = config.retries {
        settings.set("retries", retries.to_string());
    }
}

/// librdkafka looks for records that are out of time once a second, so the last look has to come
/// before the caller's own time is over.
fn delivery_timeout(timeout_ms: u32) -> u32 {
    const LOOK_MS: u32 = 1000;
    timeout_ms.saturating_sub(LOOK_MS).max(timeout_ms / 2)
}

fn batching(config: &Config, settings: &mut ClientSettings) {
    settings.set("client.id", config.client_id.as_str());
    settings.set("linger.ms", config.linger_ms.to_string());
    settings.set("batch.size", config.batch_size.to_string());
    settings.set("queue.buffering.max.kbytes", (*config.buffer_memory / 1024).to_string());
    settings.set("compression.type", config.compression.as_setting());
    settings.set("message.max.bytes", config.message_max_bytes.to_string());
    settings.set("partitioner", config.partitioner.as_setting());
    if let Some(level) = config.compression_level {
        settings.set("compression.level", level.to_string());
    }
}
