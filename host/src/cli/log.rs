//! The host's log: to stderr, at the level of `PLUGPIPE_LOG`.

use super::progress;
use crate::diagnostics::printable;
use crate::secrets::without_secrets;
use std::io::Write;
pub use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

/// The variable with the level, or with `target=level` pairs.
const VARIABLE: &str = "PLUGPIPE_LOG";

/// Installs the log, at `level` where the variable does not say. A second call changes nothing.
pub fn install(level: Level) {
    let wanted = std::env::var(VARIABLE).unwrap_or_default();
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::from_level(level).into());
    let parsed = match unknown_level(&wanted) {
        Some(word) => Err(format!("there is no level `{}`", printable(word))),
        None => filter.parse(&wanted).map_err(|error| error.to_string()),
    };
    let (filter, problem) = match parsed {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new(level.as_str()), Some(error)),
    };
    crate::services::set_max_level(filter.max_level_hint().unwrap_or(LevelFilter::TRACE));
    let installed = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| Lossy(std::io::stderr()))
        .with_ansi(super::output::styled())
        .without_time()
        .try_init();
    if let (Ok(()), Some(problem)) = (installed, problem) {
        tracing::warn!(
            "{VARIABLE} is not usable, `{}` is taken instead: {problem}",
            level.as_str().to_lowercase()
        );
    }
}

/// A word alone is a level; as the name of a target, which the filter would take it for, it would
/// switch everything off.
fn unknown_level(wanted: &str) -> Option<&str> {
    let is_word = !wanted.trim().is_empty() && !wanted.contains(['=', ',', ':', '[']);
    (is_word && wanted.trim().parse::<LevelFilter>().is_err()).then_some(wanted)
}

/// A log that nobody reads any more must not end the work: what cannot be written is dropped. Each
/// call is one line, which is written without the secrets of the runs under way.
struct Lossy<W>(W);

impl<W: Write> Write for Lossy<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let line = String::from_utf8_lossy(bytes);
        let line = without_secrets(&line);
        let _ = progress::beside(|| self.0.write_all(line.as_bytes()));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let _ = self.0.flush();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_no_level_is_not_taken_for_a_target() {
        for (wanted, unknown) in
            [("", false), ("info", false), ("OFF", false), ("bogus", true), ("a=info", false)]
        {
            assert_eq!(unknown_level(wanted).is_some(), unknown, "{wanted}");
        }
    }

    #[test]
    fn a_log_that_cannot_be_written_is_no_error() {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        assert_eq!(Lossy(full).write(b"line").unwrap(), 4);
    }

    #[test]
    fn a_line_is_written_without_the_secrets_of_a_run() {
        let redactor = crate::secrets::Redactor::new();
        redactor.add_text("log-canary");
        let mut line = Vec::new();
        assert_eq!(Lossy(&mut line).write(b"token log-canary\n").unwrap(), 17);
        assert_eq!(line, b"token [redacted]\n");
    }
}
