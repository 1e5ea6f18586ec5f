//! Results left in a real Redis, and everything that can happen to it.

mod faults;
mod logins;
mod scene;

use std::collections::BTreeSet;
use std::thread;

use serde_json::{Value, json};

use scene::{Scene, TOPIC};

#[test]
fn the_answer_and_the_word_of_it_lie_under_the_callers_trace_id() {
    let Some(scene) = Scene::start() else { return };
    let backend = json!({"redis_url": scene.url(), "queue_prefix": "q:", "ttl_s": 3000});
    let answer = scene.publish(json!({"message": {"n": 1}, "trace_id": "order 1/ü"}), backend);
    assert_eq!(answer["kafka_status"], "success", "{answer}");
    assert_eq!((answer.get("trace_id"), answer.get("warnings")), (None, None), "{answer}");
    assert_eq!(scene.keys(), ["q:completion:order 1/ü", "q:result:order 1/ü"]);
    assert_eq!(scene.left("q:result:order 1/ü"), answer);
    let completions = scene.completions("q:completion:order 1/ü");
    let keys: Vec<&str> = completions[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["plugin", "status", "timestamp"]);
    assert_eq!(completions[0]["plugin"], "kafka_producer");
    assert_eq!((completions.len(), &completions[0]["status"]), (1, &json!("success")));
    for key in scene.keys() {
        let left = scene.seconds_left(&key);
        assert!((2900..=3000).contains(&left), "{key} stays for {left} s");
    }
}

#[test]
fn every_outcome_of_a_publish_is_left_the_latest_first() {
    let Some(scene) = Scene::start() else { return };
    // What is given beside the trace id, what is configured, and the status.
    let calls = [
        (json!({"message": 1}), json!({}), "success"),
        (json!({"records": [{"value": 1}, {"value": 2, "topic": "__bad"}]}), json!({}), "partial"),
        (json!({}), json!({}), "error"),
        (json!({"message": 1, "topic_override": "a b"}), json!({}), "error"),
        (json!({"message": 1, "format": "missing"}), json!({}), "error"),
        (json!({"message": 1}), json!({"linger_ms": -1}), "error"),
        (json!({"message": 1}), json!({"bootstrap_servers": "169.254.1.1:9092"}), "error"),
    ];
    for (ctx, cfg, status) in &calls {
        let mut ctx = ctx.clone();
        ctx["trace_id"] = json!("t");
        let answer = scene.publish_with(ctx, json!({"redis_url": scene.url()}), cfg);
        assert_eq!(answer["kafka_status"], *status, "{answer}");
        assert_eq!(answer.get("warnings"), None, "{answer}");
        assert_eq!(scene.left("kafka_queue:result:t"), answer);
    }
    let completions = scene.completions("kafka_queue:completion:t");
    let statuses: Vec<&str> = completions.iter().filter_map(|one| one["status"].as_str()).collect();
    let expected: Vec<&str> = calls.iter().rev().map(|(_, _, status)| *status).collect();
    assert_eq!(statuses, expected);
}

#[test]
fn nothing_is_left_by_other_operations_and_where_nobody_asked() {
    let Some(scene) = Scene::start() else { return };
    scene.publish(json!({"message": 1, "trace_id": "t"}), json!({"enabled": false}));
    for operation in ["health_check", "metrics", "no_such"] {
        let ctx = json!({"operation": operation, "trace_id": "t"});
        scene.publish(ctx, json!({"redis_url": scene.url()}));
    }
    assert_eq!(scene.keys(), Vec::<String>::new());
}

#[test]
fn the_completions_of_one_trace_id_do_not_grow_for_ever() {
    let Some(scene) = Scene::start() else { return };
    let key = "kafka_queue:completion:t";
    let mut fill = vec!["LPUSH", key];
    fill.extend(std::iter::repeat_n("{}", 1500));
    let _: u64 = scene.redis.run(&fill);
    let ctx = json!({"message": 1, "trace_id": "t"});
    scene.publish(ctx, json!({"redis_url": scene.url()}));
    let completions = scene.completions(key);
    assert_eq!((completions.len(), &completions[0]["status"]), (1000, &json!("success")));
}

#[test]
fn a_call_without_a_trace_id_is_told_the_one_that_was_made() {
    let Some(scene) = Scene::start() else { return };
    let calls = [json!({}), json!({"trace_id": null}), json!({"trace_id": ""}), json!({})];
    let ids = calls.map(|mut ctx| {
        ctx["message"] = json!(1);
        let answer = scene.publish(ctx, json!({"redis_url": scene.url()}));
        let id = answer["trace_id"].as_str().expect("an id").to_owned();
        assert_eq!(scene.left(&format!("kafka_queue:result:{id}")), answer);
        assert_eq!(scene.completions(&format!("kafka_queue:completion:{id}")).len(), 1);
        id
    });
    assert_eq!(BTreeSet::from(ids).len(), 4, "no id twice");
    assert_eq!(scene.keys().len(), 8);
}

#[test]
fn a_trace_id_that_makes_no_key_costs_a_warning() {
    let Some(scene) = Scene::start() else { return };
    let ids = [json!("a\nb"), json!("x".repeat(257)), json!(["t"]), json!({"t": 1})];
    for id in &ids {
        let ctx = json!({"message": 1, "trace_id": id});
        let answer = scene.publish(ctx, json!({"redis_url": scene.url()}));
        assert_eq!(answer["kafka_status"], "success", "{answer}");
        let warning = answer["warnings"][0].as_str().unwrap();
        assert!(warning.starts_with("Redis coordination: `trace_id`"), "{answer}");
    }
    assert_eq!(scene.failures("trace_id"), ids.len() as u64);
    assert_eq!(scene.keys(), Vec::<String>::new());
}

#[test]
fn a_large_answer_is_left_without_its_details() {
    let Some(scene) = Scene::start() else { return };
    let ctx = json!({"messages": (0..12_000).collect::<Vec<u32>>(), "trace_id": "t"});
    let cfg = json!({"full_details": true});
    let answer = scene.publish_with(ctx, json!({"redis_url": scene.url()}), &cfg);
    assert_eq!(answer["kafka_result"]["details"].as_array().unwrap().len(), 12_000);
    let left = scene.left("kafka_queue:result:t");
    let mut expected = answer["kafka_result"].clone();
    expected["details"] = json!([]);
    expected["details_omitted"] = json!(12_000);
    assert_eq!(left["kafka_result"], expected);
    assert!(left["warnings"][0].as_str().unwrap().contains("left out"), "{left}");
}

#[test]
fn callers_of_one_backend_share_one_connection() {
    let Some(scene) = Scene::start() else { return };
    thread::scope(|scope| {
        for caller in 0..8 {
            let scene = &scene;
            scope.spawn(move || {
                for call in 0..10 {
                    let id = format!("{caller}-{call}");
                    let backend = json!({"redis_url": scene.url()});
                    let answer = scene.publish(json!({"message": 1, "trace_id": id}), backend);
                    assert_eq!(answer.get("warnings"), None, "{answer}");
                }
            });
        }
    });
    assert_eq!(scene.keys().len(), 160);
    assert_eq!(scene.connections(), 1);
    let other_prefix = json!({"redis_url": scene.url(), "queue_prefix": "p:"});
    scene.publish(json!({"message": 1, "trace_id": "t"}), other_prefix);
    assert_eq!(scene.connections(), 1);
}

#[test]
fn an_address_that_cannot_be_used_refuses_the_call_without_its_value() {
    let Some(scene) = Scene::start() else { return };
    for url in ["rediss://h:1/#insecure", "http://:hunter2@h", "redis://:hunter2@h/x"] {
        let answer = scene.publish(json!({"message": 1}), json!({"redis_url": url}));
        assert_eq!(answer["kafka_result"]["error_type"], "ProducerConfigurationError", "{answer}");
        let text = answer["kafka_error"].as_str().unwrap();
        assert!(text.contains("`redis_backend.redis_url`"), "{answer}");
        assert!(!answer.to_string().contains("hunter2"), "{answer}");
    }
    assert_eq!(scene.records(), Vec::<Value>::new(), "nothing reached {TOPIC}");
}
