//! What a configuration waives: each waiver stands in every answer and in a metric.

use crate::answer::Answer;
use crate::check;
use crate::config::{Config, Profile};
use kafka_client::address;
use plugin_api::Host;

/// One thing that is allowed and would not be.
#[derive(Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The label of the metric: `insecure`, or the kind of an address.
    pub kind: String,
    /// What the caller is told; begins with the kind.
    pub text: String,
}

/// Every waiver of a configuration.
pub fn all(config: &Config) -> Vec<Waiver> {
    let security = &config.security;
    let insecure = security.insecure.then(|| {
        let text = "insecure: `security.insecure` is on: a broker may be trusted without proof";
        Waiver { kind: "insecure".to_owned(), text: text.to_owned() }
    });
    let is_strict = security.profile == Profile::Strict && !security.allow.is_empty();
    let policy = is_strict.then(|| check::policy(config)).and_then(Result::ok);
    let judged = policy.map(|policy| address::judge(&config.bootstrap_servers, &policy));
    let allowed = judged.map(|judged| judged.waivers).unwrap_or_default().into_iter();
    let allowed = allowed.map(|text| {
        let kind = text.split(':').next().unwrap_or_default().to_owned();
        Waiver { kind, text }
    });
    insecure.into_iter().chain(allowed).collect()
}

/// Counts waivers, one call or one lane each.
pub fn count(host: Host, waivers: &[Waiver]) {
    for Waiver { kind, .. } in waivers {
        let (name, help) = ("plugpipe_kafka_waivers_total", "Calls and streams that waive a check");
        host.counter(name, help, &[("waiver", kind)]).add(1);
    }
}

/// Counts the waivers of a configuration, and tells them in an answer that does not tell them yet.
pub fn tell(host: Host, config: &Config, answer: &mut Answer) {
    let waivers = all(config);
    count(host, &waivers);
    for Waiver { text, .. } in waivers {
        if !answer.security_issues.contains(&text) {
            answer.security_issues.push(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn kinds(config: Value) -> Vec<String> {
        let config: Config = serde_json::from_value(config).unwrap();
        all(&config).into_iter().map(|waiver| waiver.kind).collect()
    }

    #[test]
    fn only_what_is_waived_is_a_waiver() {
        let strict = |servers: &str, allow: &[&str]| {
            let security = json!({ "profile": "strict", "allow": allow });
            kinds(json!({ "bootstrap_servers": servers, "security": security }))
        };
        assert_eq!(kinds(json!({})), [""; 0]);
        assert_eq!(kinds(json!({ "security": { "insecure": true } })), ["insecure"]);
        assert_eq!(strict("10.0.0.1:9092", &["10.0.0.0/8"]), ["private_address"]);
        assert_eq!(strict("localhost:9092", &["localhost"]), ["loopback_address"]);
        assert_eq!(strict("kafka:9092", &["10.0.0.0/8"]), [""; 0]);
        assert_eq!(strict("10.0.0.1:9092", &["127.0.0.0/8"]), [""; 0]);
    }
}
