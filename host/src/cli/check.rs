//! `plugpipe check`: every problem of pipeline files, without running anything.

use super::described::describe;
use super::host::{HostArguments, Misconfigured};
use super::{DONE, WRONG, output, run_pipeline};
use crate::catalog::Catalog;
use crate::diagnostics::{Diagnostic, to_text};
use crate::pipeline::Mode;
use clap::{Args, ValueEnum};
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// Find what is wrong with pipelines, without running them.
///
/// Looks at shape, plugins, templates, flow and configurations, and names every problem with line and
/// column. Asks the plugins that the files name what they are, which opens those that are new or
/// changed, and calls none.
#[derive(Args, Debug)]
pub(super) struct CheckArguments {
    /// The pipeline files
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
    /// How to print what was found
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    host: HostArguments,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Snippets of the file on stderr
    Text,
    /// One JSON document on stdout
    Json,
}

/// One file and what is wrong with it.
#[derive(Serialize)]
struct Checked {
    file: String,
    #[serde(serialize_with = "word")]
    mode: Mode,
    diagnostics: Vec<Diagnostic>,
    #[serde(skip)]
    source: Arc<str>,
}

/// The JSON document.
#[derive(Serialize)]
struct Report<'c> {
    ok: bool,
    files: &'c [Checked],
}

fn word<S: Serializer>(mode: &Mode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(mode.word())
}

impl From<Misconfigured> for Checked {
    fn from(found: Misconfigured) -> Self {
        let Misconfigured { file, diagnostics, source } = found;
        Self { file, mode: Mode::Once, diagnostics, source }
    }
}

pub(super) fn run(arguments: &CheckArguments) -> u8 {
    let host = match arguments.host.read() {
        Ok(host) => host,
        Err(message) => return output::wrong(&message),
    };
    let catalog = Catalog::scan(&host.places);
    // Start-up code of a library may print.
    output::claim_stdout();
    let misconfigured = host.check_apart(&catalog).err().map(Checked::from);
    let files = arguments.files.iter().map(|file| check(file, &catalog));
    let checked: Vec<Checked> = misconfigured.into_iter().chain(files).collect();
    let ok = !checked.iter().flat_map(|file| &file.diagnostics).any(Diagnostic::is_error);
    match arguments.format {
        Format::Text => checked.iter().for_each(print_text),
        Format::Json => {
            output::json(&Report { ok, files: &checked });
        }
    }
    if ok { DONE } else { WRONG }
}

fn check(name: &str, catalog: &Catalog) -> Checked {
    match run_pipeline::read(name) {
        Ok(mut file) => {
            file.describe(describe(&file.plugs(catalog)));
            let (mode, diagnostics) = file.check(catalog);
            Checked { file: name.to_owned(), mode, diagnostics, source: Arc::clone(file.source()) }
        }
        Err(message) => {
            let unreadable = Diagnostic::error("unreadable", None, &message);
            let (mode, diagnostics) = (Mode::Once, vec![unreadable]);
            Checked { file: name.to_owned(), mode, diagnostics, source: "".into() }
        }
    }
}

fn print_text(checked: &Checked) {
    if !checked.diagnostics.is_empty() {
        output::note(&to_text(&checked.diagnostics, &checked.source, output::styled()));
    }
    let errors = checked.diagnostics.iter().filter(|one| one.is_error()).count();
    let warnings = checked.diagnostics.len() - errors;
    let verdict = if errors == 0 { "ok" } else { "not ok" };
    let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
    let mode = if checked.mode == Mode::Stream { ", a stream" } else { "" };
    output::result(&format!("{}: {verdict}, {errors}, {warnings}{mode}", checked.file));
}

fn counted(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}
