//! A lane's producer against librdkafka's mock cluster: what is written is read back equal.
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
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use kafka_client::partitioner::murmur2_partition;
use kafka_client::{LaneProducer, Statistics, Writing};
use plugin_abi::{Arenas, Batch, RecordMeta};
use support::lane::{Given, PLAIN, assert_delivered, batch, keyed};
use support::{Cluster, Read, block_on};

/// Never times a record out.
const PATIENT: (&str, &str) = ("message.timeout.ms", "0");

fn connect(cluster: &Cluster, more: &[(&str, &str)]) -> LaneProducer {
    LaneProducer::connect(&cluster.settings(&[&[PATIENT], more].concat())).unwrap()
}

/// Every record of `keyed` once, each key in order and where the Java client puts it.
fn assert_keyed_records_arrived(records: Vec<Read>, partitions: i32) {
    let mut last: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    let mut seen = vec![false; records.len()];
    for record in records {
        let value = String::from_utf8(record.value.unwrap()).unwrap();
        let number: usize = value.strip_prefix("value ").unwrap().parse().unwrap();
        let key = record.key.unwrap();
        assert_eq!(key, format!("key-{}", number % 100).into_bytes());
        assert_eq!(record.partition, murmur2_partition(&key, partitions));
        assert!(!std::mem::replace(&mut seen[number], true), "record {number} came twice");
        let before = last.insert(key, number);
        assert!(before.is_none_or(|before| before < number), "a key out of order");
    }
    assert!(seen.iter().all(|seen| *seen));
}

#[test]
fn keyed_records_arrive_once_in_order_and_where_java_puts_them() {
    let cluster = Cluster::with_topic("orders", 4);
    let producer = connect(&cluster, &[]);
    let writing: Vec<Writing> =
        (0..10).map(|turn| producer.write(keyed(turn * 1000, 1000), "orders")).collect();
    for writing in writing {
        assert_delivered(&block_on(writing), 1000);
    }
    assert_keyed_records_arrived(cluster.read("orders", 10_000), 4);
}

#[test]
fn a_tiny_queue_holds_records_back_and_loses_none() {
    let cluster = Cluster::with_topic("orders", 4);
    let producer = connect(&cluster, &[("queue.buffering.max.messages", "100")]);
    let writing: Vec<Writing> =
        (0..10).map(|turn| producer.write(keyed(turn * 300, 300), "orders")).collect();
    assert!(producer.statistics().queued <= 100);
    for writing in writing {
        assert_delivered(&block_on(writing), 300);
    }
    assert_keyed_records_arrived(cluster.read("orders", 3000), 4);
    assert!(producer.statistics().queue_full > Duration::ZERO);
}

#[test]
fn a_batch_never_overtakes_one_that_waits_for_room() {
    let cluster = Cluster::with_topic("orders", 1);
    let producer = connect(&cluster, &[("queue.buffering.max.messages", "7")]);
    let write = |number: usize| {
        let (first, second) = (format!("{number} plain"), format!("{number} with a header"));
        let plain = Given { value: Some(first.as_bytes()), ..PLAIN };
        let headers: &[(&str, Option<&[u8]>)] = &[("h", None)];
        let headed = Given { value: Some(second.as_bytes()), headers, ..PLAIN };
        producer.write(batch(&[plain, headed]), "orders")
    };
    let writing: Vec<Writing> = (0..200).map(write).collect();
    for writing in writing {
        assert_delivered(&block_on(writing), 2);
    }
    let kinds = ["plain", "with a header"];
    let expected = (0..400).map(|number| format!("{} {}", number / 2, kinds[number % 2]));
    let read = cluster.read("orders", 400).into_iter().map(|record| record.value.unwrap());
    assert!(read.map(|value| String::from_utf8(value).unwrap()).eq(expected));
}

#[test]
fn records_without_a_key_stay_together() {
    let cluster = Cluster::with_topic("orders", 4);
    let producer = connect(&cluster, &[]);
    assert_delivered(&block_on(producer.write(batch(&[PLAIN; 500]), "orders")), 500);
    let read = cluster.read("orders", 500);
    assert!(
        read.iter().all(|record| record.partition == read[0].partition && record.key.is_none())
    );
}

#[test]
fn headers_tombstones_times_and_explicit_partitions_arrive_as_given() {
    let cluster = Cluster::with_topic("orders", 4);
    let producer = connect(&cluster, &[]);
    let headers: &[(&str, Option<&[u8]>)] =
        &[("a", Some(b"1")), ("null", None), ("a", Some(b"2")), ("empty", Some(b""))];
    let in_two = Given { partition: 2, ..PLAIN };
    let timestamp_ms = 1_600_000_000_123;
    let given = [
        Given { headers, ..in_two },
        Given { value: None, key: Some(b"gone"), ..in_two },
        Given { value: Some(b""), key: Some(b""), ..in_two },
        Given { timestamp_ms, ..in_two },
        in_two,
    ];
    assert_delivered(&block_on(producer.write(batch(&given), "orders")), 5);
    let read = cluster.read("orders", 5);
    let places: Vec<_> = read.iter().map(|record| (record.partition, record.offset)).collect();
    assert_eq!(places, [(2, 0), (2, 1), (2, 2), (2, 3), (2, 4)]);
    for (record, given) in read.iter().zip(&given) {
        assert_eq!((record.key.as_deref(), record.value.as_deref()), (given.key, given.value));
        let headers = given.headers.iter();
        let headers = headers.map(|(name, value)| ((*name).to_owned(), value.map(<[u8]>::to_vec)));
        assert_eq!(record.headers, headers.collect::<Vec<_>>());
    }
    assert_eq!(read[3].timestamp_ms, Some(timestamp_ms));
}

#[test]
fn a_record_goes_to_its_own_topic_and_else_to_the_sinks() {
    let cluster = Cluster::with_topic("orders", 1);
    cluster.add_topic("returns");
    let producer = connect(&cluster, &[]);
    let own = |number: usize| number.is_multiple_of(3).then_some("returns");
    let given: Vec<_> = (0..9).map(|number| Given { topic: own(number), ..PLAIN }).collect();
    assert_delivered(&block_on(producer.write(batch(&given), "orders")), 9);
    assert_eq!((cluster.read("orders", 6).len(), cluster.read("returns", 3).len()), (6, 3));
}

#[test]
fn a_forgotten_future_is_still_delivered_and_its_bytes_come_back() {
    let cluster = Cluster::with_topic("orders", 4);
    let producer = connect(&cluster, &[]);
    let arenas = Arenas::new(4096, 4);
    let block = arenas.take();
    let address = block.as_ptr();
    let records = vec![RecordMeta { value_len: 40, ..RecordMeta::unkeyed() }; 100];
    drop(producer.write(Batch::new(arenas.share(block), records), "orders"));
    assert!(producer.flush(Duration::from_secs(60)));
    let block = arenas.take();
    assert_eq!(block.as_ptr(), address);
    assert_eq!(cluster.read("orders", 100).len(), 100);
}

struct Note(Sender<&'static str>, &'static str);

impl Wake for Note {
    fn wake(self: Arc<Self>) {
        self.0.send(self.1).unwrap();
    }
}

#[test]
fn every_future_is_woken_whoever_serves_the_reports() {
    let cluster = Cluster::with_topic("orders", 4);
    let producer = connect(&cluster, &[("linger.ms", "50")]);
    let (woken, wakes): (Sender<&'static str>, Receiver<&'static str>) = channel();
    let names = ["dropped", "first", "second", "third"];
    let mut tasks: BTreeMap<&str, (Writing, Waker)> = names
        .into_iter()
        .map(|name| {
            let waker = Waker::from(Arc::new(Note(woken.clone(), name)));
            (name, (producer.write(keyed(0, 100), "orders"), waker))
        })
        .collect();
    let mut polled = names.iter().rev().copied().collect::<Vec<_>>();
    let mut delivered = Vec::new();
    loop {
        // "dropped" is polled last, so it would serve the reports.
        for name in polled.drain(..) {
            let Some((writing, waker)) = tasks.get_mut(name) else { continue };
            if let Poll::Ready(written) = Pin::new(writing).poll(&mut Context::from_waker(waker)) {
                delivered.push(written.delivered);
                tasks.remove(name);
            }
        }
        tasks.remove("dropped");
        if tasks.is_empty() {
            break;
        }
        polled.push(wakes.recv_timeout(Duration::from_secs(30)).expect("a wake in 30 s"));
    }
    assert!(delivered.len() >= 3 && delivered.iter().all(|count| *count == 100));
}

#[test]
fn statistics_tell_the_round_trip_once_librdkafka_does() {
    let cluster = Cluster::with_topic("orders", 1);
    let producer = connect(&cluster, &[("statistics.interval.ms", "50")]);
    let end = Instant::now() + Duration::from_secs(60);
    let told: Statistics = loop {
        assert_delivered(&block_on(producer.write(batch(&[PLAIN; 10]), "orders")), 10);
        let told = producer.statistics();
        if told.rtt_ms.is_some() {
            break told;
        }
        assert!(Instant::now() < end, "no statistics in a minute");
    };
    assert!(told.rtt_ms.is_some_and(|rtt| rtt > 0.0 && rtt < 30_000.0), "{told:?}");
    assert_eq!((told.queued, told.throttle_ms), (0, 0.0));
}

#[test]
fn an_empty_batch_is_ready_at_once() {
    let cluster = Cluster::with_topic("orders", 1);
    let producer = connect(&cluster, &[]);
    assert_delivered(&block_on(producer.write(batch(&[]), "orders")), 0);
}
