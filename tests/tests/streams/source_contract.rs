//! What the host does with what a source says, and what it tells it.

use end_to_end::oracle::Counters;
use end_to_end::stream::{Stream, eventually};

use crate::moody::{run, start};

/// A source of five batches of three records.
fn source(more: &str) -> Stream {
    Stream::new(&format!(
        "pipeline:\n  - {{id: moods, uses: moody_source, config: {{journal: '${{env:DIR}}/journal', \
         batches: 5, records: 3{more}}}}}\n  - {{id: out, uses: moody_sink, config: {{path: \
         '${{env:DIR}}/out'}}}}\n"
    ))
}

/// What a source hears of so many batches.
fn heard(batches: u64) -> Vec<String> {
    let acks = (0..batches).map(|batch| format!("ack {batch}"));
    acks.chain(["close".to_owned()]).collect()
}

#[test]
fn every_batch_is_acknowledged_in_order_and_then_the_source_is_closed() {
    for more in ["", ", trip_before: 0", ", trip_before: 3"] {
        let stream = source(more);
        let (output, counters) = run(&stream, 0);
        assert_eq!(counters, Counters::all_delivered(15), "{more}\n{output}");
        assert_eq!(stream.lines("journal"), heard(5), "{more}\n{output}");
        let expected: Vec<String> = (0..15).map(|id| format!("{{\"id\":{id}}}")).collect();
        assert_eq!(stream.lines("out"), expected, "{more}\n{output}");
    }
}

/// What goes wrong, how many batches are acknowledged, and a part of the error.
const STOPPED: [(&str, u64, &str); 3] = [
    (", fall_before: 3", 3, "the source fell"),
    (", jams: true", 5, "the source jams"),
    (", fall_before: 0", 0, "the source fell"),
];

#[test]
fn a_source_that_fails_stops_the_stream_after_what_it_gave_is_final() {
    for (more, batches, reason) in STOPPED {
        let stream = source(more);
        let (output, counters) = run(&stream, 1);
        assert_eq!(counters, Counters::all_delivered(3 * batches), "{more}\n{output}");
        let answer = output.json();
        assert_eq!(answer["error"]["message"], reason, "{output}");
        assert_eq!(answer["error"]["step"], "moods", "{output}");
        assert_eq!(stream.lines("journal"), heard(batches), "{more}\n{output}");
    }
}

#[test]
fn a_position_that_cannot_be_kept_stops_the_stream() {
    let stream = source(", forget: 2");
    let (output, counters) = run(&stream, 1);
    assert_eq!(output.json()["error"]["message"], "the position cannot be kept", "{output}");
    assert_eq!(counters.delivered, counters.read, "{output}");
    let journal = stream.lines("journal");
    assert_eq!(journal[..2], heard(2)[..2], "{output}");
}

#[test]
fn a_source_that_waits_is_left_when_the_stream_is_asked_to_stop() {
    let stream = source(", waits: true");
    let (run, _tree) = start(&stream, &[]);
    eventually("all is acknowledged", || stream.lines("journal").len() == 5);
    run.terminate().unwrap();
    let output = run.wait().unwrap().expect_code(0);
    assert_eq!(Counters::of(&output.json()), Counters::all_delivered(15), "{output}");
    assert_eq!(stream.lines("journal"), heard(5), "{output}");
}
