//! What is counted, and who hears of it.

use end_to_end::host::Host;
use end_to_end::serve::{Connection, Serve};
use serde_json::{Value, json};

fn call(connection: &mut Connection, plugin: &str, ctx: &Value, cfg: &Value) -> Value {
    let body = json!({ "ctx": ctx, "cfg": cfg });
    connection.post(&format!("/v1/plugins/{plugin}/process"), &body).expect(200)
}

/// The metrics of kafka_producer without histograms and averages, which depend on the clock.
fn counted(text: &str) -> Vec<&str> {
    let is_counted = |line: &&str| {
        let counters = ["kafka_messages", "kafka_bytes", "kafka_records", "kafka_production"];
        let has_counted = counters.iter().any(|name| line.starts_with(name));
        has_counted && !line.ends_with(" 0") || line.starts_with("kafka_producer_health")
    };
    text.lines().filter(is_counted).collect()
}

#[test]
fn the_monitor_hears_of_a_living_producer_and_exports_what_it_counted() {
    let serve = Serve::start(Host::shared().run(["serve", "--listen", "127.0.0.1:0"]));
    let connection = &mut serve.connect();
    let cfg = json!({ "bootstrap_servers": "embedded", "topic": "counted" });
    // What is given, and the status.
    let calls = [
        (json!({ "message": "four" }), "success"),
        (json!({ "messages": [1, 2], "partition_key": "k" }), "success"),
        (json!({ "message": 1, "topic_override": "__x" }), "error"),
        (json!({ "message": 1, "format": "missing" }), "error"),
        (json!({ "records": [{ "value": 1 }, { "value": 2, "topic": "a b" }] }), "partial"),
    ];
    for (ctx, status) in &calls {
        let answer = call(connection, "kafka_producer", ctx, &cfg);
        assert_eq!(answer["kafka_status"], *status, "{answer}");
    }
    let export = json!({ "operation": "export_metrics" });
    let exported = call(connection, "monitoring_prometheus", &export, &json!({}));
    let text = exported["prometheus_result"]["text"].as_str().unwrap();
    let expected = [
        "kafka_bytes_produced_total 11",
        "kafka_messages_produced_total 4",
        "kafka_producer_health{plugin=\"kafka_producer\",version=\"1.0.0\"} 1.0",
        "kafka_production_errors_total{error_type=\"SecurityValidationError\"} 2",
        "kafka_production_errors_total{error_type=\"SerializationError\"} 1",
        "kafka_records_total{outcome=\"delivered\"} 4",
        "kafka_records_total{outcome=\"failed\"} 3",
    ];
    assert_eq!(counted(text), expected, "{text}");
    let answer = call(connection, "kafka_producer", &json!({ "operation": "metrics" }), &json!({}));
    let result = &answer["kafka_result"];
    for (key, value) in [
        ("publishes_total", json!(5)),
        ("messages_produced", json!(4)),
        ("bytes_produced", json!(11)),
        ("errors_total", json!(3)),
        ("errors_by_type", json!({ "SecurityValidationError": 2, "SerializationError": 1 })),
        ("unknown_total", json!(0)),
        ("samples", json!(5)),
    ] {
        assert_eq!(result[key], value, "{key} {answer}");
    }
    let [p50, p95, p99] = ["p50", "p95", "p99"].map(|q| result["latency_ms"][q].as_f64().unwrap());
    assert!(0.0 < p50 && p50 <= p95 && p95 <= p99, "{answer}");
}
