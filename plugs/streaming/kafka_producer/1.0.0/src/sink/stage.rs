//! What a lane holds of this sink.

use super::writer::Writer;
use crate::pool::refused_addresses;
use plugin_api::metrics::Counter;
use plugin_api::sink::{Report, SinkStage};
use plugin_api::{Batch, Host, Json, Result};
use serde::Serialize;
use std::time::{Duration, Instant};

/// How long a flush holds the lane, which serves other sinks too: enough for connected brokers to
/// hear of it. What is not sent by then is sent when its linger is over.
const LONGEST_FLUSH: Duration = Duration::from_millis(50);
/// How long closing takes at most when nobody says.
const CLOSING: Duration = Duration::from_secs(5);

/// An open sink of one lane.
pub struct Stage {
    writer: Writer,
    host: Host,
    refused_addresses: Counter,
}

/// What the client tells about itself, in milliseconds.
#[derive(Serialize)]
struct Status {
    queue_full_ms: f64,
    throttle_ms: f64,
    rtt_ms: Option<f64>,
    queued: u64,
}

impl Stage {
    /// A stage that counts with `host`.
    pub fn new(writer: Writer, host: Host) -> Self {
        Self { writer, host, refused_addresses: refused_addresses(&host) }
    }

    fn count_refused_addresses(&self) {
        self.refused_addresses.add(self.writer.producer.take_refused_dials());
    }

    /// Says what messages were found to hold since it was last said.
    fn tell_content(&self) {
        for (kind, records) in self.writer.preparation.screen.take_found() {
            if records == 0 {
                continue;
            }
            let (name, help) = ("plugpipe_kafka_content_total", "Records with suspicious content");
            self.host.counter(name, help, &[("kind", kind.name())]).add(records);
            tracing::warn!("{}: found in {records} records (see `security.content`)", kind.name());
        }
    }
}

/// The time left until `deadline`, at most `most`.
fn left(deadline: Option<Instant>, most: Duration) -> Duration {
    deadline.map_or(most, |deadline| deadline.saturating_duration_since(Instant::now()).min(most))
}

impl SinkStage for Stage {
    async fn write(&self, batch: Batch) -> Result<Report> {
        Ok(self.writer.write(batch).await)
    }

    async fn flush(&self, deadline: Option<Instant>) -> Result<()> {
        self.writer.producer.flush(left(deadline, LONGEST_FLUSH));
        Ok(())
    }

    fn status(&self) -> Result<Json> {
        self.tell_content();
        self.count_refused_addresses();
        let told = self.writer.producer.statistics();
        Json::from_value(&Status {
            queue_full_ms: told.queue_full.as_secs_f64() * 1000.0,
            throttle_ms: told.throttle_ms,
            rtt_ms: told.rtt_ms,
            queued: told.queued,
        })
    }

    async fn close(&self, deadline: Option<Instant>) -> Result<()> {
        self.tell_content();
        // Past the deadline there is no wait: what is left is given up, within 250 ms.
        let wait = deadline.map_or(CLOSING, |_| left(deadline, Duration::MAX));
        self.writer.producer.close(wait);
        self.count_refused_addresses();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_that_has_passed_leaves_no_time() {
        let now = Instant::now();
        assert_eq!(left(Some(now), Duration::MAX), Duration::ZERO);
        assert_eq!(left(None, CLOSING), CLOSING);
        assert_eq!(left(Some(now + 2 * CLOSING), CLOSING), CLOSING);
    }
}
