//! The effective configuration of a client: every decision taken, secrets kept apart.

use std::fmt;

use crate::address::Policy;

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself: for the client that needs it and for nothing that is printed, logged or
    /// answered.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

/// librdkafka properties, resolved and checked by the caller.
///
/// Two settings share a producer when they are equal, secrets included.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ClientSettings {
    /// Name and value, in the order in which they are set. Holds no secret.
    pub properties: Vec<(String, String)>,
    /// Name and value of `sasl.password`, `ssl.key.password` and their like.
    pub secrets: Vec<(String, Secret)>,
    /// What may be dialled: every socket address is judged by it, wherever it came from.
    pub policy: Policy,
}

/// A short name of settings for pools and logs of this process. Equal settings have equal
/// fingerprints; unequal ones almost surely differ, so a pool compares the settings themselves.
/// It is derived from secrets and therefore has no readable form.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(u128);

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint(..)")
    }
}

impl ClientSettings {
    /// Sets a property; a later value of the same name wins.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) -> &mut Self {
        let name = name.into();
        self.properties.retain(|(known, _)| *known != name);
        self.properties.push((name, value.into()));
        self
    }

    /// Sets a secret property; a later value of the same name wins.
    pub fn set_secret(&mut self, name: impl Into<String>, secret: Secret) -> &mut Self {
        let name = name.into();
        self.secrets.retain(|(known, _)| *known != name);
        self.secrets.push((name, secret));
        self
    }

    /// The value of a property that is no secret.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A hash over every name and value and the policy, whatever their order, the same in every run.
    pub fn fingerprint(&self) -> Fingerprint {
        let open = self.properties.iter().map(|(name, value)| (name.as_str(), value.as_str(), 0u8));
        let secret = self.secrets.iter().map(|(name, value)| (name.as_str(), value.reveal(), 1u8));
        let rules: Vec<String> = self.policy.texts().collect();
        let rules = rules.iter().map(|rule| ("", rule.as_str(), 2u8));
        let mut entries: Vec<_> = open.chain(secret).chain(rules).collect();
        entries.sort_unstable();
        let mut hash = FNV_OFFSET;
        for (name, value, kind) in entries {
            for part in [name.as_bytes(), value.as_bytes(), &[kind]] {
                // The length goes first: no two lists of entries give the same bytes.
                hash = fnv1a(hash, &(part.len() as u64).to_le_bytes());
                hash = fnv1a(hash, part);
            }
        }
        Fingerprint(hash)
    }

    /// `text` with every secret in it blotted out.
    pub(crate) fn without_secrets(&self, mut text: String) -> String {
        for (_, secret) in self.secrets.iter().filter(|(_, secret)| !secret.reveal().is_empty()) {
            text = text.replace(secret.reveal(), "[REDACTED]");
        }
        text
    }
}

const FNV_OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const FNV_PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

fn fnv1a(hash: u128, bytes: &[u8]) -> u128 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(FNV_PRIME))
}

/// Why there is no client. Names settings, never their values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// librdkafka does not know the setting.
    #[error("librdkafka has no setting `{key}`")]
    UnknownSetting {
        /// Its name.
        key: String,
    },
    /// librdkafka knows the setting and refuses its value.
    #[error("librdkafka refuses the value of `{key}` (the value is not shown)")]
    BadSetting {
        /// Its name.
        key: String,
    },
    /// The settings do not go together, or a file they name cannot be used.
    #[error("the Kafka client cannot be created: {reason}")]
    Refused {
        /// librdkafka's words, secrets blotted out.
        reason: String,
    },
    /// The system gives no thread for polling.
    #[error("no thread for the Kafka client: {0}")]
    NoThread(String),
    /// The cluster did not answer a question about itself.
    #[error("the Kafka cluster gives no metadata: {message}")]
    NoMetadata {
        /// librdkafka's name of the error.
        code: String,
        /// What happened, with the broker where it is known.
        message: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Profile;

    fn settings(password: &str) -> ClientSettings {
        let mut settings = ClientSettings::default();
        settings.set("client.id", "a").set("linger.ms", "5");
        settings.set_secret("sasl.password", Secret::new(password));
        settings
    }

    #[test]
    fn a_secret_makes_a_difference_and_is_never_printed() {
        let (one, two) = (settings("canary-1"), settings("canary-2"));
        assert_ne!(one, two);
        assert_ne!(one.fingerprint(), two.fingerprint());
        assert!(!format!("{one:?} {:?}", one.fingerprint()).contains("canary"));
        assert_eq!(one.without_secrets("bad canary-1!".into()), "bad [REDACTED]!");
    }

    #[test]
    fn a_policy_makes_a_difference() {
        let open = settings("x");
        let mut closed = open.clone();
        closed.policy = Policy::new(Profile::Default, &[], &["10.0.0.0/8"]).unwrap();
        assert_ne!(open, closed);
        assert_ne!(open.fingerprint(), closed.fingerprint());
    }

    #[test]
    fn the_fingerprint_is_stable_and_knows_no_order() {
        let mut turned = ClientSettings::default();
        turned.set_secret("sasl.password", Secret::new("x"));
        turned.set("linger.ms", "9").set("client.id", "a").set("linger.ms", "5");
        assert_eq!(turned.fingerprint(), settings("x").fingerprint());
        let mut moved = ClientSettings::default();
        moved.set("client.id", "a5").set("linger.ms", "");
        let mut other = ClientSettings::default();
        other.set("client.id", "a").set("linger.ms", "5");
        assert_ne!(moved.fingerprint(), other.fingerprint());
        assert_eq!(ClientSettings::default().fingerprint(), Fingerprint(FNV_OFFSET));
    }
}
