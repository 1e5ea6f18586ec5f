//! What Kafka's refusal of a record means to the caller.

use super::{ErrorType, Fault};
use kafka_client::{ErrorClass, Failure};

/// The fault of a record that is certainly not in its topic.
pub fn fault_of(failure: &Failure) -> Fault {
    let timed_out =
        matches!(failure.code.as_str(), "_MSG_TIMED_OUT" | "_TIMED_OUT" | "_QUEUE_FULL");
    let prefix = if timed_out { "Kafka timeout" } else { "Kafka error" };
    // A missing permission is the cluster's decision, not a fault of the configuration.
    let forbidden = failure.code.ends_with("_AUTHORIZATION_FAILED");
    let error_type = match failure.class {
        ErrorClass::ConfigFatal if !forbidden => ErrorType::ProducerConfigurationError,
        _ => ErrorType::KafkaProducerError,
    };
    let text = format!("{prefix}: {}", failure.message);
    Fault { error_type, text, security_issues: Vec::new() }
}
