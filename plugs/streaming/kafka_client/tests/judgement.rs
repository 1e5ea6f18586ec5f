//! The pure rooms against the corpora of the project: every line is judged.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

use std::collections::BTreeSet;

use kafka_client::address::{self, JudgedServers, Policy, Profile};
use kafka_client::{Verdict, credentials, options, topic};
use serde_json::{Value, json};

/// The lines of a corpus. Fails unless there are exactly `count`.
fn cases(file: &str, count: usize) -> Vec<Value> {
    let path = format!("{}/../../../tests/cases/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let cases: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(cases.len(), count, "cases in {path}");
    cases
}

fn word(verdict: &Verdict) -> &'static str {
    match (verdict.is_valid, verdict.issues.is_empty()) {
        (true, true) => "accept",
        (true, false) => "warn",
        (false, _) => "reject",
    }
}

fn assert_no_control_characters(verdict: &Verdict) {
    let issues = verdict.issues.concat();
    assert!(!issues.chars().any(char::is_control), "{issues:?}");
}

fn judge_hosts(case: &Value, profile: Profile) -> JudgedServers {
    let allow: Vec<String> = case
        .get("allow")
        .map(|allow| serde_json::from_value(allow.clone()).unwrap())
        .unwrap_or_default();
    let policy = Policy::new(profile, &allow, &[]).unwrap();
    let judged = address::judge(&case["input"], &policy);
    let kinds = ["private_address", "loopback_address", "refused_address"];
    assert!(judged.verdict.kinds().iter().all(|kind| kinds.contains(kind)), "{judged:?}");
    assert_eq!(judged.servers.is_empty(), !judged.verdict.is_valid, "{case}");
    assert_no_control_characters(&judged.verdict);
    judged
}

#[test]
fn every_address_is_judged_as_its_case_says() {
    for case in cases("hosts/hosts.jsonl", 247) {
        for (profile, verdict) in [(Profile::Default, "default"), (Profile::Strict, "strict")] {
            let judged = judge_hosts(&case, profile);
            assert_eq!(word(&judged.verdict), case[verdict], "{verdict} {case} {judged:?}");
        }
    }
}

#[test]
fn the_allow_list_opens_what_it_names_and_nothing_else() {
    for case in cases("hosts/hosts-allow.jsonl", 16) {
        let judged = judge_hosts(&case, Profile::Strict);
        assert_eq!(word(&judged.verdict), case["strict"], "{case} {judged:?}");
    }
}

#[test]
fn entries_are_kept_once_and_the_kinds_are_told_apart() {
    let servers = json!("Kafka:9092,kafka:9092,[::1]:1,[0::1]:1,10.0.0.1:9092");
    let judged = address::judge(&servers, &Policy::default());
    assert_eq!(judged.servers, ["Kafka:9092", "[::1]:1", "10.0.0.1:9092"]);
    assert_eq!(judged.verdict.kinds(), ["loopback_address", "private_address"]);
}

#[test]
fn deny_wins_over_allow_and_a_waiver_is_told() {
    let policy = Policy::new(Profile::Strict, &["10.0.0.0/8", ".example.com"], &["10.1.0.0/16"]);
    let policy = policy.unwrap();
    let denied = address::judge(&json!("10.1.2.3:9092"), &policy);
    assert_eq!(denied.verdict.kinds(), ["refused_address"]);
    let allowed = address::judge(&json!("10.2.2.3:9092"), &policy);
    assert_eq!(
        allowed.waivers,
        ["private_address: `10.2.2.3:9092` is in a private network; allowed by `10.0.0.0/8`"]
    );
    assert_eq!(policy.judge_ip("10.2.2.3".parse().unwrap()), Ok(()));
    for dialled in ["10.1.2.3", "169.254.169.254", "192.168.0.1", "::ffff:127.0.0.1"] {
        assert!(policy.judge_ip(dialled.parse().unwrap()).is_err(), "{dialled}");
    }
    for bad in ["10.0.0.1", "10.0.0.0/33", "::1/+1", "", ".", "a b", "host:9092"] {
        assert!(Policy::new(Profile::Default, &[bad], &[]).is_err(), "{bad:?}");
    }
}

#[test]
fn every_topic_is_judged_as_its_case_says() {
    for case in cases("topics/topics.jsonl", 87) {
        let verdict = topic::judge(&case["input"]);
        assert_eq!(word(&verdict), case["verdict"], "{case} {verdict:?}");
        let kinds = match word(&verdict) {
            "accept" => vec![],
            "warn" => vec!["schemas_topic"],
            _ => vec!["bad_topic"],
        };
        assert_eq!(verdict.kinds(), kinds, "{case}");
        assert_no_control_characters(&verdict);
    }
}

#[test]
fn credentials_are_judged_and_redacted_as_their_cases_say() {
    for case in cases("messages/credentials.jsonl", 58) {
        let verdict = credentials::judge(&case["input"]);
        assert_eq!(verdict.is_valid, case["valid"], "{case} {verdict:?}");
        let expected: BTreeSet<String> = serde_json::from_value(case["issues"].clone()).unwrap();
        let found: BTreeSet<String> = verdict.kinds().into_iter().map(str::to_owned).collect();
        assert_eq!(found, expected, "{case} {verdict:?}");
        assert_eq!(verdict.issues.len(), found.len(), "{case}");

        let mut redacted = BTreeSet::new();
        compare(&case["input"], &credentials::redacted(&case["input"]), "", &mut redacted);
        let expected: Vec<String> = serde_json::from_value(case["redact"].clone()).unwrap();
        assert_eq!(redacted, expected.into_iter().collect(), "{case}");
    }
}

/// Notes the path of every value that reads `[REDACTED]`; everything else must be unchanged.
fn compare(given: &Value, shown: &Value, path: &str, redacted: &mut BTreeSet<String>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (given, shown) {
        (_, Value::String(text)) if text == credentials::REDACTED => {
            redacted.insert(path.to_owned());
        }
        (Value::Object(given), Value::Object(shown)) => {
            assert!(given.keys().eq(shown.keys()));
            for (key, value) in given {
                compare(value, &shown[key], &below(key), redacted);
            }
        }
        (Value::Array(given), Value::Array(shown)) => {
            assert_eq!(given.len(), shown.len());
            for (index, value) in given.iter().enumerate() {
                compare(value, &shown[index], &below(&index.to_string()), redacted);
            }
        }
        _ => assert_eq!(given, shown, "{path}"),
    }
}

fn one(key: &str, value: Value) -> serde_json::Map<String, Value> {
    std::iter::once((key.to_owned(), value)).collect()
}

#[test]
fn every_raw_option_is_judged_as_its_case_says_and_its_value_never_shown() {
    for case in cases("config-keys/config-keys.jsonl", 443) {
        let key = case["key"].as_str().unwrap();
        let judged = options::judge(&one(key, case["value"].clone()), false);
        assert_eq!(word(&judged.verdict), case["verdict"], "{case} {judged:?}");
        let why = case["why"].as_str().unwrap();
        if why.starts_with("allow:") {
            let [(name, text)] = judged.settings.as_slice() else { panic!("{case}") };
            assert!(options::find(key).unwrap().is_named(name));
            let value = case["value"].as_str().map_or(case["value"].to_string(), str::to_owned);
            assert_eq!(*text, value);
            continue;
        }
        let kind = if why.starts_with("range:") { "out_of_range" } else { "refused_option" };
        assert_eq!(judged.verdict.kinds(), [kind], "{case}");
        assert_no_control_characters(&judged.verdict);
        let issue = &judged.verdict.issues[0];
        if kind == "out_of_range" {
            assert!(issue.contains(&format!("`{key}`")), "{issue}");
        }
        if let Some(family) = why.strip_prefix("refused-").and_then(|why| why.split(':').next()) {
            let is_named = match family {
                "typed-only" => issue.contains("is set by `"),
                "unknown-key" => issue.contains("is no option that may be set"),
                family => issue.contains(&format!("({family}) is refused")),
            };
            assert!(is_named, "{case} {issue}");
        }
    }
}

#[test]
fn a_refusal_never_repeats_a_value() {
    for option in options::OPTIONS {
        for value in [json!("canary-1 \u{1}"), json!(["canary-1"]), json!({ "a": "canary-1" })] {
            let judged = options::judge(&one(option.name, value), false);
            let issues = judged.verdict.issues.concat();
            assert!(issues.contains(option.name) && !issues.contains("canary"), "{issues}");
        }
    }
    let secret = options::judge(&one("sasl.password", json!("canary-1")), true);
    assert_eq!(
        secret.verdict.issues,
        ["refused_option: `sasl.password` is set by `kafka_password`, which checks it"]
    );
}

#[test]
fn two_names_of_one_setting_and_typed_twins_collide_and_both_are_named() {
    let both = json!({ "linger.ms": 1, "queue.buffering.max.ms": 2 });
    let judged = options::judge(both.as_object().unwrap(), false);
    assert_eq!(
        judged.verdict.issues,
        [
            "refused_option: `linger.ms` and `queue.buffering.max.ms` are one setting; give one of them"
        ]
    );
    let raw = json!({ "delivery.timeout.ms": 2000, "max.in.flight": 2, "retry.backoff.ms": 9 });
    let typed = ["timeout_ms", "max_in_flight_requests_per_connection", "linger_ms"];
    assert_eq!(
        options::collisions(raw.as_object().unwrap(), &typed),
        [
            "`timeout_ms` and `librdkafka.delivery.timeout.ms` are one setting; give one of them",
            "`max_in_flight_requests_per_connection` and `librdkafka.max.in.flight` are one setting; \
             give one of them",
        ]
    );
}

#[test]
fn a_near_name_is_suggested_and_an_insecure_value_is_a_waiver() {
    let near = options::judge(&one("lingerms", json!(1)), false);
    assert_eq!(
        near.verdict.issues,
        ["refused_option: `lingerms` is no option that may be set; did you mean `linger.ms`?"]
    );
    for (key, value) in [
        ("enable.ssl.certificate.verification", json!(false)),
        ("ssl.endpoint.identification.algorithm", json!("none")),
    ] {
        assert!(!options::judge(&one(key, value.clone()), false).verdict.is_valid);
        let judged = options::judge(&one(key, value), true);
        assert!(judged.verdict.is_valid);
        assert_eq!((judged.settings.len(), judged.waivers.len()), (1, 1));
    }
}
