//! `operation: validate`, with corpora of addresses, topics, options, credentials and messages.

use std::fs;

use end_to_end::host::Host;
use end_to_end::serve::{Connection, Serve};
use end_to_end::workspace_root;
use serde_json::{Value, json};

fn serve() -> Serve {
    Serve::start(Host::shared().run(["serve", "--listen", "127.0.0.1:0"]))
}

/// The lines of a corpus, of which there are `count`.
fn cases(corpus: &str, count: usize) -> Vec<Value> {
    let text = fs::read_to_string(workspace_root().join("tests/cases").join(corpus)).unwrap();
    let cases: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(cases.len(), count, "{corpus}");
    cases
}

/// One call of kafka_producer through the host.
fn call(connection: &mut Connection, ctx: &Value, cfg: &Value) -> Value {
    let body = json!({ "ctx": ctx, "cfg": cfg });
    connection.post("/v1/plugins/kafka_producer/process", &body).expect(200)
}

fn validate(connection: &mut Connection, context: &str, data: &Value, cfg: &Value) -> Value {
    let ctx = json!({ "operation": "validate", "context": context, "data": data });
    let answer = call(connection, &ctx, cfg);
    assert_eq!(answer["kafka_status"], "success", "{answer}");
    for key in ["is_valid", "security_issues", "sanitized_data"] {
        assert_eq!(answer[key], answer["kafka_result"][key], "{key} {answer}");
    }
    answer
}

#[test]
fn every_address_and_topic_of_the_corpora_is_judged_through_the_host() {
    let serve = serve();
    let connection = &mut serve.connect();
    for case in cases("hosts/hosts.jsonl", 247) {
        for profile in ["default", "strict"] {
            let cfg = json!({ "security": { "profile": profile } });
            let answer = validate(connection, "bootstrap_servers", &case["input"], &cfg);
            assert_eq!(answer["is_valid"], case[profile] != "reject", "{case} {answer}");
        }
    }
    for case in cases("hosts/hosts-allow.jsonl", 16) {
        let cfg = json!({ "security": { "profile": "strict", "allow": case["allow"] } });
        let answer = validate(connection, "bootstrap_servers", &case["input"], &cfg);
        assert_eq!(answer["is_valid"], case["strict"] != "reject", "{case} {answer}");
    }
    for case in cases("topics/topics.jsonl", 87) {
        let answer = validate(connection, "topic_names", &json!([case["input"]]), &json!({}));
        assert_eq!(answer["is_valid"], case["verdict"] != "reject", "{case} {answer}");
    }
}

/// A configuration with one raw option, and as much room as any value of it needs: a record has to fit
/// into the buffer, and a linger into the time that a record has.
fn roomy(key: &str, value: &Value) -> Value {
    let mut config = json!({ "librdkafka": { key: value } });
    for (raw, typed, room) in
        [("kbytes", "message_max_bytes", 1000_u64), ("message.max.bytes", "buffer_memory", 1 << 30)]
    {
        if key.ends_with(raw) {
            config[typed] = room.into();
        }
    }
    if !key.ends_with("timeout.ms") {
        config["timeout_ms"] = json!(300_000);
    }
    config
}

#[test]
fn every_option_and_credential_of_the_corpora_is_judged_through_the_host() {
    let serve = serve();
    let connection = &mut serve.connect();
    for case in cases("config-keys/config-keys.jsonl", 443) {
        let key = case["key"].as_str().unwrap();
        let config = roomy(key, &case["value"]);
        let answer = validate(connection, "producer_config", &config, &json!({}));
        assert_eq!(answer["is_valid"], case["verdict"] == "accept", "{case} {answer}");
    }
    for case in cases("messages/credentials.jsonl", 58) {
        let answer = validate(connection, "kafka_credentials", &case["input"], &json!({}));
        assert_eq!(answer["is_valid"], case["valid"], "{case} {answer}");
        let shown = answer["sanitized_credentials"]["kafka_password"].clone();
        let given = &case["input"]["kafka_password"];
        assert!(given.is_null() || shown == "[REDACTED]", "{case} {answer}");
    }
}

#[test]
fn every_message_of_the_corpus_is_judged_through_the_host() {
    let serve = serve();
    let connection = &mut serve.connect();
    for case in cases("messages/content.jsonl", 91) {
        let data = match case.get("generator") {
            Some(generator) => {
                let times = usize::try_from(generator["times"].as_u64().unwrap()).unwrap();
                let text = generator["unit"].as_str().unwrap().repeat(times);
                let template = generator["template"].to_string();
                let filled = template.replace("\"@\"", &Value::from(text).to_string());
                serde_json::from_str(&filled).unwrap()
            }
            None => case["input"].clone(),
        };
        let answer = validate(connection, "message_content", &data, &json!({}));
        assert_eq!(answer["is_valid"], case["valid"], "{}", case["why"]);
        let kinds = |issues: &Value| -> Vec<String> {
            let issues = issues.as_array().unwrap().iter().map(|issue| issue.as_str().unwrap());
            let mut kinds: Vec<String> =
                issues.map(|issue| issue.split(':').next().unwrap().to_owned()).collect();
            kinds.sort_unstable();
            kinds
        };
        let found = kinds(&answer["security_issues"]);
        assert_eq!(found, kinds(&case["issues"]), "{}", case["why"]);
    }
}

#[test]
fn a_waiver_stands_in_every_answer_and_in_a_metric() {
    let serve = serve();
    let connection = &mut serve.connect();
    let cfg = json!({
        "bootstrap_servers": "embedded",
        "topic": "waived",
        "preset": "development",
        "security": { "insecure": true },
    });
    for (ctx, status) in [
        (json!({ "message": 1 }), "success"),
        (json!({ "message": 1, "topic_override": "__x" }), "error"),
        (json!({ "operation": "health_check" }), "success"),
    ] {
        let answer = call(connection, &ctx, &cfg);
        assert_eq!(answer["kafka_status"], status, "{answer}");
        let issues = answer["security_issues"].to_string();
        assert!(issues.contains("insecure: `security.insecure` is on"), "{answer}");
    }
    let metrics = serve.get("/metrics").body;
    let waived = |line: &&str| {
        line.starts_with("plugpipe_kafka_waivers_total{") && line.contains(r#"waiver="insecure""#)
    };
    let line = metrics.lines().find(waived).unwrap_or_else(|| panic!("{metrics}"));
    assert!(line.ends_with(" 3"), "{line}");
}

#[test]
fn a_sink_refuses_what_only_a_call_can_have() {
    for (config, key) in [
        ("timeout_ms: 30000", "`timeout_ms`"),
        ("redis_backend: {enabled: true}", "`redis_backend`"),
        ("librdkafka: {delivery.timeout.ms: 2000}", "`librdkafka.delivery.timeout.ms`"),
    ] {
        let spec = format!(
            "apiVersion: v1\nkind: PipeSpec\nmetadata: {{name: refused, version: 1.0.0}}\npipeline:\n  \
             - {{id: lines, uses: file_source, config: {{path: /dev/null}}}}\n  \
             - {{id: out, uses: kafka_producer, config: {{bootstrap_servers: embedded, topic: t, {config}}}}}\n"
        );
        let output = Host::shared().run(["run", "-"]).stdin(spec).output();
        assert_ne!(output.code, Some(0), "{config}\n{output}");
        let said = format!("{}{}", output.stdout, output.stderr);
        assert!(said.contains(key), "{config}\n{output}");
        assert!(said.to_lowercase().contains("not for a sink"), "{config}\n{output}");
    }
}
