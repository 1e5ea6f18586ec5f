//! The top-level `config` of a stream: lanes, batches in flight, size of a batch.

use std::time::Duration;

use crate::diagnostics::{Diagnostic, Span};
use crate::pipeline::spec::duration;
use crate::yaml::{Entry, Node, Value};

/// How large a batch grows before it travels on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchLimits {
    /// Records of one batch, at most.
    pub records: u32,
    /// Bytes of one batch's arena, unless one record alone has more.
    pub bytes: u32,
    /// How long a batch waits for more records while the source is idle.
    pub linger: Duration,
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self { records: 10_000, bytes: 512 << 10, linger: Duration::from_millis(10) }
    }
}

/// What the top-level `config` says about a stream as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Threads that carry batches.
    pub lanes: u32,
    /// Batches of one lane under way at once.
    pub in_flight: u32,
    /// The size of a batch.
    pub batch: BatchLimits,
}

const BATCH_KEYS: [&str; 3] = ["records", "bytes", "linger"];
const LANES: u64 = 256;
const IN_FLIGHT: u64 = 10_000;
const RECORDS: u64 = 1_000_000;
/// Offsets into an arena have 32 bits, and one record may go past the limit.
const BYTES: u64 = 1 << 30;

/// Reads `lanes`, `in_flight` and `batch`; other keys belong to the author.
pub fn read(config: Option<&Node>, found: &mut Vec<Diagnostic>) -> Settings {
    let mut settings = Settings { lanes: 1, in_flight: 16, batch: BatchLimits::default() };
    let Some(config) = config else { return settings };
    whole(config, "lanes", LANES, &mut settings.lanes, found);
    whole(config, "in_flight", IN_FLIGHT, &mut settings.in_flight, found);
    let Some(entry) = written(config, "batch") else { return settings };
    let Value::Mapping(entries) = &entry.value.value else {
        let message = format!("`batch` should be a mapping, but is {}", entry.value.kind());
        found.push(Diagnostic::error("bad_type", entry.key_span, &message));
        return settings;
    };
    for entry in entries.iter().filter(|entry| !BATCH_KEYS.contains(&entry.key.as_str())) {
        let message = format!("`batch` has no key `{}`", entry.key);
        let problem = Diagnostic::error("unknown_key", entry.key_span, &message);
        found.push(problem.suggest(&entry.key, BATCH_KEYS));
    }
    whole(&entry.value, "records", RECORDS, &mut settings.batch.records, found);
    whole(&entry.value, "bytes", BYTES, &mut settings.batch.bytes, found);
    linger(&entry.value, &mut settings.batch.linger, found);
    settings
}

fn written<'n>(node: &'n Node, key: &str) -> Option<&'n Entry> {
    node.entry(key).filter(|entry| !entry.value.is_null())
}

fn whole(node: &Node, key: &str, most: u64, setting: &mut u32, found: &mut Vec<Diagnostic>) {
    let Some(entry) = written(node, key) else { return };
    let number = match &entry.value.value {
        Value::Number(digits) => digits.parse().ok().filter(|n| (1..=most).contains(n)),
        _ => None,
    };
    match number.and_then(|n| u32::try_from(n).ok()) {
        Some(number) => *setting = number,
        None => found.push(bad(key, &format!("a whole number from 1 to {most}"), entry.key_span)),
    }
}

fn linger(node: &Node, setting: &mut Duration, found: &mut Vec<Diagnostic>) {
    let Some(entry) = written(node, "linger") else { return };
    match duration(&entry.value) {
        Some(duration) => *setting = duration,
        None => {
            found.push(bad("linger", "seconds from 0 or a text such as `10ms`", entry.key_span));
        }
    }
}

fn bad(key: &str, expected: &str, span: Span) -> Diagnostic {
    Diagnostic::error("bad_value", span, &format!("`{key}` should be {expected}"))
}
