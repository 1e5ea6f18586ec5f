//! Golden cases: a folder `plugs/<category>/<name>/<version>/cases/<case>/` is a test.
//!
//! - `input.json`: the ctx of one call
//! - `config.json`: its cfg; `{}` where the file is absent
//! - `expected.json`: what the answer must hold, see [`crate::exact_json::missing`]; or
//! - `expected.err`: a text that the printed error must hold

use std::fs;
use std::path::{Path, PathBuf};

use crate::exact_json::{Exact, missing};
use crate::host::{Host, Output};
use crate::{Result, workspace_root};

/// Runs every case of every plug.
///
/// # Panics
/// When a case fails, after all have run, or when there is no case at all.
pub fn run_all(host: &Host) {
    let cases = find(&workspace_root().join("plugs")).unwrap_or_else(|error| panic!("{error}"));
    assert!(!cases.is_empty(), "no folder plugs/*/*/*/cases/*");
    let failures: Vec<_> = cases
        .iter()
        .filter_map(|case| {
            let error = case.run(host).err()?;
            Some(format!("{}: {error}", case.folder.display()))
        })
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {} golden cases failed:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

/// One folder and the plug it belongs to.
struct Case {
    /// `category/name/version`
    plug: String,
    folder: PathBuf,
}

impl Case {
    fn run(&self, host: &Host) -> Result<()> {
        let expected = Expected::read(&self.folder)?;
        let config = self.folder.join("config.json");
        let config = if config.exists() { read(&config)? } else { "{}".to_owned() };
        let input = format!("@{}", self.folder.join("input.json").display());
        let output = host.run(["run", &self.plug, "--input", &input, "--config", &config]).output();
        expected.check(&output).map_err(|problem| format!("{problem}\n{output}").into())
    }
}

enum Expected {
    Answer(Exact),
    Error(String),
}

impl Expected {
    fn read(folder: &Path) -> Result<Self> {
        let (answer, error) = (folder.join("expected.json"), folder.join("expected.err"));
        match (answer.exists(), error.exists()) {
            (true, false) => Ok(Self::Answer(Exact::parse(&read(&answer)?)?)),
            (false, true) => match read(&error)?.trim() {
                "" => Err("expected.err is empty: every error would do".into()),
                text => Ok(Self::Error(text.to_owned())),
            },
            _ => Err("a case has either expected.json or expected.err".into()),
        }
    }

    fn check(&self, output: &Output) -> std::result::Result<(), String> {
        let answer = Exact::parse(&output.stdout).map_err(|error| format!("stdout: {error}"))?;
        match (self, output.code) {
            // A refusal can be the expected answer too; then the plugin failed its step.
            (Self::Answer(expected), Some(0 | 1)) => match missing(expected, &answer) {
                found if found.is_empty() => Ok(()),
                found => Err(found.join("\n")),
            },
            (Self::Error(text), Some(1 | 2)) if texts(&answer).iter().any(|t| t.contains(text)) => {
                Ok(())
            }
            (Self::Error(text), Some(1 | 2)) => Err(format!("the error does not say {text:?}")),
            _ => Err("another exit code was expected".to_owned()),
        }
    }
}

/// Every text in a document, so that an expected one need not be escaped as JSON.
fn texts(document: &Exact) -> Vec<&str> {
    match document {
        Exact::Text(text) => vec![text],
        Exact::Array(elements) => elements.iter().flat_map(texts).collect(),
        Exact::Object(members) => members.values().flat_map(texts).collect(),
        Exact::Null | Exact::Bool(_) | Exact::Number(_) => Vec::new(),
    }
}

fn find(plugs: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for version in folders_below(plugs, 3)? {
        let plug = version.strip_prefix(plugs)?.to_string_lossy().into_owned();
        let of_this_plug = version.join("cases");
        if of_this_plug.is_dir() {
            let folders = folders_below(&of_this_plug, 1)?.into_iter();
            cases.extend(folders.map(|folder| Case { plug: plug.clone(), folder }));
        }
    }
    Ok(cases)
}

/// The folders `levels` deep below `folder`, sorted.
fn folders_below(folder: &Path, levels: usize) -> Result<Vec<PathBuf>> {
    if levels == 0 {
        return Ok(vec![folder.to_owned()]);
    }
    let mut below = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            below.extend(folders_below(&entry.path(), levels - 1)?);
        }
    }
    below.sort();
    Ok(below)
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()).into())
}
