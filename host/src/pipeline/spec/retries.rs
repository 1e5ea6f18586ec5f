//! How often a failed call is made again, as written.

use std::time::Duration;

use crate::diagnostics::{Diagnostic, Span};
use crate::yaml::{Entry, Node, Value};

use super::duration::duration;
use super::words::{whole_number, written};
use super::{bad_type, bad_value};

/// What is said about attempts; `None` is left to what is weaker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetriesSpec {
    /// Calls at most, the first included; at least one.
    pub attempts: Option<u32>,
    /// How the waits grow.
    pub backoff: Option<Backoff>,
    /// The first wait.
    pub base: Option<Duration>,
    /// No wait is longer.
    pub max: Option<Duration>,
}

/// How the waits between attempts grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backoff {
    /// All are as long as the first.
    Fixed,
    /// The n-th is n times the first.
    Linear,
    /// Each is twice the one before.
    Exponential,
}

/// Keys of a mapping about attempts.
pub const KEYS: [&str; 5] = ["max_attempts", "max_retries", "backoff", "base", "max"];

const BACKOFFS: [&str; 3] = ["fixed", "linear", "exponential"];
const LENGTH: &str = "seconds from 0 or a text such as `500ms`";

impl RetriesSpec {
    /// What is said here, and by `weaker` where nothing is.
    #[must_use]
    pub fn or(self, weaker: Self) -> Self {
        Self {
            attempts: self.attempts.or(weaker.attempts),
            backoff: self.backoff.or(weaker.backoff),
            base: self.base.or(weaker.base),
            max: self.max.or(weaker.max),
        }
    }
}

/// Reads a number of retries, or a mapping in which no other keys may stand.
pub fn read(entry: &Entry, found: &mut Vec<Diagnostic>) -> RetriesSpec {
    match &entry.value.value {
        Value::Mapping(_) => {
            unknown_keys(entry, &KEYS, found);
            keys(&entry.value, found)
        }
        _ => RetriesSpec { attempts: retries(entry, found), ..RetriesSpec::default() },
    }
}

/// Reads the keys of a mapping that are about attempts.
pub fn keys(node: &Node, found: &mut Vec<Diagnostic>) -> RetriesSpec {
    let attempts = written(node, "max_attempts").and_then(|entry| attempts(entry, found));
    let retries = written(node, "max_retries");
    if let (Some(_), Some(entry)) = (attempts, retries) {
        let message = "`max_attempts` and `max_retries` say the same; one of them is enough";
        found.push(Diagnostic::error("bad_value", entry.key_span, message));
    }
    RetriesSpec {
        attempts: attempts.or_else(|| self::retries(retries?, found)),
        backoff: written(node, "backoff").and_then(|entry| backoff(entry, found)),
        base: written(node, "base").and_then(|entry| wait(entry, found)),
        max: written(node, "max").and_then(|entry| wait(entry, found)),
    }
}

/// Reports the keys of a mapping that are none of `known`.
pub fn unknown_keys(entry: &Entry, known: &[&'static str], found: &mut Vec<Diagnostic>) {
    let unknown = entry.value.entries().iter().filter(|one| !known.contains(&one.key.as_str()));
    found.extend(unknown.map(|one| {
        let message = format!("`{}` has no key `{}`", entry.key, one.key);
        let problem = Diagnostic::error("unknown_key", one.key_span, &message);
        problem.suggest(&one.key, known.iter().copied())
    }));
}

fn attempts(entry: &Entry, found: &mut Vec<Diagnostic>) -> Option<u32> {
    counted(entry, 1, found)
}

fn retries(entry: &Entry, found: &mut Vec<Diagnostic>) -> Option<u32> {
    counted(entry, 0, found)?.checked_add(1)
}

/// A whole number from `least`.
fn counted(entry: &Entry, least: u32, found: &mut Vec<Diagnostic>) -> Option<u32> {
    let expected = format!("a whole number from {least}");
    let Value::Number(digits) = &entry.value.value else {
        found.push(bad_type(&entry.key, entry.key_span, &expected, &entry.value));
        return None;
    };
    let number = whole_number(&entry.value).and_then(|number| u32::try_from(number).ok());
    let fits = number.filter(|number| (least..u32::MAX).contains(number));
    if fits.is_none() {
        found.push(out_of_bounds(&entry.key, entry.key_span, &expected, digits));
    }
    fits
}

fn backoff(entry: &Entry, found: &mut Vec<Diagnostic>) -> Option<Backoff> {
    let Some(word) = entry.value.text() else {
        found.push(bad_type("backoff", entry.key_span, "a word", &entry.value));
        return None;
    };
    let backoff = match word {
        "fixed" => Some(Backoff::Fixed),
        "linear" => Some(Backoff::Linear),
        "exponential" => Some(Backoff::Exponential),
        _ => None,
    };
    if backoff.is_none() {
        let message = format!("`backoff` knows no `{word}`");
        found.push(bad_value(entry.key_span, &message, &BACKOFFS));
    }
    backoff
}

fn wait(entry: &Entry, found: &mut Vec<Diagnostic>) -> Option<Duration> {
    let wait = duration(&entry.value);
    if wait.is_none() {
        found.push(match &entry.value.value {
            Value::Number(text) | Value::Text(text) => {
                out_of_bounds(&entry.key, entry.key_span, LENGTH, text)
            }
            _ => bad_type(&entry.key, entry.key_span, LENGTH, &entry.value),
        });
    }
    wait
}

fn out_of_bounds(key: &str, span: Span, expected: &str, written: &str) -> Diagnostic {
    let message = format!("`{key}` should be {expected}, but is `{written}`");
    Diagnostic::error("bad_value", span, &message)
}
