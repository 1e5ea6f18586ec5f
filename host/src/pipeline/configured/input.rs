//! The input of a step: keys that look like a slip, and keys that are missing.

use crate::diagnostics::{Diagnostic, Span, nearest};
use crate::yaml::Node;
use serde_json::Value;

use super::shape;

/// A plugin may take keys that its schema does not name, so only what resembles one is reported.
pub fn lint(input: &[Node], plugin: &str, schema: &Value, found: &mut Vec<Diagnostic>) {
    let keys = shape::keys(schema, &[]);
    for entry in input.iter().flat_map(Node::entries) {
        if keys.contains(&entry.key.as_str()) {
            continue;
        }
        if let Some(near) = nearest(&entry.key, keys.iter().copied()) {
            let message = format!("the input of `{plugin}` has no key `{}`", entry.key);
            let lint = Diagnostic::warning("unknown_input_key", entry.key_span, &message);
            found.push(lint.hint(format!("did you mean `{near}`?")));
        }
    }
}

/// Keys that the host adds to every input.
const ADDED: [&str; 11] = [
    "execution_id",
    "trace_id",
    "timestamp",
    "source_plugin",
    "plugin_version",
    "item",
    "iteration",
    "with",
    "input",
    "inputs",
    "step_outputs",
];

/// Keys without which the plugin refuses every call. They are reported at `at`, its name.
pub fn missing(
    input: &[Node],
    plugin: &str,
    schema: &Value,
    at: Span,
    found: &mut Vec<Diagnostic>,
) {
    let given = |key: &str| input.iter().any(|node| node.entry(key).is_some());
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    for key in required.filter(|key| !given(key) && !ADDED.contains(key)) {
        let message = format!("`{plugin}` needs `{key}` in its input");
        let problem = Diagnostic::error("missing_input_key", at, &message);
        found.push(problem.hint(format!("add it: `with: {{{key}: …}}`")));
    }
}
