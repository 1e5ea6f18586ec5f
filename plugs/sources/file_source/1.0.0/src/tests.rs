//! Lanes side by side over one folder and one checkpoint.

use super::*;
use lines::Format;
use std::fs;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("files are read at once"),
    }
}

/// Reads all of a lane, acknowledges it and closes it.
fn drained(lane: &FileLane) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        match ready(lane.next(3)).unwrap() {
            Next::End => break,
            Next::Idle => {}
            Next::Batch(batch) => {
                let values = batch.records().iter().map(|record| batch.value(record).unwrap());
                found.extend(values.map(|value| String::from_utf8(value.to_vec()).unwrap()));
                lane.ack(batch.id).unwrap();
            }
        }
    }
    assert_eq!(lane.status().unwrap().get(), r#"{"lag":0}"#);
    ready(lane.close(None)).unwrap();
    found
}

/// One run with so many lanes: what each of them read.
fn run(folder: &Path, lanes: u32) -> Vec<Vec<String>> {
    let text =
        format!(r#"{{"path": "{0}/*.ndjson", "checkpoint": "{0}/at.json"}}"#, folder.display());
    let config: Config = serde_json::from_str(&text).unwrap();
    let shared = Arc::new(Shared::open(&config).unwrap());
    let limits = Limits::new(Format::Ndjson, 100).unwrap();
    thread::scope(|scope| {
        let running = (0..lanes).map(|number| {
            let shared = Arc::clone(&shared);
            let lane =
                Lane { step: 0, number, count: lanes, batch_bytes: 16, linger: Duration::ZERO };
            scope.spawn(move || drained(&FileLane::new(shared, lane, limits, Start::Beginning)))
        });
        let running: Vec<_> = running.collect();
        running.into_iter().map(|lane| lane.join().unwrap()).collect()
    })
}

#[test]
fn lanes_divide_the_files_and_share_the_checkpoint() {
    let dir = tempfile::tempdir().unwrap();
    for file in 0..5 {
        let text: String = (0..10).map(|line| format!("{file}{line}\n")).collect();
        fs::write(dir.path().join(format!("{file}.ndjson")), text).unwrap();
    }
    let lines = |files: &[u32]| -> Vec<String> {
        files.iter().flat_map(|file| (0..10).map(move |line| format!("{file}{line}"))).collect()
    };
    assert_eq!(run(dir.path(), 2), [lines(&[0, 2, 4]), lines(&[1, 3])]);
    assert_eq!(run(dir.path(), 3), [lines(&[]), lines(&[]), lines(&[])]);
}
