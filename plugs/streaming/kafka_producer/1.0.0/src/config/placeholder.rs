//! Secrets that are not resolved: `${vault:kafka/password}` in place of the password.

use super::{Config, SecretText};
use crate::setting::Setting;
use kafka_client::Secret;

/// What passes every check of a user name and of a password.
const STANDS_IN: &str = "not-resolved";

impl Config {
    /// The configuration with every unresolved secret replaced by something that passes the checks, and
    /// a sentence for each. For a call that connects to nothing.
    pub fn without_placeholders(mut self) -> (Self, Vec<String>) {
        let mut keys = self.drop_unresolved_files();
        if self.kafka_username.as_deref().is_some_and(is_placeholder) {
            self.kafka_username = Some(STANDS_IN.to_owned());
            keys.push("kafka_username");
        }
        for (key, secret) in [
            ("kafka_password", &mut self.kafka_password),
            ("ssl_key_password", &mut self.ssl_key_password),
        ] {
            if secret.as_ref().is_some_and(|SecretText(secret)| is_placeholder(secret.reveal())) {
                *secret = Some(SecretText(Secret::new(STANDS_IN)));
                keys.push(key);
            }
        }
        if is_placeholder(self.redis_backend.redis_url.0.reveal()) {
            self.redis_backend = Setting::by_default(super::RedisBackend::default());
            keys.push("redis_backend.redis_url");
        }
        let told = |key| format!("`{key}` is not resolved here and was not checked");
        (self, keys.into_iter().map(told).collect())
    }

    /// Files whose names are not known cannot be read; a certificate and its key go together.
    fn drop_unresolved_files(&mut self) -> Vec<&'static str> {
        let is_unresolved = |path: &Option<String>| path.as_deref().is_some_and(is_placeholder);
        let mut keys = Vec::new();
        if is_unresolved(&self.ssl_cafile) {
            self.ssl_cafile = None;
            keys.push("ssl_cafile");
        }
        let own = [("ssl_certfile", &self.ssl_certfile), ("ssl_keyfile", &self.ssl_keyfile)];
        let unresolved = own.into_iter().filter(|(_, path)| is_unresolved(path));
        let own: Vec<&str> = unresolved.map(|(key, _)| key).collect();
        if !own.is_empty() {
            (self.ssl_certfile, self.ssl_keyfile, self.ssl_key_password) = (None, None, None);
            (self.kafka_ssl_cert_path, self.kafka_ssl_key_path) = (None, None);
        }
        keys.extend(own);
        keys
    }
}

/// Whether a text holds `${…}`, which no resolved value of these keys does.
fn is_placeholder(text: &str) -> bool {
    text.split_once("${").is_some_and(|(_, rest)| rest.contains('}'))
}
