//! The producer when something is wrong: each record still ends in one state, and it is the right one.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use kafka_client::outgoing::RecordSlices;
use kafka_client::{BatchBuilder, ErrorClass, Outcome, Producer};
use support::{Cluster, PLAIN, block_on, delivered, in_a_minute, keyed_batch, settings};

#[test]
fn a_queue_that_stays_full_gives_records_back_at_the_deadline_and_not_before() {
    let slow = [("queue.buffering.max.messages", "10"), ("message.timeout.ms", "300000")];
    let narrow = settings("127.0.0.1:1", &slow);
    let producer = Producer::connect(&narrow).unwrap();
    let batch = keyed_batch("orders", 15).build();
    let begun = Instant::now();
    let publishing = producer.publish(batch, begun + Duration::from_millis(300));
    assert_eq!(publishing.in_flight(), 15);
    let outcomes = block_on(publishing);
    assert!(begun.elapsed() >= Duration::from_millis(300));
    assert!(begun.elapsed() < Duration::from_secs(5));
    let codes = outcomes.iter().map(|outcome| match outcome {
        Outcome::Failed(failure) => Some((failure.class, failure.code.as_str())),
        Outcome::Unknown { message } if message.starts_with("no delivery report came") => None,
        other => panic!("neither failed nor unknown in time: {other:?}"),
    });
    let never_sent = Some((ErrorClass::Retriable, "_QUEUE_FULL"));
    let expected = [[None; 10].as_slice(), &[never_sent; 5]].concat();
    assert_eq!(codes.collect::<Vec<_>>(), expected);
    producer.close(Duration::ZERO);
}

#[test]
fn a_record_larger_than_the_queue_is_refused_at_once_and_holds_nobody_back() {
    let cluster = Cluster::with_topic("orders", 1);
    let producer =
        Producer::connect(&cluster.settings(&[("queue.buffering.max.kbytes", "1")])).unwrap();
    let mut builder = BatchBuilder::default();
    for size in [500, 2000, 500] {
        let value = vec![b'x'; size];
        let record = RecordSlices { value: Some(&value), ..PLAIN };
        builder.append("orders", record).unwrap();
    }
    let begun = Instant::now();
    let outcomes = block_on(producer.publish(builder.build(), in_a_minute()));
    assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());
    let [Outcome::Delivered(_), Outcome::Failed(failure), Outcome::Delivered(_)] = &outcomes[..]
    else {
        panic!("{outcomes:?}")
    };
    let found = (failure.class, failure.code.as_str());
    assert_eq!(found, (ErrorClass::RecordFatal, "MSG_SIZE_TOO_LARGE"));
    assert!(failure.message.ends_with("larger than `queue.buffering.max.kbytes`"), "{failure:?}");
}

#[test]
fn a_closed_producer_refuses_records_and_says_so() {
    let producer = Arc::new(Producer::connect(&settings("127.0.0.1:1", &[])).unwrap());
    let held_elsewhere = Arc::clone(&producer);
    held_elsewhere.close(Duration::ZERO);
    let outcomes = block_on(producer.publish(keyed_batch("orders", 3).build(), in_a_minute()));
    assert_eq!(outcomes.len(), 3);
    for outcome in outcomes {
        let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
        assert_eq!((failure.class, failure.code.as_str()), (ErrorClass::ClientFatal, "_DESTROY"));
        assert!(failure.message.contains("the producer is closed"), "{}", failure.message);
    }
}

#[test]
fn a_broker_that_does_not_answer_leaves_records_unknown_at_the_deadline() {
    let cluster = Cluster::with_topic("orders", 1);
    let producer = Producer::connect(&cluster.settings(&[])).unwrap();
    delivered(&block_on(producer.publish(keyed_batch("orders", 1).build(), in_a_minute())));
    cluster.answer_after(Duration::from_secs(30));
    let begun = Instant::now();
    let deadline = begun + Duration::from_millis(400);
    let outcomes = block_on(producer.publish(keyed_batch("orders", 3).build(), deadline));
    assert!(begun.elapsed() < Duration::from_secs(10));
    let message = "no delivery report came in time".to_owned();
    assert_eq!(outcomes, vec![Outcome::Unknown { message }; 3]);
    producer.close(Duration::ZERO);
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_batch_past_its_deadline_is_not_handed_over() {
    let cluster = Cluster::with_topic("orders", 1);
    let producer = Producer::connect(&cluster.settings(&[])).unwrap();
    let outcomes = block_on(producer.publish(keyed_batch("orders", 300).build(), Instant::now()));
    assert_eq!(outcomes.len(), 300);
    for outcome in outcomes {
        let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
        assert_eq!(failure.code, "_MSG_TIMED_OUT");
    }
    assert_eq!(cluster.read("orders", 0).len(), 0);
}

#[test]
fn errors_of_the_broker_are_classed_and_retried_where_that_helps() {
    use rdkafka::types::RDKafkaRespErr::*;
    let table = [
        (RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, None),
        (
            RD_KAFKA_RESP_ERR_INVALID_RECORD,
            Some((ErrorClass::RecordFatal, false, "INVALID_RECORD")),
        ),
        (
            RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
            Some((ErrorClass::Retriable, true, "TOPIC_AUTHORIZATION_FAILED")),
        ),
        (
            RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
            Some((ErrorClass::ConfigFatal, false, "CLUSTER_AUTHORIZATION_FAILED")),
        ),
    ];
    for (error, expected) in table {
        let cluster = Cluster::with_topic("orders", 1);
        let settings = cluster.settings(&[("enable.idempotence", "false")]);
        let producer = Producer::connect(&settings).unwrap();
        cluster.fail_produce(&[error]);
        let mut builder = BatchBuilder::default();
        builder.append("orders", PLAIN).unwrap();
        let outcomes = block_on(producer.publish(builder.build(), in_a_minute()));
        let [outcome] = outcomes.as_slice() else { panic!("{outcomes:?}") };
        let found = match outcome {
            Outcome::Delivered(_) => None,
            Outcome::Failed(failure) => Some((failure.class, failure.topic, failure.code.as_str())),
            Outcome::Unknown { message } => panic!("unknown: {message}"),
        };
        assert_eq!(found, expected, "{error:?}");
    }
}

#[test]
fn a_fatal_error_ends_the_producer_and_says_so() {
    let cluster = Cluster::with_topic("orders", 1);
    let producer = Producer::connect(&cluster.settings(&[])).unwrap();
    let publish = || {
        let mut builder = BatchBuilder::default();
        builder.append("orders", PLAIN).unwrap();
        let mut outcomes = block_on(producer.publish(builder.build(), in_a_minute()));
        outcomes.remove(0)
    };
    delivered(&[publish()]);
    cluster.fail_produce(&[
        rdkafka::types::RDKafkaRespErr::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
    ]);
    let (first, second) = (publish(), publish());
    let Outcome::Failed(failure) = &second else { panic!("{first:?} {second:?}") };
    assert_eq!((failure.class, failure.code.as_str()), (ErrorClass::ClientFatal, "_FATAL"));
    let trouble = producer.trouble().unwrap();
    assert_eq!(trouble.class, ErrorClass::ClientFatal);
    assert_eq!(trouble.code, "OUT_OF_ORDER_SEQUENCE_NUMBER");
    assert!(failure.message.contains(&trouble.message), "{}", failure.message);
}

#[test]
fn a_record_sent_but_not_confirmed_in_time_is_unknown() {
    let cluster = Cluster::with_topic("orders", 1);
    let impatient = cluster.settings(&[("message.timeout.ms", "1500")]);
    let producer = Producer::connect(&impatient).unwrap();
    delivered(&block_on(producer.publish(keyed_batch("orders", 1).build(), in_a_minute())));
    cluster.answer_after(Duration::from_secs(6));
    let publishing = producer.publish(keyed_batch("orders", 3).build(), in_a_minute());
    let not_yet = "no delivery report has come yet".to_owned();
    assert_eq!(publishing.so_far(), vec![Outcome::Unknown { message: not_yet }; 3]);
    let outcomes = block_on(publishing);
    assert_eq!(outcomes.len(), 3);
    for outcome in outcomes {
        let Outcome::Unknown { message } = outcome else { panic!("{outcome:?}") };
        assert!(message.starts_with("no broker confirmed it in time"), "{message}");
    }
}

#[test]
fn a_refused_record_does_not_hold_back_its_neighbours() {
    let cluster = Cluster::with_topic("orders", 1);
    let producer = Producer::connect(&cluster.settings(&[("message.max.bytes", "1000")])).unwrap();
    let mut builder = BatchBuilder::default();
    let large = [b'x'; 2000];
    let headers: &[(&str, Option<&[u8]>)] = &[("h", Some(b"1"))];
    let too_large = RecordSlices { value: Some(&large), ..PLAIN };
    let nowhere = RecordSlices { partition: Some(99), ..PLAIN };
    for record in [PLAIN, too_large, PLAIN, RecordSlices { headers, ..too_large }, nowhere, PLAIN] {
        builder.append("orders", record).unwrap();
    }
    builder.append("no\0name", PLAIN).unwrap();
    // The topic must be known, or librdkafka takes partition 99 and refuses it later.
    producer.metadata(Duration::from_secs(10)).unwrap();
    let outcomes = block_on(producer.publish(builder.build(), in_a_minute()));
    let states: Vec<_> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Delivered(_) => None,
            Outcome::Failed(failure) => Some((failure.class, failure.topic, failure.code.as_str())),
            Outcome::Unknown { message } => panic!("unknown: {message}"),
        })
        .collect();
    let too_large = Some((ErrorClass::RecordFatal, false, "MSG_SIZE_TOO_LARGE"));
    let nowhere = Some((ErrorClass::Retriable, true, "_UNKNOWN_PARTITION"));
    let no_name = Some((ErrorClass::RecordFatal, false, "_INVALID_ARG"));
    assert_eq!(states, [None, too_large, None, too_large, nowhere, None, no_name]);
    assert_eq!(cluster.read("orders", 3).len(), 3);
}

#[test]
fn an_unreachable_broker_is_named_in_every_outcome() {
    let producer = Producer::connect(&settings("127.0.0.1:1", &[])).unwrap();
    let batch = keyed_batch("orders", 300).build();
    let begun = Instant::now();
    let outcomes = block_on(producer.publish(batch, in_a_minute()));
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert_eq!(outcomes.len(), 300);
    for outcome in &outcomes {
        let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
        assert_eq!(
            (failure.class, failure.code.as_str()),
            (ErrorClass::Retriable, "_MSG_TIMED_OUT")
        );
        assert!(failure.message.contains("127.0.0.1:1"), "{}", failure.message);
        assert!(failure.message.contains("Connection refused"), "{}", failure.message);
    }
    assert_eq!(producer.trouble().unwrap().code, "_TRANSPORT");
    let error = producer.metadata(Duration::from_millis(200)).unwrap_err().to_string();
    assert!(error.contains("Connection refused"), "{error}");
}

#[test]
fn a_bad_setting_is_named_without_its_value() {
    let table = [
        (
            "linger.ms",
            "canary",
            "librdkafka refuses the value of `linger.ms` (the value is not shown)",
        ),
        ("no.such", "canary", "librdkafka has no setting `no.such`"),
        (
            "client.id",
            "cana\0ry",
            "librdkafka refuses the value of `client.id` (the value is not shown)",
        ),
    ];
    for (key, value, expected) in table {
        let error = Producer::connect(&settings("127.0.0.1:1", &[(key, value)])).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}
