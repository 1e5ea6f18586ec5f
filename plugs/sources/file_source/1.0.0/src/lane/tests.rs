//! Runs over real files: what is read after a restart, and from which lane.

use super::*;
use crate::config::Paths;
use crate::listing::listed;
use lines::{Format, Limits};
use std::fs;
use std::io::Write;
use tempfile::TempDir;

/// A folder with files and a checkpoint.
struct Folder(TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        files.iter().for_each(|(name, text)| folder.write(name, text));
        folder
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// Compressed where the name says so.
    fn write(&self, name: &str, text: &str) {
        let bytes = match name.rsplit_once('.') {
            Some((_, "zst")) => zstd::encode_all(text.as_bytes(), 1).unwrap(),
            _ => text.as_bytes().to_vec(),
        };
        fs::write(self.path(name), bytes).unwrap();
    }

    fn append(&self, name: &str, bytes: &[u8]) {
        let mut file = File::options().append(true).open(self.path(name)).unwrap();
        file.write_all(bytes).unwrap();
    }

    /// A run with batches of two records that acknowledges the first `acks` of them.
    fn run(&self, pattern: &str, start: Start, acks: usize) -> Vec<String> {
        let progress = Progress::open(Some(&self.path("at.json"))).unwrap();
        let mut reading = self.reading(pattern, start);
        let batches = batches(&mut reading, &progress);
        batches.iter().take(acks).for_each(|(id, _)| reading.ack(*id, &progress));
        progress.save().unwrap();
        batches.into_iter().flat_map(|(_, values)| values).collect()
    }

    fn reading(&self, pattern: &str, start: Start) -> Reading {
        let files = listed(&Paths::One(self.path(pattern)), Some(&self.path("at.json"))).unwrap();
        let limits = Limits::new(Format::Ndjson, 100).unwrap();
        Reading::new(Files::new(files.into_iter(), start), Splitter::new(limits, 16))
    }
}

/// Every batch by its number, with its values.
fn batches(reading: &mut Reading, progress: &Progress) -> Vec<(u64, Vec<String>)> {
    let mut found = Vec::new();
    loop {
        match reading.next(2, progress).unwrap() {
            Next::End => return found,
            Next::Idle => {}
            Next::Batch(batch) => {
                let values = batch.records().iter().map(|record| batch.value(record).unwrap());
                let texts = values.map(|value| String::from_utf8(value.to_vec()).unwrap());
                found.push((batch.id, texts.collect()));
            }
        }
    }
}

const ALL: usize = usize::MAX;

#[test]
fn a_restart_goes_on_behind_the_last_acknowledged_batch() {
    for name in ["a.log", "a.zst"] {
        let folder = Folder::with(&[(name, "1\n2\n\n3\n4\n5\n")]);
        assert_eq!(folder.run(name, Start::Beginning, 0), ["1", "2", "3", "4", "5"], "{name}");
        assert_eq!(folder.run(name, Start::Beginning, 1), ["1", "2", "3", "4", "5"], "{name}");
        assert_eq!(folder.run(name, Start::Beginning, 1), ["3", "4", "5"], "{name}");
        assert_eq!(folder.run(name, Start::End, ALL), ["5"], "{name}");
        assert_eq!(folder.run(name, Start::Beginning, ALL), [""; 0], "{name}");
    }
}

#[test]
fn what_was_appended_is_read_and_nothing_else() {
    let folder = Folder::with(&[("a.log", "1\n2\n"), ("b.zst", "3\n")]);
    assert_eq!(folder.run("*.*", Start::Beginning, ALL), ["1", "2", "3"]);
    folder.append("a.log", b"4\n5\n");
    folder.append("b.zst", &zstd::encode_all(&b"6\n"[..], 1).unwrap());
    assert_eq!(folder.run("*.*", Start::Beginning, ALL), ["4", "5", "6"]);
    assert_eq!(folder.run("*.*", Start::Beginning, ALL), [""; 0]);
}

#[test]
fn a_file_that_shrank_or_was_replaced_is_read_from_its_beginning() {
    for name in ["a.log", "a.zst"] {
        let folder = Folder::with(&[(name, "first\nsecond\n")]);
        folder.run(name, Start::Beginning, ALL);
        folder.write(name, "new\n");
        assert_eq!(folder.run(name, Start::Beginning, ALL), ["new"], "{name}");
        folder.write(&format!("b{name}"), "replaced\nlonger than before\n");
        fs::rename(folder.path(&format!("b{name}")), folder.path(name)).unwrap();
        let read = folder.run(name, Start::Beginning, ALL);
        assert_eq!(read, ["replaced", "longer than before"], "{name}");
    }
}

#[test]
fn a_file_that_was_written_anew_in_place_is_read_from_its_beginning() {
    for anew in ["2\n1\n", "2\n1\n3\n4\n"] {
        let folder = Folder::with(&[("a.log", "1\n2\n")]);
        assert_eq!(folder.run("a.log", Start::Beginning, ALL), ["1", "2"]);
        folder.write("a.log", anew);
        let lines: Vec<&str> = anew.lines().collect();
        assert_eq!(folder.run("a.log", Start::Beginning, ALL), lines);
    }
}

#[test]
fn a_compressed_file_whose_text_shrank_is_read_from_its_beginning() {
    let folder = Folder::with(&[("a.zst", &"the same\n".repeat(20))]);
    folder.run("a.zst", Start::Beginning, 9);
    let before = fs::metadata(folder.path("a.zst")).unwrap().len();
    folder.write("a.zst", "0123456789abcdefghijklmnopqrstuvwxyz~!@#%&*()\n");
    assert!(fs::metadata(folder.path("a.zst")).unwrap().len() >= before);
    assert_eq!(folder.run("a.zst", Start::Beginning, ALL).len(), 1);
}

#[test]
fn a_start_at_the_end_reads_only_what_comes_later() {
    for name in ["a.log", "a.zst"] {
        let folder = Folder::with(&[(name, "old\n")]);
        assert_eq!(folder.run(name, Start::End, ALL), [""; 0], "{name}");
        let later = if name == "a.zst" {
            zstd::encode_all(&b"later\n"[..], 1).unwrap()
        } else {
            b"later\n".to_vec()
        };
        folder.append(name, &later);
        assert_eq!(folder.run(name, Start::End, ALL), ["later"], "{name}");
    }
}

#[test]
fn lag_is_what_is_left_on_disk() {
    let folder = Folder::with(&[("a.log", "1\n2\n3\n"), ("b.log", "0123456789\n")]);
    let progress = Progress::open(None).unwrap();
    let mut reading = folder.reading("*.log", Start::Beginning);
    assert_eq!(reading.lag(), 17);
    let mut lags = Vec::new();
    while !matches!(reading.next(9, &progress).unwrap(), Next::End) {
        lags.push(reading.lag());
    }
    assert_eq!(lags, [11, 0]);
}

#[test]
fn an_unreadable_record_names_its_file_and_place() {
    let long = "x".repeat(101);
    let folder = Folder::with(&[("a.log", &format!("1\n{long}\n"))]);
    let progress = Progress::open(None).unwrap();
    let mut reading = folder.reading("a.log", Start::Beginning);
    assert!(matches!(reading.next(9, &progress).unwrap(), Next::Batch(_)));
    let message = reading.next(9, &progress).err().unwrap().message;
    let place = folder.path("a.log");
    assert!(message.starts_with(&format!("{place}: the record at byte 2 is longer")), "{message}");
}
