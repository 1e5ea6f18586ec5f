//! Configurations, and the client settings they lead to.

use super::*;
use plugin_api::Json;

fn decide(config: &str) -> Result<Decided, String> {
    let config: Config = Json::from_text(config.to_owned()).unwrap().parse().unwrap();
    settings(&config).map_err(|fault| fault.text)
}

#[test]
fn idempotence_follows_from_what_is_given_typed_or_raw() {
    let cases = [
        ("{}", "true", 0),
        (r#"{"acks":1}"#, "false", 1),
        (r#"{"retries":0}"#, "false", 1),
        (r#"{"librdkafka":{"acks":"1"}}"#, "false", 1),
        (r#"{"librdkafka":{"retries":0}}"#, "false", 1),
        (r#"{"enable_idempotence":false}"#, "false", 0),
        (r#"{"librdkafka":{"enable.idempotence":false}}"#, "false", 0),
    ];
    for (config, idempotence, warnings) in cases {
        let decided = decide(config).unwrap();
        assert_eq!(decided.settings.get("enable.idempotence"), Some(idempotence), "{config}");
        assert_eq!(decided.warnings.len(), warnings, "{config}");
    }
}

#[test]
fn what_cannot_both_hold_names_both() {
    let cases = [
        (r#"{"acks":1,"enable_idempotence":true}"#, ["acks", "enable_idempotence"]),
        (
            r#"{"max_in_flight":3,"max_in_flight_requests_per_connection":5}"#,
            ["`max_in_flight`", "`max_in_flight_requests_per_connection`"],
        ),
        (
            r#"{"message_max_bytes":5000,"buffer_memory":2048}"#,
            ["`message_max_bytes`", "`buffer_memory`"],
        ),
        (
            r#"{"topic_settings":{"partitions":3},"ensure_topic":"require"}"#,
            ["`topic_settings`", "`ensure_topic: create`"],
        ),
        (
            r#"{"ssl_check_hostname":false,"security_protocol":"SSL"}"#,
            ["`ssl_check_hostname`", "`security.insecure`"],
        ),
        (
            r#"{"max_in_flight_requests_per_connection":3,"librdkafka":{"max.in.flight":3}}"#,
            ["`max_in_flight_requests_per_connection`", "`librdkafka.max.in.flight`"],
        ),
        (
            r#"{"ssl_cafile":"/a","librdkafka":{"ssl.ca.location":"/a"}}"#,
            ["`ssl_cafile`", "`librdkafka.ssl.ca.location`"],
        ),
        (
            r#"{"librdkafka":{"queue.buffering.max.kbytes":100}}"#,
            ["`message_max_bytes`", "`buffer_memory`"],
        ),
        (r#"{"retries":0,"enable_idempotence":true}"#, ["retries", "enable_idempotence"]),
        (r#"{"compression":"gzip","compression_level":10}"#, ["gzip", "compression_level"]),
        (r#"{"timeout_ms":1000,"linger_ms":500}"#, ["linger.ms", "timeout_ms"]),
    ];
    for (config, names) in cases {
        let text = decide(config).err().unwrap();
        assert!(names.iter().all(|name| text.contains(name)), "{config}: {text}");
    }
}

#[test]
fn the_order_of_options_makes_no_other_client() {
    let decide = |config| decide(config).unwrap().settings;
    assert_eq!(
        decide(r#"{"librdkafka":{"retry.backoff.ms":1,"socket.timeout.ms":20}}"#),
        decide(r#"{"librdkafka":{"socket.timeout.ms":20,"retry.backoff.ms":1}}"#)
    );
}

#[test]
fn acks_0_is_an_issue_of_its_own_kind() {
    let issues = decide(r#"{"acks":0}"#).unwrap().issues;
    assert!(issues[0].starts_with("acks_0: "), "{issues:?}");
}

fn decide_for_sink(config: &str) -> Result<Decided, String> {
    let config: Config = Json::from_text(config.to_owned()).unwrap().parse().unwrap();
    sink_settings(&config).map_err(|fault| fault.text)
}

#[test]
fn a_sink_that_may_reorder_says_so() {
    let cases = [
        ("{}", false),
        (r#"{"enable_idempotence":false}"#, true),
        (r#"{"acks":1}"#, true),
        (r#"{"librdkafka":{"enable.idempotence":false}}"#, true),
        (r#"{"enable_idempotence":false,"max_in_flight":1}"#, false),
        (r#"{"enable_idempotence":false,"librdkafka":{"max.in.flight":1}}"#, false),
    ];
    for (config, warned) in cases {
        let warnings = decide_for_sink(config).unwrap().warnings;
        let found = warnings.iter().any(|text| text.contains("may change their order"));
        assert_eq!(found, warned, "{config}: {warnings:?}");
    }
}

#[test]
fn a_sink_never_gives_a_record_up() {
    let decide = decide_for_sink;
    let settings = decide(r#"{"linger_ms":60000}"#).unwrap().settings;
    assert_eq!(settings.get("message.timeout.ms"), Some("0"));
    for (config, key) in [
        (r#"{"timeout_ms":30000}"#, "`timeout_ms`"),
        (r#"{"librdkafka":{"message.timeout.ms":1000}}"#, "`librdkafka.message.timeout.ms`"),
        (r#"{"librdkafka":{"delivery.timeout.ms":1000}}"#, "`librdkafka.delivery.timeout.ms`"),
        (r#"{"retries":3}"#, "`retries`"),
        (r#"{"redis_backend":{}}"#, "`redis_backend`"),
        (r#"{"librdkafka":{"retries":3}}"#, "`librdkafka.retries`"),
        (
            r#"{"librdkafka":{"message.send.max.retries":0}}"#,
            "`librdkafka.message.send.max.retries`",
        ),
    ] {
        let text = decide(config).err().unwrap();
        assert!(text.contains(&format!("{key} is not for a sink")), "{text}");
    }
}

#[test]
fn the_client_gives_up_before_the_caller_does() {
    for (timeout_ms, delivery_ms) in [(1000, 500), (2000, 1000), (3000, 1750), (30_000, 28_750)] {
        assert_eq!(delivery_timeout(timeout_ms), delivery_ms);
    }
}
