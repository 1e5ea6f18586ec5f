//! Which records go where: filters, conditions, branches, several sinks.

use end_to_end::oracle::Counters;
use end_to_end::stream::{SOURCE, Stream, eventually};

use crate::moody::{kept_position, lines, position, run, start, values};

/// Behind the source: steps, the records delivered and filtered, the ids in `a` and those in `b`.
struct Case {
    steps: &'static str,
    delivered: u64,
    filtered: u64,
    a: &'static [u64],
    b: &'static [u64],
}

/// Ten records with the ids 0 to 9.
const CASES: [Case; 7] = [
    Case { steps: "[a, b]", delivered: 10, filtered: 0, a: &ALL, b: &ALL },
    Case {
        steps: "  - {id: few, type: filter, when: 'record.value.id < 3'}\n[a, b]",
        delivered: 3,
        filtered: 7,
        a: &[0, 1, 2],
        b: &[0, 1, 2],
    },
    Case {
        steps: "  - {id: none, type: filter, when: 'record.value.id > 99'}\n[a]",
        delivered: 0,
        filtered: 10,
        a: &[],
        b: &[],
    },
    Case {
        steps: "[a when record.value.id % 2 == 0, b when record.value.id < 4]",
        delivered: 7,
        filtered: 3,
        a: &[0, 2, 4, 6, 8],
        b: &[0, 1, 2, 3],
    },
    Case {
        steps: "  - {id: way, uses: moody_transform, branches: {'record.value.id < 2': a, \
                'record.value.id > 7': b}}\n[a, b]",
        delivered: 4,
        filtered: 6,
        a: &[0, 1],
        b: &[8, 9],
    },
    Case {
        steps: "  - {id: way, uses: moody_transform, next: [{target: a, when: 'record.value.id < \
                2'}, b]}\n[a, b]",
        delivered: 10,
        filtered: 0,
        a: &[0, 1],
        b: &ALL,
    },
    Case {
        steps: "[b]\n  - {id: late, type: filter, when: 'record.value.id == 5'}\n[a]",
        delivered: 10,
        filtered: 0,
        a: &[5],
        b: &ALL,
    },
];
const ALL: [u64; 10] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/// Writes out `[a when …, b]`: a sink for each name.
fn written_out(steps: &str) -> String {
    let line = |line: &str| match line.strip_prefix('[') {
        None => format!("{line}\n"),
        Some(sinks) => sinks.trim_end_matches(']').split(", ").map(sink).collect(),
    };
    steps.lines().map(line).collect()
}

fn sink(words: &str) -> String {
    let (name, when) = match words.split_once(" when ") {
        Some((name, when)) => (name, format!(", when: '{when}'")),
        None => (words, String::new()),
    };
    format!("  - {{id: {name}, uses: moody_sink, config: {{path: '${{env:DIR}}/{name}'}}{when}}}\n")
}

#[test]
fn each_record_goes_where_the_steps_send_it_and_counts_once() {
    for Case { steps, delivered, filtered, a, b } in CASES {
        let values = values("- - - - - - - - - -");
        let stream = Stream::new(&format!("pipeline:\n{SOURCE}{}", written_out(steps)));
        let stream = stream.with_lines(lines(&values));
        let (output, counters) = run(&stream, 0);
        let expected = Counters { read: 10, delivered, filtered, ..Counters::default() };
        assert_eq!(counters, expected, "{steps}\n{output}");
        for (file, ids) in [("a", a), ("b", b)] {
            let ids: Vec<String> = ids.iter().map(|id| values[*id as usize].clone()).collect();
            assert_eq!(stream.lines(file), ids, "{file} of {steps}\n{output}");
        }
        assert_eq!(kept_position(&stream), position(&values), "{steps}");
    }
}

#[test]
fn a_record_counts_as_the_worst_that_became_of_it_and_once() {
    let values = values("- record-fatal - record-fatal");
    let steps = "  - {id: a, uses: moody_sink, config: {path: '${env:DIR}/a'}, on_error: drop}\n  \
                 - {id: b, uses: file_sink, config: {path: '${env:DIR}/b'}}\n";
    let stream = Stream::new(&format!("pipeline:\n{SOURCE}{steps}")).with_lines(lines(&values));
    let (output, counters) = run(&stream, 0);
    let expected = Counters { read: 4, delivered: 2, rejected: 2, ..Counters::default() };
    assert_eq!(counters, expected, "{output}");
    assert_eq!((stream.lines("a").len(), stream.lines("b").len()), (2, 4), "{output}");
}

/// Steps in front of the sink, what the sink's own says, and the ids that are stored of 0, no object
/// at all, and 2.
const REFUSED: [(&str, &str, &[u64]); 4] = [
    ("  - {id: few, type: filter, when: 'record.value.id + 1 < 9', on_error: drop}\n", "", &[0, 2]),
    ("", ", on_error: drop, when: 'record.value.id + 1 < 9'", &[0, 2]),
    ("", ", on_error: drop, with: {key: '{{ record.value.id + 1 }}'}", &[0, 2]),
    ("", ", on_error: drop, with: {partition: '{{ record.value.id - 1 }}'}", &[2]),
];

#[test]
fn a_record_of_which_an_expression_cannot_be_evaluated_is_refused_alone() {
    for (before, more, stored) in REFUSED {
        let sink =
            format!("  - {{id: a, uses: moody_sink, config: {{path: '${{env:DIR}}/a'}}{more}}}");
        let stream = Stream::new(&format!("pipeline:\n{SOURCE}{before}{sink}\n"));
        let stream = stream.with_lines("{\"id\":0}\nno object\n{\"id\":2}\n");
        let (output, counters) = run(&stream, 0);
        let delivered = stored.len() as u64;
        let rejected = 3 - delivered;
        let expected = Counters { read: 3, delivered, rejected, ..Counters::default() };
        assert_eq!(counters, expected, "{before}{more}\n{output}");
        let values: Vec<String> = stored.iter().map(|id| format!("{{\"id\":{id}}}")).collect();
        assert_eq!(stream.lines("a"), values, "{before}{more}\n{output}");
    }
}

#[test]
fn a_record_is_acknowledged_when_both_sinks_have_it() {
    let values = values("- hang - -");
    let steps = "  - {id: a, uses: file_sink, config: {path: '${env:DIR}/a'}}\n  \
                 - {id: b, uses: moody_sink, config: {path: '${env:DIR}/b'}}\n";
    let text = format!("config: {{batch: {{records: 1}}}}\npipeline:\n{SOURCE}{steps}");
    let stream = Stream::new(&text).with_lines(lines(&values));
    let (run, _tree) = start(&stream, &["--drain-timeout", "0.3"]);
    eventually("both sinks have what they take", || {
        (stream.lines("a").len(), stream.lines("b").len()) == (4, 3)
    });
    run.terminate().unwrap();
    let output = run.wait().unwrap().expect_code(143);
    let counters = Counters::of(&output.json());
    assert_eq!((counters.read, counters.in_flight), (4, 1), "{output}");
    assert_eq!(kept_position(&stream), position(&values[..1]), "{output}");
}
