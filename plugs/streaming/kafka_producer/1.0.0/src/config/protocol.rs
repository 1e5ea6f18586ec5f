//! How a connection is encrypted and who says who they are.

use plugin_api::schemars::JsonSchema;
use serde::Deserialize;

/// What a connection to a broker is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
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
