//! The top level of a pipeline file.

use crate::diagnostics::{Diagnostic, Span};
use crate::pipeline::{inputs, lint};
use crate::yaml::{Entry, Node, Value};

use super::expression::has_template;
use super::{Mode, PipelineSpec, bad_type, identity, required, step};

/// Reads the document; `None` when there are no steps to speak of.
pub fn read(root: &Node, found: &mut Vec<Diagnostic>) -> Option<PipelineSpec> {
    let Value::Mapping(_) = root.value else {
        let message = format!("a pipeline is a mapping, but this is {}", root.kind());
        found.push(Diagnostic::error("not_a_mapping", root.span, &message));
        return None;
    };
    lint::top_level(root, found);
    fixed_word(root, "apiVersion", "v1", "wrong_api_version", found);
    fixed_word(root, "kind", "PipeSpec", "wrong_kind", found);
    let metadata = mapping(root, "metadata", found);
    let described = |key| metadata.and_then(|node| node.get(key)).or_else(|| root.get(key));
    let mut spec = PipelineSpec {
        name: described("name").and_then(scalar_text),
        version: described("version").and_then(scalar_text),
        inputs: mapping(root, "inputs", found)
            .map_or_else(Vec::new, |node| inputs::declarations(node, found)),
        steps: Vec::new(),
        outputs: mapping(root, "outputs", found).map_or_else(Vec::new, |node| outputs(node, found)),
        env: mapping(root, "env", found).cloned(),
        secrets: mapping(root, "secrets", found).cloned(),
        config: mapping(root, "config", found).cloned(),
        required_plugins: required::read(root, found),
        mode: mode(root, found),
    };
    let steps = steps(root, found)?;
    spec.steps = steps
        .iter()
        .enumerate()
        .filter_map(|(index, node)| step::read(node, index + 1, found))
        .collect();
    identity::check(&spec.steps, found);
    Some(spec)
}

fn fixed_word(
    root: &Node,
    key: &str,
    expected: &str,
    kind: &'static str,
    found: &mut Vec<Diagnostic>,
) {
    let Some(entry) = root.entry(key).filter(|entry| entry.value.text() != Some(expected)) else {
        return;
    };
    let message = format!("`{key}` should be `{expected}`");
    found.push(Diagnostic::error(kind, entry.key_span, &message));
}

fn mode(root: &Node, found: &mut Vec<Diagnostic>) -> Option<(Mode, Span)> {
    let entry = root.entry("mode").filter(|entry| !entry.value.is_null())?;
    match entry.value.text() {
        Some("once") => return Some((Mode::Once, entry.key_span)),
        Some("stream") => return Some((Mode::Stream, entry.key_span)),
        Some(_) => found.push(Diagnostic::error(
            "bad_value",
            entry.key_span,
            "`mode` should be `once` or `stream`",
        )),
        None => found.push(bad_type("mode", entry.key_span, "a text", &entry.value)),
    }
    None
}

/// The mapping under `key`. Anything else but nothing is a `bad_type`.
fn mapping<'n>(root: &'n Node, key: &str, found: &mut Vec<Diagnostic>) -> Option<&'n Node> {
    let entry = root.entry(key).filter(|entry| !entry.value.is_null())?;
    if let Value::Mapping(_) = entry.value.value {
        return Some(&entry.value);
    }
    found.push(bad_type(key, entry.key_span, "a mapping", &entry.value));
    None
}

fn scalar_text(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) | Value::Number(text) => Some(text.clone()),
        _ => None,
    }
}

/// Foreign files declare outputs without saying where the value comes from; those are skipped.
fn outputs(node: &Node, found: &mut Vec<Diagnostic>) -> Vec<(String, Node)> {
    let mut value = |entry: &Entry| match &entry.value.value {
        Value::Mapping(_) => {
            let value = entry.value.get("value").cloned();
            if value.is_none() && has_template(&entry.value) {
                found.push(output_without_value(entry));
            }
            value
        }
        _ => Some(entry.value.clone()),
    };
    node.entries().iter().filter_map(|entry| Some((entry.key.clone(), value(entry)?))).collect()
}

fn output_without_value(entry: &Entry) -> Diagnostic {
    let message = format!("the output `{}` has no `value`, so that it is left out", entry.key);
    Diagnostic::warning("not_acted_on", entry.key_span, &message)
        .hint(format!("write `{}: {{value: …}}`, also around a mapping", entry.key))
}

/// The list of steps, under `pipeline`, `pipeline.steps` or `steps`.
/// What a step looks like.
const STEP: &str = "write one: `- {id: publish, uses: kafka_producer, with: {…}}`";

fn steps<'n>(root: &'n Node, found: &mut Vec<Diagnostic>) -> Option<&'n [Node]> {
    let Some(entry) = root.entry("pipeline").or_else(|| root.entry("steps")) else {
        let keys = root.entries().iter().map(|entry| entry.key.as_str());
        let resembling = crate::diagnostics::nearest("pipeline", keys)
            .map(|key| format!("is `{key}` meant to be `pipeline`?"));
        let message = "the file has no `pipeline`, the list of steps";
        found.push(Diagnostic::error("missing_pipeline", root.span, message).hint(resembling));
        return None;
    };
    let entry = match &entry.value.value {
        Value::Mapping(_) if entry.key == "pipeline" => match entry.value.entry("steps") {
            Some(steps) => steps,
            None => entry,
        },
        _ => entry,
    };
    match &entry.value.value {
        Value::List(steps) if !steps.is_empty() => return Some(steps),
        Value::List(_) | Value::Null => {
            let message = format!("`{}` has no step", entry.key);
            let empty = Diagnostic::error("empty_steps", entry.key_span, &message);
            found.push(empty.hint(STEP.to_owned()));
        }
        _ => {
            let message =
                format!("`{}` should be a list of steps, but is {}", entry.key, entry.value.kind());
            let other = Diagnostic::error("not_a_mapping", entry.value.span, &message);
            found.push(other.hint(STEP.to_owned()));
        }
    }
    None
}
