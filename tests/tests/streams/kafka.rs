//! Numbered records from a file into a topic, and the verdict on what arrived.

use std::time::Duration;

use end_to_end::mock::Mock;
use end_to_end::oracle::{Counters, Numbered, Verdict, seed};
use end_to_end::stream::{SOURCE, Stream};
use end_to_end::watch::Watch;

/// The topic, and how many partitions it has.
pub const ORDERS: &str = "orders";
pub const PARTITIONS: i32 = 3;
/// How long a record may take to arrive where nothing is wrong any more.
pub const SOON: Duration = Duration::from_secs(10);
/// The same on a machine that does other things too.
pub const PATIENT: Duration = Duration::from_secs(40);

/// Records of about a hundred bytes, with a seed of their own for every run of the test.
pub fn numbered(count: u64) -> Numbered {
    Numbered { seed: seed(), count, keys: 17, pad: 100 }
}

/// A sink for keyed records; `config` goes on within the braces, `more` behind the step's own keys.
pub fn sink(config: &str, more: &str) -> String {
    format!(
        "  - id: out\n    uses: kafka_producer\n    config: {{bootstrap_servers: '${{env:KAFKA}}', \
         topic: {ORDERS}, linger_ms: 0{config}}}\n    with: {{key: '{{{{ record.value.key }}}}'}}\n\
         {more}"
    )
}

/// Small batches, few of them in flight: at most 800 records are under way at once.
pub fn narrow(steps: &str) -> Stream {
    let config = "config: {in_flight: 4, batch: {records: 200}}";
    Stream::new(&format!("{config}\npipeline:\n{SOURCE}{steps}"))
}

/// A mock cluster with the topic, and a reader of it.
pub fn cluster(brokers: i32) -> (Mock, Watch) {
    let mock = Mock::start(brokers, &[(ORDERS, PARTITIONS)]);
    let watch = Watch::start(mock.bootstrap_servers(), ORDERS, PARTITIONS);
    (mock, watch)
}

/// A stream that ended well: everything is in the topic and acknowledged. Answers the counters and how
/// many records are in the topic twice.
pub fn assert_complete(
    stream: &Stream,
    issued: &Numbered,
    watch: Watch,
    counters: Counters,
) -> u64 {
    let verdict = assert_all_there(stream, issued, watch, counters);
    verdict.assert_kept();
    verdict.duplicates
}

/// The same, but records may have overtaken each other.
pub fn assert_all_there(
    stream: &Stream,
    issued: &Numbered,
    watch: Watch,
    counters: Counters,
) -> Verdict {
    let verdict = Verdict::of(issued, 0..issued.count, &watch.finish());
    verdict.assert_nothing_lost();
    assert_eq!(counters.delivered, issued.count, "{counters:?}");
    assert_eq!(counters.in_flight, 0, "{counters:?}");
    assert_eq!(stream.acknowledged(issued), issued.count);
    verdict
}
