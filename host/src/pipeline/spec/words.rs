//! Words that steer the flow, checked for shape. Which of them a pipeline may use depends on its
//! engine, so the plan refuses those it does not act on by name: none is ignored in silence.

use crate::diagnostics::{Diagnostic, Span};
use crate::yaml::{Entry, Node, Value};

use super::duration::duration;
use super::{bad_type, bad_value};

/// A word of flow that a step has, in the right shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The key.
    pub key: &'static str,
    /// Where the key stands.
    pub span: Span,
}

/// What `type` makes of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepType {
    /// Built in: no plugin.
    Filter,
    /// Its plugin reads records.
    Source,
    /// Its plugin changes batches.
    Transform,
    /// Its plugin writes batches.
    Sink,
}

/// A key, the shape of its value in words, and the test for it.
type Shape = (&'static str, &'static str, fn(&Node) -> bool);

const SHAPES: [Shape; 11] = [
    ("depends_on", "a step id or a list of them", is_names),
    ("next", "a step id, or a list of step ids and `{target, when}`", is_names_or_targets),
    ("branches", "a mapping of conditions to step ids", is_branches),
    ("join", "a list of step ids", is_names),
    ("foreach", "a list or a template", is_list_or_text),
    ("concurrency", "a whole number from 1", |node| whole_number(node).is_some_and(|n| n > 0)),
    ("exit_if", "an expression", is_condition),
    ("timeout", "seconds from 0 or a text such as `10s`", |node| duration(node).is_some()),
    ("retries", "a whole number from 0 or a mapping", |node| {
        is_mapping(node) || whole_number(node).is_some()
    }),
    ("outputs", "a mapping", is_mapping),
    ("output_mapping", "a mapping", is_mapping),
];

impl StepType {
    const WORDS: [&str; 4] = ["filter", "source", "transform", "sink"];
    const ALL: [Self; 4] = [Self::Filter, Self::Source, Self::Transform, Self::Sink];

    /// The word for it.
    pub fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// The words of a step, in the order of the table; those of the wrong shape are reported instead.
pub fn read(step: &Node, found: &mut Vec<Diagnostic>) -> Vec<Word> {
    let mut words = Vec::new();
    for (key, shape, fits) in SHAPES {
        let Some(entry) = written(step, key) else { continue };
        match fits(&entry.value) {
            true => words.push(Word { key, span: entry.key_span }),
            false => found.push(misshapen(key, shape, entry)),
        }
    }
    words
}

/// A collection may be right and something in it wrong.
fn misshapen(key: &str, shape: &str, entry: &Entry) -> Diagnostic {
    let is_whole_right = match &entry.value.value {
        Value::List(_) => matches!(key, "depends_on" | "next" | "join"),
        Value::Mapping(_) => key == "branches",
        _ => false,
    };
    if !is_whole_right {
        return bad_type(key, entry.key_span, shape, &entry.value);
    }
    let message = format!("`{key}` should be {shape}, but something else is in it");
    Diagnostic::error("bad_type", entry.key_span, &message)
}

/// The `type` of a step and where the key stands.
pub fn step_type(step: &Node, found: &mut Vec<Diagnostic>) -> Option<(StepType, Span)> {
    let entry = written(step, "type")?;
    let Some(word) = entry.value.text() else {
        found.push(bad_type("type", entry.key_span, "a text", &entry.value));
        return None;
    };
    let Some(named) = StepType::named(word) else {
        let message = format!("`{word}` is no type of step");
        found.push(bad_value(entry.key_span, &message, &StepType::WORDS));
        return None;
    };
    Some((named, entry.key_span))
}

/// The entry under `key`, unless nothing is written there.
pub fn written<'n>(step: &'n Node, key: &str) -> Option<&'n Entry> {
    step.entry(key).filter(|entry| !entry.value.is_null())
}

fn is_mapping(node: &Node) -> bool {
    matches!(node.value, Value::Mapping(_))
}

fn is_list_or_text(node: &Node) -> bool {
    matches!(node.value, Value::List(_) | Value::Text(_))
}

fn is_condition(node: &Node) -> bool {
    matches!(node.value, Value::Text(_) | Value::Bool(_))
}

fn is_names(node: &Node) -> bool {
    match &node.value {
        Value::List(items) => items.iter().all(|item| item.text().is_some()),
        _ => node.text().is_some(),
    }
}

fn is_names_or_targets(node: &Node) -> bool {
    let when = |item: &Node| item.get("when").is_none_or(is_condition);
    let target = |item: &Node| {
        item.text().is_some()
            || item.get("target").is_some_and(|name| name.text().is_some()) && when(item)
    };
    node.text().is_some() || matches!(&node.value, Value::List(items) if items.iter().all(target))
}

fn is_branches(node: &Node) -> bool {
    is_mapping(node) && node.entries().iter().all(|entry| is_names(&entry.value))
}

/// A number without sign, fraction or exponent.
pub fn whole_number(node: &Node) -> Option<u64> {
    match &node.value {
        Value::Number(digits) => digits.parse().ok(),
        _ => None,
    }
}
