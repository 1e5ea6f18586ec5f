//! The host's cells that hold the same figures for whoever exports metrics.

use super::window::Averages;
use crate::fault::ErrorType;
use crate::tally::Tally;
use plugin_api::Host;
use plugin_api::metrics::{Counter, Gauge, Histogram};

/// Cells of this plugin, all there from the start, so that a rate can be taken of the first count.
pub struct Cells {
    produced: Counter,
    bytes: Counter,
    outcomes: [Counter; 3],
    errors: [(ErrorType, Counter); 5],
    batch_size: Gauge,
    latency_ms: Gauge,
    throughput: Gauge,
    latency: Histogram,
}

const ERROR_TYPES: [ErrorType; 5] = [
    ErrorType::KafkaProducerError,
    ErrorType::SecurityValidationError,
    ErrorType::SerializationError,
    ErrorType::ProducerConfigurationError,
    ErrorType::OperationFailed,
];

/// Upper bounds in seconds: from a broker next door to the longest timeout there is.
const LATENCIES: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0, 30.0, 300.0];

impl Cells {
    /// The cells of this host. Another plugin that took one of the names for another kind of metric
    /// keeps it, and this one's figure is not exported.
    pub fn of(host: &Host) -> Self {
        let outcome = |outcome: &str| {
            let help = "Records by what became of them";
            host.counter("kafka_records_total", help, &[("outcome", outcome)])
        };
        let error = |error_type: ErrorType| {
            let help = "Records and calls that were refused or failed";
            let labels = [("error_type", label(error_type))];
            (error_type, host.counter("kafka_production_errors_total", help, &labels))
        };
        let count = |name: &str, help: &str| host.counter(name, help, &[]);
        let gauge = |name: &str, help: &str| host.gauge(name, help, &[]);
        let (name, help) = ("kafka_publish_latency_seconds", "From call to answer of a publish");
        Self {
            produced: count("kafka_messages_produced_total", "Records that a broker confirmed"),
            bytes: count("kafka_bytes_produced_total", "Bytes of the records that were confirmed"),
            outcomes: ["delivered", "failed", "unknown"].map(outcome),
            errors: ERROR_TYPES.map(error),
            batch_size: gauge("kafka_batch_size_avg", "Records in one of the last 1000 publishes"),
            latency_ms: gauge("kafka_latency_ms_avg", "Latency of the last 1000 publishes"),
            throughput: gauge(
                "kafka_throughput_messages_per_sec",
                "Records confirmed in a second of the last 1000 publishes",
            ),
            latency: host.histogram(name, help, &[], &LATENCIES),
        }
    }

    /// Counts one publish.
    pub fn count(&self, tally: &Tally, latency_ms: f64, averages: &Averages) {
        self.produced.add(tally.delivered);
        self.bytes.add(tally.bytes);
        let failed = tally.failures.values().sum();
        let counts = [tally.delivered, failed, tally.unknown];
        self.outcomes.iter().zip(counts).for_each(|(cell, count)| cell.add(count));
        for (error_type, cell) in &self.errors {
            cell.add(tally.failures.get(error_type).copied().unwrap_or_default());
        }
        self.batch_size.set(averages.batch_size);
        self.latency_ms.set(averages.latency_ms);
        self.throughput.set(averages.messages_per_second);
        self.latency.observe(latency_ms / 1e3);
    }
}

/// The class as answers spell it.
fn label(error_type: ErrorType) -> &'static str {
    match error_type {
        ErrorType::KafkaProducerError => "KafkaProducerError",
        ErrorType::SecurityValidationError => "SecurityValidationError",
        ErrorType::SerializationError => "SerializationError",
        ErrorType::ProducerConfigurationError => "ProducerConfigurationError",
        ErrorType::OperationFailed => "operation_failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_has_one_spelling() {
        for error_type in ERROR_TYPES {
            assert_eq!(serde_json::to_value(error_type).unwrap(), label(error_type));
        }
    }
}
