//! Where text goes: one result to stdout, everything else to stderr.

use serde::Serialize;
use std::fs::File;
use std::io::{IsTerminal, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// The stdout of the process, once [`claim_stdout`] has put it aside.
static STDOUT: OnceLock<File> = OnceLock::new();

/// Set when a result could not be written.
static LOST: AtomicBool = AtomicBool::new(false);

/// Puts stdout aside for the result: what a plugin prints goes to stderr from now on.
pub(super) fn claim_stdout() {
    let aside = rustix::io::fcntl_dupfd_cloexec(std::io::stdout(), 3);
    if let Ok(aside) = aside
        && rustix::stdio::dup2_stdout(std::io::stderr()).is_ok()
    {
        let _ = STDOUT.set(File::from(aside));
    }
}

/// Gives stdout back to the process: records are written there, by a plugin. The result then goes to
/// stderr, as the last thing said.
pub(super) fn release_stdout() {
    if let Some(aside) = STDOUT.get()
        && let Err(error_code) = rustix::stdio::dup2_stdout(aside)
    {
        error(&format!("stdout cannot be given back: {error_code}"));
    }
}

/// Prints the result where [`release_stdout`] leaves it to go.
pub(super) fn result_to_stderr(text: &str) {
    eprintln!("{text}");
}

/// Prints the one result. A reader that has gone away is no fault of ours; any other failure is
/// remembered, see [`is_lost`].
pub(super) fn result(text: &str) {
    let line = format!("{text}\n");
    let written = match STDOUT.get() {
        Some(mut stdout) => stdout.write_all(line.as_bytes()),
        None => std::io::stdout().write_all(line.as_bytes()),
    };
    let gone = |failed: &std::io::Error| failed.kind() == std::io::ErrorKind::BrokenPipe;
    if let Err(failed) = written.and_then(|()| std::io::stdout().flush())
        && !gone(&failed)
    {
        error(&format!("the result cannot be written to stdout: {failed}"));
        LOST.store(true, Ordering::Relaxed);
    }
}

/// Whether a result could not be written.
pub(super) fn is_lost() -> bool {
    LOST.load(Ordering::Relaxed)
}

/// Prints the one result as JSON.
pub(super) fn json(value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => result(&text),
        Err(failed) => error(&format!("the result is not writable as JSON: {failed}")),
    }
}

/// One line for a person.
pub(super) fn note(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// One line for a person, above what is drawn.
pub(super) fn beside(text: &str) {
    super::progress::beside(|| note(text));
}

/// One line for a person about something that went wrong.
pub(super) fn error(message: &str) {
    note(&format!("error: {message}"));
}

/// Wrong usage: says so and gives the exit code.
pub(super) fn wrong(message: &str) -> u8 {
    error(message);
    super::WRONG
}

/// Whether stderr takes colours.
pub(super) fn styled() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
}
