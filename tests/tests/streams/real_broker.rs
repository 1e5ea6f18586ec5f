//! A stream into a real Apache Kafka that is restarted underneath it.

use std::time::Duration;

use end_to_end::apache::Apache;
use end_to_end::oracle::{Counters, Verdict};
use end_to_end::reader::read_topic;
use end_to_end::watch::Watch;

use crate::kafka::{ORDERS, PARTITIONS, PATIENT, SOON, narrow, numbered, sink};

const COUNT: u64 = 40_000;

#[test]
fn a_broker_that_is_killed_and_started_again_costs_no_record() {
    let Some(mut kafka) = Apache::start().unwrap() else { return };
    kafka.create_topic(ORDERS, PARTITIONS);
    let servers = kafka.bootstrap_servers().to_owned();
    let watch = Watch::start(&servers, ORDERS, PARTITIONS);
    let issued = numbered(COUNT);
    let stream = narrow(&sink(", linger_ms: 20", "").replace("linger_ms: 0, ", ""));
    let stream = stream.kafka(&servers).with_records(&issued);
    let run = stream.run().limit(Duration::from_secs(120)).start();
    watch.wait_for("a thousand records", PATIENT, |read| read.len() >= 1_000);
    kafka.kill().unwrap();
    assert!(run.is_running(), "the fault came too late");
    let before = watch.count();
    kafka.start_again().unwrap();
    watch.wait_for("a fresh record", SOON, |read| read.len() > before);
    let output = run.wait().unwrap().expect_code(0);
    let counters = Counters::of(&output.json());
    assert_eq!((counters.delivered, counters.in_flight), (COUNT, 0), "{output}");
    assert_eq!(stream.acknowledged(&issued), COUNT);
    drop(watch);
    let verdict = Verdict::of(&issued, 0..COUNT, &read_topic(&servers, ORDERS));
    verdict.assert_kept();
    assert_eq!(verdict.duplicates, 0, "one idempotent producer writes no record twice");
}
