//! `operation: plan`: what a publish would send, without a connection to anybody.

use end_to_end::fake_broker::FakeBroker;
use serde_json::{Value, json};

use crate::service::{answer, serve, with};

#[test]
fn a_plan_shows_the_records_and_dials_nobody_whom_the_publish_would_dial() {
    let serve = serve("warn");
    let (broker, redis) =
        (FakeBroker::advertising("127.0.0.1:1"), FakeBroker::advertising("127.0.0.1:1"));
    let cfg = json!({
        "bootstrap_servers": broker.address(), "topic": "orders", "timeout_ms": 2000,
        "ensure_topic": "require",
        "redis_backend": { "enabled": true, "redis_url": format!("redis://{}/0", redis.address()) },
    });
    let ctx = json!({ "messages": [{"n": 1}, "two"], "partition_key": "k" });
    let planned = answer(&serve, &cfg, &with(&ctx, &json!({ "operation": "plan" })));
    assert_eq!(planned["kafka_status"], "planned", "{planned}");
    let records = planned["kafka_result"]["records"].as_array().unwrap().iter();
    let sizes: Vec<&Value> = records.map(|record| &record["size"]).collect();
    assert_eq!(sizes, [7, 5], "{planned}");
    assert_eq!((broker.connections(), redis.connections()), (0, 0), "a plan dialled");
    // The publish shows that both would have been dialled, and that there was time for it.
    let published = answer(&serve, &cfg, &ctx);
    assert_eq!(published["kafka_status"], "error", "{published}");
    let dialled = (broker.connections(), redis.connections());
    assert!(dialled.0 > 0 && dialled.1 > 0, "{dialled:?} {published}");
}
