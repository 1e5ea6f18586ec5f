//! The page about the pipeline language keeps its word: every file it shows is valid and runs.

use std::path::Path;

use end_to_end::host::{Host, Output};
use end_to_end::workspace_root;

/// The blocks of the page that are whole files.
fn files(page: &str) -> Vec<&str> {
    let blocks = page.split("```yaml\n").skip(1);
    blocks.filter_map(|block| block.split("```").next()).collect()
}

fn run(host: &Host, file: &Path, text: &str) -> Output {
    let path = file.display().to_string();
    let mut arguments = vec!["run", path.as_str()];
    if text.contains("order: {type: object, required: true}") {
        arguments.extend(["--set", r#"order={"total": 1000}"#]);
    }
    host.run(arguments).output()
}

#[test]
fn every_file_of_the_page_is_valid_and_runs() {
    let page = std::fs::read_to_string(workspace_root().join("docs/pipelines.md")).unwrap();
    let (host, folder) = (Host::shared(), tempfile::tempdir().unwrap());
    let files = files(&page);
    assert_eq!(files.len(), 4);
    for (number, text) in files.into_iter().enumerate() {
        let file = folder.path().join(format!("{number}.yaml"));
        std::fs::write(&file, text).unwrap();
        let checked = host.run(["check", file.to_str().unwrap()]).output();
        assert_eq!(checked.code, Some(0), "{text}\n{checked}");
        let ran = run(host, &file, text);
        assert_eq!(ran.code, Some(0), "{text}\n{ran}");
        assert!(ran.stdout.contains(r#""warnings":[]"#), "{text}\n{ran}");
    }
}
