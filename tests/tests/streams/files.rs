//! The plugs that read and write lines: files, standard input and output, made-up records.

use std::collections::BTreeSet;
use std::io::Write as _;

use end_to_end::host::Host;
use end_to_end::oracle::{Counters, Numbered};
use end_to_end::stream::{SOURCE, Stream, document_on_stderr};
use serde_json::Value;

use crate::kafka::numbered;

const OUT: &str = "  - {id: out, uses: file_sink, config: {path: '${env:DIR}/out'}}\n";

fn copied(config: &str) -> Stream {
    Stream::new(&format!("{config}pipeline:\n{SOURCE}{OUT}"))
}

#[test]
fn a_file_is_copied_byte_by_byte() {
    let issued = Numbered { count: 3_000, ..numbered(0) };
    let stream = copied("").with_records(&issued);
    let output = stream.run().output().expect_code(0);
    assert_eq!(Counters::of(&output.json()), Counters::all_delivered(3_000), "{output}");
    assert!(stream.text("out") == issued.lines(), "the copy is another");
    assert_eq!(stream.acknowledged(&issued), 3_000);
}

#[test]
fn records_are_lines_whatever_ends_them() {
    let cases = [
        ("", "", 0),
        ("\n\n", "", 0),
        ("1", "1\n", 1),
        ("1\n2", "1\n2\n", 2),
        ("1\r\n\n2\n", "1\n2\n", 2),
        (" {\"a\": 1} \n", " {\"a\": 1} \n", 1),
    ];
    for (lines, expected, records) in cases {
        let stream = copied("").with_lines(lines);
        let output = stream.run().output().expect_code(0);
        assert_eq!(stream.text("out"), expected, "{lines:?}");
        assert_eq!(Counters::of(&output.json()), Counters::all_delivered(records), "{lines:?}");
    }
}

#[test]
fn compressed_files_are_read_as_what_is_in_them() {
    let issued = numbered(3_000);
    let lines = issued.lines();
    let (first, second) = lines.split_at(issued.value(0).len() + 1);
    let gz = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let files = [
        ("a.ndjson.gz", gz(&issued.lines())),
        // Files that were put behind each other are one file.
        ("b.ndjson.gz", [gz(first), gz(second)].concat()),
        ("c.ndjson.zst", zstd::encode_all(issued.lines().as_bytes(), 1).unwrap()),
    ];
    for (name, bytes) in files {
        let source = SOURCE.replace("records.ndjson", name);
        let stream = Stream::new(&format!("pipeline:\n{source}{OUT}")).with_file(name, bytes);
        let output = stream.run().output().expect_code(0);
        assert_eq!(Counters::of(&output.json()), Counters::all_delivered(3_000), "{output}");
        assert!(stream.text("out") == issued.lines(), "{name} is read as something else");
        let again = stream.run().output().expect_code(0);
        assert_eq!(Counters::of(&again.json()), Counters::default(), "{again}");
    }
}

#[test]
fn several_files_are_divided_among_lanes() {
    let source = SOURCE.replace("records.ndjson", "part-*.ndjson");
    let stream = Stream::new(&format!("config: {{lanes: 3}}\npipeline:\n{source}{OUT}"));
    let issued = numbered(1_000);
    let lines: Vec<String> = issued.lines().lines().map(|line| format!("{line}\n")).collect();
    let parts = lines.chunks(150).map(<[String]>::concat);
    let stream = parts.enumerate().fold(stream, |stream, (number, part)| {
        stream.with_file(&format!("part-{number}.ndjson"), part)
    });
    let output = stream.run().output().expect_code(0);
    assert_eq!(Counters::of(&output.json()), Counters::all_delivered(1_000), "{output}");
    let written: BTreeSet<String> = stream.lines("out").into_iter().collect();
    assert_eq!(stream.lines("out").len(), 1_000);
    assert_eq!(written, issued.lines().lines().map(str::to_owned).collect());
    let again = stream.run().output().expect_code(0);
    assert_eq!(Counters::of(&again.json()), Counters::default(), "{again}");
}

#[test]
fn standard_input_goes_to_standard_output_and_the_answer_is_said_last() {
    let steps = "pipeline:\n  - {id: in, uses: stdin_source}\n  - {id: out, uses: stdout_sink}\n";
    let issued = numbered(3_000);
    let output = Stream::new(steps).run().stdin(issued.lines()).output().expect_code(0);
    assert!(output.stdout == issued.lines(), "stdout is not stdin");
    let document = document_on_stderr(&output);
    assert_eq!(Counters::of(&document), Counters::all_delivered(3_000));
    assert_eq!(document["success"], true);
}

#[test]
fn dead_letters_on_standard_output_are_objects() {
    let steps = "pipeline:\n  - {id: in, uses: stdin_source, config: {format: lines}}\n  - {id: \
                 change, uses: set_fields, config: {set: {ok: true}}, on_error: {action: dlq, to: \
                 dead}}\n  - {id: out, uses: stdout_sink}\n  - {id: dead, uses: file_sink, config: \
                 {path: '${env:DIR}/dead'}}\n";
    let stream = Stream::new(steps);
    let output = stream.run().stdin("{\"id\":0}\nno \"object\"\n{}\n").output().expect_code(0);
    assert_eq!(output.stdout, "{\"id\":0,\"ok\":true}\n{\"ok\":true}\n", "{output}");
    let expected = Counters { read: 3, delivered: 2, dead_lettered: 1, ..Counters::default() };
    assert_eq!(Counters::of(&document_on_stderr(&output)), expected, "{output}");
    let dead = stream.text("dead");
    let letter: Value = serde_json::from_str(dead.trim_end()).unwrap();
    assert_eq!(letter["value"], "no \"object\"", "{letter}");
    assert_eq!(letter["headers"]["plugpipe.dlq.step"], "change", "{letter}");
}

#[test]
fn fields_are_set_renamed_and_removed() {
    let change = "  - {id: change, uses: set_fields, config: {set: {n: 12345678901234567890123, tag: {a: [null]}}, \
                  rename: {old: new}, remove: [secret]}}\n";
    let stream = Stream::new(&format!("pipeline:\n{SOURCE}{change}{OUT}"));
    let stream = stream.with_lines(
        "{\"old\":123456789012345678901234567890,\"secret\":1,\"n\":0}\n{\"a\": \"\\u00e9\"}\n",
    );
    let output = stream.run().output().expect_code(0);
    let expected = "{\"new\":123456789012345678901234567890,\"n\":12345678901234567890123,\"tag\":{\"a\":[null]}}\n\
                    {\"a\": \"\\u00e9\",\"n\":12345678901234567890123,\"tag\":{\"a\":[null]}}\n";
    assert_eq!(stream.text("out"), expected, "{output}");
}

#[test]
fn generated_records_are_the_same_for_every_number_of_lanes() {
    let made = |lanes: u32, seed: u32| {
        let stream = Stream::new(&format!(
            "config: {{lanes: {lanes}}}\npipeline:\n  - {{id: made, uses: generator_source, \
             config: {{count: 1000, size: 150, seed: {seed}, keys: 10}}}}\n{OUT}"
        ));
        let output = stream.run().output().expect_code(0);
        assert_eq!(Counters::of(&output.json()), Counters::all_delivered(1_000), "{output}");
        let mut lines = stream.lines("out");
        assert!(lines.iter().all(|line| line.len() == 150));
        lines.sort_unstable();
        lines
    };
    let one = made(1, 7);
    let id = |line: &String| serde_json::from_str::<Value>(line).unwrap()["id"].as_u64().unwrap();
    assert_eq!(one.iter().map(id).collect::<BTreeSet<_>>(), (0..1_000).collect());
    assert_eq!(made(3, 7), one);
    assert_ne!(made(1, 8), one);
}

#[test]
fn a_file_that_grew_is_read_on_from_where_it_ended() {
    let issued = numbered(20);
    let lines = issued.lines();
    let (first, rest) = lines.split_at(issued.value(0).len() + issued.value(1).len() + 2);
    let stream = copied("").with_lines(first);
    let output = stream.run().output().expect_code(0);
    assert_eq!(Counters::of(&output.json()), Counters::all_delivered(2), "{output}");
    let file = std::fs::File::options().append(true).open(stream.path("records.ndjson"));
    file.unwrap().write_all(rest.as_bytes()).unwrap();
    let output = stream.run().output().expect_code(0);
    assert_eq!(Counters::of(&output.json()), Counters::all_delivered(18), "{output}");
    assert_eq!(stream.text("out"), lines, "{output}");
}

#[test]
fn a_reader_of_standard_output_that_goes_away_ends_the_stream() {
    let stream = Stream::new(
        "pipeline:\n  - {id: made, uses: generator_source}\n  - {id: out, uses: stdout_sink}\n",
    );
    let line = "{ plugpipe run \"$DIR/pipe.yaml\"; echo $? >\"$DIR/code\"; } | head -n 1";
    let output = Host::shared().shell(line).env("DIR", stream.folder()).output().expect_code(0);
    assert_eq!(stream.text("code"), "1\n", "{output}");
    let answer = document_on_stderr(&output);
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.contains("standard output was closed"), "{message}");
    let counters = Counters::of(&answer);
    assert!(counters.in_flight > 0, "{counters:?}");
}

#[test]
fn a_file_that_exists_goes_on_behind_its_last_line() {
    for (append, expected) in [("true", "before\n1\n"), ("false", "1\n")] {
        let out = OUT.replace("/out'", &format!("/out', append: {append}"));
        let stream = Stream::new(&format!("pipeline:\n{SOURCE}{out}"));
        let stream = stream.with_lines("1\n").with_file("out", "before\n");
        stream.run().output().expect_code(0);
        assert_eq!(stream.text("out"), expected);
    }
}
