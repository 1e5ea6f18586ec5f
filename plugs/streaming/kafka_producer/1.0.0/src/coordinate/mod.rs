//! Leaves the result of a call in Redis, for those who wait for it.
//!
//! `address` reads the URL, `trace` the id, `entry` is what is written, `backends` has one `writer`
//! for each URL, `pace` says when a writer that failed tries again, `link` speaks to Redis,
//! `server` is what may be said of the one it speaks to, and `trouble` is what a caller hears when all that did not work.

mod address;
mod backends;
mod entry;
mod link;
mod pace;
mod server;
mod trace;
mod trouble;
mod writer;

use crate::answer::Answer;
use crate::config::{Config, RedisBackend};
use crate::fault::Fault;
use crate::input::Input;
use backends::Backends;
use entry::Entry;
use kafka_client::address::{Policy, judge};
use plugin_api::Host;
use plugin_api::metrics::Counter;
use serde_json::Value;
use std::time::{Duration, Instant};
use trace::Trace;
use trouble::{REASONS, Reason, Trouble};

/// How long a caller waits for Redis at most.
const BUDGET: Duration = Duration::from_millis(250);

/// A year.
const LONGEST_TTL_S: u64 = 31_536_000;

/// The longest part of a key that is not ours, in bytes.
const LONGEST_PART: usize = 256;

/// The way to Redis: one connection for each distinct backend, shared by all callers.
pub struct Coordination {
    backends: Backends,
    failures: Vec<(Reason, Counter)>,
}

impl Coordination {
    /// Connects to nothing yet.
    pub fn new(host: &Host) -> Self {
        let name = "plugpipe_kafka_coordination_failures_total";
        let help = "Results that their callers did not see arrive in Redis";
        let counter = |reason: Reason| host.counter(name, help, &[("reason", reason.name())]);
        let failures = REASONS.map(|reason| (reason, counter(reason))).into();
        Self { backends: Backends::default(), failures }
    }

    /// Leaves the answer of a publish in Redis, when the configuration asks for it. Whatever
    /// happens to Redis changes nothing of the answer but its warnings, and takes 250 ms at most.
    ///
    /// It blocks its thread meanwhile: a call has one of its own.
    pub async fn report(&self, input: &Input, config: &Config, answer: &mut Answer) {
        let settings = &config.redis_backend;
        // A configuration that cannot work has refused the call, or will once the rest is right.
        if !settings.enabled || check(settings).is_err() {
            return;
        }
        if let Err(trouble) = self.leave(input, settings, answer) {
            answer.warnings.push(trouble.to_string());
            let counted = self.failures.iter().find(|(reason, _)| *reason == trouble.reason);
            counted.into_iter().for_each(|(_, counter)| counter.add(1));
        }
    }

    fn leave(
        &self,
        input: &Input,
        settings: &RedisBackend,
        answer: &mut Answer,
    ) -> Result<(), Trouble> {
        let deadline = Instant::now() + BUDGET;
        let id = match Trace::of(input.trace_id.as_ref())? {
            Trace::Given(id) => id,
            Trace::New(id) => answer.trace_id.insert(id).clone(),
        };
        let entry = Entry::new(settings, &id, answer);
        self.backends.leave(&settings.redis_url.0, entry, deadline)
    }

    /// Writes what is queued, as far as `grace` suffices, and ends the connections.
    pub fn close(&self, grace: Duration) {
        self.backends.close(grace);
    }
}

/// Whether these settings can work; nothing is connected.
///
/// # Errors
/// The first key that cannot, without the login in the URL; an address that is never dialled.
pub fn check(settings: &RedisBackend) -> Result<(), Fault> {
    if !settings.enabled {
        return Ok(());
    }
    let info = address::connection_info(&settings.redis_url.0).map_err(|why| {
        Fault::configuration(format!("`redis_backend.redis_url` cannot be used: {why}"))
    })?;
    // As for brokers; Redis on this machine or in a private network is the rule and no warning.
    let judged = judge(&Value::from(address::place(&info)), &Policy::default());
    if !judged.verdict.is_valid {
        return Err(Fault::refused("redis_backend.redis_url", judged.verdict));
    }
    let refused = |issue: &str| {
        let issue = format!("out_of_range: {issue}");
        Err(Fault::security("producer configuration", &[issue]))
    };
    if !is_part_of_key(&settings.queue_prefix) {
        return refused(
            "`redis_backend.queue_prefix` takes at most 256 bytes and no control character",
        );
    }
    if !(1..=LONGEST_TTL_S).contains(&settings.ttl_s) {
        return refused("`redis_backend.ttl_s` must be from 1 to 31536000");
    }
    Ok(())
}

fn is_part_of_key(text: &str) -> bool {
    text.len() <= LONGEST_PART && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SecretText;
    use crate::fault::ErrorType;
    use kafka_client::Secret;

    fn enabled() -> RedisBackend {
        RedisBackend { enabled: true, ..RedisBackend::default() }
    }

    fn text(url: &str) -> SecretText {
        SecretText(Secret::new(url))
    }

    fn prefixed(prefix: String) -> RedisBackend {
        RedisBackend { queue_prefix: prefix, ..enabled() }
    }

    #[test]
    fn a_setting_outside_its_limits_is_refused_by_its_key() {
        let kept = |ttl_s| RedisBackend { ttl_s, ..enabled() };
        let refused = [
            (kept(0), "redis_backend.ttl_s"),
            (kept(31_536_001), "redis_backend.ttl_s"),
            (prefixed("x".repeat(257)), "redis_backend.queue_prefix"),
            (prefixed("a\nb".to_owned()), "redis_backend.queue_prefix"),
        ];
        for (settings, key) in refused {
            let fault = check(&settings).unwrap_err();
            assert_eq!(fault.error_type, ErrorType::SecurityValidationError, "{key}");
            assert!(fault.security_issues[0].starts_with(&format!("out_of_range: `{key}`")));
        }
        for settings in [kept(1), kept(31_536_000), prefixed("x".repeat(256)), prefixed("".into())]
        {
            assert_eq!(check(&settings), Ok(()));
        }
    }

    #[test]
    fn an_address_that_no_broker_may_have_is_no_redis_either() {
        let at = |url: &str| check(&RedisBackend { redis_url: text(url), ..enabled() });
        for url in [
            "redis://:hunter2@169.254.169.254",
            "redis://127.1:6379",
            "rediss://0x7f.1",
            "redis://[fe80::1]:6379",
            "redis://[::ffff:169.254.169.254]",
            "redis://224.0.0.1",
        ] {
            let fault = at(url).unwrap_err();
            assert_eq!(fault.error_type, ErrorType::SecurityValidationError, "{url}");
            assert!(fault.security_issues[0].starts_with("refused_address: "), "{url}");
            assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
        }
        for url in
            ["redis://127.0.0.1", "redis://10.0.0.7:6380/2", "redis://my_redis", "redis://[::1]"]
        {
            assert_eq!(at(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn an_address_that_is_none_is_refused_without_its_value_unless_nobody_uses_it() {
        let url = text("http://user:hunter2@somewhere");
        let settings = RedisBackend { redis_url: url, ..enabled() };
        let fault = check(&settings).unwrap_err();
        assert_eq!(fault.error_type, ErrorType::ProducerConfigurationError);
        assert!(fault.text.contains("`redis_backend.redis_url`"), "{}", fault.text);
        assert!(!fault.text.contains("hunter2") && !fault.text.contains("somewhere"));
        assert_eq!(check(&RedisBackend { enabled: false, ..settings }), Ok(()));
    }
}
