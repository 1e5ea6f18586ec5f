//! Against a cluster that runs.

use super::*;
use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::{Value, json};

fn call(plugin: &EmbeddedKafka, input: Value) -> Result<Value, String> {
    call_with(plugin, input, json!({}))
}

fn call_with(plugin: &EmbeddedKafka, input: Value, config: Value) -> Result<Value, String> {
    let input: Input = serde_json::from_value(input).unwrap();
    let config: Config = serde_json::from_value(config).map_err(|error| error.to_string())?;
    let answer = plugin.answer(&input, &config, deadline(None)).map_err(|error| error.message)?;
    Ok(serde_json::to_value(answer).unwrap())
}

fn producer(plugin: &EmbeddedKafka) -> BaseProducer {
    let address = call(plugin, json!({})).unwrap();
    let servers = address["bootstrap_servers"].as_str().unwrap().to_owned();
    ClientConfig::new().set("bootstrap.servers", servers).create().unwrap()
}

fn record<'a>(partition: i32, value: &'a [u8]) -> BaseRecord<'a, [u8], [u8]> {
    BaseRecord::to("orders").partition(partition).payload(value).timestamp(1_700_000_000_123)
}

#[test]
fn what_was_written_is_read_in_the_order_of_partitions_and_offsets() {
    let plugin = EmbeddedKafka::default();
    let created =
        call(&plugin, json!({"operation": "create_topic", "topic": "orders", "partitions": 2}));
    assert_eq!(created.unwrap(), json!({"topic": "orders", "partitions": 2}));
    let producer = producer(&plugin);
    let headers = OwnedHeaders::new()
        .insert(Header { key: "a", value: Some("é".as_bytes()) })
        .insert(Header { key: "a", value: Some(&[0xff]) })
        .insert(Header { key: "none", value: None::<&[u8]> });
    producer.send(record(1, b"late").key(b"k").headers(headers)).unwrap();
    producer.send(record(0, "früh".as_bytes())).unwrap();
    producer.send(record(0, &[0xff, 0])).unwrap();
    let tombstone = BaseRecord::<[u8], [u8]>::to("orders").partition(0).key(b"");
    producer.send(tombstone.timestamp(1)).unwrap();
    producer.flush(PATIENCE).unwrap();

    let read = |partition: i32, offset: i64, timestamp: i64, key: Value, value: Value| {
        json!({"topic": "orders", "partition": partition, "offset": offset,
               "timestamp": timestamp, "key": key, "value": value, "headers": []})
    };
    let mut last = read(1, 0, 1_700_000_000_123, json!("k"), json!("late"));
    last["headers"] = json!([["a", "é"], ["a", {"$base64": "/w=="}], ["none", null]]);
    let all = json!([
        read(0, 0, 1_700_000_000_123, json!(null), json!("früh")),
        read(0, 1, 1_700_000_000_123, json!(null), json!({"$base64": "/wA="})),
        read(0, 2, 1, json!(""), json!(null)),
        last,
    ]);
    let answer = call(&plugin, json!({"operation": "read", "topic": "orders"})).unwrap();
    assert_eq!(answer, json!({"records": all, "dropped": 0}));
    let answer = call(&plugin, json!({"operation": "read", "topic": "orders", "max": 2})).unwrap();
    assert_eq!(answer["records"].as_array().unwrap(), &all.as_array().unwrap()[..2]);
}

#[test]
fn a_topic_is_made_once_and_an_unknown_one_is_not_made_by_reading() {
    let plugin = EmbeddedKafka::default();
    let read = |topic: &str| call(&plugin, json!({"operation": "read", "topic": topic}));
    let create = || call(&plugin, json!({"operation": "create_topic", "topic": "orders"}));
    let missing =
        |topics: &str| Err(format!("`topic`: there is no topic \"x\" (topics: {topics})"));
    assert_eq!(read("x"), missing("none"));
    assert_eq!(create().unwrap(), json!({"topic": "orders", "partitions": 4}));
    assert_eq!(create(), Err("`topic`: \"orders\" exists already".to_owned()));
    assert_eq!(read("x"), missing("orders"));
    assert_eq!(read("orders").unwrap(), json!({"records": [], "dropped": 0}));
}

#[test]
fn the_first_write_makes_a_topic_and_the_address_stays() {
    let plugin = EmbeddedKafka::default();
    let producer = producer(&plugin);
    producer.send(BaseRecord::<[u8], [u8]>::to("fresh").payload(b"1")).unwrap();
    producer.flush(PATIENCE).unwrap();
    let answer = call(&plugin, json!({"operation": "read", "topic": "fresh"})).unwrap();
    assert_eq!(answer["records"][0]["value"], "1");
    assert_eq!(call(&plugin, json!({})), call(&plugin, json!({"operation": "address"})));
}

#[test]
fn a_partition_beyond_its_memory_says_how_much_it_dropped() {
    let plugin = EmbeddedKafka::default();
    let producer = producer(&plugin);
    let megabyte = vec![b'x'; 900_000];
    for _ in 0..8 {
        producer.send(record(0, &megabyte)).unwrap();
        producer.flush(PATIENCE).unwrap();
    }
    let answer = call(&plugin, json!({"operation": "read", "topic": "orders"})).unwrap();
    let (kept, dropped) = (answer["records"].as_array().unwrap().len(), &answer["dropped"]);
    assert_eq!((kept, dropped), (5, &json!(3)));
}

/// What becomes of one record that is given a second.
fn written(producer: &BaseProducer) -> Result<(), String> {
    producer.send(record(0, b"1")).map_err(|(error, _)| error.to_string())?;
    producer.flush(Duration::from_secs(1)).map_err(|error| error.to_string())
}

#[test]
fn every_fault_can_be_undone() {
    let plugin = EmbeddedKafka::default();
    let three = || json!({"brokers": 3});
    let servers = call_with(&plugin, json!({}), three()).unwrap();
    assert_eq!(servers["bootstrap_servers"].as_str().unwrap().split(',').count(), 3);
    call(&plugin, json!({"operation": "create_topic", "topic": "orders", "partitions": 2}))
        .unwrap();
    let producer = producer(&plugin);
    written(&producer).unwrap();
    let faults = [
        (
            json!({"operation": "broker_down"}),
            json!({"broker": null, "state": "down"}),
            json!({"operation": "broker_up"}),
        ),
        (
            json!({"operation": "request_errors", "api": "Produce", "errors": ["NOT_LEADER_OR_FOLLOWER"], "count": 1000}),
            json!({"api": "Produce", "pending": 1000}),
            json!({"operation": "request_errors", "api": "Produce", "errors": []}),
        ),
        (
            json!({"operation": "round_trip_time", "ms": 5000}),
            json!({"broker": null, "ms": 5000}),
            json!({"operation": "round_trip_time", "ms": 0}),
        ),
    ];
    for (number, (fault, answer, undo)) in faults.into_iter().enumerate() {
        assert_eq!(call(&plugin, fault.clone()).unwrap(), answer);
        assert!(written(&producer).is_err(), "{fault} does no harm");
        call(&plugin, undo.clone()).unwrap();
        producer.flush(Duration::from_secs(30)).unwrap();
        let topics = call(&plugin, json!({"operation": "topics"})).unwrap();
        let records = number + 2;
        let expected = json!([{"topic": "orders", "partitions": 2, "records": records}]);
        assert_eq!(topics["topics"], expected, "after {undo}");
    }
}

#[test]
fn what_is_not_there_cannot_be_changed_and_the_first_call_sets_the_size() {
    let plugin = EmbeddedKafka::default();
    call(&plugin, json!({"operation": "create_topic", "topic": "orders"})).unwrap();
    let leader = |topic: &str, partition: i32, broker: i32| {
        let input = json!({"operation": "set_leader", "topic": topic, "partition": partition,
                           "broker": broker});
        call(&plugin, input).unwrap_err()
    };
    assert_eq!(
        leader("order", 0, 1),
        "`topic`: there is no topic \"order\"; did you mean `orders`? (topics: orders)"
    );
    assert_eq!(leader("orders", 4, 1), "`partition`: \"orders\" has 0 to 3, found 4");
    assert!(leader("orders", 0, 2).starts_with("`broker`: expected 1 to 1, found 2"));
    assert_eq!(
        call_with(&plugin, json!({}), json!({"brokers": 2})),
        Err("`brokers`: the cluster runs already, with 1; its first call decides for the life of \
             the process"
            .to_owned())
    );
    assert!(call_with(&plugin, json!({}), json!({"brokers": 1})).is_ok());
}

#[test]
fn a_leader_moves_and_records_at_a_broker_that_is_down_are_not_counted() {
    let plugin = EmbeddedKafka::default();
    call_with(&plugin, json!({}), json!({"brokers": 2})).unwrap();
    call(&plugin, json!({"operation": "create_topic", "topic": "orders", "partitions": 1}))
        .unwrap();
    let lead = |broker: i32| {
        let input = json!({"operation": "set_leader", "topic": "orders", "partition": 0,
                           "broker": broker});
        call(&plugin, input).unwrap()
    };
    let counted =
        || call(&plugin, json!({"operation": "topics"})).unwrap()["topics"][0]["records"].clone();
    let producer = producer(&plugin);
    for (count, broker) in [(1, 1), (2, 2)] {
        let expected = json!({"topic": "orders", "partition": 0, "broker": broker});
        assert_eq!(lead(broker), expected);
        producer.send(record(0, b"1")).unwrap();
        producer.flush(PATIENCE).unwrap();
        assert_eq!(counted(), count);
    }
    call(&plugin, json!({"operation": "broker_down", "broker": 2})).unwrap();
    assert_eq!(counted(), Value::Null);
    lead(1);
    assert_eq!(counted(), 2);
}
