//! Where text goes: one result to stdout, everything else to stderr.

use serde::Serialize;
use std::io::{IsTerminal, Write};

/// Prints the one result. A reader that has gone away is no fault of ours.
pub(super) fn result(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
}

/// Prints the one result as JSON.
pub(super) fn json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => result(&text),
        Err(failed) => error(&format!("the result is not writable as JSON: {failed}")),
    }
}

/// One line for a person.
pub(super) fn note(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// One line for a person about something that went wrong.
pub(super) fn error(message: &str) {
    note(&format!("error: {message}"));
}

/// Whether stderr takes colours.
pub(super) fn styled() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
}
