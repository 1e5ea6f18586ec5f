//! What a lane holds of this sink.

use super::writer::Writer;
use kafka_client::Statistics;
use plugin_api::metrics::Gauge;
use plugin_api::sink::{Report, SinkStage};
use plugin_api::{Batch, Host, Json, Result};
use serde::Serialize;
use std::time::{Duration, Instant};

/// How long a flush holds the lane; what is not sent by then is sent when its linger is over.
const LONGEST_FLUSH: Duration = Duration::from_secs(2);
/// How long closing takes at most when nobody says.
const CLOSING: Duration = Duration::from_secs(5);

/// An open sink of one lane.
pub struct Stage {
    writer: Writer,
    host: Host,
    gauges: Gauges,
}

/// What the client tells about itself, in milliseconds.
struct Gauges {
    rtt: Gauge,
    throttle: Gauge,
    queue_full: Gauge,
}

#[derive(Serialize)]
struct Status {
    queue_full_ms: f64,
    throttle_ms: f64,
    rtt_ms: Option<f64>,
    queued: u64,
}

impl Stage {
    /// A stage whose metrics carry `labels`.
    pub fn new(writer: Writer, host: Host, labels: &[(&str, &str)]) -> Self {
        let gauge = |name: &str, help: &str| host.gauge(name, help, labels);
        let gauges = Gauges {
            rtt: gauge("plugpipe_kafka_rtt_ms", "Mean round trip to the brokers"),
            throttle: gauge("plugpipe_kafka_throttle_ms", "Longest delay by a quota of a broker"),
            queue_full: gauge("plugpipe_kafka_queue_full_ms", "Time that batches waited for room"),
        };
        Self { writer, host, gauges }
    }

    fn publish(&self, told: &Statistics) -> Status {
        let queue_full_ms = told.queue_full.as_secs_f64() * 1000.0;
        self.gauges.rtt.set(told.rtt_ms.unwrap_or_default());
        self.gauges.throttle.set(told.throttle_ms);
        self.gauges.queue_full.set(queue_full_ms);
        let (throttle_ms, rtt_ms, queued) = (told.throttle_ms, told.rtt_ms, told.queued);
        Status { queue_full_ms, throttle_ms, rtt_ms, queued }
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
        Json::from_value(&self.publish(&self.writer.producer.statistics()))
    }

    async fn close(&self, deadline: Option<Instant>) -> Result<()> {
        self.tell_content();
        let wait = deadline.map_or(CLOSING, |_| left(deadline, Duration::MAX));
        self.writer.producer.close(wait);
        Ok(())
    }
}
