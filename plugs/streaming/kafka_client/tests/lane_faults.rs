//! A lane's producer when something is wrong: each record still ends in one state, and it is the
//! right one.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod support;

use std::time::{Duration, Instant};

use kafka_client::{ErrorClass, LaneProducer, Outcome, Writing};
use plugin_abi::RecordMeta;
use rdkafka::types::RDKafkaRespErr::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER as OUT_OF_ORDER;
use support::lane::{Given, PLAIN, assert_delivered, batch, failures, keyed};
use support::{Cluster, block_on, settings};

/// Never times a record out.
const PATIENT: (&str, &str) = ("message.timeout.ms", "0");

fn connect(cluster: &Cluster, more: &[(&str, &str)]) -> LaneProducer {
    LaneProducer::connect(&cluster.settings(&[&[PATIENT], more].concat())).unwrap()
}

/// No broker is there.
fn alone(more: &[(&str, &str)]) -> LaneProducer {
    LaneProducer::connect(&settings("127.0.0.1:1", &[&[PATIENT], more].concat())).unwrap()
}

#[test]
fn a_refused_record_does_not_hold_back_its_neighbours() {
    let cluster = Cluster::with_topic("orders", 1);
    let producer = connect(&cluster, &[("message.max.bytes", "1000")]);
    let large = [b'x'; 2000];
    let headers: &[(&str, Option<&[u8]>)] = &[("h", Some(b"1"))];
    let too_large = Given { value: Some(&large), ..PLAIN };
    let nowhere = Given { partition: 99, ..PLAIN };
    let no_name = Given { topic: Some("no\0name"), ..PLAIN };
    let given =
        [PLAIN, too_large, PLAIN, Given { headers, ..too_large }, nowhere, PLAIN, no_name, PLAIN];
    let mut batch = batch(&given);
    batch.records_mut()[7].value_offset = u32::MAX;
    let written = block_on(producer.write(batch, "orders"));
    let expected = [
        (1, ErrorClass::RecordFatal, "MSG_SIZE_TOO_LARGE"),
        (3, ErrorClass::RecordFatal, "MSG_SIZE_TOO_LARGE"),
        (4, ErrorClass::RecordFatal, "_UNKNOWN_PARTITION"),
        (6, ErrorClass::RecordFatal, "_INVALID_ARG"),
        (7, ErrorClass::RecordFatal, "_INVALID_ARG"),
    ];
    assert_eq!((written.delivered, failures(&written)), (3, expected.to_vec()));
    assert_eq!(cluster.read("orders", 3).len(), 3);
}

#[test]
fn a_partition_that_is_not_there_is_the_records_fault_and_not_its_topics() {
    let cluster = Cluster::with_topic("orders", 2);
    let nowhere = Given { partition: 2, ..PLAIN };
    // With a partitioner of its own librdkafka hears of the partitions only after the hand-over.
    for partitioner in ["murmur2_random", "consistent_random"] {
        let producer = connect(&cluster, &[("partitioner", partitioner)]);
        let written = block_on(producer.write(batch(&[nowhere, PLAIN]), "orders"));
        assert_eq!(written.delivered, 1);
        let [(0, Outcome::Failed(failure))] = written.undelivered.as_slice() else {
            panic!("{partitioner}: {written:?}")
        };
        let expected = (ErrorClass::RecordFatal, false, "_UNKNOWN_PARTITION");
        assert_eq!((failure.class, failure.topic, failure.code.as_str()), expected);
        assert_eq!(failure.message, "the topic has no partition 2");
    }
}

#[test]
fn what_points_outside_its_batch_is_refused_and_never_a_tombstone() {
    let cluster = Cluster::with_topic("orders", 1);
    let producer = connect(&cluster, &[]);
    let headers: &[(&str, Option<&[u8]>)] = &[("h", Some(b"1"))];
    let edits: [fn(&mut RecordMeta); 5] = [
        |record| record.value_len = u32::MAX,
        |record| record.key_offset = u32::MAX,
        |record| record.header_start = 7,
        |record| record.header_count = 2,
        |record| record.topic = 5,
    ];
    for (number, edit) in edits.into_iter().enumerate() {
        let mut batch = batch(&[Given { key: Some(b"k"), headers, ..PLAIN }, PLAIN]);
        edit(&mut batch.records_mut()[0]);
        let written = block_on(producer.write(batch, "orders"));
        let expected = vec![(0, ErrorClass::RecordFatal, "_INVALID_ARG")];
        assert_eq!((written.delivered, failures(&written)), (1, expected), "edit {number}");
    }
    assert_eq!(cluster.read("orders", 5).len(), 5);
}

#[test]
fn a_record_that_no_queue_can_hold_is_refused_instead_of_waiting_for_ever() {
    let cluster = Cluster::with_topic("orders", 1);
    let producer = connect(&cluster, &[("queue.buffering.max.kbytes", "1")]);
    let large = [b'x'; 2000];
    let given = [PLAIN, Given { value: Some(&large), ..PLAIN }, PLAIN];
    let written = block_on(producer.write(batch(&given), "orders"));
    let expected = vec![(1, ErrorClass::RecordFatal, "MSG_SIZE_TOO_LARGE")];
    assert_eq!((written.delivered, failures(&written)), (2, expected));
}

#[test]
fn a_broker_that_goes_and_comes_back_costs_no_record() {
    let cluster = Cluster::with_topic("orders", 4);
    let producer = connect(&cluster, &[("reconnect.backoff.max.ms", "200")]);
    assert_delivered(&block_on(producer.write(keyed(0, 500), "orders")), 500);
    cluster.broker_down();
    let writing: Vec<Writing> =
        (1..6).map(|turn| producer.write(keyed(turn * 500, 500), "orders")).collect();
    // The lane hears of it before the broker is back.
    let end = Instant::now() + Duration::from_secs(60);
    while producer.trouble().is_none() && Instant::now() < end {
        std::thread::yield_now();
    }
    assert_eq!(producer.trouble().map(|trouble| trouble.class), Some(ErrorClass::Retriable));
    cluster.broker_up();
    for writing in writing {
        assert_delivered(&block_on(writing), 500);
    }
    assert_eq!(producer.trouble(), None);
    assert_eq!(cluster.read("orders", 3000).len(), 3000);
}

#[test]
fn after_a_fatal_error_nothing_is_called_delivered_that_was_not() {
    let cluster = Cluster::with_topic("orders", 1);
    let producer = connect(&cluster, &[]);
    assert_delivered(&block_on(producer.write(keyed(0, 100), "orders")), 100);
    // One for each request that may be on its way: the batch may leave in several.
    cluster.fail_produce(&[OUT_OF_ORDER; 5]);
    let first = block_on(producer.write(keyed(100, 100), "orders"));
    assert_eq!((first.delivered, first.undelivered.len()), (0, 100));
    for (index, outcome) in &first.undelivered {
        let Outcome::Failed(failure) = outcome else { continue };
        assert_eq!(failure.class, ErrorClass::ClientFatal, "record {index}: {failure:?}");
    }
    let second = block_on(producer.write(keyed(200, 3), "orders"));
    let fatal = |index| (index, ErrorClass::ClientFatal, "_FATAL");
    assert_eq!((second.delivered, failures(&second)), (0, (0..3).map(fatal).collect()));
    let trouble = producer.trouble().unwrap();
    assert_eq!(trouble.class, ErrorClass::ClientFatal);
    assert_eq!(trouble.code, "OUT_OF_ORDER_SEQUENCE_NUMBER");
    assert_eq!(cluster.read("orders", 100).len(), 100);
}

#[test]
fn closing_ends_every_future_and_refuses_what_comes_later() {
    let producer = alone(&[("queue.buffering.max.messages", "150")]);
    let writing: Vec<Writing> =
        (0..3).map(|turn| producer.write(keyed(turn * 100, 100), "orders")).collect();
    producer.close(Duration::ZERO);
    for writing in writing {
        let written = block_on(writing);
        let purged = |index| (index, ErrorClass::ClientFatal, "_PURGE_QUEUE");
        assert_eq!((written.delivered, failures(&written)), (0, (0..100).map(purged).collect()));
    }
    let written = block_on(producer.write(keyed(0, 2), "orders"));
    let refused = |index| (index, ErrorClass::ClientFatal, "_DESTROY");
    assert_eq!((written.delivered, failures(&written)), (0, (0..2).map(refused).collect()));
}

#[test]
fn what_was_sent_and_not_answered_is_unknown_when_the_producer_closes() {
    let cluster = Cluster::with_topic("orders", 1);
    let producer = connect(&cluster, &[]);
    assert_delivered(&block_on(producer.write(keyed(0, 1), "orders")), 1);
    cluster.answer_after(Duration::from_secs(60));
    let writing = producer.write(keyed(1, 3), "orders");
    // Long enough for the records to leave; without that they would be certain failures.
    assert!(!producer.flush(Duration::from_millis(500)));
    producer.close(Duration::ZERO);
    let written = block_on(writing);
    assert_eq!((written.delivered, written.undelivered.len()), (0, 3));
    for (index, outcome) in written.undelivered {
        assert!(matches!(outcome, Outcome::Unknown { .. }), "record {index}: {outcome:?}");
    }
}

#[test]
fn a_producer_dropped_with_work_in_flight_ends_its_futures() {
    let producer = alone(&[]);
    let writing = producer.write(keyed(0, 10), "orders");
    drop(producer.write(keyed(10, 10), "orders"));
    drop(producer);
    let written = block_on(writing);
    assert_eq!((written.delivered, failures(&written).len()), (0, 10));
}
