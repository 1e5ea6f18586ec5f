//! The document that a command prints when it cannot begin: what is wrong, and where.

use super::output;
use crate::diagnostics::{Diagnostic, to_text};
use serde_json::json;

/// A fault without a place in a file: its kind and what to say.
pub(super) type Fault = (&'static str, String);

/// One fault without a place in a file: the document on stdout, one line on stderr.
pub(super) fn print(kind: &str, message: &str) {
    output::error(message);
    output::json(&json!({
        "success": false,
        "error": { "kind": kind, "message": message },
        "diagnostics": [],
    }));
}

/// As [`print`], with the exit code of wrong usage.
pub(super) fn wrong(kind: &str, message: &str) -> u8 {
    print(kind, message);
    super::WRONG
}

/// Faults of a file: the document on stdout, snippets of the file on stderr.
pub(super) fn print_diagnostics(diagnostics: &[Diagnostic], source: &str) {
    output::note(&to_text(diagnostics, source, output::styled()));
    let errors: Vec<&Diagnostic> = diagnostics.iter().filter(|one| one.is_error()).collect();
    let first = errors.first().copied().or(diagnostics.first());
    output::json(&json!({
        "success": false,
        "error": first.map(|first| json!({ "kind": first.kind, "message": first.message })),
        "diagnostics": diagnostics,
    }));
}

/// Lints of a file that runs all the same, on stderr.
pub(super) fn print_lints(lints: &[Diagnostic], source: &str) {
    if !lints.is_empty() {
        output::note(&to_text(lints, source, output::styled()));
    }
}
