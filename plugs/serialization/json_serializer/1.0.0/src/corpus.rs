//! Every document of `tests/cases/json`, judged by the first letter of its name.

use crate::JsonSerializer;
use plugin_api::{NoConfig, Serializer};
use serde::Deserialize;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../tests/cases/json")
}

/// The compact text. What is not UTF-8 never reaches a serializer: the host refuses it.
fn serialized(document: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(document).ok()?;
    let mut out = Vec::new();
    JsonSerializer.serialize(text, &NoConfig {}, &mut out).ok()?;
    Some(String::from_utf8(out).unwrap())
}

/// Checks one document against its verdict: `y` accepted, `n` rejected, anything else either.
fn judge(name: &str, verdict: &str, document: &[u8]) {
    let compact = serialized(document);
    match verdict {
        "y" => assert!(compact.is_some(), "{name} was rejected"),
        "n" => assert_eq!(compact, None, "{name} was accepted"),
        _ => {}
    }
    let Some(compact) = compact else { return };
    assert_eq!(serialized(compact.as_bytes()).as_ref(), Some(&compact), "{name}: twice is once");
    // serde_json refuses 128 levels and numbers beyond a 64-bit float, which are open here.
    if let Ok(meaning) = serde_json::from_slice::<Value>(document) {
        assert_eq!(serde_json::from_str::<Value>(&compact).unwrap(), meaning, "{name}");
    }
}

#[test]
fn every_document_gets_its_verdict_and_keeps_its_meaning() {
    let folders = ["test_parsing", "extra"].map(|folder| fs::read_dir(cases().join(folder)));
    let files = folders.into_iter().flat_map(Result::unwrap).map(|file| file.unwrap().path());
    let files: Vec<PathBuf> = files.collect();
    assert_eq!(files.len(), 159 + 52);
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap();
        judge(name, &name[..1], &fs::read(&file).unwrap());
    }
}

/// A document too large to store: every text, so many times.
#[derive(Deserialize)]
struct Large {
    name: String,
    parts: Vec<(String, usize)>,
    verdict: String,
}

#[test]
fn large_documents_get_their_verdict_in_less_than_a_second() {
    let lines = fs::read_to_string(cases().join("generators.jsonl")).unwrap();
    let all: Vec<Large> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(all.len(), 11);
    for large in all {
        let document: String = large.parts.iter().map(|(text, n)| text.repeat(*n)).collect();
        let start = Instant::now();
        serialized(document.as_bytes());
        assert!(start.elapsed() < Duration::from_secs(1), "{}", large.name);
        let verdict = match large.verdict.as_str() {
            "accept" => "y",
            "reject" => "n",
            _ => "i",
        };
        judge(&large.name, verdict, document.as_bytes());
    }
}
