//! What Kafka's refusal of a record, or of a client, means to the caller.

use super::{ErrorType, Fault};
use kafka_client::{ClientError, ErrorClass, Failure, REFUSED_ADDRESS};

/// The fault of a record that is certainly not in `topic`.
pub fn fault_of(failure: &Failure, topic: &str) -> Fault {
    let code = failure.code.as_str();
    if code == REFUSED_ADDRESS {
        return refused_address(&failure.message);
    }
    // A missing permission is the cluster's decision, not a fault of the configuration.
    if code.ends_with("_AUTHORIZATION_FAILED") {
        return not_authorised(failure, topic);
    }
    let timed_out = matches!(code, "_MSG_TIMED_OUT" | "_TIMED_OUT" | "_QUEUE_FULL");
    let prefix = if timed_out { "Kafka timeout" } else { "Kafka error" };
    let error_type = match failure.class {
        ErrorClass::ConfigFatal => ErrorType::ProducerConfigurationError,
        _ => ErrorType::KafkaProducerError,
    };
    let text = format!("{prefix}: {}", failure.message);
    Fault { error_type, text, security_issues: Vec::new() }
}

fn refused_address(message: &str) -> Fault {
    let error_type = ErrorType::SecurityValidationError;
    let text = format!("Kafka error: {message}");
    Fault { error_type, text, security_issues: vec![format!("{REFUSED_KIND}: {message}")] }
}

/// The kind of an issue: an address that may not be dialled.
const REFUSED_KIND: &str = "refused_address";

fn not_authorised(failure: &Failure, topic: &str) -> Fault {
    let text = format!(
        "Kafka error: not authorised to write topic `{topic}` ({}): an ACL of the cluster has to \
         allow this user Write and Describe on it",
        failure.code
    );
    Fault { error_type: ErrorType::KafkaProducerError, text, security_issues: Vec::new() }
}

/// What librdkafka's keys are called here, for its words about files that it cannot use.
const FILES: [(&str, &str); 3] = [
    ("ssl.key", "`ssl_keyfile` and `ssl_key_password`"),
    ("ssl.certificate", "`ssl_certfile` and `ssl_keyfile`"),
    ("ssl.ca", "`ssl_cafile`"),
];

/// The fault of a call for which there is no client.
pub fn client_fault(error: &ClientError) -> Fault {
    match error {
        ClientError::NoThread(_) => Fault::unexpected(error.to_string()),
        ClientError::Refused { reason } => {
            let file = FILES.iter().find(|(theirs, _)| reason.contains(theirs));
            let hint = file.map_or(String::new(), |(_, ours)| format!("; look at {ours}"));
            Fault::configuration(format!("{error}{hint}"))
        }
        _ => Fault::configuration(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(class: ErrorClass, code: &str) -> Failure {
        Failure { class, topic: false, code: code.to_owned(), message: "words".to_owned() }
    }

    #[test]
    fn each_refusal_has_its_type_and_text() {
        let (config, retriable) = (ErrorClass::ConfigFatal, ErrorClass::Retriable);
        for (failure, error_type, text) in [
            (
                failure(config, REFUSED_ADDRESS),
                ErrorType::SecurityValidationError,
                "Kafka error: words",
            ),
            (
                failure(config, "_AUTHENTICATION"),
                ErrorType::ProducerConfigurationError,
                "Kafka error: words",
            ),
            (
                failure(retriable, "_MSG_TIMED_OUT"),
                ErrorType::KafkaProducerError,
                "Kafka timeout: words",
            ),
            (
                failure(config, "CLUSTER_AUTHORIZATION_FAILED"),
                ErrorType::KafkaProducerError,
                "Kafka error: not authorised to write topic `t` (CLUSTER_AUTHORIZATION_FAILED): an \
                 ACL of the cluster has to allow this user Write and Describe on it",
            ),
        ] {
            let fault = fault_of(&failure, "t");
            assert_eq!((fault.error_type, fault.text.as_str()), (error_type, text));
        }
        let issues = fault_of(&failure(config, REFUSED_ADDRESS), "t").security_issues;
        assert_eq!(issues, ["refused_address: words"]);
    }

    #[test]
    fn a_file_that_librdkafka_cannot_use_is_named_by_our_key() {
        for (reason, key) in [
            ("ssl.ca.location failed: error:05880009", "`ssl_cafile`"),
            ("ssl.key.location failed: bad decrypt", "`ssl_key_password`"),
            ("ssl.certificate.location failed: no start line", "`ssl_certfile`"),
        ] {
            let fault = client_fault(&ClientError::Refused { reason: reason.to_owned() });
            assert_eq!(fault.error_type, ErrorType::ProducerConfigurationError);
            assert!(fault.text.contains(key), "{}", fault.text);
        }
    }
}
