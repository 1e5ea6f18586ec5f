//! One step as written.

use crate::diagnostics::{Diagnostic, Span};
use crate::yaml::{Entry, Node, Value};

use super::alias::{self, AliasSpec};
use super::bad_type;
use super::control::{self, ControlSpec};
use super::flow::{self, FlowSpec};
use super::on_error::{self, OnErrorSpec};
use super::plugin::{self, PluginName};
use super::words::StepType;

/// Every key a step may have.
pub const KEYS: [&str; 28] = [
    "id",
    "name",
    "uses",
    "plug",
    "plugin",
    "version",
    "type",
    "description",
    "with",
    "input",
    "inputs",
    "config",
    "env",
    "when",
    "condition",
    "depends_on",
    "next",
    "branches",
    "join",
    "foreach",
    "concurrency",
    "exit_if",
    "always_run",
    "timeout",
    "retries",
    "on_error",
    "outputs",
    "output_mapping",
];

/// One entry of the pipeline.
#[derive(Clone, Debug)]
pub struct StepSpec {
    /// `id`, else `name`, else `step_<n>`.
    pub id: String,
    /// Where the id stands; the step itself when the id is generated.
    pub id_span: Span,
    /// `name` and where it stands.
    pub name: Option<(String, Span)>,
    /// The plugin; `None` for a filter, and when it is missing or malformed, which is reported.
    pub plugin: Option<PluginName>,
    /// The mappings under `inputs`, `input` and `with` that are there, weakest first.
    pub input: Vec<Node>,
    /// The mapping under `config`.
    pub config: Option<Node>,
    /// Where the key `config` stands.
    pub config_key: Option<Span>,
    /// The mapping under `env`.
    pub env: Option<Node>,
    /// `when` or `condition`: a text or a boolean.
    pub when: Option<Node>,
    /// Where it hangs and where it sends what it has.
    pub flow: FlowSpec,
    /// What steers it beside that.
    pub control: ControlSpec,
    /// What happens when it fails or refuses a record.
    pub on_error: Option<OnErrorSpec>,
    /// Runs even after a failed step; where that stands.
    pub always_run: Option<Span>,
    /// Names for parts of its result.
    pub aliases: Vec<AliasSpec>,
    /// The step as a whole.
    pub span: Span,
}

/// Reads the step with this number, from 1. `None` when it is no mapping.
pub fn read(node: &Node, number: usize, found: &mut Vec<Diagnostic>) -> Option<StepSpec> {
    let Value::Mapping(entries) = &node.value else {
        let message = format!("a step is a mapping, but this one is {}", node.kind());
        let hint = "write `- {id: …, uses: …}`, or `id:` and `uses:` on lines of their own";
        found.push(Diagnostic::error("not_a_mapping", node.span, &message).hint(hint.to_owned()));
        return None;
    };
    unknown_keys(entries, found);
    let id = name(node, "id", found);
    let name = name(node, "name", found);
    let generated = || (format!("step_{number}"), node.span);
    let (id, id_span) = id.or_else(|| name.clone()).unwrap_or_else(generated);
    let flow = flow::read(node, found);
    let control = control::read(node, &flow.words, found);
    let plugin = plugin(node, &flow, found);
    let mut mapping = |key| mapping(node, key, found);
    Some(StepSpec {
        id,
        id_span,
        name,
        input: ["inputs", "input", "with"].into_iter().filter_map(&mut mapping).collect(),
        config: mapping("config"),
        config_key: node.entry("config").map(|entry| entry.key_span),
        env: mapping("env"),
        plugin,
        flow,
        control,
        when: condition(node, found),
        on_error: on_error::read(node, found),
        always_run: always_run(node, found),
        aliases: alias::read(node),
        span: node.span,
    })
}

/// A filter is built in and names no plugin.
fn plugin(node: &Node, flow: &FlowSpec, found: &mut Vec<Diagnostic>) -> Option<PluginName> {
    let is_filter = matches!(flow.step_type, Some((StepType::Filter, _)));
    let named = ["plugin", "plug", "uses"].into_iter().any(|key| node.get(key).is_some());
    if is_filter && !named { None } else { plugin::read(node, found) }
}

fn unknown_keys(entries: &[Entry], found: &mut Vec<Diagnostic>) {
    for entry in entries.iter().filter(|entry| !KEYS.contains(&entry.key.as_str())) {
        let message = format!("no step has the key `{}`", entry.key);
        found.push(
            Diagnostic::error("unknown_key", entry.key_span, &message).suggest(&entry.key, KEYS),
        );
    }
}

/// A name under `key` and where the value stands.
fn name(node: &Node, key: &str, found: &mut Vec<Diagnostic>) -> Option<(String, Span)> {
    let entry = node.entry(key).filter(|entry| !entry.value.is_null())?;
    let Some(text) = entry.value.text() else {
        found.push(non_string_name(entry));
        return None;
    };
    if is_usable(text) {
        return Some((text.to_owned(), entry.value.span));
    }
    let message = format!(
        "`{key}` cannot be empty, hold a slash or a control character, or start with a dot"
    );
    found.push(Diagnostic::error("bad_value", entry.key_span, &message));
    None
}

/// Results are saved in files that carry the id.
fn is_usable(id: &str) -> bool {
    let hostile = |c: char| c.is_control() || matches!(c, '/' | '\\');
    !id.trim().is_empty() && !id.starts_with('.') && !id.contains(hostile)
}

/// The refusal of a name that is no text.
pub fn non_string_name(entry: &Entry) -> Diagnostic {
    let message = format!("`{}` should be a text, but is {}", entry.key, entry.value.kind());
    Diagnostic::error("non_string_name", entry.key_span, &message)
        .hint("quote it if it is a name".to_owned())
}

fn mapping(node: &Node, key: &str, found: &mut Vec<Diagnostic>) -> Option<Node> {
    let entry = node.entry(key).filter(|entry| !entry.value.is_null())?;
    if let Value::Mapping(_) = entry.value.value {
        return Some(entry.value.clone());
    }
    found.push(bad_type(key, entry.key_span, "a mapping", &entry.value));
    None
}

fn condition(node: &Node, found: &mut Vec<Diagnostic>) -> Option<Node> {
    let entries: Vec<&Entry> = ["when", "condition"]
        .into_iter()
        .filter_map(|key| node.entry(key))
        .filter(|entry| !entry.value.is_null())
        .collect();
    if let [_, second] = entries[..] {
        let message = "`when` and `condition` mean the same; a step takes one of them";
        found.push(Diagnostic::error("bad_value", second.key_span, message));
    }
    let entry = entries.first()?;
    match entry.value.value {
        Value::Text(_) | Value::Bool(_) => Some(entry.value.clone()),
        _ => {
            let expected = "an expression or a boolean";
            found.push(bad_type(&entry.key, entry.key_span, expected, &entry.value));
            None
        }
    }
}

fn always_run(node: &Node, found: &mut Vec<Diagnostic>) -> Option<Span> {
    let entry = node.entry("always_run")?;
    match entry.value.value {
        Value::Bool(yes) => yes.then_some(entry.key_span),
        Value::Null => None,
        _ => {
            found.push(bad_type("always_run", entry.key_span, "true or false", &entry.value));
            None
        }
    }
}
