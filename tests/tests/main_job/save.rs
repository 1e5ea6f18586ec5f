//! `plugpipe run --save`: the answer as files.

use end_to_end::host::Host;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

const PIPELINE: &str = r#"
pipeline:
  - {id: text, uses: json_serializer, with: {message: {n: 1}, format: json}}
  - {id: broken, uses: monitoring_prometheus, with: {operation: nonsense}}
"#;

/// The one folder in another.
fn only(folder: &Path) -> PathBuf {
    let mut found = fs::read_dir(folder).unwrap();
    let one = found.next().unwrap().unwrap().path();
    assert!(found.next().is_none(), "{} holds more", folder.display());
    one
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn a_run_that_failed_is_saved_as_it_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let save = folder.path().join("runs");
    let arguments = ["run".as_ref(), "-".as_ref(), "--save".as_ref(), save.as_os_str()];
    let output = Host::shared().run(arguments).stdin(PIPELINE).output().expect_code(1);
    let answer = output.json();
    let saved = only(&save);
    assert_eq!(saved.file_name().unwrap().to_str(), answer["execution_id"].as_str());
    assert_eq!(json(&saved.join("result.json")), answer);
    assert_eq!(json(&saved.join("summary.json")), answer["summary"]);
    assert_eq!(json(&saved.join("steps/text.json")), answer["results"]["text"]);
}

#[test]
fn a_run_whose_answer_could_not_be_kept_is_not_begun() {
    let run = Host::shared().run(["run", "examples/hello.yaml", "--save", "/dev/null/runs"]);
    let output = run.output().expect_code(2);
    assert_eq!(output.json()["success"], false, "{output}");
    let said = "error: the run cannot be saved in /dev/null/runs: ";
    assert!(output.stderr.contains(said) && !output.stderr.contains("embedded"), "{output}");
}
