//! Why a call or a record was refused, in the classes that callers know.

pub mod kafka;

use kafka_client::Verdict;
use serde::Serialize;

/// The classes of faults in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum ErrorType {
    /// The call cannot be understood, or Kafka refused it.
    KafkaProducerError,
    /// An address, a topic or a size that may not be used.
    SecurityValidationError,
    /// A value that cannot be turned into bytes.
    SerializationError,
    /// A configuration that cannot work.
    ProducerConfigurationError,
    /// A fault of the plugin itself.
    #[serde(rename = "operation_failed")]
    OperationFailed,
}

/// A refusal with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The class.
    pub error_type: ErrorType,
    /// The whole text, prefix included.
    pub text: String,
    /// Issues of the checks, each beginning with a stable kind.
    pub security_issues: Vec<String>,
}

/// What stands before the text of a refusal in an answer.
const BEFORE_PUBLISHING: &str = "Universal Kafka producer error: ";

impl Fault {
    fn before_publishing(error_type: ErrorType, text: impl AsRef<str>) -> Self {
        let text = format!("{BEFORE_PUBLISHING}{}", text.as_ref());
        Self { error_type, text, security_issues: Vec::new() }
    }

    /// The call cannot be understood.
    pub fn producer(text: impl AsRef<str>) -> Self {
        Self::before_publishing(ErrorType::KafkaProducerError, text)
    }

    /// The configuration cannot work.
    pub fn configuration(text: impl AsRef<str>) -> Self {
        Self::before_publishing(ErrorType::ProducerConfigurationError, text)
    }

    /// A value cannot be turned into bytes.
    pub fn serialization(text: impl AsRef<str>) -> Self {
        Self::before_publishing(ErrorType::SerializationError, text)
    }

    /// A check refused `what`, with its issues.
    pub fn security(what: &str, issues: &[String]) -> Self {
        let text = format!("{what}: {}", issues.join("; "));
        let refused = Self::before_publishing(ErrorType::SecurityValidationError, text);
        Self { security_issues: issues.to_vec(), ..refused }
    }

    /// A judgement refused `what`: the text says why, the issues hold the warnings beside it too.
    pub fn refused(what: &str, verdict: Verdict) -> Self {
        let refused = Self::security(what, verdict.refusals());
        Self { security_issues: verdict.issues, ..refused }
    }

    /// A fault of the plugin itself, or of the machine it runs on.
    pub fn unexpected(text: impl AsRef<str>) -> Self {
        let text = format!("Unexpected error: {}", text.as_ref());
        Self { error_type: ErrorType::OperationFailed, text, security_issues: Vec::new() }
    }

    /// The reason alone, for a place that says itself what failed.
    pub fn reason(&self) -> &str {
        self.text.strip_prefix(BEFORE_PUBLISHING).unwrap_or(&self.text)
    }

    /// There is nothing to publish.
    pub fn nothing_to_publish() -> Self {
        let text = "No message or messages provided in input".to_owned();
        Self { error_type: ErrorType::KafkaProducerError, text, security_issues: Vec::new() }
    }
}
