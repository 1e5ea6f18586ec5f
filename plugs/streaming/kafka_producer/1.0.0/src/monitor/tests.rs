//! What the host and its plug monitoring_prometheus hear of publishes, and what they cannot change.
//!
//! A publish of nothing is refused before anything connects, and is counted as any other.

use crate::KafkaProducer;
use plugin_api::testing::{PluginTest, TestHost, Value, json};
use plugin_api::{Error, Json};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

type Producer = PluginTest<KafkaProducer>;

/// The answer without its time.
fn publish(producer: &Producer) -> Value {
    let mut answer = producer.process(&json!({})).unwrap();
    assert!(answer["latency_ms"].take().is_f64());
    answer
}

fn alone() -> Value {
    publish(&Producer::start().unwrap())
}

fn monitored(
    answer: impl Fn(Value) -> plugin_api::Result<Value> + Send + Sync + 'static,
) -> Producer {
    let host = TestHost::new().lend("monitoring_prometheus", move |ctx, _| answer(ctx));
    Producer::start_with(host).unwrap()
}

fn warnings_of(producer: &Producer, reason: &str) -> usize {
    let is_one = |event: &&plugin_api::testing::LogEvent| {
        event.level == "warn" && event.message.ends_with(reason)
    };
    producer.host().log().iter().filter(is_one).count()
}

#[test]
fn a_monitor_hears_once_a_second_that_the_producer_lives() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hears = Arc::clone(&heard);
    let producer = monitored(move |ctx| {
        hears.lock().unwrap().push(ctx);
        Ok(
            json!({"prometheus_status": "success", "prometheus_result": {}, "prometheus_error": null}),
        )
    });
    assert_eq!(publish(&producer), alone());
    assert_eq!(publish(&producer), alone());
    let labels = json!({"plugin": "kafka_producer", "version": "1.0.0"});
    let expected =
        [json!({"metric_name": "kafka_producer_health", "metric_value": 1, "labels": labels})];
    assert_eq!(*heard.lock().unwrap(), expected);
}

#[test]
fn a_monitor_that_is_switched_off_is_not_even_looked_for() {
    let producer = monitored(|_| Err(Error::record("it was called")));
    let producer = producer.config(&json!({"monitoring": {"enabled": false}})).unwrap();
    assert_eq!(publish(&producer), alone());
    assert_eq!(producer.host().asked(), Vec::<String>::new());
}

#[test]
fn a_monitor_that_fails_changes_nothing_and_is_logged() {
    let producer = monitored(|_| Err(Error::record("there is no room for metrics")));
    assert_eq!(publish(&producer), alone());
    assert_eq!(warnings_of(&producer, "there is no room for metrics"), 1);
    let producer = monitored(|_| Ok(json!({"prometheus_error": "a name of another kind"})));
    assert_eq!(publish(&producer), alone());
    assert_eq!(warnings_of(&producer, "a name of another kind"), 1);
}

#[test]
fn a_monitor_that_hangs_is_left_behind() {
    let (release, hold) = channel::<()>();
    let hold: Mutex<Receiver<()>> = Mutex::new(hold);
    let producer = monitored(move |_| {
        // Ends when the test has dropped the other end.
        let _ = hold.lock().unwrap().recv();
        Ok(json!({}))
    });
    assert_eq!(publish(&producer), alone());
    assert_eq!(publish(&producer), alone());
    assert_eq!(warnings_of(&producer, "no answer in 250ms"), 1);
    drop(release);
}

#[test]
fn a_call_that_cannot_be_read_is_an_error_that_is_counted() {
    let producer = Producer::start().unwrap();
    for (ctx, cfg) in [(json!({}), json!({"topik": "t"})), (json!({"messages": 1}), json!({}))] {
        let [ctx, cfg] = [ctx, cfg].map(|value| Json::from_value(&value).unwrap());
        let answer: Value = producer.process_with(ctx, cfg).unwrap().parse().unwrap();
        assert_eq!(answer["kafka_status"], "error", "{answer}");
    }
    for error_type in ["ProducerConfigurationError", "KafkaProducerError"] {
        let labels = [("error_type", error_type)];
        let counted = producer.host().metric("kafka_production_errors_total", &labels);
        assert_eq!(counted, Some(1.0), "{error_type}");
    }
}

#[test]
fn publishes_are_counted_whether_there_is_a_monitor_or_not() {
    let producer = Producer::start().unwrap();
    publish(&producer);
    publish(&producer);
    let metric = |name: &str, labels: &[(&str, &str)]| producer.host().metric(name, labels);
    assert_eq!(metric("kafka_messages_produced_total", &[]), Some(0.0));
    assert!(metric("kafka_publish_latency_seconds", &[]).unwrap() > 0.0);
    let answer = producer.process(&json!({"operation": "metrics"})).unwrap();
    assert_eq!(answer["kafka_status"], "success");
    assert_eq!(answer["kafka_result"]["publishes_total"], 2, "{answer}");
}
