//! A configuration as far as it is known, with the places its values have in the file.

use crate::diagnostics::Span;
use crate::pipeline::expr::literal_text;
use crate::yaml::{self, Entry, Node};
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// Where a value is: keys and positions from the outermost inwards.
pub type Path = [String];

/// A mapping of the file over defaults, key by key.
pub struct Document<'n> {
    /// The whole. What is not known, and what is left empty, is null in it.
    pub value: Value,
    written: Option<&'n Node>,
    unknown: Vec<Vec<String>>,
}

/// What stands somewhere in the file.
#[derive(Clone, Copy, Debug)]
pub struct Found<'n> {
    /// Where its key stands; the value itself in a list.
    pub key: Span,
    /// The value.
    pub node: &'n Node,
}

impl<'n> Document<'n> {
    /// The mapping `written` over `defaults`.
    #[must_use]
    pub fn new(written: Option<&'n Node>, defaults: &Map<String, Value>) -> Self {
        let mut unknown = Vec::new();
        let mut value = defaults.clone();
        for entry in written.map_or(&[][..], Node::entries) {
            let known = known(&entry.value, &mut vec![entry.key.clone()], &mut unknown);
            value.insert(entry.key.clone(), known);
        }
        Self { value: Value::Object(value), written, unknown }
    }

    /// Whether a template decides the value there.
    #[must_use]
    pub fn is_unknown(&self, path: &Path) -> bool {
        self.unknown.iter().any(|unknown| path.starts_with(unknown))
    }

    /// Whether a template decides a part of the value there.
    #[must_use]
    pub fn holds_unknown(&self, path: &Path) -> bool {
        self.unknown.iter().any(|unknown| unknown.starts_with(path))
    }

    /// What the file has there; `None` for what comes from the defaults.
    #[must_use]
    pub fn find(&self, path: &Path) -> Option<Found<'n>> {
        let mut found = self.written.map(|node| Found { key: node.span, node })?;
        for step in path {
            found = match &found.node.value {
                yaml::Value::List(items) => {
                    let node = items.get(step.parse::<usize>().ok()?)?;
                    Found { key: node.span, node }
                }
                _ => {
                    let Entry { key_span, value, .. } = found.node.entry(step)?;
                    Found { key: *key_span, node: value }
                }
            };
        }
        Some(found)
    }

    /// The lines of every literal value whose path `wanted` picks.
    pub fn lines_of(&self, wanted: &dyn Fn(&Path) -> bool) -> Vec<RangeInclusive<u32>> {
        let mut lines = Vec::new();
        if let Some(node) = self.written {
            lines_of(node, &mut Vec::new(), wanted, &mut lines);
        }
        lines
    }
}

fn lines_of(
    node: &Node,
    path: &mut Vec<String>,
    wanted: &dyn Fn(&Path) -> bool,
    lines: &mut Vec<RangeInclusive<u32>>,
) {
    for entry in node.entries() {
        path.push(entry.key.clone());
        if wanted(path) && !entry.value.is_null() {
            lines.push(entry.key_span.start.line..=entry.value.span.end.line);
        } else {
            lines_of(&entry.value, path, wanted, lines);
        }
        path.pop();
    }
}

fn known(node: &Node, path: &mut Vec<String>, unknown: &mut Vec<Vec<String>>) -> Value {
    match &node.value {
        yaml::Value::Null => Value::Null,
        yaml::Value::Bool(yes) => Value::Bool(*yes),
        yaml::Value::Number(digits) => serde_json::from_str(digits).unwrap_or_default(),
        yaml::Value::Text(text) => literal_text(text).map_or_else(
            || {
                unknown.push(path.clone());
                Value::Null
            },
            Value::String,
        ),
        yaml::Value::List(items) => {
            let item = |(position, item): (usize, &Node)| {
                path.push(position.to_string());
                let value = known(item, path, unknown);
                path.pop();
                value
            };
            items.iter().enumerate().map(item).collect()
        }
        yaml::Value::Mapping(entries) => {
            let entry = |entry: &Entry| {
                path.push(entry.key.clone());
                let value = known(&entry.value, path, unknown);
                path.pop();
                (entry.key.clone(), value)
            };
            Value::Object(entries.iter().map(entry).collect())
        }
    }
}
