//! `on_error` as written: which actions exist depends on the engine.

use crate::diagnostics::{Diagnostic, Span};
use crate::yaml::{Node, Value};

use super::bad_type;
use super::flow::StepName;
use super::retries::{self, RetriesSpec};
use super::words::written;

/// An action and what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct OnErrorSpec {
    /// The word; `None` when a mapping has no `action`.
    pub action: Option<String>,
    /// The step that gets dead letters.
    pub to: Option<StepName>,
    /// The value that becomes the result.
    pub fallback: Option<Node>,
    /// What is said instead of the reason.
    pub message: Option<Node>,
    /// How often the call is made.
    pub retries: RetriesSpec,
    /// Keys beside `action` and `to`, and where they stand.
    pub others: Vec<(String, Span)>,
    /// Where the key `on_error` stands.
    pub span: Span,
}

/// Reads `on_error`: a word, or a mapping that has it as its `action`.
pub fn read(step: &Node, found: &mut Vec<Diagnostic>) -> Option<OnErrorSpec> {
    let entry = written(step, "on_error")?;
    let node = &entry.value;
    let action = match &node.value {
        Value::Text(word) => Some(word.clone()),
        Value::Mapping(_) => node.get("action").and_then(Node::text).map(str::to_owned),
        _ => {
            found.push(bad_type("on_error", entry.key_span, "a word or a mapping", node));
            return None;
        }
    };
    let to =
        node.get("to").and_then(|to| Some(StepName { name: to.text()?.to_owned(), span: to.span }));
    let is_other = |key: &str| key != "action" && (key != "to" || to.is_none());
    let others = node.entries().iter().filter(|entry| is_other(&entry.key));
    let others = others.map(|entry| (entry.key.clone(), entry.key_span)).collect();
    Some(OnErrorSpec {
        action,
        to,
        // Null is a value like any other.
        fallback: node.entry("fallback").map(|entry| entry.value.clone()),
        message: message(node, found),
        retries: retries::keys(node, found),
        others,
        span: entry.key_span,
    })
}

fn message(node: &Node, found: &mut Vec<Diagnostic>) -> Option<Node> {
    let entry = written(node, "message")?;
    if entry.value.text().is_none() {
        found.push(bad_type("message", entry.key_span, "a text", &entry.value));
        return None;
    }
    Some(entry.value.clone())
}
