//! Credentials: do protocol, mechanism, user and password go together, and what must not be shown.

use serde_json::{Map, Value};

use crate::settings::Secret;
use crate::verdict::Verdict;

/// What stands in the place of a secret.
pub const REDACTED: &str = "[REDACTED]";

/// A key is secret when its name contains one of these, without regard to case.
const SECRET_WORDS: [&str; 7] =
    ["password", "secret", "token", "api_key", "apikey", "private_key", "passphrase"];

const KEYS: [&str; 4] = ["security_protocol", "sasl_mechanism", "kafka_username", "kafka_password"];
const PROTOCOLS: [&str; 4] = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"];
const MECHANISMS: [&str; 4] = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"];

/// Fewer characters than this make a password short.
const SHORT: usize = 8;

/// Credentials as they were given; what is absent is empty.
#[derive(Debug, Clone)]
pub struct Credentials<'a> {
    /// `security_protocol`.
    pub protocol: &'a str,
    /// `sasl_mechanism`.
    pub mechanism: &'a str,
    /// `kafka_username`.
    pub user: &'a str,
    /// `kafka_password`.
    pub password: Option<&'a Secret>,
}

impl Credentials<'_> {
    /// Judges them. No issue shows the password.
    pub fn judge(&self) -> Verdict {
        let mut verdict = Verdict::default();
        let password = self.password.map_or("", Secret::reveal);
        judge_secrets(self.user, password, &mut verdict);
        judge_protocol(self.protocol, self.mechanism, &mut verdict);
        let missing = self.user.is_empty() || password.is_empty();
        if is_sasl(self.protocol) && needs_user(self.mechanism) && missing {
            let text = format!("{} needs `kafka_username` and `kafka_password`", self.mechanism);
            verdict.refuse("missing_credentials", text);
        }
        verdict
    }
}

/// Judges an object with `security_protocol`, `sasl_mechanism`, `kafka_username` and
/// `kafka_password`; other keys do not matter, null and empty texts count as absent.
pub fn judge(credentials: &Value) -> Verdict {
    let object = credentials.as_object();
    match object.map(|object| KEYS.map(|key| text(object, key))) {
        Some([Some(protocol), Some(mechanism), Some(user), Some(password)]) => {
            let password = Some(&Secret::new(password));
            Credentials { protocol, mechanism, user, password }.judge()
        }
        _ => {
            let mut verdict = Verdict::default();
            verdict.refuse("wrong_type", format!("{} are texts of one object", KEYS.join(", ")));
            verdict
        }
    }
}

/// The text of a key, empty when it is absent; `None` when it is something else.
fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    match object.get(key) {
        None | Some(Value::Null) => Some(""),
        Some(value) => value.as_str(),
    }
}

fn judge_secrets(user: &str, password: &str, verdict: &mut Verdict) {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if !user.bytes().all(legal) {
        let text = "`kafka_username` has characters outside a-z, A-Z, 0-9, `.`, `_` and `-`";
        verdict.refuse("bad_username", text);
    }
    if !password.is_empty() && password.chars().count() < SHORT {
        verdict.warn("password_too_short", "`kafka_password` has fewer than 8 characters");
    }
}

fn judge_protocol(protocol: &str, mechanism: &str, verdict: &mut Verdict) {
    let is_known = protocol.is_empty() || PROTOCOLS.contains(&protocol);
    if !is_known {
        let text = format!("`security_protocol` is one of {}", PROTOCOLS.join(", "));
        verdict.refuse("unknown_protocol", text);
    }
    if matches!(protocol, "" | "PLAINTEXT" | "SASL_PLAINTEXT") {
        verdict
            .warn("plaintext_protocol", "records travel in clear; SSL and SASL_SSL encrypt them");
    }
    if mechanism.is_empty() {
        if is_sasl(protocol) {
            let text = format!("{protocol} needs a `sasl_mechanism`, such as SCRAM-SHA-512");
            verdict.refuse("missing_mechanism", text);
        }
    } else if !MECHANISMS.contains(&mechanism) {
        let text = format!("`sasl_mechanism` is one of {}", MECHANISMS.join(", "));
        verdict.refuse("unknown_mechanism", text);
    } else if is_known && !is_sasl(protocol) {
        let text = format!(
            "`security_protocol` {} would ignore `sasl_mechanism`; SASL_SSL uses it",
            if protocol.is_empty() { "PLAINTEXT" } else { protocol }
        );
        verdict.refuse("sasl_protocol_mismatch", text);
    }
}

fn is_sasl(protocol: &str) -> bool {
    matches!(protocol, "SASL_PLAINTEXT" | "SASL_SSL")
}

/// OAUTHBEARER knows tokens, not users.
fn needs_user(mechanism: &str) -> bool {
    MECHANISMS.contains(&mechanism) && mechanism != "OAUTHBEARER"
}

/// `value` with every secret, at any depth, replaced by [`REDACTED`]. Nulls stay: nothing was given.
pub fn redacted(value: &Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(object.iter().map(redacted_entry).collect()),
        Value::Array(items) => Value::Array(items.iter().map(redacted).collect()),
        other => other.clone(),
    }
}

fn redacted_entry((key, value): (&String, &Value)) -> (String, Value) {
    let shown = match value {
        Value::Null => Value::Null,
        _ if is_secret(key) => Value::from(REDACTED),
        value => redacted(value),
    };
    (key.clone(), shown)
}

/// Whether the name of a key says that its value is a secret, misspelt or not.
pub fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    SECRET_WORDS.iter().any(|word| key.contains(word)) || key.split(is_between).any(is_misspelt)
}

fn is_between(letter: char) -> bool {
    !letter.is_alphanumeric()
}

/// `pasword`, `passwd`, `passwrod`: whoever mistypes the key still wrote a secret.
fn is_misspelt(word: &str) -> bool {
    const SHORT_FORMS: [&str; 2] = ["pwd", "pass"];
    SHORT_FORMS.contains(&word)
        || ["password", "passphrase"].iter().any(|secret| strsim::osa_distance(word, secret) <= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_of_a_secret_is_one_too() {
        for key in ["kafka_pasword", "kafka_passwd", "PWD", "kafka.pass", "key_pasphrase"] {
            assert!(is_secret(key), "{key}");
        }
        for key in ["kafka_username", "topic", "passenger", "compass", "pas", "bypass"] {
            assert!(!is_secret(key), "{key}");
        }
    }
}
