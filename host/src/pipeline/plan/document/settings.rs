//! The top-level `config` of a document pipeline: steps at once, time, attempts.

use std::time::Duration;

use crate::diagnostics::Diagnostic;
use crate::pipeline::spec::{RETRY_KEYS, RetriesSpec, duration, retry_keys};
use crate::yaml::{Entry, Node, Value};

/// Steps at once where nothing is said.
const PARALLEL: usize = 8;

/// What the top-level `config` says about a run as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Steps that run at once, at most; at least one.
    pub parallel: usize,
    /// How long the run may take.
    pub timeout: Option<Duration>,
    /// What a step does that says nothing about attempts.
    pub retries: RetriesSpec,
}

/// Reads `parallel`, `timeout` and `retry_policy`; other keys belong to the author.
pub fn read(config: Option<&Node>, found: &mut Vec<Diagnostic>) -> Settings {
    let entry = |key| config?.entry(key).filter(|entry| !entry.value.is_null());
    let parallel = entry("parallel").or_else(|| entry("parallel_execution"));
    Settings {
        parallel: parallel.map_or(PARALLEL, |entry| self::parallel(entry, found)),
        timeout: entry("timeout")
            .and_then(|entry| timeout(entry, found))
            .filter(|timeout| !timeout.is_zero()),
        retries: entry("retry_policy")
            .map_or_else(RetriesSpec::default, |entry| policy(entry, found)),
    }
}

fn parallel(entry: &Entry, found: &mut Vec<Diagnostic>) -> usize {
    let number = match &entry.value.value {
        Value::Bool(true) => return PARALLEL,
        Value::Bool(false) => return 1,
        Value::Number(digits) => digits.parse().ok().filter(|number| *number > 0),
        _ => None,
    };
    number.unwrap_or_else(|| {
        found.push(bad(entry, "a whole number from 1, true or false"));
        PARALLEL
    })
}

fn timeout(entry: &Entry, found: &mut Vec<Diagnostic>) -> Option<Duration> {
    let timeout = duration(&entry.value);
    if timeout.is_none() {
        found.push(bad(entry, "seconds from 0 or a text such as `10m`"));
    }
    timeout
}

/// Keys that nobody knows are a lint here, as everywhere at the top of a file.
fn policy(entry: &Entry, found: &mut Vec<Diagnostic>) -> RetriesSpec {
    if !matches!(entry.value.value, Value::Mapping(_)) {
        found.push(bad(entry, "a mapping"));
        return RetriesSpec::default();
    }
    let strange = entry.value.entries().iter();
    found.extend(strange.filter(|one| !RETRY_KEYS.contains(&one.key.as_str())).map(|one| {
        let message = format!("`retry_policy.{}` is ignored", one.key);
        Diagnostic::warning("unknown_key", one.key_span, &message).suggest(&one.key, RETRY_KEYS)
    }));
    retry_keys(&entry.value, found)
}

fn bad(entry: &Entry, expected: &str) -> Diagnostic {
    let (key, value) = (&entry.key, &entry.value);
    match &value.value {
        Value::Number(written) | Value::Text(written) => {
            let message = format!("`config.{key}` should be {expected}, but is `{written}`");
            Diagnostic::error("bad_value", entry.key_span, &message)
        }
        _ => {
            let message = format!("`config.{key}` should be {expected}, but is {}", value.kind());
            Diagnostic::error("bad_type", entry.key_span, &message)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Severity;

    #[test]
    fn settings_are_read_or_refused_like_this() {
        let fine = |parallel, seconds: Option<u64>, attempts| {
            let retries = RetriesSpec { attempts, ..RetriesSpec::default() };
            Settings { parallel, timeout: seconds.map(Duration::from_secs), retries }
        };
        let cases = [
            ("{}", fine(8, None, None), None),
            ("{parallel: 3, timeout: 10s}", fine(3, Some(10), None), None),
            ("{parallel: true, timeout: 0}", fine(8, None, None), None),
            ("{parallel_execution: false}", fine(1, None, None), None),
            ("{retry_policy: {max_retries: 2}}", fine(8, None, Some(3)), None),
            (
                "{retry_policy: {max_attempts: 2, retry_on: x}}",
                fine(8, None, Some(2)),
                Some((Severity::Warning, "unknown_key")),
            ),
            ("{parallel: 0}", fine(8, None, None), Some((Severity::Error, "bad_value"))),
            ("{parallel: [1]}", fine(8, None, None), Some((Severity::Error, "bad_type"))),
            ("{timeout: soon}", fine(8, None, None), Some((Severity::Error, "bad_value"))),
            ("{retry_policy: 3}", fine(8, None, None), Some((Severity::Error, "bad_value"))),
        ];
        for (yaml, expected, problem) in cases {
            let (node, mut found) = (crate::yaml::load(yaml.as_bytes()).root, Vec::new());
            assert_eq!(read(node.as_ref(), &mut found), expected, "{yaml}");
            let kinds: Vec<_> = found.iter().map(|one| (one.severity, one.kind)).collect();
            assert_eq!(kinds, Vec::from_iter(problem), "{yaml}");
        }
    }
}
