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
    /// So many addresses of brokers were not dialled.
    Refused(u64),
}

/// The cell of addresses that were not dialled, the same for calls and for streams.
pub fn refused_addresses(host: &Host) -> Counter {
    let help = "Addresses of brokers that were not dialled because the configuration refuses them";
    host.counter("plugpipe_kafka_refused_addresses_total", help, &[])
}

/// The metric cells of the pool.
pub struct Figures {
    open: Gauge,
    created: Counter,
    rebuilt: Counter,
    refused: Counter,
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
            refused: refused_addresses(host),
        }
    }

    /// Counts.
    pub fn note(&self, event: Event) {
        match event {
            Event::Created => self.created.add(1),
            Event::Rebuilt => self.rebuilt.add(1),
            Event::Open(count) => self.open.set(count as f64),
            Event::Refused(addresses) => self.refused.add(addresses),
        }
    }
}
