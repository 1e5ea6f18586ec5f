//! Brokers that go, come back and change their minds while records flow. The mock answers slowly until
//! the fault has begun, so that it always falls into the middle of the stream.

use std::thread::sleep;
use std::time::Duration;

use end_to_end::host::Output;
use end_to_end::mock::Mock;
use end_to_end::oracle::{Counters, Verdict};
use end_to_end::watch::Watch;
use rdkafka::types::RDKafkaRespErr::{
    self, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER as OUT_OF_ORDER,
};

use crate::kafka::{
    ORDERS, PARTITIONS, PATIENT, SOON, assert_all_there, cluster, narrow, numbered, sink,
};

const COUNT: u64 = 6_000;

/// What a stream that got through says.
struct Through {
    counters: Counters,
    /// Records that are in the topic twice.
    twice: u64,
    output: Output,
}

/// Runs a stream into a cluster to which something happens after a thousand records.
fn through(brokers: i32, config: &str, fault: impl FnOnce(&Mock, &Watch)) -> Through {
    let (through, verdict) = through_in_any_order(brokers, config, fault);
    verdict.assert_kept();
    through
}

/// The same where records may overtake each other.
fn through_in_any_order(
    brokers: i32,
    config: &str,
    fault: impl FnOnce(&Mock, &Watch),
) -> (Through, Verdict) {
    let (mock, watch) = cluster(brokers);
    let issued = numbered(COUNT);
    let stream = narrow(&sink(config, ""));
    let stream = stream.kafka(mock.bootstrap_servers()).with_records(&issued);
    mock.answer_after(Duration::from_millis(150));
    let run = stream.run().start();
    watch.wait_for("a thousand records", PATIENT, |read| read.len() >= 1_000);
    fault(&mock, &watch);
    mock.answer_after(Duration::ZERO);
    let output = run.wait().unwrap().expect_code(0);
    let counters = Counters::of(&output.json());
    let verdict = assert_all_there(&stream, &issued, watch, counters);
    (Through { counters, twice: verdict.duplicates, output }, verdict)
}

/// Waits for a record that was not there before.
fn wait_for_a_fresh_record(watch: &Watch) {
    let before = watch.count();
    assert!((before as u64) < COUNT, "the fault came too late");
    watch.wait_for("a fresh record", SOON, |read| read.len() > before);
}

#[test]
fn a_broker_goes_and_comes_back() {
    let Through { counters, .. } = through(3, "", |mock, watch| {
        mock.down(1);
        sleep(Duration::from_millis(700));
        mock.up(1);
        wait_for_a_fresh_record(watch);
    });
    assert_eq!(counters.rejected + counters.producer_rebuilt, 0, "{counters:?}");
}

#[test]
fn partitions_get_other_leaders() {
    let Through { counters, .. } = through(3, "", |mock, watch| {
        for partition in 0..PARTITIONS {
            mock.lead(ORDERS, partition, (partition + 1) % 3 + 1);
        }
        mock.answer_after(Duration::ZERO);
        wait_for_a_fresh_record(watch);
        for partition in 0..PARTITIONS {
            mock.lead(ORDERS, partition, partition + 1);
        }
    });
    assert_eq!(counters.rejected + counters.producer_rebuilt, 0, "{counters:?}");
}

#[test]
fn all_brokers_are_away_for_longer_than_any_timeout_of_the_client() {
    let short = ", request_timeout_ms: 500, librdkafka: {socket.timeout.ms: 1000}";
    let Through { counters, .. } = through(2, short, |mock, watch| {
        mock.all_down();
        sleep(Duration::from_secs(4));
        mock.answer_after(Duration::ZERO);
        mock.all_up();
        wait_for_a_fresh_record(watch);
    });
    assert_eq!(counters.rejected, 0, "{counters:?}");
}

#[test]
fn errors_that_pass_are_waited_out() {
    use RDKafkaRespErr::*;
    let passing = [
        RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
    ];
    // One request at a time: the mock stores a later one although an earlier one failed.
    let Through { counters, .. } = through(1, ", max_in_flight: 1", |mock, watch| {
        mock.fail_produce(&passing);
        mock.answer_after(Duration::ZERO);
        wait_for_a_fresh_record(watch);
    });
    assert_eq!(counters.rejected + counters.producer_rebuilt, 0, "{counters:?}");
}

/// The client gives up the records of a refused request and sends on what it has queued behind them,
/// which may arrive before those are written again.
#[test]
fn a_topic_that_is_forbidden_for_a_while_is_waited_for() {
    let (Through { counters, output, .. }, _) =
        through_in_any_order(1, ", max_in_flight: 1", |mock, watch| {
            mock.fail_produce(&[RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED; 3]);
            mock.answer_after(Duration::ZERO);
            wait_for_a_fresh_record(watch);
        });
    assert!(output.stderr.contains("are written again"), "{output}");
    assert_eq!(counters.rejected + counters.producer_rebuilt, 0, "{counters:?}");
}

#[test]
fn a_producer_that_is_broken_is_built_anew_and_nothing_is_lost() {
    let Through { counters, .. } = through(1, ", max_in_flight: 1", |mock, watch| {
        mock.fail_produce(&[OUT_OF_ORDER]);
        mock.answer_after(Duration::ZERO);
        wait_for_a_fresh_record(watch);
    });
    assert!(counters.producer_rebuilt >= 1, "{counters:?}");
    assert_eq!(counters.rejected, 0, "{counters:?}");
}

#[test]
fn a_full_queue_makes_the_source_wait_and_drops_nothing() {
    let tiny = ", buffer_memory: 20000, message_max_bytes: 10000";
    let Through { counters, twice, .. } = through(2, tiny, |_, _| {});
    assert_eq!(counters, Counters::all_delivered(COUNT));
    assert_eq!(twice, 0);
}
