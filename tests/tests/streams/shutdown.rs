//! SIGINT and SIGTERM while records flow.

use std::time::Duration;

use end_to_end::host::Running;
use end_to_end::oracle::Counters;
use end_to_end::stream::{Stream, eventually};

use crate::kafka::{PATIENT, assert_complete, cluster, narrow, numbered, sink};
use crate::moody::start;

const COUNT: u64 = 6_000;

#[test]
fn a_signal_under_load_ends_the_run_well_and_the_next_one_goes_on() {
    let signals: [fn(&Running); 2] =
        [|run| run.interrupt().unwrap(), |run| run.terminate().unwrap()];
    for signal in signals {
        let (mock, watch) = cluster(1);
        let issued = numbered(COUNT);
        let stream = narrow(&sink("", "")).kafka(mock.bootstrap_servers()).with_records(&issued);
        mock.answer_after(Duration::from_millis(100));
        let run = stream.run().start();
        watch.wait_for("a thousand records", PATIENT, |read| read.len() >= 1_000);
        signal(&run);
        let output = run.wait().unwrap().expect_code(0);
        let first = Counters::of(&output.json());
        assert_eq!(first, Counters::all_delivered(first.read), "{output}");
        assert!(first.read < COUNT, "the signal came too late");
        assert_eq!(stream.acknowledged(&issued), first.read, "{output}");

        mock.answer_after(Duration::ZERO);
        let output = stream.run().output().expect_code(0);
        let second = Counters::of(&output.json());
        assert_eq!(second, Counters::all_delivered(COUNT - first.read), "{output}");
        let both = Counters::all_delivered(first.read + second.read);
        assert_eq!(assert_complete(&stream, &issued, watch, both), 0, "{output}");
    }
}

#[test]
fn what_cannot_be_finished_in_time_stays_in_flight_and_is_read_again() {
    for (drain, signal) in [("0", 130), ("0.4", 143)] {
        let (mock, watch) = cluster(1);
        let issued = numbered(COUNT);
        let stream = narrow(&sink("", "")).kafka(mock.bootstrap_servers()).with_records(&issued);
        mock.answer_after(Duration::from_millis(100));
        let run = stream.run_with(&["--drain-timeout", drain]).start();
        watch.wait_for("a thousand records", PATIENT, |read| read.len() >= 1_000);
        mock.all_down();
        if signal == 130 {
            run.interrupt().unwrap()
        } else {
            run.terminate().unwrap()
        }
        let output = run.wait().unwrap().expect_code(signal);
        let answer = output.json();
        let first = Counters::of(&answer);
        assert!(first.in_flight > 0, "{output}");
        assert_eq!(
            (&answer["success"], &answer["error"]["kind"]),
            (&false.into(), &"interrupted".into())
        );
        assert!(stream.acknowledged(&issued) <= first.delivered, "{output}");

        mock.all_up();
        mock.answer_after(Duration::ZERO);
        let acknowledged = stream.acknowledged(&issued);
        let output = stream.run().output().expect_code(0);
        let second = Counters::of(&output.json());
        assert_eq!(second, Counters::all_delivered(COUNT - acknowledged), "{output}");
        let both = Counters::all_delivered(acknowledged + second.read);
        assert_complete(&stream, &issued, watch, both);
    }
}

#[test]
fn a_source_that_waits_in_a_read_does_not_keep_a_signal_waiting() {
    let stream = Stream::new(
        "pipeline:\n  - {id: in, uses: stdin_source}\n  - {id: out, uses: file_sink, config: {path: \
         '${env:DIR}/out'}}\n",
    );
    let run = stream.run().stdin("1\n2\n").without_end_of_input().start();
    eventually("what was said is written", || stream.text("out") == "1\n2\n");
    run.terminate().unwrap();
    let output = run.wait().unwrap().expect_code(0);
    assert_eq!(Counters::of(&output.json()), Counters::all_delivered(2), "{output}");
}

#[test]
fn a_second_signal_ends_a_run_that_drains() {
    let stream = Stream::new(
        "pipeline:\n  - {id: moods, uses: moody_source, config: {journal: '${env:DIR}/journal', \
         batches: 1, records: 1, mood: hang, waits: true}}\n  - {id: out, uses: moody_sink, config: \
         {path: '${env:DIR}/out'}}\n",
    );
    let (run, _tree) = start(&stream, &[]);
    eventually("a record is in flight", || stream.path("out.held").exists());
    run.interrupt().unwrap();
    eventually("the stream drains", || stream.path("out.flushed").exists());
    run.terminate().unwrap();
    let output = run.wait().unwrap().expect_code(143);
    assert_eq!(stream.lines("journal"), Vec::<String>::new(), "{output}");
}
