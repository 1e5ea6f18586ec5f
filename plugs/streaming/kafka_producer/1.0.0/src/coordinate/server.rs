//! The Redis that a link leads to, as far as it may be spoken of.

use super::address;
use super::trouble::{Reason, Trouble};
use kafka_client::Secret;
use kafka_client::credentials::REDACTED;
use redis::ConnectionInfo;

/// Its place, and the password that nothing it says may show.
pub struct Server {
    place: String,
    password: Option<Secret>,
}

impl Server {
    /// The server of a URL.
    pub fn of(info: &ConnectionInfo) -> Self {
        let password = info.redis_settings().password().filter(|password| !password.is_empty());
        Self { place: address::place(info), password: password.map(Secret::new) }
    }

    /// `host:port`.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// A trouble with it. It has heard the password, and its own words may repeat it.
    pub fn trouble(&self, reason: Reason, what: String) -> Trouble {
        match &self.password {
            Some(password) => Trouble::new(reason, what.replace(password.reveal(), REDACTED)),
            None => Trouble::new(reason, what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(url: &str, what: &str) -> String {
        let info = address::connection_info(&Secret::new(url)).unwrap();
        Server::of(&info).trouble(Reason::Refused, what.to_owned()).to_string()
    }

    #[test]
    fn a_server_that_repeats_the_password_is_not_quoted_with_it() {
        let what = "unknown command `AUTH`, with args beginning with: `app` `hun ter2`";
        let text = said("redis://app:hun%20ter2@h", what);
        assert!(text.contains("beginning with: `app` `[REDACTED]`: "), "{text}");
        let cut = format!("{}hun ter2", "x".repeat(196));
        assert!(!said("redis://:hun%20ter2@h", &cut).contains("hun"), "a cut leaves no part of it");
        for url in ["redis://h", "redis://:@h"] {
            assert!(said(url, "as it is").contains(": as it is: "), "{url}");
        }
    }
}
