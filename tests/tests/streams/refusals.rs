//! What is refused before a record moves, and the exit codes that say so.

use end_to_end::host::Tree;
use end_to_end::oracle::Counters;
use end_to_end::stream::{SOURCE, Stream};

const OUT: &str = "  - {id: out, uses: file_sink, config: {path: '${env:DIR}/out'}}\n";

#[test]
fn check_says_which_engine_a_pipeline_is_for() {
    let stream = Stream::new(&format!("pipeline:\n{SOURCE}{OUT}"));
    let once =
        "pipeline:\n  - {id: text, uses: json_serializer, with: {message: 1, format: json}}\n";
    for (stream, mode) in [(stream, "stream"), (Stream::new(once), "once")] {
        let output = stream.check().output().expect_code(0);
        let answer = output.json();
        assert_eq!(answer["ok"], true, "{output}");
        assert_eq!(answer["files"][0]["mode"], mode, "{output}");
    }
}

/// Steps, and the kind of the diagnostic.
const MISTAKES: [(&str, &str); 5] = [
    ("  - {id: out, uses: json_serializer, with: {message: 1}}\n", "bad_value"),
    ("  - {id: f, type: filter, when: 'true'}\n", "no_sink"),
    ("  - {id: out, uses: file_sinc}\n", "unknown_plugin"),
    ("  - {id: out, uses: file_sink, config: {path: x}, retries: 3}\n", "not_supported"),
    (
        "  - {id: out, uses: file_sink, config: {path: x}, on_error: {action: dlq, to: no}}\n",
        "dangling_dlq",
    ),
];

#[test]
fn mistakes_are_found_by_check_and_before_a_run() {
    for (steps, kind) in MISTAKES {
        let stream = Stream::new(&format!("pipeline:\n{SOURCE}{steps}")).with_lines("1\n");
        for invocation in [stream.check(), stream.run()] {
            let output = invocation.output().expect_code(2);
            assert!(output.stdout.contains(&format!("\"{kind}\"")), "{kind}: {output}");
        }
        assert!(!stream.path("out").exists(), "{kind}");
    }
}

/// A step's configuration, and what the error says. Found when the stages are opened.
const NOT_OPENED: [(&str, &str); 5] = [
    ("path: '${env:DIR}/none.ndjson'", "none.ndjson"),
    ("path: '${env:DIR}/records.ndjson', follow: true", "`follow`: true is not supported"),
    ("path: '${env:DIR}/records.ndjson', checkpoint: '${env:DIR}/no/at.json'", "`checkpoint`"),
    (
        "path: '${env:DIR}/records.ndjson', checkpoint: '${env:DIR}/records.ndjson'",
        "is no checkpoint",
    ),
    ("path: ''", "expected a path"),
];

#[test]
fn a_stage_that_cannot_be_opened_ends_the_run_before_a_record_moves() {
    for (config, reason) in NOT_OPENED {
        let source = format!("  - {{id: records, uses: file_source, config: {{{config}}}}}\n");
        let stream = Stream::new(&format!("pipeline:\n{source}{OUT}")).with_lines("1\n");
        let output = stream.run().output().expect_code(2);
        let answer = output.json();
        assert_eq!(answer["error"]["step"], "records", "{config}: {output}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(reason), "{config}: {message}");
        assert_eq!(Counters::of(&answer), Counters::default(), "{config}");
        assert_eq!(stream.text("records.ndjson"), "1\n", "{config}");
    }
}

#[test]
fn no_stream_writes_into_a_tree_of_plugs() {
    let tree =
        Tree::empty().with_plug("sources/file_source/1.0.0").with_plug("sinks/file_sink/1.0.0");
    let inside = tree.path().join("sinks/file_sink/1.0.0");
    let link = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(tree.path(), link.path().join("plugs")).unwrap();
    let through_link = link.path().join("plugs/sources/new");
    for target in [inside.join("out"), through_link, inside.join("../1.0.0/plug.yaml")] {
        let target = target.display();
        let out = format!("  - {{id: out, uses: file_sink, config: {{path: '{target}'}}}}\n");
        let at = SOURCE.replace("${env:DIR}/at.json", &target.to_string());
        let (into_sink, into_checkpoint) = (format!("{SOURCE}{out}"), format!("{at}{OUT}"));
        for steps in [into_sink, into_checkpoint] {
            let stream = Stream::new(&format!("pipeline:\n{steps}")).with_lines("1\n");
            let output = stream.run().plugs(&tree).output().expect_code(2);
            let answer = output.json();
            let message = answer["error"]["message"].as_str().unwrap();
            assert!(message.contains("where no pipeline may write"), "{message}");
        }
    }
    let manifest = std::fs::read_to_string(inside.join("plug.yaml")).unwrap();
    assert!(manifest.starts_with("name: file_sink"), "{manifest}");
    assert!(!inside.join("out").exists());
}
