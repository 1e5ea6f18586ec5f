//! Streams through the plugs of `tests/fixtures/streams`, whose records say what goes wrong.

use std::fmt::Write as _;

use end_to_end::host::{Output, Running, Tree};
use end_to_end::oracle::Counters;
use end_to_end::stream::{SOURCE, Stream};

/// Values with the ids from 0, one a word: `-` says nothing, any other word is what it says in `do`.
pub fn values(moods: &str) -> Vec<String> {
    let value = |(id, mood): (usize, &str)| match mood {
        "-" => format!(r#"{{"id":{id}}}"#),
        _ => format!(r#"{{"id":{id},"do":"{mood}"}}"#),
    };
    moods.split_whitespace().enumerate().map(value).collect()
}

/// The values at these positions, in this order.
pub fn picked(values: &[String], ids: &[usize]) -> Vec<String> {
    ids.iter().map(|id| values[*id].clone()).collect()
}

/// Values, one a line.
pub fn lines(values: &[String]) -> String {
    values.iter().fold(String::new(), |mut lines, value| {
        let _ = writeln!(lines, "{value}");
        lines
    })
}

/// The file source, moody plugs and a file sink.
fn tree() -> Tree {
    Tree::empty()
        .with_plug("sources/file_source/1.0.0")
        .with_plug("sinks/file_sink/1.0.0")
        .with_fixture("streams/moody_source/1.0.0")
        .with_fixture("streams/moody_transform/1.0.0")
        .with_fixture("streams/moody_sink/1.0.0")
}

/// One record a batch from the file, then these steps.
pub fn one_by_one(steps: &str) -> Stream {
    Stream::new(&format!("config: {{batch: {{records: 1}}}}\npipeline:\n{SOURCE}{steps}"))
}

/// Starts, with a tree that has to stay while it runs.
pub fn start(stream: &Stream, arguments: &[&str]) -> (Running, Tree) {
    let tree = tree();
    (stream.run_with(arguments).plugs(&tree).start(), tree)
}

/// Runs to the end; the output and what became of the records.
pub fn run(stream: &Stream, code: i32) -> (Output, Counters) {
    let output = stream.run().plugs(&tree()).output().expect_code(code);
    let counters = Counters::of(&output.json());
    (output, counters)
}

/// Bytes of these values as lines: what a checkpoint says when they are final.
pub fn position(values: &[String]) -> u64 {
    lines(values).len() as u64
}

/// The position that the checkpoint of [`SOURCE`] holds.
pub fn kept_position(stream: &Stream) -> u64 {
    let text = stream.text("at.json");
    let kept: serde_json::Value = serde_json::from_str(&text).expect("a checkpoint");
    let files = kept["files"].as_object().expect("files");
    files.values().map(|file| file["offset"].as_u64().expect("a position")).sum()
}
