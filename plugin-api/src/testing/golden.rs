//! Golden cases: a folder `cases/<case>/` is a test.
//!
//! - `input.json`: the ctx of one call
//! - `config.json`: its cfg; `{}` where the file is absent
//! - `expected.json`: what the answer must hold, see [`missing`]; or
//! - `expected.err`: a text that the error must hold

use super::exact_json::{Exact, missing};
use super::plugin_test::PluginTest;
use crate::export::Exported;
use crate::json::Json;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// One folder, read.
#[derive(Clone, Debug)]
pub struct Case {
    /// Where it lies.
    pub folder: PathBuf,
    /// The ctx, as text.
    pub input: String,
    /// The cfg, as text.
    pub config: String,
    /// What is expected.
    pub expected: Expected,
}

/// What a case expects.
#[derive(Clone, Debug)]
pub enum Expected {
    /// A document that holds all of this.
    Document(Exact),
    /// An error that says this.
    Error(String),
}

/// What a call answered.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A document, as text.
    Document(String),
    /// An error, as a person reads it.
    Error(String),
}

impl Case {
    /// Reads one folder.
    ///
    /// # Errors
    /// What is missing in it, or not readable.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let config = folder.join("config.json");
        let config = if config.exists() { text_of(&config)? } else { "{}".to_owned() };
        let (input, folder) = (text_of(&folder.join("input.json"))?, folder.to_owned());
        Ok(Self { input, config, expected: Expected::read(&folder)?, folder })
    }

    /// Every folder of `cases`, in the order of their names.
    ///
    /// # Errors
    /// A folder that is no case, or that there is none at all.
    pub fn read_all(cases: &Path) -> Result<Vec<Self>, String> {
        let unreadable = |error: std::io::Error| format!("{}: {error}", cases.display());
        let entries = fs::read_dir(cases).map_err(unreadable)?;
        let mut folders = Vec::new();
        for entry in entries {
            let path = entry.map_err(unreadable)?.path();
            folders.extend(path.is_dir().then_some(path));
        }
        folders.sort();
        if folders.is_empty() {
            return Err(format!("{}: no case in it", cases.display()));
        }
        folders.iter().map(|folder| Self::read(folder)).collect()
    }

    /// Compares an answer with what is expected.
    ///
    /// # Errors
    /// What differs, one line a place.
    pub fn judge(&self, answer: &Answer) -> Result<(), String> {
        match (&self.expected, answer) {
            (Expected::Document(expected), Answer::Document(text)) => {
                let answer = Exact::parse(text).map_err(|error| format!("not JSON: {error}"))?;
                let found = missing(expected, &answer);
                if found.is_empty() { Ok(()) } else { Err(found.join("\n")) }
            }
            (Expected::Error(said), Answer::Error(error)) if error.contains(said) => Ok(()),
            (Expected::Error(said), Answer::Error(error)) => {
                Err(format!("the error does not say {said:?}: {error}"))
            }
            (Expected::Document(_), Answer::Error(error)) => {
                Err(format!("a document was expected, found the error: {error}"))
            }
            (Expected::Error(said), Answer::Document(text)) => {
                Err(format!("an error that says {said:?} was expected, found {text}"))
            }
        }
    }
}

impl Expected {
    fn read(folder: &Path) -> Result<Self, String> {
        let (answer, error) = (folder.join("expected.json"), folder.join("expected.err"));
        let unfit = |problem: &str| format!("{}: {problem}", folder.display());
        match (answer.exists(), error.exists()) {
            (true, false) => {
                let exact = Exact::parse(&text_of(&answer)?);
                exact.map(Self::Document).map_err(|error| format!("{}: {error}", answer.display()))
            }
            (false, true) => match text_of(&error)?.trim() {
                "" => Err(unfit("expected.err is empty: every error would do")),
                text => Ok(Self::Error(text.to_owned())),
            },
            _ => Err(unfit("a case has either expected.json or expected.err")),
        }
    }
}

/// Runs every case of a folder through `call` and says how many there were.
///
/// # Errors
/// The cases that failed, all of them, or that there is none.
pub fn run(cases: &Path, call: impl Fn(&Case) -> Answer) -> Result<usize, String> {
    let cases = Case::read_all(cases)?;
    let mut failures = String::new();
    for case in &cases {
        if let Err(problem) = case.judge(&call(case)) {
            let _ = writeln!(failures, "{}: {problem}", case.folder.display());
        }
    }
    if failures.is_empty() { Ok(cases.len()) } else { Err(failures) }
}

/// Runs every case of a folder through one plugin, which keeps its instance from case to case.
///
/// # Errors
/// As [`run`], and that the plugin does not start.
pub fn run_plugin<P: Exported>(cases: &Path) -> Result<usize, String> {
    let plugin = PluginTest::<P>::start().map_err(|error| error.message)?;
    run(cases, |case| match process(&plugin, case) {
        Ok(json) => Answer::Document(json.get().to_owned()),
        Err(error) => Answer::Error(error),
    })
}

fn process<P>(plugin: &PluginTest<P>, case: &Case) -> Result<Json, String> {
    let json = |text: &str| Json::from_text(text.to_owned()).map_err(|error| error.to_string());
    let answer = plugin.process_with(json(&case.input)?, json(&case.config)?);
    answer.map_err(|error| error.message)
}

fn text_of(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}
