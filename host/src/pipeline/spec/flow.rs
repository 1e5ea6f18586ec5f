//! Words that steer the flow. Those this version does not act on are checked for shape and then
//! refused by name, so that none is ignored in silence.

use crate::diagnostics::Diagnostic;
use crate::yaml::{Entry, Node, Value};

use super::{OnError, bad_type};

/// A key, the shape of its value in words, and the test for it.
type Word = (&'static str, &'static str, fn(&Node) -> bool);

/// Keys that are known but not acted on, with the shape they must have.
const NOT_SUPPORTED: [Word; 11] = [
    ("depends_on", "a step id or a list of them", is_names),
    ("next", "a step id or a list", is_names_or_targets),
    ("branches", "a mapping of conditions to step ids", is_mapping),
    ("join", "a list of step ids", is_names),
    ("foreach", "a list or a template", |node| !is_mapping(node)),
    ("concurrency", "a whole number from 1", |node| whole_number(node).is_some_and(|n| n > 0)),
    ("exit_if", "an expression", |node| matches!(node.value, Value::Text(_) | Value::Bool(_))),
    ("timeout", "seconds from 0 or a text such as `10s`", is_duration),
    ("retries", "a whole number from 0 or a mapping", |node| {
        is_mapping(node) || whole_number(node).is_some()
    }),
    ("outputs", "a mapping", is_mapping),
    ("output_mapping", "a mapping", is_mapping),
];

const TYPES: [&str; 4] = ["filter", "source", "transform", "sink"];
const ACTIONS: [&str; 5] = ["fail", "warn", "log", "continue", "retry"];

/// Reports every key of the step that this version does not act on.
pub fn check(step: &Node, found: &mut Vec<Diagnostic>) {
    for (key, shape, fits) in NOT_SUPPORTED {
        let Some(entry) = written(step, key) else { continue };
        found.push(match fits(&entry.value) {
            true => not_supported(entry, &format!("`{key}`")),
            false => bad_type(key, entry.key_span, shape, &entry.value),
        });
    }
    found.extend(written(step, "type").map(|entry| match entry.value.text() {
        Some(name) if TYPES.contains(&name) => not_supported(entry, &format!("`type: {name}`")),
        Some(name) => bad_value(entry, &format!("`{name}` is no type of step"), &TYPES),
        None => bad_type("type", entry.key_span, "a text", &entry.value),
    }));
}

/// Reads `on_error`: a word, or a mapping that has it as its `action`.
pub fn on_error(step: &Node, found: &mut Vec<Diagnostic>) -> OnError {
    let Some(entry) = written(step, "on_error") else { return OnError::default() };
    let (action, alone) = match &entry.value.value {
        Value::Text(word) => (Some(word.as_str()), true),
        Value::Mapping(entries) => {
            (entry.value.get("action").and_then(Node::text), entries.len() == 1)
        }
        _ => {
            found.push(bad_type("on_error", entry.key_span, "a word or a mapping", &entry.value));
            return OnError::default();
        }
    };
    match action {
        Some("fail") if alone => return OnError::Fail,
        Some("continue") if alone => return OnError::Continue,
        Some(word) if ACTIONS.contains(&word) => {
            found.push(not_supported(entry, &format!("`on_error: {word}` in this form")));
        }
        Some(word) => {
            found.push(bad_value(entry, &format!("`on_error` knows no `{word}`"), &ACTIONS))
        }
        None => found.push(bad_value(entry, "`on_error` has no `action`", &ACTIONS)),
    }
    OnError::default()
}

fn written<'n>(step: &'n Node, key: &str) -> Option<&'n Entry> {
    step.entry(key).filter(|entry| !entry.value.is_null())
}

fn not_supported(entry: &Entry, what: &str) -> Diagnostic {
    let message = format!("{what} is not supported by this version");
    Diagnostic::error("not_supported", entry.key_span, &message)
}

fn bad_value(entry: &Entry, message: &str, known: &[&str]) -> Diagnostic {
    Diagnostic::error("bad_value", entry.key_span, message)
        .hint(format!("one of {}", known.join(", ")))
}

fn is_mapping(node: &Node) -> bool {
    matches!(node.value, Value::Mapping(_))
}

fn is_names(node: &Node) -> bool {
    match &node.value {
        Value::List(items) => items.iter().all(|item| item.text().is_some()),
        _ => node.text().is_some(),
    }
}

fn is_names_or_targets(node: &Node) -> bool {
    let target = |item: &Node| item.text().is_some() || item.get("target").is_some();
    node.text().is_some() || matches!(&node.value, Value::List(items) if items.iter().all(target))
}

fn whole_number(node: &Node) -> Option<u64> {
    match &node.value {
        Value::Number(digits) => digits.parse().ok(),
        _ => None,
    }
}

fn is_duration(node: &Node) -> bool {
    let amount = |text: &str| text.parse::<f64>().is_ok_and(|n| n.is_finite() && n >= 0.0);
    match &node.value {
        Value::Number(digits) => amount(digits),
        Value::Text(text) => {
            let unit = ["ms", "s", "m", "h"].into_iter().find_map(|unit| text.strip_suffix(unit));
            unit.is_some_and(|number| amount(number.trim_end()))
        }
        _ => false,
    }
}
