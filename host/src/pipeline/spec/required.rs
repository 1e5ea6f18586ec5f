//! The plugins a file says it needs, beside those its steps name.

use crate::diagnostics::{Diagnostic, Span};
use crate::yaml::{Entry, Node, Value};

use super::plugin::PluginName;

/// Reads `required_plugins`: references in a list, or names with a version each. Foreign files
/// write other things there as well; those get a lint.
pub fn read(root: &Node, found: &mut Vec<Diagnostic>) -> Vec<PluginName> {
    let mut required = Vec::new();
    if let Some(node) = root.get("required_plugins") {
        collect(node, &mut required, found);
    }
    required
}

fn collect(node: &Node, required: &mut Vec<PluginName>, found: &mut Vec<Diagnostic>) {
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| one(item, required, found)),
        Value::Mapping(entries) => entries.iter().for_each(|entry| match &entry.value.value {
            Value::List(items) => items.iter().for_each(|item| one(item, required, found)),
            _ => versioned(entry, required, found),
        }),
        _ => one(node, required, found),
    }
}

/// `name`, `name >= 1.0` or `{name: …, version: …}`.
fn one(node: &Node, required: &mut Vec<PluginName>, found: &mut Vec<Diagnostic>) {
    let named = ["name", "plugin", "uses"].into_iter().find_map(|key| node.get(key)?.text());
    let version = node.get("version").and_then(|version| match &version.value {
        Value::Text(version) | Value::Number(version) => Some(version),
        _ => None,
    });
    let text = match (node.text(), named, version) {
        (Some(text), ..) => spaceless(text),
        (None, Some(name), Some(version)) => format!("{name}@{version}"),
        (None, Some(name), None) => name.to_owned(),
        (None, None, _) => return found.push(not_read(node.span)),
    };
    add(&text, node.span, required, found);
}

/// `name: ^1.2`.
fn versioned(entry: &Entry, required: &mut Vec<PluginName>, found: &mut Vec<Diagnostic>) {
    let text = match &entry.value.value {
        Value::Null | Value::Bool(true) => entry.key.clone(),
        Value::Text(version) | Value::Number(version) => format!("{}@{version}", entry.key),
        _ => return found.push(not_read(entry.key_span)),
    };
    add(&text, entry.key_span, required, found);
}

/// `name >= 1.0` in the spelling that steps have.
fn spaceless(text: &str) -> String {
    match text.trim().split_once(char::is_whitespace) {
        Some((name, version)) => format!("{name}@{}", version.trim()),
        None => text.trim().to_owned(),
    }
}

fn add(text: &str, span: Span, required: &mut Vec<PluginName>, found: &mut Vec<Diagnostic>) {
    match PluginName::parse(text, span) {
        Ok(name) => required.push(name),
        Err(_) => found.push(not_read(span)),
    }
}

fn not_read(span: Span) -> Diagnostic {
    let message = "this is no reference to a plugin; it is not looked for";
    Diagnostic::warning("not_acted_on", span, message)
        .hint("write `name`, `category/name` or `name@^1.2`".to_owned())
}
