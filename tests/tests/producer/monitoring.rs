//! What is counted of publishes, who sees it, and what the embedded cluster's faults make of them.

use end_to_end::host::{Host, Invocation, Tree};
use end_to_end::serve::Serve;
use serde_json::{Value, json};

const LISTEN: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

fn process(serve: &Serve, plugin: &str, ctx: &Value, cfg: &Value) -> Value {
    let path = format!("/v1/plugins/{plugin}/process");
    serve.post(&path, &json!({"ctx": ctx, "cfg": cfg})).expect(200)
}

/// Publishes to the embedded cluster, which may take a second.
fn publish(serve: &Serve, ctx: &Value) -> Value {
    let cfg = json!({"bootstrap_servers": "embedded", "topic": "orders", "timeout_ms": 1000,
                     "message_max_bytes": 1000});
    process(serve, "kafka_producer", ctx, &cfg)
}

/// Five records that arrive, two that are too large, and a call without a topic.
fn publish_all(serve: &Serve) {
    let large = "x".repeat(1000);
    let calls = [
        (json!({"message": 1}), "success"),
        (json!({"message": {"n": 2}}), "success"),
        (json!({"messages": [3, large, 4, 5, large]}), "partial"),
        (json!({"messages": []}), "success"),
    ];
    for (ctx, status) in calls {
        let answer = publish(serve, &ctx);
        assert_eq!(answer["kafka_status"], status, "{answer}");
    }
    let cfg = json!({"bootstrap_servers": "embedded"});
    let answer = process(serve, "kafka_producer", &json!({"message": 6}), &cfg);
    let error_type = &answer["kafka_result"]["error_type"];
    assert_eq!(error_type, "ProducerConfigurationError", "{answer}");
}

#[test]
fn an_export_shows_exactly_what_was_published() {
    let serve = Serve::start(Host::shared().run(LISTEN));
    publish_all(&serve);
    let ctx = json!({"operation": "export_metrics"});
    let exported = process(&serve, "monitoring_prometheus", &ctx, &json!({}));
    let text = exported["prometheus_result"]["text"].as_str().unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let expected = [
        "kafka_messages_produced_total 5",
        "kafka_records_total{outcome=\"delivered\"} 5",
        "kafka_records_total{outcome=\"failed\"} 3",
        "kafka_records_total{outcome=\"unknown\"} 0",
        "kafka_production_errors_total{error_type=\"SecurityValidationError\"} 2",
        "kafka_production_errors_total{error_type=\"ProducerConfigurationError\"} 1",
        "kafka_production_errors_total{error_type=\"KafkaProducerError\"} 0",
        "kafka_batch_size_avg 1.6",
        "kafka_publish_latency_seconds_count 5",
        "kafka_producer_health{plugin=\"kafka_producer\",version=\"1.0.0\"} 1.0",
    ];
    for line in expected {
        assert!(lines.contains(&line), "{line}\n{text}");
    }
    for name in ["kafka_messages_produced_total", "kafka_producer_health"] {
        let described = format!("# TYPE {name} ");
        let times = lines.iter().filter(|line| line.starts_with(&described)).count();
        assert_eq!(times, 1, "{text}");
    }
}

#[test]
fn the_metrics_of_the_producer_are_exact_after_any_number_of_calls() {
    let serve = Serve::start(Host::shared().run(LISTEN));
    for round in 1..=3 {
        publish_all(&serve);
        let ctx = json!({"operation": "metrics"});
        let answer = process(&serve, "kafka_producer", &ctx, &json!({}));
        let figures = &answer["kafka_result"];
        let counts =
            ["publishes_total", "messages_produced", "errors_total", "unknown_total", "samples"]
                .map(|key| figures[key].as_u64().unwrap());
        assert_eq!(counts, [5 * round, 5 * round, 3 * round, 0, 5 * round], "{answer}");
        let by_type =
            json!({"SecurityValidationError": 2 * round, "ProducerConfigurationError": round});
        assert_eq!(figures["errors_by_type"], by_type);
        let quantiles = ["p50", "p95", "p99"].map(|q| figures["latency_ms"][q].as_f64().unwrap());
        assert!(quantiles[0] > 0.0 && quantiles.is_sorted(), "{answer}");
    }
}

#[test]
fn without_a_monitor_the_answer_is_the_same() {
    let tree = Tree::empty()
        .with_plug("streaming/kafka_producer/1.0.0")
        .with_plug("streaming/embedded_kafka/1.0.0")
        .with_plug("serialization/json_serializer/1.0.0");
    let config = r#"{"bootstrap_servers": "embedded", "topic": "orders"}"#;
    let run = || -> Invocation {
        let input = r#"{"message": {"n": 1}, "partition_key": "a"}"#;
        let plugin = ["run", "kafka_producer", "--input", input, "--config", config];
        Host::shared().run(plugin)
    };
    let [alone, monitored] = [run().plugs(&tree), run()].map(|invocation| {
        let output = invocation.output();
        let mut answer = output.expect_code(0).json();
        assert!(answer["latency_ms"].take().is_f64());
        answer
    });
    assert_eq!(alone, monitored);
    assert_eq!(alone["kafka_status"], "success");
}

/// Tells the embedded cluster what goes wrong from now on.
fn embedded(serve: &Serve, ctx: &Value) {
    process(serve, "embedded_kafka", ctx, &json!({}));
}

#[test]
fn a_broker_that_comes_back_is_used_again_without_a_restart() {
    let serve = Serve::start(Host::shared().run(LISTEN));
    assert_eq!(publish(&serve, &json!({"message": 1}))["kafka_status"], "success");
    embedded(&serve, &json!({"operation": "broker_down"}));
    let answer = publish(&serve, &json!({"message": 2}));
    let status = answer["kafka_status"].as_str().unwrap();
    assert!(["error", "unknown"].contains(&status), "{answer}");
    assert!(answer["kafka_error"].as_str().unwrap().starts_with("Kafka timeout: "), "{answer}");
    embedded(&serve, &json!({"operation": "broker_up"}));
    let answer = process(
        &serve,
        "kafka_producer",
        &json!({"message": 3}),
        &json!({"bootstrap_servers": "embedded", "topic": "orders", "timeout_ms": 30_000}),
    );
    assert_eq!(answer["kafka_status"], "success", "{answer}");
}

#[test]
fn a_leader_that_moves_is_followed_within_the_time_of_the_call() {
    let serve = Serve::start(Host::shared().run(LISTEN));
    assert_eq!(publish(&serve, &json!({"message": 1}))["kafka_status"], "success");
    let errors = json!({"operation": "request_errors", "api": "Produce",
                        "errors": ["NOT_LEADER_OR_FOLLOWER"], "count": 2});
    embedded(&serve, &errors);
    let cfg = json!({"bootstrap_servers": "embedded", "topic": "orders", "timeout_ms": 30_000});
    let answer = process(&serve, "kafka_producer", &json!({"message": 2}), &cfg);
    assert_eq!(answer["kafka_status"], "success", "{answer}");
    let read = json!({"operation": "read", "topic": "orders"});
    let records = process(&serve, "embedded_kafka", &read, &json!({}));
    let mut values: Vec<&str> = records["records"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["value"].as_str())
        .collect();
    values.sort_unstable();
    assert_eq!(values, ["1", "2"], "each once");
}
