//! What is dialled was judged, whoever named it; what is refused is told at once.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

// The end-to-end tests have it, too.
#[path = "../../../../tests/src/fake_broker.rs"]
mod fake_broker;
mod support;

use std::time::{Duration, Instant};

use fake_broker::FakeBroker;
use kafka_client::address::{Policy, Profile};
use kafka_client::{
    ClientSettings, ErrorClass, Failure, LaneProducer, Outcome, Producer, REFUSED_ADDRESS,
};
use plugin_abi::{Batch, Buf, RecordMeta};
use support::{Cluster, block_on, delivered, in_a_minute, keyed_batch, settings};

/// What is told long before this is told because of the refusal, not because of a timeout.
const LONG: [(&str, &str); 2] = [("message.timeout.ms", "300000"), ("enable.idempotence", "false")];
const SOON: Duration = Duration::from_secs(20);

fn with_policy(servers: &str, policy: Policy) -> ClientSettings {
    let mut settings = settings(servers, &LONG);
    settings.policy = policy;
    settings
}

/// Publishes two records that cannot be delivered; gives the failure of both and the dials refused.
fn refused(settings: &ClientSettings) -> (Failure, u64) {
    let producer = Producer::connect(settings).unwrap();
    let begun = Instant::now();
    let outcomes = block_on(producer.publish(keyed_batch("orders", 2).build(), in_a_minute()));
    assert!(begun.elapsed() < SOON, "told only after {:?}", begun.elapsed());
    assert!(producer.is_hopeless());
    let (Some(Outcome::Failed(failure)), true) = (outcomes.first(), outcomes[0] == outcomes[1])
    else {
        panic!("{outcomes:?}")
    };
    (failure.clone(), producer.take_refused_dials())
}

fn assert_refused(failure: &Failure, start: &str) {
    assert_eq!((failure.class, failure.code.as_str()), (ErrorClass::ConfigFatal, REFUSED_ADDRESS));
    assert!(failure.message.starts_with(start), "{}", failure.message);
}

#[test]
fn an_advertised_metadata_service_is_never_dialled() {
    let broker = FakeBroker::advertising("169.254.169.254:9092");
    let (failure, dials) = refused(&with_policy(broker.address(), Policy::default()));
    assert_refused(
        &failure,
        "the broker address `169.254.169.254:9092` is refused: a link-local address, where clouds \
         serve their metadata; correct `bootstrap_servers` or the broker's `advertised.listeners`",
    );
    assert!(dials > 0);
}

#[test]
fn an_advertised_address_that_is_denied_sees_no_connection() {
    let secret = FakeBroker::advertising("127.0.0.2:1");
    let port = secret.address().rsplit_once(':').unwrap().1;
    let broker = FakeBroker::advertising(&format!("localhost:{port}"));
    let policy = Policy::new(Profile::Default, &[], &["localhost"]).unwrap();
    let (failure, _) = refused(&with_policy(broker.address(), policy));
    assert_refused(&failure, &format!("the broker address `localhost:{port}`, which resolves to "));
    assert!(failure.message.contains("denied by `localhost` in `security.deny`"));
    assert_eq!(secret.connections(), 0);
    assert!(broker.connections() > 0);
}

#[test]
fn in_strict_an_advertised_private_address_needs_a_rule_of_its_own() {
    let broker = FakeBroker::advertising("10.255.255.1:9092");
    let policy = Policy::new(Profile::Strict, &["127.0.0.1/32"], &[]).unwrap();
    let (failure, _) = refused(&with_policy(broker.address(), policy));
    assert_refused(
        &failure,
        "the broker address `10.255.255.1:9092` is refused: in a private network, and the profile \
         `strict` needs it in `security.allow`",
    );
}

#[test]
fn a_bootstrap_name_that_leads_to_a_denied_address_is_refused() {
    let listener = FakeBroker::advertising("127.0.0.1:1");
    let port = listener.address().rsplit_once(':').unwrap().1;
    let policy = Policy::new(Profile::Default, &[], &["127.0.0.0/8", "::1/128"]).unwrap();
    let (failure, dials) = refused(&with_policy(&format!("localhost:{port}"), policy));
    assert_refused(&failure, &format!("the broker address `localhost:{port}`, which resolves to "));
    assert_eq!(listener.connections(), 0);
    assert!(dials > 1, "a name may lead to several addresses");
}

#[test]
fn a_lane_hears_of_a_refused_address_and_dials_it_never() {
    let broker = FakeBroker::advertising("169.254.169.254:9092");
    let lane = LaneProducer::connect(&with_policy(broker.address(), Policy::default())).unwrap();
    let record = vec![RecordMeta::unkeyed()];
    let writing = lane.write(Batch::new(Buf::default(), record), "orders");
    let end = in_a_minute();
    while lane.take_refused_dials() == 0 {
        assert!(Instant::now() < end, "not dialled in a minute");
        std::thread::yield_now();
    }
    let trouble = lane.trouble().unwrap();
    assert_eq!((trouble.class, trouble.code.as_str()), (ErrorClass::ConfigFatal, REFUSED_ADDRESS));
    lane.close(Duration::ZERO);
    let undelivered = block_on(writing).undelivered;
    let [(0, Outcome::Failed(failure))] = undelivered.as_slice() else { panic!("{undelivered:?}") };
    assert_eq!(failure.code, REFUSED_ADDRESS);
}

#[test]
fn one_refused_address_stops_nothing_that_another_broker_takes() {
    let cluster = Cluster::with_topic("orders", 1);
    let mut settings = cluster.settings(&[]);
    let servers = format!("169.254.1.1:9092,{}", settings.get("bootstrap.servers").unwrap());
    settings.set("bootstrap.servers", servers);
    let producer = Producer::connect(&settings).unwrap();
    for _ in 0..3 {
        delivered(&block_on(producer.publish(keyed_batch("orders", 5).build(), in_a_minute())));
    }
    assert!(!producer.is_hopeless());
}
