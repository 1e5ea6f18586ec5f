//! The producer against librdkafka's mock cluster: what is published is read back equal.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod support;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use kafka_client::outgoing::RecordSlices;
use kafka_client::{BatchBuilder, ErrorClass, Outcome, Producer};
use support::{Cluster, PLAIN, block_on, delivered, in_a_minute, keyed_batch, settings};

/// Reads `topic` and compares it with `keyed_batch`: every record once, order kept for each key.
fn assert_keyed_records_arrived(cluster: &Cluster, topic: &str, outcomes: &[Outcome]) {
    let places = delivered(outcomes);
    let records = cluster.read(topic, places.len());
    let mut last: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    let mut seen = vec![false; places.len()];
    for record in records {
        let value = String::from_utf8(record.value.unwrap()).unwrap();
        let number: usize = value.strip_prefix("value ").unwrap().parse().unwrap();
        let key = record.key.unwrap();
        assert_eq!(key, format!("key-{}", number % 100).into_bytes());
        assert_eq!(places[number], (record.partition, record.offset));
        assert!(!std::mem::replace(&mut seen[number], true), "record {number} came twice");
        let before = last.insert(key, number);
        assert!(before.is_none_or(|before| before < number), "a key out of order");
    }
    assert!(seen.iter().all(|seen| *seen));
}

#[test]
fn ten_thousand_keyed_records_are_read_back_equal_and_in_order() {
    let cluster = Cluster::with_topic("orders", 4);
    let producer = Producer::connect(&cluster.settings(&[])).unwrap();
    let batch = keyed_batch("orders", 10_000).build();
    let outcomes = block_on(producer.publish(batch, in_a_minute()));
    assert_keyed_records_arrived(&cluster, "orders", &outcomes);
    let partitions: Vec<i32> = delivered(&outcomes).iter().map(|place| place.0).collect();
    for (number, partition) in partitions.iter().enumerate() {
        let key = format!("key-{}", number % 100);
        let expected = kafka_client::partitioner::murmur2_partition(key.as_bytes(), 4);
        assert_eq!(*partition, expected);
    }
}

#[test]
fn small_batches_and_large_ones_put_a_key_into_the_same_partition() {
    let cluster = Cluster::with_topic("orders", 7);
    let producer = Producer::connect(&cluster.settings(&[])).unwrap();
    let mut partitions = Vec::new();
    for count in [100, 1000] {
        let batch = keyed_batch("orders", count).build();
        let outcomes = block_on(producer.publish(batch, in_a_minute()));
        partitions.push(delivered(&outcomes).iter().take(100).map(|place| place.0).collect());
    }
    let [small, large]: [Vec<i32>; 2] = partitions.try_into().unwrap();
    assert_eq!(small, large);
}

#[test]
fn a_full_queue_holds_records_back_and_loses_none() {
    let cluster = Cluster::with_topic("orders", 4);
    let narrow = cluster.settings(&[("queue.buffering.max.messages", "100")]);
    let producer = Producer::connect(&narrow).unwrap();
    let batch = keyed_batch("orders", 10_000).build();
    let outcomes = block_on(producer.publish(batch, in_a_minute()));
    assert_keyed_records_arrived(&cluster, "orders", &outcomes);
}

#[test]
fn a_batch_never_overtakes_one_that_waits_for_room() {
    let cluster = Cluster::with_topic("orders", 1);
    let narrow = cluster.settings(&[("queue.buffering.max.messages", "7")]);
    let producer = Producer::connect(&narrow).unwrap();
    let publish = |number: usize| {
        let mut builder = BatchBuilder::default();
        let (first, second) = (format!("{number} plain"), format!("{number} with a header"));
        let headers: &[(&str, Option<&[u8]>)] = &[("h", None)];
        for (value, headers) in [(first, [].as_slice()), (second, headers)] {
            let value = Some(value.as_bytes());
            builder.append("orders", RecordSlices { value, headers, ..PLAIN }).unwrap();
        }
        producer.publish(builder.build(), in_a_minute())
    };
    let publishing: Vec<_> = (0..200).map(publish).collect();
    let outcomes = publishing.into_iter().flat_map(block_on);
    let offsets: Vec<i64> =
        delivered(&outcomes.collect::<Vec<_>>()).iter().map(|at| at.1).collect();
    assert_eq!(offsets, (0..400).collect::<Vec<i64>>());
    let kinds = ["plain", "with a header"];
    let expected = (0..400).map(|number| format!("{} {}", number / 2, kinds[number % 2]));
    let read = cluster.read("orders", 400).into_iter().map(|record| record.value.unwrap());
    assert!(read.map(|value| String::from_utf8(value).unwrap()).eq(expected));
}

#[test]
fn many_threads_may_publish_at_once() {
    let cluster = Cluster::with_topic("orders", 4);
    let producer = Producer::connect(&cluster.settings(&[])).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for count in [1, 300, 1, 50, 1] {
                    let batch = keyed_batch("orders", count).build();
                    delivered(&block_on(producer.publish(batch, in_a_minute())));
                }
            });
        }
    });
    assert!(producer.flush(Duration::from_secs(10)));
    assert_eq!(cluster.read("orders", 8 * 353).len(), 8 * 353);
}

/// Drops the producer on the thread that wakes it.
struct DropOnWake(Mutex<Option<Producer>>, Sender<Option<String>>);

impl Wake for DropOnWake {
    fn wake(self: Arc<Self>) {
        drop(self.0.lock().unwrap().take());
        let thread = std::thread::current().name().map(str::to_owned);
        self.1.send(thread).unwrap();
    }
}

#[test]
fn the_producer_may_be_dropped_on_its_own_polling_thread() {
    let cluster = Cluster::with_topic("orders", 1);
    let producer = Producer::connect(&cluster.settings(&[("linger.ms", "200")])).unwrap();
    let batch = keyed_batch("orders", 5).build();
    let mut publishing = producer.publish(batch, in_a_minute());
    let (woken, wakes) = channel();
    let waker = Waker::from(Arc::new(DropOnWake(Mutex::new(Some(producer)), woken)));
    let mut context = Context::from_waker(&waker);
    assert!(Pin::new(&mut publishing).poll(&mut context).is_pending());
    let thread = wakes.recv_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(thread.as_deref(), Some("pp-kafka-poll"));
    delivered(&block_on(publishing));
}

#[test]
fn headers_tombstones_times_and_explicit_partitions_arrive_as_given() {
    let cluster = Cluster::with_topic("orders", 4);
    let producer = Producer::connect(&cluster.settings(&[])).unwrap();
    let headers: &[(&str, Option<&[u8]>)] =
        &[("a", Some(b"1")), ("null", None), ("a", Some(b"2")), ("empty", Some(b""))];
    let mut builder = BatchBuilder::default();
    let in_two = RecordSlices { partition: Some(2), ..PLAIN };
    let time = Some(1_600_000_000_123);
    let records = [
        RecordSlices { headers, ..in_two },
        RecordSlices { value: None, key: Some(b"gone"), ..in_two },
        RecordSlices { value: Some(b""), key: Some(b""), ..in_two },
        RecordSlices { timestamp_ms: time, ..in_two },
        in_two,
    ];
    for record in records {
        builder.append("orders", record).unwrap();
    }
    let outcomes = block_on(producer.publish(builder.build(), in_a_minute()));
    assert_eq!(delivered(&outcomes), [(2, 0), (2, 1), (2, 2), (2, 3), (2, 4)]);
    let read = cluster.read("orders", 5);
    assert_eq!(read[0].headers, headers.iter().map(owned_header).collect::<Vec<_>>());
    assert_eq!((read[1].key.as_deref(), &read[1].value), (Some(b"gone".as_slice()), &None));
    let empty = Some(b"".as_slice());
    assert_eq!((read[2].key.as_deref(), read[2].value.as_deref()), (empty, empty));
    assert_eq!(read[3].timestamp_ms, time);
    assert_eq!((&read[4].key, read[4].value.as_deref()), (&None, Some(b"v".as_slice())));
    assert!(read[4].headers.is_empty());
}

fn owned_header(header: &(&str, Option<&[u8]>)) -> (String, Option<Vec<u8>>) {
    (header.0.to_owned(), header.1.map(<[u8]>::to_vec))
}

#[test]
fn a_forgotten_future_is_still_delivered_and_close_ends_the_others() {
    let cluster = Cluster::with_topic("orders", 4);
    let producer = Producer::connect(&cluster.settings(&[])).unwrap();
    drop(producer.publish(keyed_batch("orders", 1000).build(), in_a_minute()));
    producer.close(Duration::from_secs(30));
    assert_eq!(cluster.read("orders", 1000).len(), 1000);

    let producer = Producer::connect(&settings("127.0.0.1:1", &[("message.timeout.ms", "300000")]));
    let producer = producer.unwrap();
    let narrow = keyed_batch("orders", 10).build();
    let publishing = producer.publish(narrow, in_a_minute());
    producer.close(Duration::ZERO);
    for outcome in block_on(publishing) {
        let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
        assert_eq!(
            (failure.class, failure.code.as_str()),
            (ErrorClass::ClientFatal, "_PURGE_QUEUE")
        );
    }
}

#[test]
fn without_acks_success_has_no_offset() {
    let cluster = Cluster::with_topic("orders", 1);
    let loose = cluster.settings(&[("enable.idempotence", "false"), ("acks", "0")]);
    let producer = Producer::connect(&loose).unwrap();
    let mut builder = BatchBuilder::default();
    builder.append("orders", PLAIN).unwrap();
    let outcomes = block_on(producer.publish(builder.build(), in_a_minute()));
    let [Outcome::Delivered(delivery)] = outcomes.as_slice() else { panic!("{outcomes:?}") };
    assert_eq!((delivery.partition, delivery.offset), (0, None));
}

#[test]
fn an_empty_batch_is_ready_at_once() {
    let producer = Producer::connect(&settings("127.0.0.1:1", &[])).unwrap();
    let batch = BatchBuilder::default().build();
    assert_eq!(block_on(producer.publish(batch, in_a_minute())), []);
}

#[test]
fn the_cluster_describes_itself() {
    let cluster = Cluster::with_topic("orders", 4);
    let producer = Producer::connect(&cluster.settings(&[])).unwrap();
    let described = producer.metadata(Duration::from_secs(10)).unwrap();
    assert_eq!(described.brokers.len(), 1);
    let [topic] = described.topics.as_slice() else { panic!("{:?}", described.topics) };
    assert_eq!((topic.name.as_str(), topic.partitions, &topic.error), ("orders", 4, &None));
    assert_eq!(topic.led.len(), 4);
}
