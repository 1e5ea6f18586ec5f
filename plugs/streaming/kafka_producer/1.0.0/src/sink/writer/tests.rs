//! Against a mock cluster, which lives as long as its test.

use super::{Writer, is_broken_handshake};
use crate::config::Config;
use crate::settings::sink_settings;
use crate::sink::format::Format;
use crate::sink::prepare::{Origin, Preparation};
use crate::sink::screen::Screen;
use crate::sink::topics::Topics;
use kafka_client::{ClientTrouble, ErrorClass, LaneProducer};
use plugin_api::batch::{Buf, RecordMeta};
use plugin_api::sink::Report;
use plugin_api::{Arenas, Batch, Json};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

type Cluster = MockCluster<'static, DefaultProducerContext>;

fn cluster() -> Cluster {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("t", 1, 1).unwrap();
    cluster
}

/// A writer to the topic `t`; its serializer gives back what it gets.
fn writer(cluster: &Cluster, config: &str, origin: Option<Origin>, raw: &[(&str, &str)]) -> Writer {
    let config: Config = Json::from_text(config.to_owned()).unwrap().parse().unwrap();
    let mut settings = sink_settings(&config).map_err(|fault| fault.text).unwrap().settings;
    settings.set("bootstrap.servers", cluster.bootstrap_servers());
    for (name, value) in raw {
        settings.set(*name, *value);
    }
    let preparation = Preparation {
        topics: Topics::judge(&config).map_err(|fault| fault.text).unwrap().0,
        screen: Screen::new(config.security.content),
        origin,
        format: Format::new("json", Ok),
        message_max_bytes: *config.message_max_bytes,
    };
    let patience = Duration::from_millis((*config.topic_error_timeout_ms).into());
    Writer::new(LaneProducer::connect(&settings).unwrap(), preparation, patience)
}

/// Values one behind the other, each with its first byte as key; `None` is a tombstone.
fn batch(values: &[Option<&str>]) -> Batch {
    let (mut arena, mut records) = (b"k".to_vec(), Vec::new());
    for value in values {
        let flags = if value.is_some() { 0 } else { RecordMeta::NULL_VALUE };
        let text = value.unwrap_or_default();
        let (value_offset, value_len) = (arena.len() as u32, text.len() as u32);
        arena.extend_from_slice(text.as_bytes());
        let meta =
            RecordMeta { value_offset, value_len, key_len: 1, flags, ..RecordMeta::default() };
        records.push(meta);
    }
    Batch::new(Buf::from_vec(arena), records)
}

fn errors(report: &Report) -> Vec<(u32, u32)> {
    report.undelivered().iter().map(|error| (error.index, error.class.0)).collect()
}

/// Key and value of each record of `t`.
fn read(cluster: &Cluster, count: usize) -> Vec<(Option<String>, Option<String>)> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", cluster.bootstrap_servers()).set("group.id", "reader");
    let consumer: BaseConsumer = config.create().unwrap();
    let mut wanted = TopicPartitionList::new();
    wanted.add_partition_offset("t", 0, Offset::Beginning).unwrap();
    assert_eq!(consumer.fetch_watermarks("t", 0, Duration::from_secs(10)).unwrap().1, count as i64);
    consumer.assign(&wanted).unwrap();
    let text = |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
    let next = |_| {
        let message = consumer.poll(Duration::from_secs(30)).expect("a record in 30 s").unwrap();
        (text(message.key()), text(message.payload()))
    };
    (0..count).map(next).collect()
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a write on this thread; fails after a minute.
fn written(writer: &Writer, batch: Batch) -> Report {
    let mut future = pin!(writer.write(batch));
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        if let Poll::Ready(report) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return report;
        }
        assert!(Instant::now() < end, "the write has no report after a minute");
        thread::park_timeout(Duration::from_secs(1));
    }
}

#[test]
fn refused_records_do_not_hold_back_their_neighbours() {
    let cluster = cluster();
    let config =
        r#"{"topic":"t","linger_ms":0,"message_max_bytes":1000,"security":{"content":"reject"}}"#;
    let writer = writer(&cluster, config, None, &[]);
    let large = format!("\"{}\"", "x".repeat(998));
    let values = [Some("1"), Some("{"), Some("\"eval(1)\""), Some(&large), None, Some("[2]")];
    let report = written(&writer, batch(&values));
    let mut refused = errors(&report);
    refused.sort_unstable();
    assert_eq!((report.delivered, refused), (3, vec![(1, 2), (2, 2), (3, 2)]));
    let key = || Some("k".to_owned());
    let expected = [(key(), Some("1".to_owned())), (key(), None), (key(), Some("[2]".to_owned()))];
    assert_eq!(read(&cluster, 3), expected);
}

#[test]
fn objects_get_where_they_come_from() {
    let cluster = cluster();
    let text = |text: &str| format!("\"{text}\"");
    let origin = Origin {
        signal_type: text("quake"),
        trace_id: Some(text("t1")),
        source_plugin: Some(text("file_source")),
        plugin_version: None,
        arenas: Arenas::new(1024, 1),
    };
    let writer = writer(&cluster, r#"{"topic":"t","linger_ms":0}"#, Some(origin), &[]);
    assert_eq!(written(&writer, batch(&[Some(r#"{"a":1}"#), Some("2"), None])).delivered, 3);
    let records = read(&cluster, 3);
    let object = records[0].1.as_deref().unwrap();
    let start = r#"{"a":1,"_plugpipe_metadata":{"source_plugin":"file_source","signal_type":"quake","timestamp":""#;
    let end = r#"","trace_id":"t1","plugin_version":null}}"#;
    assert!(object.starts_with(start) && object.ends_with(end), "{object}");
    let rest: Vec<_> = records[1..].iter().map(|(_, value)| value.as_deref()).collect();
    assert_eq!(rest, [Some("2"), None]);
}

#[test]
fn a_forbidden_topic_is_tried_again_until_its_time_is_over() {
    let cluster = cluster();
    let forbidden = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    for (timeout_ms, class) in [(300_000, 1), (0, 2)] {
        let config =
            format!(r#"{{"topic":"t","linger_ms":0,"topic_error_timeout_ms":{timeout_ms}}}"#);
        let writer = writer(&cluster, &config, None, &[]);
        cluster.request_errors(RDKafkaApiKey::Produce, &[forbidden]);
        let report = written(&writer, batch(&[Some("1")]));
        assert_eq!((report.delivered, errors(&report)), (0, vec![(0, class)]), "{timeout_ms}");
    }
}

/// Something that speaks neither Kafka nor TLS, for as long as the test runs.
fn stranger() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            // Read first: closing with bytes unread would reset the connection, which is another error.
            let _ = client.read(&mut [0; 4096]);
            let _ = client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    address
}

#[test]
fn a_client_that_no_broker_lets_in_stops_the_stream_after_second_thoughts() {
    let (cluster, stranger) = (cluster(), stranger());
    let raw = [("security.protocol", "ssl"), ("bootstrap.servers", stranger.as_str())];
    let mut writer = writer(&cluster, r#"{"topic":"t"}"#, None, &raw);
    writer.second_thoughts = Duration::from_millis(300);
    let begun = Instant::now();
    for _ in 0..2 {
        let report = written(&writer, batch(&[Some("1"), Some("2")]));
        assert_eq!((report.delivered, errors(&report)), (0, vec![(0, 4), (1, 4)]));
        assert!(report.undelivered()[0].message().starts_with("_SSL: "), "{report:?}");
    }
    assert!(begun.elapsed() >= writer.second_thoughts);
}

#[test]
fn only_a_broken_handshake_may_pass_at_a_first_connection() {
    for (code, may_pass) in [
        ("_SSL", true),
        ("_AUTHENTICATION", false),
        ("SASL_AUTHENTICATION_FAILED", false),
        ("_UNSUPPORTED_FEATURE", false),
        ("CLUSTER_AUTHORIZATION_FAILED", false),
    ] {
        let (class, code) = (ErrorClass::ConfigFatal, code.to_owned());
        let trouble = ClientTrouble { class, code, message: String::new() };
        assert_eq!(is_broken_handshake(&trouble), may_pass, "{trouble:?}");
    }
}

#[test]
fn dead_letters_go_as_they_are() {
    let cluster = cluster();
    let config = r#"{"topic":"t","linger_ms":0,"security":{"content":"reject"}}"#;
    let writer = writer(&cluster, config, None, &[]);
    let values = [Some("\"eval(1)\""), Some("no JSON")];
    assert_eq!(errors(&written(&writer, batch(&values))), [(0, 2), (1, 2)]);
    let mut letters = batch(&values);
    letters.flags = Batch::DEAD_LETTERS;
    assert_eq!(written(&writer, letters).delivered, 2);
    let found: Vec<_> = read(&cluster, 2).into_iter().map(|(_, value)| value).collect();
    assert_eq!(found, values.map(|value| value.map(str::to_owned)));
}

#[test]
fn a_batch_of_compact_json_is_not_copied() {
    let cluster = cluster();
    let writer = writer(&cluster, r#"{"topic":"t"}"#, None, &[]);
    let batch = batch(&[Some(r#"{"a":1}"#), Some("2")]);
    let prepared = writer.preparation.prepare(batch.clone()).batch;
    assert_eq!(prepared.arena.as_slice().as_ptr(), batch.arena.as_slice().as_ptr());
    assert_eq!(prepared.records().as_ptr(), batch.records().as_ptr());
    assert_eq!(prepared.flags, Batch::COMPACT_JSON);
}
