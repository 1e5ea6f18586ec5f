//! What the host does with what a transform gives back.

use end_to_end::oracle::Counters;
use end_to_end::stream::{SOURCE, Stream};

use crate::moody::{kept_position, lines, position, run, values};

const OUT: &str = "  - {id: out, uses: moody_sink, config: {path: '${env:DIR}/out'}}\n";

/// All values in one batch through a transform whose step goes on with `more`.
fn through(moods: &str, more: &str) -> (Stream, Vec<String>) {
    let values = values(moods);
    let change = format!("  - {{id: change, uses: moody_transform{more}}}\n");
    let stream = Stream::new(&format!("pipeline:\n{SOURCE}{change}{OUT}"));
    (stream.with_lines(lines(&values)), values)
}

fn counters(ends: [u64; 5]) -> Counters {
    let [delivered, dead_lettered, rejected, filtered, in_flight] = ends;
    let read = ends.iter().sum();
    Counters {
        read,
        delivered,
        dead_lettered,
        rejected,
        filtered,
        in_flight,
        ..Counters::default()
    }
}

/// Moods, what the step says beside its name, the records delivered, dead-lettered, rejected, filtered
/// and in flight, and the ids that arrive.
const ENDS: [(&str, &str, [u64; 5], &str); 10] = [
    ("- - -", "", [3, 0, 0, 0, 0], "0 1 2"),
    ("- split -", "", [3, 0, 0, 0, 0], "0 1 1 2"),
    ("- drop vanish -", "", [2, 0, 0, 2, 0], "0 3"),
    ("drop vanish drop", "", [0, 0, 0, 3, 0], ""),
    ("- refuse split -", ", on_error: drop", [3, 0, 1, 0, 0], "0 2 2 3"),
    ("split vanish refuse", ", on_error: drop", [1, 0, 1, 1, 0], "0 0"),
    ("- fail-all -", ", on_error: drop", [0, 0, 3, 0, 0], ""),
    ("- panic -", ", on_error: drop", [0, 0, 3, 0, 0], ""),
    // What passes by keeps its place among what was changed.
    ("- drop - drop split", ", when: 'record.value.id != 3'", [4, 0, 0, 1, 0], "0 2 3 4 4"),
    ("- drop split", ", when: 'record.value.id > 9'", [3, 0, 0, 0, 0], "0 1 2"),
];

#[test]
fn every_origin_ends_in_one_state_whatever_becomes_of_its_records() {
    for (moods, more, ends, arrived) in ENDS {
        let (stream, values) = through(moods, more);
        let (output, found) = run(&stream, 0);
        assert_eq!(found, counters(ends), "{moods}{more}\n{output}");
        assert_eq!(ids(&stream, "out"), arrived, "{moods}{more}\n{output}");
        assert_eq!(kept_position(&stream), position(&values), "{moods}{more}");
    }
}

/// The ids in a file, with spaces between them.
fn ids(stream: &Stream, file: &str) -> String {
    let id = |line: String| {
        let value: serde_json::Value = serde_json::from_str(&line).expect("a value");
        value["id"].to_string()
    };
    stream.lines(file).into_iter().map(id).collect::<Vec<_>>().join(" ")
}

/// Moods, what the step says, and a part of the error.
const STOPPED: [(&str, &str, &str); 5] = [
    ("- fail-all -", "", "the whole batch"),
    ("- stray -", "", "a record of origin 4294967295, of 3"),
    ("- stray -", ", on_error: drop", "a record of origin 4294967295, of 3"),
    ("- config-fatal -", ", on_error: drop", "a person has to act"),
    ("- panic -", "", "as the record said"),
];

#[test]
fn a_batch_that_cannot_be_transformed_stops_the_stream() {
    for (moods, more, reason) in STOPPED {
        let (stream, _) = through(moods, more);
        let (output, found) = run(&stream, 1);
        assert_eq!(found, counters([0, 0, 0, 0, 3]), "{moods}{more}\n{output}");
        let answer = output.json();
        assert_eq!(answer["error"]["step"], "change", "{output}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(reason), "{moods}{more}: {message}");
        assert_eq!(kept_position(&stream), 0, "{moods}{more}");
    }
}

#[test]
fn a_refused_record_is_dead_lettered_as_the_transform_was_given_it() {
    let values = values("split - refuse split");
    let change = "  - {id: change, uses: moody_transform, on_error: {action: dlq, to: dead}}\n";
    let dead = "  - {id: dead, uses: moody_sink, config: {path: '${env:DIR}/dead'}}\n";
    let stream = Stream::new(&format!("pipeline:\n{SOURCE}{change}{OUT}{dead}"));
    let stream = stream.with_lines(lines(&values));
    let (output, found) = run(&stream, 0);
    assert_eq!(found, counters([3, 1, 0, 0, 0]), "{output}");
    assert_eq!(stream.lines("dead"), values[2..3], "{output}");
    assert_eq!(ids(&stream, "out"), "0 0 1 3 3", "{output}");
}
