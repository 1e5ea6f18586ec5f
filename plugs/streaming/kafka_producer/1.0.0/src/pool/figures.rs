//! What the pool counts, in cells of the host.

use plugin_api::Host;
use plugin_api::metrics::{Counter, Gauge};

/// Something that happened to the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A client was made.
    Created,
    /// A client that had failed for good was given up for a new one.
    Rebuilt,
    /// So many clients are open now.
    Open(usize),
}

/// The metric cells of the pool.
pub struct Figures {
    open: Gauge,
    created: Counter,
    rebuilt: Counter,
}

impl Figures {
    /// Registers the cells.
    pub fn new(host: &Host) -> Self {
        let counter = |name, help| host.counter(name, help, &[]);
        Self {
            open: host.gauge("plugpipe_kafka_clients", "Kafka clients that are open", &[]),
            created: counter("plugpipe_kafka_clients_created_total", "Kafka clients made"),
            rebuilt: counter(
                "plugpipe_kafka_producer_rebuilt_total",
                "Kafka clients that had failed for good and were replaced",
            ),
        }
    }

    /// Counts.
    pub fn note(&self, event: Event) {
        match event {
            Event::Created => self.created.add(1),
            Event::Rebuilt => self.rebuilt.add(1),
            Event::Open(count) => self.open.set(count as f64),
        }
    }
}
