//! Against a cluster that runs.

use super::*;
use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::{Value, json};

fn call(plugin: &EmbeddedKafka, input: Value) -> Result<Value, String> {
    let input: Input = serde_json::from_value(input).unwrap();
    let answer = plugin.answer(&input, deadline(None)).map_err(|error| error.message)?;
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
