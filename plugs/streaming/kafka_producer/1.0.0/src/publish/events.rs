//! What the log hears of a call.

use super::connected::Connected;
use crate::answer::{Answer, Settled};
use crate::tally::Tally;

/// Tells the log of each record that was delivered.
pub fn tell_records(settled: &[Settled]) {
    for one in settled {
        if let Settled::Delivered { topic, partition, offset, .. } = one {
            tracing::debug!(topic, partition, offset, "message_produced");
        }
    }
}

/// Tells the log of a batch, of what failed, and of a connection that came or went.
pub fn tell_call(connected: &Connected, answer: &Answer, is_single: bool) {
    let Tally { delivered, unknown, .. } = answer.tally;
    let failed = answer.tally.failed();
    if let Some(error) = &answer.kafka_error {
        tracing::warn!(failed, unknown, error, "production_error");
    }
    if !is_single {
        tracing::info!(delivered, failed, unknown, "batch_completed");
    }
    tell_connection(connected, delivered > 0);
}

/// A delivery is proof of a connection; an error of the client without one is proof of its loss.
fn tell_connection(connected: &Connected, has_delivered: bool) {
    let servers = connected.settings.get("bootstrap.servers").unwrap_or_default();
    let client_id = connected.settings.get("client.id").unwrap_or_default();
    if has_delivered {
        if connected.lease.set_connected(true) {
            tracing::info!(servers, client_id, "connection_established");
        }
    } else if let Some(trouble) = connected.lease.trouble()
        && connected.lease.set_connected(false)
    {
        tracing::warn!(servers, client_id, reason = trouble.message, "connection_lost");
    }
}
