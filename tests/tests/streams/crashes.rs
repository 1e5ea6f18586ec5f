//! kill -9 at any moment: nothing acknowledged is missing.

use std::thread;
use std::time::{Duration, Instant};

use end_to_end::oracle::{Counters, Random, Verdict};
use end_to_end::stream::eventually;

use crate::kafka::{cluster, narrow, numbered, sink};

const COUNT: u64 = 20_000;
const KILLS: usize = 20;

/// Killed when so many more records have arrived, or so much time has passed, whatever comes first.
#[test]
fn nothing_acknowledged_is_missing_after_any_of_twenty_kills() {
    let (mock, watch) = cluster(1);
    let issued = numbered(COUNT);
    let mut random = Random::new(issued.seed);
    let stream = narrow(&sink("", "")).kafka(mock.bootstrap_servers()).with_records(&issued);
    mock.answer_after(Duration::from_millis(20));
    for kill in 0..KILLS {
        let run = stream.run().start();
        let enough = watch.count() as u64 + random.below(300);
        let patience = Instant::now() + Duration::from_millis(random.below(1_500));
        while (watch.count() as u64) < enough && Instant::now() < patience {
            thread::sleep(Duration::from_millis(1));
        }
        assert!(run.is_running(), "run {kill} ended before it was killed");
        run.kill().unwrap();
        assert_eq!(run.wait().unwrap().code, None);
        let acknowledged = stream.acknowledged(&issued);
        eventually("what is acknowledged is there", || {
            Verdict::of(&issued, 0..acknowledged, &watch.so_far()).missing.is_empty()
        });
    }
    mock.answer_after(Duration::ZERO);
    let output = stream.run().output().expect_code(0);
    let counters = Counters::of(&output.json());
    assert_eq!(counters, Counters::all_delivered(counters.read), "{output}");
    Verdict::of(&issued, 0..COUNT, &watch.finish()).assert_kept();
    assert_eq!(stream.acknowledged(&issued), COUNT);
}
