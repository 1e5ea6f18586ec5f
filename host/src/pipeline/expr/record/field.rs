//! One field of a record, read from its bytes without parsing the rest.

use plugin_abi::RecordMeta;
use plugin_api::raw::{self, Key};

use crate::diagnostics::nearest;
use crate::json::Segment;
use crate::pipeline::expr::Failed;

use super::RecordView;

/// What `record` has.
pub const PARTS: [&str; 8] =
    ["value", "key", "headers", "topic", "partition", "offset", "timestamp", "source"];

/// A fixed path into a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    part: Part,
    /// How the author wrote it, for warnings and errors.
    pub written: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Value(Vec<Key>),
    Key,
    Header(String),
    Topic,
    Partition,
    Offset,
    Timestamp,
    Source,
}

/// Why a field of a damaged value has no value.
pub const NOT_JSON: &str = "the value of the record is not JSON";

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read<'a> {
    /// There is no such field or header.
    Absent,
    /// There is no such field because the value is no JSON: bytes that something has damaged.
    Broken,
    /// The record has none: no key, no offset.
    Null,
    /// A JSON text inside the value.
    Json(&'a [u8]),
    /// Bytes that are no JSON: a key, a header, a topic.
    Bytes(&'a [u8]),
    /// An integer of the descriptor.
    Whole(i64),
}

/// Why a path behind `record` means nothing, and what to do about it.
pub fn mistake(path: &[Segment]) -> Option<(String, Option<String>)> {
    let known = || format!("a record has {}", PARTS.join(", "));
    match path {
        [Segment::Key(part), rest @ ..] if PARTS.contains(&part.as_str()) => {
            let (most, hint) = match part.as_str() {
                "value" => return None,
                "headers" => (1, Some("write `record.headers['a.b']` for a name with a dot")),
                _ => (0, None),
            };
            let message = format!("`record.{part}` has no fields in it");
            (rest.len() > most).then(|| (message, hint.map(str::to_owned)))
        }
        [Segment::Key(part), ..] => {
            let near = nearest(part, PARTS).map(|near| format!("did you mean `record.{near}`?"));
            Some((format!("a record has no `{part}`"), near.or_else(|| Some(known()))))
        }
        _ => Some(("`record` alone is no value".to_owned(), Some(known()))),
    }
}

impl Field {
    /// The field at the end of a path behind `record`; `None` when it leads to no single one.
    pub fn new(path: &[Segment], written: String) -> Option<Self> {
        let [Segment::Key(part), rest @ ..] = path else { return None };
        let part = match (part.as_str(), rest) {
            ("value", path) => Part::Value(path.iter().map(key).collect()),
            ("headers", [Segment::Key(name)]) => Part::Header(name.clone()),
            ("key", []) => Part::Key,
            ("topic", []) => Part::Topic,
            ("partition", []) => Part::Partition,
            ("offset", []) => Part::Offset,
            ("timestamp", []) => Part::Timestamp,
            ("source", []) => Part::Source,
            _ => return None,
        };
        Some(Self { part, written })
    }

    /// It cannot be read.
    pub(super) fn failed(&self, reason: &str) -> Failed {
        Failed { expression: self.written.clone(), reason: reason.to_owned() }
    }

    /// Reads it. What it gives borrows from the batch. The last of equal names counts, of fields
    /// as of headers.
    pub fn read<'a>(&self, record: RecordView<'a>) -> Read<'a> {
        let bytes = |bytes: Option<&'a [u8]>| bytes.map_or(Read::Null, Read::Bytes);
        let whole = |number: i64, none: i64| match number {
            number if number == none => Read::Null,
            number => Read::Whole(number),
        };
        match &self.part {
            Part::Value(path) => value(record, path),
            Part::Key => bytes(record.batch.key(record.meta)),
            Part::Header(name) => {
                let found = record.headers().rev().find(|(known, _)| *known == name.as_bytes());
                found.map_or(Read::Absent, |(_, value)| bytes(value))
            }
            Part::Topic => bytes(record.topic()),
            Part::Partition => whole(i64::from(record.meta.partition), -1),
            Part::Offset => whole(record.meta.offset, -1),
            Part::Timestamp => whole(record.meta.timestamp_ms, RecordMeta::NO_TIMESTAMP),
            Part::Source => bytes(record.source()),
        }
    }
}

fn key(segment: &Segment) -> Key {
    match segment {
        Segment::Key(name) => Key::Name(name.clone()),
        Segment::Index(index) => Key::Index(*index),
    }
}

/// A value that is no JSON is bytes as a whole and has no fields.
fn value<'a>(record: RecordView<'a>, path: &[Key]) -> Read<'a> {
    let Some(value) = record.batch.value(record.meta) else {
        return if path.is_empty() { Read::Null } else { Read::Absent };
    };
    if path.is_empty() && !record.is_known_json() && raw::check_utf8(value).is_err() {
        return Read::Bytes(value);
    }
    match raw::field(value, path) {
        Some(json) => Read::Json(json),
        None if record.is_json() => Read::Absent,
        None => Read::Broken,
    }
}
