//! Why a result is not in Redis: for a warning, a metric and whoever has to look.

use std::fmt;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No connection, or one that broke.
    Unreachable,
    /// The TLS handshake failed.
    Tls,
    /// User or password are refused.
    Login,
    /// The user may not do what is needed.
    Permission,
    /// The server is a replica.
    ReadOnly,
    /// No answer in time.
    Slow,
    /// The server refused for a reason of its own, or is no Redis.
    Refused,
    /// Too much is waiting already.
    Busy,
    /// The caller's `trace_id` makes no key.
    TraceId,
}

/// Every reason: the metric has a cell for each.
pub const REASONS: [Reason; 9] = [
    Reason::Unreachable,
    Reason::Tls,
    Reason::Login,
    Reason::Permission,
    Reason::ReadOnly,
    Reason::Slow,
    Reason::Refused,
    Reason::Busy,
    Reason::TraceId,
];

impl Reason {
    /// Its label.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Tls => "tls",
            Self::Login => "login",
            Self::Permission => "permission",
            Self::ReadOnly => "read_only",
            Self::Slow => "slow",
            Self::Refused => "refused",
            Self::Busy => "busy",
            Self::TraceId => "trace_id",
        }
    }

    /// What became of the result, and what to look at.
    fn advice(self) -> &'static str {
        match self {
            Self::Unreachable => {
                "the result is not in Redis; see whether Redis runs there and `redis_backend.redis_url` says so (rediss:// where it expects TLS)"
            }
            Self::Tls => {
                "the result is not in Redis; see the certificate, the name it is for, and the system's authorities or SSL_CERT_FILE; or does it expect `redis://`, without TLS?"
            }
            Self::Login => {
                "the result is not in Redis; see user and password in `redis_backend.redis_url`"
            }
            Self::Permission => {
                "the result is not in Redis; the user needs multi, exec, set, lpush, ltrim and expire, select for a database other than 0, and the keys that begin with `redis_backend.queue_prefix`"
            }
            Self::ReadOnly => {
                "the result is not in Redis; `redis_backend.redis_url` has to name the primary"
            }
            Self::Slow => {
                "the result comes late or not at all; see the load of Redis and the network"
            }
            Self::Refused => "the result is not in Redis; see the server's log",
            Self::Busy => "the result is not in Redis; see the load of Redis and the network",
            Self::TraceId => {
                "the result is not in Redis; it takes a text of at most 256 bytes without control characters"
            }
        }
    }
}

/// What went wrong, where and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The class.
    pub reason: Reason,
    what: String,
}

/// The longest text of a server that is repeated, in characters.
const SHOWN: usize = 200;

impl Trouble {
    /// `what` went wrong. Control characters in it are escaped, and it is cut when it is long.
    pub fn new(reason: Reason, what: impl AsRef<str>) -> Self {
        let quotes = |c: char| matches!(c, '"' | '\'');
        let escaped = |c: char| {
            let plain = quotes(c).then_some(c);
            plain.into_iter().chain((!quotes(c)).then(|| c.escape_debug()).into_iter().flatten())
        };
        Self { reason, what: what.as_ref().chars().take(SHOWN).flat_map(escaped).collect() }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redis coordination: {}: {}", self.what, self.reason.advice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_the_server_cannot_steer_a_terminal_and_is_short() {
        let trouble = Trouble::new(Reason::Refused, "it's \u{1b}[31m\u{202e}red\n");
        let text = trouble.to_string();
        assert!(
            text.starts_with("Redis coordination: it's \\u{1b}[31m\\u{202e}red\\n: "),
            "{text}"
        );
        assert_eq!(Trouble::new(Reason::Refused, "x".repeat(1000)).what, "x".repeat(200));
    }

    #[test]
    fn every_reason_has_a_label_of_its_own() {
        let names = REASONS.map(Reason::name);
        let distinct: std::collections::BTreeSet<_> = names.into_iter().collect();
        assert_eq!(distinct.len(), names.len());
    }
}
