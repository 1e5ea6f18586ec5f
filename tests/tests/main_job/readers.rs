//! The two readers that judge every other test: they share no code, so they must agree.

use end_to_end::apache::{Apache, console};
use end_to_end::reader::{Record, read_topic};
use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use std::time::Duration;

const TIMESTAMP: i64 = 1_700_000_000_123;

/// A record with everything, one with nothing, and one with everything empty.
fn publish_samples(bootstrap_servers: &str, topic: &str) {
    let producer: BaseProducer =
        ClientConfig::new().set("bootstrap.servers", bootstrap_servers).create().unwrap();
    let headers = OwnedHeaders::new()
        .insert(Header { key: "tag", value: Some("first") })
        .insert(Header { key: "tag", value: Some("second") })
        .insert(Header::<&str> { key: "nothing", value: None });
    let full = BaseRecord::to(topic).partition(1).key("Zürich").payload("grün\t{\"a\":1}\n");
    let full = full.headers(headers).timestamp(TIMESTAMP);
    let nothing = BaseRecord::<str, str>::to(topic).partition(0).timestamp(TIMESTAMP);
    let empty = BaseRecord::to(topic).partition(1).key("").payload("").timestamp(TIMESTAMP);
    for record in [full, nothing, empty] {
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(Duration::from_secs(30)).unwrap();
}

fn samples() -> Vec<Record> {
    let record = |partition, offset, key: Option<&str>, value: Option<&str>| Record {
        partition,
        offset,
        timestamp: Some(TIMESTAMP),
        key: key.map(Into::into),
        value: value.map(Into::into),
        headers: Vec::new(),
    };
    let mut full = record(1, 0, Some("Zürich"), Some("grün\t{\"a\":1}\n"));
    full.headers = vec![
        ("tag".to_owned(), Some(b"first".to_vec())),
        ("tag".to_owned(), Some(b"second".to_vec())),
        ("nothing".to_owned(), None),
    ];
    vec![record(0, 0, None, None), full, record(1, 1, Some(""), Some(""))]
}

#[test]
fn both_readers_find_what_was_written() {
    let Some(kafka) = Apache::shared() else { return };
    kafka.create_topic("readers", 3);
    publish_samples(kafka.bootstrap_servers(), "readers");
    assert_eq!(read_topic(kafka.bootstrap_servers(), "readers"), samples());
    if let Some(records) = console::read_topic(kafka.bootstrap_servers(), "readers") {
        assert_eq!(records, samples());
    }
}

#[test]
fn an_empty_topic_has_no_records() {
    let Some(kafka) = Apache::shared() else { return };
    kafka.create_topic("readers.empty", 2);
    assert_eq!(read_topic(kafka.bootstrap_servers(), "readers.empty"), []);
}
