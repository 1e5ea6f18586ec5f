//! Topics that are looked for, made, or come while a call waits; and records with parts of their own.

use std::thread;
use std::time::{Duration, Instant};

use end_to_end::apache::Apache;
use end_to_end::host::Host;
use end_to_end::reader::read_topic;
use end_to_end::serve::Serve;
use serde_json::{Value, json};

fn serve() -> Serve {
    Serve::start(Host::shared().run(["serve", "--listen", "127.0.0.1:0"]))
}

fn call(serve: &Serve, ctx: &Value, cfg: &Value) -> Value {
    let body = json!({"ctx": ctx, "cfg": cfg});
    serve.post("/v1/plugins/kafka_producer/process", &body).expect(200)
}

#[test]
fn a_topic_that_is_required_and_missing_is_told_at_once() {
    let Some(apache) = Apache::shared() else { return };
    let serve = serve();
    let cfg = json!({"bootstrap_servers": apache.bootstrap_servers(), "ensure_topic": "require"});
    let to = |topic: &str| json!({"topic": topic, "value": 1});
    apache.create_topic("ensured-there", 1);
    let records = json!({"records": [to("ensured-missing"), to("ensured-there")]});
    let begun = Instant::now();
    let answer = call(&serve, &records, &cfg);
    assert!(begun.elapsed() < Duration::from_secs(15), "{answer}");
    assert_eq!(answer["kafka_status"], "partial", "{answer}");
    let missing = &answer["kafka_result"]["details"][0];
    assert_eq!(missing["error_type"], "ProducerConfigurationError", "{answer}");
    let error = missing["error"].as_str().expect("a text");
    assert!(
        error.contains("`ensure_topic: require`: there is no topic `ensured-missing`"),
        "{error}"
    );
    assert_eq!(read_topic(apache.bootstrap_servers(), "ensured-there").len(), 1);
}

#[test]
fn a_topic_that_the_embedded_broker_has_already_is_fine_and_one_it_cannot_make_is_not() {
    let serve = serve();
    // Another client asks again for a topic that the first one made.
    let cfg = |client: &str| json!({"bootstrap_servers": "embedded", "ensure_topic": "create", "client_id": client});
    let ctx = json!({"topic_override": "made-once", "message": 1});
    for client in ["first", "second"] {
        let answer = call(&serve, &ctx, &cfg(client));
        assert_eq!(answer["kafka_status"], "success", "{answer}");
    }
    let mut impossible = cfg("third");
    impossible["topic_settings"] = json!({"partitions": 1_000_000});
    let ctx = json!({"topic_override": "exists-not", "message": 1});
    let answer = call(&serve, &ctx, &impossible);
    assert_eq!(answer["kafka_status"], "error", "{answer}");
}

#[test]
fn a_topic_is_made_as_its_settings_say_or_refused_in_the_clusters_words() {
    let Some(apache) = Apache::shared() else { return };
    let serve = serve();
    let cfg = |settings: Value| {
        json!({
            "bootstrap_servers": apache.bootstrap_servers(),
            "ensure_topic": "create",
            "topic_settings": settings,
        })
    };
    let settings =
        json!({"partitions": 3, "replication": 1, "config": {"cleanup.policy": "compact"}});
    let record = |partition: i32| json!({"value": partition, "partition": partition, "key": "k"});
    let ctx = json!({"topic_override": "made", "records": [record(0), record(1), record(2)]});
    let answer = call(&serve, &ctx, &cfg(settings.clone()));
    assert_eq!(answer["kafka_status"], "success", "{answer}");
    let records = read_topic(apache.bootstrap_servers(), "made");
    assert_eq!(records.iter().map(|record| record.partition).collect::<Vec<_>>(), [0, 1, 2]);
    // The topic is compacted: that takes no record without a key.
    let unkeyed = json!({"topic_override": "made", "message": 1});
    let refused = call(&serve, &unkeyed, &cfg(settings));
    assert_eq!(refused["kafka_status"], "error", "{refused}");
    let many = json!({"topic_override": "made-wrong", "message": 1});
    let answer = call(&serve, &many, &cfg(json!({"replication": 3})));
    assert_eq!(answer["kafka_status"], "error", "{answer}");
    let error = answer["kafka_error"].as_str().expect("a text");
    assert!(
        error.contains("the topic `made-wrong` cannot be made: INVALID_REPLICATION_FACTOR"),
        "{error}"
    );
}

#[test]
fn a_topic_that_comes_while_a_call_waits_takes_its_records() {
    let Some(apache) = Apache::shared() else { return };
    let serve = serve();
    let servers = apache.bootstrap_servers();
    let cfg = json!({"bootstrap_servers": servers, "topic": "late"});
    let answer = thread::scope(|scope| {
        let call = scope.spawn(|| call(&serve, &json!({"messages": [1, 2, 3]}), &cfg));
        thread::sleep(Duration::from_secs(2));
        assert!(!call.is_finished(), "it waits for the topic");
        apache.create_topic("late", 1);
        call.join().expect("a call")
    });
    assert_eq!(answer["kafka_status"], "success", "{answer}");
    let records = read_topic(servers, "late");
    assert_eq!(records.iter().map(|record| record.text()).collect::<Vec<_>>(), ["1", "2", "3"]);
}

#[test]
fn records_have_parts_of_their_own_and_a_missing_value_is_a_tombstone() {
    let Some(apache) = Apache::shared() else { return };
    apache.create_topic("parts", 2);
    let cfg = json!({"bootstrap_servers": apache.bootstrap_servers(), "topic": "parts"});
    let ctx = json!({"signal_metadata": true, "headers": {"shared": "1"}, "records": [
        {"key": {"$base64": "/wA="}, "partition": 1, "timestamp": 1_517_966_773_840_u64},
        {"value": null, "partition": 1},
        {"partition": 1},
        {"value": "last", "partition": 1, "key": "", "headers": {"b": [{"$base64": "/w=="}, null, "x"]}},
    ]});
    let answer = call(&serve(), &ctx, &cfg);
    let details = answer["kafka_result"]["details"].as_array().expect("details");
    let statuses: Vec<&Value> = details.iter().map(|detail| &detail["status"]).collect();
    assert_eq!(statuses, ["success", "success", "error", "success"], "{answer}");
    assert!(
        details[2]["error"].as_str().is_some_and(|text| text.contains("needs a key")),
        "{answer}"
    );
    let records = read_topic(apache.bootstrap_servers(), "parts");
    let [tombstone, null, last] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((tombstone.key.as_deref(), &tombstone.value), (Some(&[0xff, 0][..]), &None));
    assert_eq!(tombstone.timestamp, Some(1_517_966_773_840));
    assert_eq!(tombstone.headers, [("shared".to_owned(), Some(b"1".to_vec()))]);
    assert_eq!((null.key_text(), null.text()), (None, "null"));
    assert_eq!((last.key_text(), last.text()), (Some(""), "\"last\""));
    let header = |value: Option<&[u8]>| ("b".to_owned(), value.map(<[u8]>::to_vec));
    assert_eq!(last.headers, [header(Some(&[0xff])), header(None), header(Some(b"x"))]);
}
