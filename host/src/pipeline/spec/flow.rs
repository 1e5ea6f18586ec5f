//! Where a step hangs and where it sends what it has, as written.

use crate::diagnostics::{Diagnostic, Span};
use crate::yaml::{Entry, Node, Value};

use super::words::{self, StepType, Word, written};

/// The flow of one step.
#[derive(Clone, Debug, Default)]
pub struct FlowSpec {
    /// `type` and where the key stands.
    pub step_type: Option<(StepType, Span)>,
    /// `depends_on`; `None` when it is not written.
    pub depends_on: Option<Vec<StepName>>,
    /// `join`; `None` when it is not written.
    pub join: Option<Vec<StepName>>,
    /// `next` and `branches`, in this order; `None` when neither is written.
    pub next: Option<Vec<Target>>,
    /// Every word of flow that is there and has the right shape.
    pub words: Vec<Word>,
}

/// A step that another one names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepName {
    /// Its id or name, as written.
    pub name: String,
    /// Where that stands.
    pub span: Span,
}

/// A step that another one sends to.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The step.
    pub step: StepName,
    /// The condition under which it is sent to: a text or a boolean.
    pub when: Option<Node>,
}

/// Reads the words of flow of a step; what has the wrong shape is reported and left out.
pub fn read(step: &Node, found: &mut Vec<Diagnostic>) -> FlowSpec {
    let words = words::read(step, found);
    let step_type = words::step_type(step, found);
    let entry = |key| {
        let fits = words.iter().any(|word| word.key == key);
        written(step, key).filter(|_| fits)
    };
    let depends_on = entry("depends_on").map(|entry| names(&entry.value).collect());
    let join = entry("join").map(|entry| names(&entry.value).collect());
    let next = entry("next").map(|entry| targets(&entry.value, found));
    let branches = entry("branches").map(|entry| branches(entry.value.entries()));
    let sends = next.is_some() || branches.is_some();
    FlowSpec {
        step_type,
        depends_on,
        join,
        next: sends.then(|| next.into_iter().chain(branches).flatten().collect()),
        words,
    }
}

/// The names in a text or a list of texts.
fn names(node: &Node) -> impl Iterator<Item = StepName> {
    let alone = std::slice::from_ref(node);
    let items = if let Value::List(items) = &node.value { items } else { alone };
    items.iter().filter_map(step_name)
}

fn step_name(node: &Node) -> Option<StepName> {
    Some(StepName { name: node.text()?.to_owned(), span: node.span })
}

fn targets(node: &Node, found: &mut Vec<Diagnostic>) -> Vec<Target> {
    let alone = std::slice::from_ref(node);
    let items = if let Value::List(items) = &node.value { items } else { alone };
    items.iter().for_each(|item| unknown_keys(item, found));
    let target = |item: &Node| {
        let step = step_name(item).or_else(|| step_name(item.get("target")?))?;
        Some(Target { step, when: item.get("when").cloned() })
    };
    items.iter().filter_map(target).collect()
}

/// A condition under another key would be a way that is always taken.
fn unknown_keys(target: &Node, found: &mut Vec<Diagnostic>) {
    let known = ["target", "when"];
    let unknown = target.entries().iter().filter(|entry| !known.contains(&entry.key.as_str()));
    found.extend(unknown.map(|entry| {
        let message = format!("a way of `next` has no key `{}`", entry.key);
        let hint = "write `{target: step, when: condition}`".to_owned();
        Diagnostic::error("unknown_key", entry.key_span, &message).hint(hint)
    }));
}

fn branches(entries: &[Entry]) -> Vec<Target> {
    let branch = |entry: &Entry| {
        let condition = Node { span: entry.key_span, value: Value::Text(entry.key.clone()) };
        let target = |step| Target { step, when: Some(condition.clone()) };
        names(&entry.value).map(target).collect::<Vec<_>>()
    };
    entries.iter().flat_map(branch).collect()
}
