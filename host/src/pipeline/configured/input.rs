//! Keys of a step's input that look like a slip.

use crate::diagnostics::{Diagnostic, nearest};
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
