//! What the host does with what a sink reports.

use end_to_end::oracle::Counters;
use end_to_end::stream::{Stream, eventually};

use crate::moody::{kept_position, lines, one_by_one, picked, position, run, start, values};

/// A sink whose first six writes are outstanding together.
const OUT: &str =
    "  - {id: out, uses: moody_sink, config: {path: '${env:DIR}/out', together: 6}}\n";

fn through(moods: &str) -> (Stream, Vec<String>) {
    let values = values(moods);
    (one_by_one(OUT).with_lines(lines(&values)), values)
}

/// What the file of the sink holds, as ids.
fn stored(stream: &Stream) -> Vec<u64> {
    let id = |line: String| {
        let value: serde_json::Value = serde_json::from_str(&line).expect("a value");
        value["id"].as_u64().expect("an id")
    };
    stream.lines("out").into_iter().map(id).collect()
}

/// Moods, the ids stored in their order, duplicates and rebuilt stages of a stream that succeeds.
const RECOVERED: [(&str, &[u64], u64, u64); 8] = [
    ("- - - - - - - -", &[0, 1, 2, 3, 4, 5, 6, 7], 0, 0),
    ("- - retriable-once - - - - -", &[0, 1, 2, 3, 4, 5, 6, 7], 0, 0),
    ("retriable-once retriable-once - retriable-once - - -", &[0, 1, 2, 3, 4, 5, 6], 0, 0),
    ("- fail-all-once - - - - -", &[0, 1, 2, 3, 4, 5, 6], 0, 0),
    ("- - client-fatal-once - - - - -", &[0, 1, 2, 3, 4, 5, 6, 7], 0, 1),
    ("- client-fatal-once - client-fatal-once - - -", &[0, 1, 2, 3, 4, 5, 6], 0, 2),
    ("- closed-door-once - - - - -", &[0, 1, 2, 3, 4, 5, 6], 0, 1),
    // Nothing else fails with it, so what was outstanding stays stored before it comes again.
    ("- unknown-once - - - - - -", &[0, 1, 2, 3, 4, 5, 1, 6, 7], 1, 0),
];

#[test]
fn what_failed_for_now_is_written_again_in_order_before_anything_new() {
    for (moods, expected, duplicates, producer_rebuilt) in RECOVERED {
        let (stream, values) = through(moods);
        let (output, counters) = run(&stream, 0);
        assert_eq!(stored(&stream), expected, "{moods}\n{output}");
        let all = Counters::all_delivered(values.len() as u64);
        assert_eq!(counters, Counters { duplicates, producer_rebuilt, ..all }, "{moods}");
        assert_eq!(kept_position(&stream), position(&values), "{moods}");
    }
}

/// Moods of streams that stop; how many records are acknowledged, and a part of the error.
const STOPPED: [(&str, u64, &str); 6] = [
    ("- - record-fatal - - -", 2, "the record said RecordFatal"),
    ("- config-fatal - - - -", 1, "the record said ConfigFatal"),
    ("- - lie-in-count - - -", 2, "stored and failed records are not as many as were written"),
    ("- - - lie-in-index - -", 3, "the sink's report contradicts itself"),
    ("lie-in-count - - - - -", 0, "nothing of it is believed"),
    ("- panic - - - -", 1, "as the record said"),
];

#[test]
fn what_cannot_be_stored_stops_the_stream_and_is_not_acknowledged() {
    for (moods, acknowledged, reason) in STOPPED {
        let (stream, values) = through(moods);
        let (output, counters) = run(&stream, 1);
        let answer = output.json();
        assert_eq!(answer["error"]["kind"], "step_failed", "{moods}\n{output}");
        assert_eq!(answer["error"]["step"], "out", "{moods}\n{output}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(reason), "{moods}: {message}");
        assert_eq!(counters.in_flight, 1, "{moods}: {counters:?}");
        assert_eq!(counters.delivered, counters.read - 1, "{moods}: {counters:?}");
        let behind = &values[..acknowledged as usize];
        assert_eq!(kept_position(&stream), position(behind), "{moods}\n{output}");
    }
}

#[test]
fn a_stopped_stream_goes_on_where_it_stopped() {
    let (stream, mut values) = through("- - record-fatal - - -");
    let (_, first) = run(&stream, 1);
    values[2] = values[2].replace("record-fatal", "reconsidered");
    let stream = stream.with_lines(lines(&values));
    let (output, counters) = run(&stream, 0);
    assert_eq!(counters, Counters::all_delivered(4), "{output}");
    let again = picked(&values, &[2, 3, 4, 5]);
    let stored = stream.lines("out");
    assert_eq!(stored[first.delivered as usize..], again, "{output}");
}

const DROPPED: &str =
    "  - {id: out, uses: moody_sink, config: {path: '${env:DIR}/out'}, on_error: drop}
";
const DEAD: &str = "  - {id: out, uses: moody_sink, config: {path: '${env:DIR}/out'}, on_error: {action: dlq, to: dead}}
  - {id: dead, uses: file_sink, config: {path: '${env:DIR}/dead'}}
";

#[test]
fn a_refused_record_ends_as_the_step_says() {
    let values = values("- record-fatal - - record-fatal -");
    let (read, delivered) = (6, 4);
    let ends = [
        (DROPPED, Counters { read, delivered, rejected: 2, ..Counters::default() }),
        (DEAD, Counters { read, delivered, dead_lettered: 2, ..Counters::default() }),
    ];
    for (steps, expected) in ends {
        let stream = one_by_one(steps).with_lines(lines(&values));
        let (output, counters) = run(&stream, 0);
        assert_eq!(counters, expected, "{output}");
        assert_eq!(stored(&stream), [0, 2, 3, 5], "{output}");
        assert_eq!(stream.lines("dead").len() as u64, expected.dead_lettered, "{output}");
        assert_eq!(kept_position(&stream), position(&values), "{output}");
    }
}

#[test]
fn a_write_without_end_leaves_its_record_in_flight() {
    let values = values("- hang - -");
    let out = "  - {id: out, uses: moody_sink, config: {path: '${env:DIR}/out'}}\n";
    let stream = one_by_one(out).with_lines(lines(&values));
    let (run, _tree) = start(&stream, &["--drain-timeout", "0.2"]);
    eventually("the records behind it are stored", || stream.lines("out").len() == 3);
    run.terminate().unwrap();
    let output = run.wait().unwrap().expect_code(143);
    let counters = Counters::of(&output.json());
    assert_eq!((counters.read, counters.delivered, counters.in_flight), (4, 3, 1), "{output}");
    assert_eq!(kept_position(&stream), position(&values[..1]), "{output}");
}

#[test]
fn a_panic_is_judged_by_no_on_error() {
    let values = values("- - panic - -");
    for steps in [DROPPED, DEAD] {
        let stream = one_by_one(steps).with_lines(lines(&values));
        let (output, counters) = run(&stream, 1);
        assert_eq!(output.json()["error"]["step"], "out", "{output}");
        assert_eq!((counters.rejected, counters.dead_lettered), (0, 0), "{output}");
        assert_eq!(counters.in_flight, 1, "{output}");
        assert_eq!(kept_position(&stream), position(&values[..2]), "{output}");
    }
}

#[test]
fn a_sink_that_keeps_the_thread_of_its_lane_is_left_behind() {
    let values = values("- - block - -");
    let out = "  - {id: out, uses: moody_sink, config: {path: '${env:DIR}/out'}}\n";
    let stream = one_by_one(out).with_lines(lines(&values));
    let (run, _tree) = start(&stream, &["--drain-timeout", "0"]);
    eventually("the records before it are stored", || stream.lines("out").len() == 2);
    run.terminate().unwrap();
    let output = run.wait().unwrap().expect_code(143);
    let counters = Counters::of(&output.json());
    assert_eq!((counters.read, counters.delivered), (3, 2), "{output}");
    assert_eq!(counters.in_flight, 1, "{output}");
}
