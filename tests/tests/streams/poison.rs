//! One record in ten thousand that no sink can take.

use end_to_end::mock::Mock;
use end_to_end::oracle::{Counters, Numbered, Verdict};
use end_to_end::reader::read_topic;
use end_to_end::stream::{SOURCE, Stream};
use end_to_end::watch::Watch;

use crate::kafka::{ORDERS, PARTITIONS, PATIENT, narrow, numbered, sink};

const COUNT: u64 = 10_000;
const POISON: u64 = 6_001;
/// No JSON, as long as it looks like a record.
const VALUE: &str = r#"{"id":6001,"key":"k0","pad":nothing}"#;

const DEAD_TOPIC: &str = "orders.dead";

/// All records with the poison in the place of one.
fn lines(issued: &Numbered) -> String {
    issued.lines().replacen(&issued.value(POISON), VALUE, 1)
}

fn all_but_the_poison() -> impl Iterator<Item = u64> {
    (0..COUNT).filter(|id| *id != POISON)
}

fn dead_letters(address: &str) -> String {
    format!(
        "    on_error: {{action: dlq, to: dead}}\n  - id: dead\n    uses: kafka_producer\n    \
         config: {{bootstrap_servers: '{address}', topic: {DEAD_TOPIC}, linger_ms: 0}}\n"
    )
}

struct Poisoned {
    mock: Mock,
    watch: Watch,
    issued: Numbered,
    stream: Stream,
}

/// A stream with the poison in it, and `more` behind the sink.
fn poisoned(more: &str) -> Poisoned {
    let mock = Mock::start(1, &[(ORDERS, PARTITIONS), (DEAD_TOPIC, 1)]);
    let watch = Watch::start(mock.bootstrap_servers(), ORDERS, PARTITIONS);
    let issued = numbered(COUNT);
    // The key comes from a part that is read without looking at the rest.
    let stream = narrow(&sink("", more)).kafka(mock.bootstrap_servers());
    let stream = stream.with_lines(lines(&issued));
    Poisoned { mock, watch, issued, stream }
}

#[test]
fn it_stops_the_stream_and_nothing_is_acknowledged_past_it() {
    let Poisoned { mock: _mock, watch, issued, stream } = poisoned("");
    let output = stream.run().output().expect_code(1);
    let answer = output.json();
    assert_eq!(answer["error"]["step"], "out", "{output}");
    let counters = Counters::of(&answer);
    assert_eq!((counters.rejected, counters.in_flight), (0, 1), "{output}");
    assert_eq!(counters.delivered, counters.read - 1, "{output}");
    let acknowledged = stream.acknowledged(&issued);
    assert!(acknowledged <= POISON, "{acknowledged} are acknowledged");
    // Batches are whole: the last one before the poison ends there.
    assert_eq!(acknowledged, POISON - POISON % 200, "{output}");
    let read = watch.finish();
    assert_eq!(read.len() as u64, counters.delivered, "{output}");
    Verdict::of(&issued, (0..counters.read).filter(|id| *id != POISON), &read).assert_kept();
}

#[test]
fn it_is_dropped_where_the_step_says_so() {
    let Poisoned { mock: _mock, watch, issued, stream } = poisoned("    on_error: drop\n");
    let output = stream.run().output().expect_code(0);
    let (read, delivered) = (COUNT, COUNT - 1);
    let expected = Counters { read, delivered, rejected: 1, ..Counters::default() };
    assert_eq!(Counters::of(&output.json()), expected, "{output}");
    Verdict::of(&issued, all_but_the_poison(), &watch.finish()).assert_kept();
    let warnings = output.json()["warnings"].to_string();
    assert!(warnings.contains("step `out` refused 1 records"), "{warnings}");
}

#[test]
fn it_becomes_a_dead_letter_with_its_key_and_six_headers() {
    let Poisoned { mock, watch, issued, stream } = poisoned(&dead_letters("${env:KAFKA}"));
    let output = stream.run().output().expect_code(0);
    let (read, delivered) = (COUNT, COUNT - 1);
    let expected = Counters { read, delivered, dead_lettered: 1, ..Counters::default() };
    assert_eq!(Counters::of(&output.json()), expected, "{output}");
    Verdict::of(&issued, all_but_the_poison(), &watch.finish()).assert_kept();
    assert_dead_letter(&mock);
}

fn assert_dead_letter(mock: &Mock) {
    let read = read_topic(mock.bootstrap_servers(), DEAD_TOPIC);
    let [letter] = read.as_slice() else { panic!("{read:?}") };
    assert_eq!((letter.key_text(), letter.text()), (Some("k0"), VALUE));
    let text = |bytes: &Option<Vec<u8>>| String::from_utf8(bytes.clone().unwrap()).unwrap();
    let headers: Vec<(&str, String)> =
        letter.headers.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    let reason = headers[0].1.clone();
    assert!(!reason.is_empty());
    let expected = [
        ("plugpipe.dlq.reason", reason.as_str()),
        ("plugpipe.dlq.class", "record_fatal"),
        ("plugpipe.dlq.attempts", "1"),
        ("plugpipe.dlq.pipeline", "streamed"),
        ("plugpipe.dlq.step", "out"),
        ("plugpipe.dlq.topic", ORDERS),
    ];
    assert_eq!(headers, expected.map(|(name, value)| (name, value.to_owned())));
}

#[test]
fn the_stream_stalls_while_dead_letters_have_nowhere_to_go() {
    let Poisoned { mock, watch, issued, stream } = poisoned(&dead_letters("${env:DEAD}"));
    let away = Mock::start(1, &[(DEAD_TOPIC, 1)]);
    away.all_down();
    let run = stream.run_with(&["--drain-timeout", "0.5"]).env("DEAD", away.bootstrap_servers());
    let run = run.start();
    // Four batches are in flight: that of the poison and three behind it.
    let read = POISON - POISON % 200 + 4 * 200;
    watch.wait_for("all that may be in flight", PATIENT, |all| all.len() as u64 == read - 1);
    run.terminate().unwrap();
    let output = run.wait().unwrap().expect_code(143);
    let answer = output.json();
    let expected = Counters { read, delivered: read - 1, in_flight: 1, ..Counters::default() };
    assert_eq!(Counters::of(&answer), expected, "{output}");
    assert_eq!(answer["error"]["kind"], "interrupted", "{output}");
    assert_eq!(stream.acknowledged(&issued), POISON - POISON % 200, "{output}");

    away.all_up();
    let output = stream.run().env("DEAD", away.bootstrap_servers()).output().expect_code(0);
    assert_eq!(Counters::of(&output.json()).dead_lettered, 1, "{output}");
    Verdict::of(&issued, all_but_the_poison(), &watch.finish()).assert_kept();
    assert_dead_letter(&away);
    drop(mock);
}

/// A filter looks for a field in bytes that something has damaged.
#[test]
fn a_filter_lets_no_damaged_record_vanish() {
    let steps = "  - {id: strong, type: filter, when: '{{ record.value.mag >= 4 }}', on_error: {action: dlq, to: dead}}
  - {id: out, uses: file_sink, config: {path: '${env:DIR}/out'}}
  - {id: dead, uses: file_sink, config: {path: '${env:DIR}/dead'}}
";
    let stream = Stream::new(&format!("pipeline:\n{SOURCE}{steps}"));
    let stream = stream.with_lines("{\"mag\":5}\nxx\n{\"mag\":1}\n{\"id\":\"z\",\"mag\"\n{}\n");
    let output = stream.run().output().expect_code(0);
    let expected = Counters { read: 5, delivered: 1, dead_lettered: 2, ..Counters::default() };
    assert_eq!(Counters::of(&output.json()), Counters { filtered: 2, ..expected }, "{output}");
    assert_eq!((stream.lines("out").len(), stream.lines("dead").len()), (1, 2), "{output}");
}
