//! YAML 1.2 as a tree that knows where everything stands.
//!
//! Plain scalars mean what JSON would read: `no`, `on`, `012` and `1_000` are texts. A number keeps
//! its digits, however many.

mod budget;
mod load;
mod scalar;
mod text;

pub use budget::FILE_BYTES;
pub use load::{Loaded, load};
pub use text::too_large;

use serde_json::value::RawValue;

use crate::diagnostics::Span;
use crate::json;

/// A value with its place in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// From the first character of the value; a block text starts at its first line of content.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// The kinds of value JSON has.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing written, `~` or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A valid JSON number, as text.
    Number(String),
    /// Everything else that is no collection.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file, without equal keys.
    Mapping(Vec<Entry>),
}

/// One key of a mapping and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key as written.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// What stands under it.
    pub value: Node,
}

/// What an unquoted `text` would mean in a file.
pub fn plain(text: &str) -> Node {
    let value = scalar::resolve(text).unwrap_or_else(|| Value::Text(text.to_owned()));
    Node { span: Span::default(), value }
}

impl Node {
    /// Whether nothing is written.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The elements of a list; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The entry under `key`.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The value under `key`, unless nothing is written there.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value).filter(|value| !value.is_null())
    }

    /// What it is, for messages: `a text`, `a list` …
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "empty",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// The same value as JSON text; templates stay as they are written.
    pub fn to_json(&self) -> Box<RawValue> {
        let mut out = String::new();
        self.write_json(&mut out);
        json::from_written(out)
    }

    fn write_json(&self, out: &mut String) {
        match &self.value {
            Value::Null => out.push_str("null"),
            Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
            Value::Number(digits) => out.push_str(digits),
            Value::Text(text) => json::push_text(out, text),
            Value::List(items) => json::push_list(out, items, |item, out| item.write_json(out)),
            Value::Mapping(entries) => json::push_mapping(out, entries, |entry, out| {
                json::push_text(out, &entry.key);
                out.push(':');
                entry.value.write_json(out);
            }),
        }
    }
}
