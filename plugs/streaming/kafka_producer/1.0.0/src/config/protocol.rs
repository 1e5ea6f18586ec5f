//! How a connection is encrypted and who says who they are.

use plugin_api::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a connection to a broker is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
pub enum SecurityProtocol {
    /// In clear, without a login.
    #[default]
    #[serde(rename = "PLAINTEXT")]
    Plaintext,
    /// Encrypted; the client may show a certificate.
    #[serde(rename = "SSL")]
    Ssl,
    /// A login in clear.
    #[serde(rename = "SASL_PLAINTEXT")]
    SaslPlaintext,
    /// A login, encrypted.
    #[serde(rename = "SASL_SSL")]
    SaslSsl,
}

/// How a login is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(crate = "plugin_api::schemars")]
pub enum SaslMechanism {
    /// User and password as they are.
    #[serde(rename = "PLAIN")]
    Plain,
    /// A challenge with SHA-256.
    #[serde(rename = "SCRAM-SHA-256")]
    ScramSha256,
    /// A challenge with SHA-512.
    #[serde(rename = "SCRAM-SHA-512")]
    ScramSha512,
}

impl SecurityProtocol {
    /// As users and librdkafka write it.
    pub fn as_setting(self) -> &'static str {
        match self {
            Self::Plaintext => "PLAINTEXT",
            Self::Ssl => "SSL",
            Self::SaslPlaintext => "SASL_PLAINTEXT",
            Self::SaslSsl => "SASL_SSL",
        }
    }

    /// Whether the connection is encrypted.
    pub fn is_tls(self) -> bool {
        matches!(self, Self::Ssl | Self::SaslSsl)
    }

    /// Whether there is a login.
    pub fn is_sasl(self) -> bool {
        matches!(self, Self::SaslPlaintext | Self::SaslSsl)
    }
}

impl SaslMechanism {
    /// As users and librdkafka write it.
    pub fn as_setting(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
        }
    }
}
