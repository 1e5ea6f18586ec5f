//! What a pipeline says about its inputs.

use crate::diagnostics::{Diagnostic, Span};
use crate::yaml::{Entry, Node, Value};

use super::InputKind;

/// A declared input.
#[derive(Clone, Debug)]
pub struct InputSpec {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// Its type; `None` takes anything.
    pub kind: Option<InputKind>,
    /// Its value when none is given.
    pub default: Option<Node>,
    /// The run cannot start without it.
    pub required: bool,
    /// The only values it may have; empty allows all.
    pub allowed: Vec<Node>,
    /// The value is redacted in everything that is shown.
    pub sensitive: bool,
}

/// Words that make a mapping a declaration rather than a literal value.
const TELLING: [&str; 4] = ["default", "required", "enum", "sensitive"];
/// Words of a declaration that only describe.
const DESCRIBING: [&str; 4] = ["type", "description", "title", "examples"];

/// Reads the mapping under `inputs`: declarations and literal values, which are defaults.
pub fn declarations(node: &Node, found: &mut Vec<Diagnostic>) -> Vec<InputSpec> {
    node.entries().iter().map(|entry| declaration(entry, found)).collect()
}

fn declaration(entry: &Entry, found: &mut Vec<Diagnostic>) -> InputSpec {
    let node = &entry.value;
    let mut input = InputSpec {
        name: entry.key.clone(),
        span: entry.key_span,
        kind: None,
        default: None,
        required: false,
        allowed: Vec::new(),
        sensitive: false,
    };
    if !is_declaration(node) {
        input.default = Some(node.clone());
        return input;
    }
    input.kind = kind(node, found);
    input.default = node.entry("default").map(|entry| entry.value.clone());
    input.required = flag(node, "required", found);
    input.sensitive = flag(node, "sensitive", found);
    input.allowed = allowed(node, found);
    input
}

/// `{type: string}` and whatever has a telling word is a declaration. A mapping whose `type` is
/// some other word and that tells nothing is data.
fn is_declaration(node: &Node) -> bool {
    let words = || node.entries().iter().map(|entry| entry.key.as_str());
    let typed = node.get("type").and_then(Node::text).and_then(InputKind::named).is_some();
    let known = |word: &str| TELLING.contains(&word) || DESCRIBING.contains(&word);
    typed || words().any(|word| TELLING.contains(&word)) && words().all(known)
}

fn kind(node: &Node, found: &mut Vec<Diagnostic>) -> Option<InputKind> {
    let entry = node.entry("type").filter(|entry| !entry.value.is_null())?;
    let word = entry.value.text().unwrap_or_default();
    let kind = InputKind::named(word);
    if kind.is_none() {
        let message = format!("`type` should be one of {}", InputKind::WORDS.join(", "));
        found.push(
            Diagnostic::error("bad_value", entry.key_span, &message)
                .suggest(word, InputKind::WORDS),
        );
    }
    kind
}

fn flag(node: &Node, key: &str, found: &mut Vec<Diagnostic>) -> bool {
    match node.entry(key) {
        None => false,
        Some(entry) if entry.value.is_null() => false,
        Some(entry) => {
            entry.value.value == Value::Bool(true) || {
                if entry.value.value != Value::Bool(false) {
                    let message =
                        format!("`{key}` should be true or false, but is {}", entry.value.kind());
                    found.push(Diagnostic::error("bad_type", entry.key_span, &message));
                }
                false
            }
        }
    }
}

fn allowed(node: &Node, found: &mut Vec<Diagnostic>) -> Vec<Node> {
    let Some(entry) = node.entry("enum").filter(|entry| !entry.value.is_null()) else {
        return Vec::new();
    };
    if !matches!(entry.value.value, Value::List(_)) {
        let message = format!("`enum` should be a list, but is {}", entry.value.kind());
        found.push(Diagnostic::error("bad_type", entry.key_span, &message));
    }
    entry.value.items().to_vec()
}
