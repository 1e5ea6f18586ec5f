//! A Redis that is away, slow or read-only: a publish loses a warning to it and nothing else.

use std::net::TcpListener;

use end_to_end::redis::Redis;
use serde_json::json;

use super::scene::Scene;

/// What is done to a running Redis, the reason that is counted, words of the warning, and what
/// mends it.
type Fault = (fn(&mut Redis), &'static str, &'static str, fn(&mut Redis));

const FAULTS: [Fault; 3] = [
    (
        |redis| redis.kill().unwrap(),
        "unreachable",
        "Connection refused",
        |redis| redis.start_again().unwrap(),
    ),
    (
        |redis| redis.run(&["CLIENT", "PAUSE", "600000", "WRITE"]),
        "slow",
        "has not answered within 250 ms",
        |redis| redis.run(&["CLIENT", "UNPAUSE"]),
    ),
    (
        // Nobody listens at port 1.
        |redis| redis.run(&["REPLICAOF", "127.0.0.1", "1"]),
        "read_only",
        "READONLY",
        |redis| redis.run(&["REPLICAOF", "NO", "ONE"]),
    ),
];

#[test]
fn a_fault_costs_a_warning_and_goes_without_a_restart() {
    for (breaks, reason, words, mends) in FAULTS {
        let Some(mut scene) = Scene::start() else { return };
        let backend = json!({"redis_url": scene.url()});
        scene.publishes_until_it_is_left(&backend);
        breaks(&mut scene.redis);
        let warning = scene.publishes_with_a_warning(&backend, reason);
        assert!(warning.contains(words), "{reason}: {warning}");
        // More calls meet the pause, or the fault again.
        for _ in 0..3 {
            let answer = scene.publish(json!({"message": 1}), backend.clone());
            assert_eq!(answer["kafka_status"], "success", "{reason}: {answer}");
            assert_eq!(answer["warnings"].as_array().map(Vec::len), Some(1), "{answer}");
        }
        mends(&mut scene.redis);
        scene.publishes_until_it_is_left(&backend);
    }
}

#[test]
fn a_redis_that_starts_after_its_first_caller_is_found() {
    let Some(redis) = Redis::prepare().unwrap() else { return };
    let mut scene = Scene::with(redis, None);
    let backend = json!({"redis_url": scene.url()});
    let warning = scene.publishes_with_a_warning(&backend, "unreachable");
    assert!(warning.contains("no connection to 127.0.0.1:"), "{warning}");
    scene.redis.start_again().unwrap();
    scene.publishes_until_it_is_left(&backend);
}

#[test]
fn a_redis_that_restarts_between_two_calls_is_not_noticed() {
    let Some(mut scene) = Scene::start() else { return };
    let backend = json!({"redis_url": scene.url()});
    for id in ["before", "after"] {
        let ctx = json!({"message": 1, "trace_id": id});
        let answer = scene.publish(ctx, backend.clone());
        assert_eq!(answer.get("warnings"), None, "{answer}");
        let key = format!("kafka_queue:completion:{id}");
        assert_eq!(scene.completions(&key).len(), 1);
        scene.redis.kill().unwrap();
        scene.redis.start_again().unwrap();
    }
}

#[test]
fn a_server_that_accepts_and_says_nothing_is_slow_with_and_without_tls() {
    let Some(scene) = Scene::start() else { return };
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    for scheme in ["redis", "rediss"] {
        let url = format!("{scheme}://{}", mute.local_addr().unwrap());
        scene.publishes_with_a_warning(&json!({"redis_url": url}), "slow");
    }
    scene.publishes_until_it_is_left(&json!({"redis_url": scene.url()}));
}

#[test]
fn a_key_of_another_kind_is_the_server_s_refusal() {
    let Some(scene) = Scene::start() else { return };
    let () = scene.redis.run(&["SET", "kafka_queue:completion:t", "no list"]);
    let ctx = json!({"message": 1, "trace_id": "t"});
    let answer = scene.publish(ctx, json!({"redis_url": scene.url()}));
    assert_eq!(answer["kafka_status"], "success", "{answer}");
    assert!(answer["warnings"][0].as_str().unwrap().contains("WRONGTYPE"), "{answer}");
    assert_eq!(scene.failures("refused"), 1);
}

#[test]
fn a_redis_that_hangs_keeps_no_host_from_ending() {
    let Some(scene) = Scene::start() else { return };
    let () = scene.redis.run(&["CLIENT", "PAUSE", "600000", "WRITE"]);
    scene.publishes_with_a_warning(&json!({"redis_url": scene.url()}), "slow");
    let ended = scene.serve.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
}
