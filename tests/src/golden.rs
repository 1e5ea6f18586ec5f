//! Golden cases: a folder `plugs/<category>/<name>/<version>/cases/<case>/` is a test; see
//! [`plugin_api::testing::golden`] for what is in it. An expected error is looked for in what is
//! printed.

use std::fs;
use std::path::{Path, PathBuf};

use plugin_api::testing::exact_json::Exact;
use plugin_api::testing::golden::{Answer, Case, Expected};

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
            Some(format!("{}: {error}", case.case.folder.display()))
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
struct PlugCase {
    /// `category/name/version`
    plug: String,
    case: Case,
}

impl PlugCase {
    fn run(&self, host: &Host) -> std::result::Result<(), String> {
        let input = format!("@{}", self.case.folder.join("input.json").display());
        let arguments = ["run", &self.plug, "--input", &input, "--config", &self.case.config];
        let output = host.run(arguments).output();
        let judged = self.answer(&output).and_then(|answer| self.case.judge(&answer));
        judged.map_err(|problem| format!("{problem}\n{output}"))
    }

    /// A refusal can be the expected document too; then the plugin failed its step.
    fn answer(&self, output: &Output) -> std::result::Result<Answer, String> {
        match (&self.case.expected, output.code) {
            (Expected::Document(_), Some(0 | 1)) => Ok(Answer::Document(output.stdout.clone())),
            (Expected::Error(_), Some(1 | 2)) => {
                let answer = Exact::parse(&output.stdout).map_err(|error| error.to_string())?;
                Ok(Answer::Error(texts(&answer).join("\n")))
            }
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

fn find(plugs: &Path) -> Result<Vec<PlugCase>> {
    let mut cases = Vec::new();
    for version in folders_below(plugs, 3)? {
        let plug = version.strip_prefix(plugs)?.to_string_lossy().into_owned();
        let of_this_plug = version.join("cases");
        if of_this_plug.is_dir() {
            for case in Case::read_all(&of_this_plug)? {
                cases.push(PlugCase { plug: plug.clone(), case });
            }
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
