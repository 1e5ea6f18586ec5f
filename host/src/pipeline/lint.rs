//! What is accepted but deserves a look. Foreign files carry hundreds of keys of their own, so at
//! the top of a file an unknown key is no error.

use crate::diagnostics::Diagnostic;

use super::spec::Mode;
use crate::yaml::{Entry, Node, Value};

/// Keys the top level may have.
const TOP_LEVEL: [&str; 31] = [
    "apiVersion",
    "kind",
    "metadata",
    "name",
    "version",
    "mode",
    "steps",
    "owner",
    "author",
    "description",
    "category",
    "subcategory",
    "status",
    "type",
    "tags",
    "inputs",
    "outputs",
    "config",
    "env",
    "secrets",
    "middleware",
    "pipeline",
    "summary",
    "success_criteria",
    "required_plugins",
    "dependencies",
    "error_handling",
    "license",
    "license_url",
    "spdx_license_identifier",
    "copyright",
];

/// Keys of the top-level `config` that mean something to document pipelines only.
const DOCUMENT_CONFIG: [&str; 4] = ["timeout", "parallel", "parallel_execution", "retry_policy"];
/// Keys of the top-level `config` that mean something to streams only.
const STREAM_CONFIG: [&str; 3] = ["lanes", "in_flight", "batch"];

/// Keys that stand under `uses` when a conversion went wrong and another key has the plugin.
const BOGUS: [&str; 4] = ["id", "name", "plugin", "plug"];
/// Keys that are an unlikely name for a plugin.
const SUSPICIOUS: [&str; 6] = ["id", "name", "description", "plugin", "plug", "plugs"];

/// Lints of the top level.
pub fn top_level(root: &Node, found: &mut Vec<Diagnostic>) {
    header(root, found);
    for entry in root.entries() {
        match (entry.key.as_str(), &entry.value.value) {
            ("pipeline", Value::Mapping(_)) => found.push(Diagnostic::warning(
                "steps_wrapper",
                entry.key_span,
                "`pipeline` is a mapping with `steps`; a plain list says the same",
            )),
            ("error_handling", _) => {
                let message = "`error_handling` is not acted on";
                let hint = "say it per step with `on_error` and `retries`, or for all steps with \
                            `config: {retry_policy: …}`";
                let lint = Diagnostic::warning("not_acted_on", entry.key_span, message);
                found.push(lint.hint(hint.to_owned()));
            }
            (key, _) if !TOP_LEVEL.contains(&key) => found.push(
                Diagnostic::warning("unknown_key", entry.key_span, &format!("`{key}` is ignored"))
                    .suggest(key, TOP_LEVEL),
            ),
            _ => {}
        }
    }
}

fn header(root: &Node, found: &mut Vec<Diagnostic>) {
    let start = crate::diagnostics::Span::at(root.span.start);
    if root.entry("apiVersion").is_none() || root.entry("kind").is_none() {
        let message = "`apiVersion: v1` or `kind: PipeSpec` is missing";
        let hint = "write both at the top: who reads the file sees what it is, and how to read it";
        found.push(Diagnostic::warning("no_api_version", start, message).hint(hint.to_owned()));
    }
    if root.entry("metadata").is_some() {
        return;
    }
    let lint = match root.entry("name") {
        Some(name) => Diagnostic::warning(
            "flat_metadata",
            name.key_span,
            "name and version belong under `metadata`",
        ),
        None => Diagnostic::warning("no_metadata", start, "`metadata` with a name is missing"),
    };
    found.push(lint.hint("write `metadata: {name: …, version: …}`".to_owned()));
}

/// Lints of the top-level `config`: what means something to the other engine only.
pub fn config(config: Option<&Node>, mode: Mode, found: &mut Vec<Diagnostic>) {
    let (unused, other) = match mode {
        Mode::Once => (&STREAM_CONFIG[..], "streams"),
        Mode::Stream => (&DOCUMENT_CONFIG[..], "pipelines that run once"),
    };
    let unused = |key: &str| unused.contains(&key);
    let entries = config.map_or(&[][..], Node::entries);
    found.extend(entries.iter().filter(|entry| unused(&entry.key)).map(|entry| {
        let message = format!("`config.{}` is not acted on: it belongs to {other}", entry.key);
        Diagnostic::warning("not_acted_on", entry.key_span, &message)
    }));
}

/// Lints of the key that names the plugin of `step`; `chosen` is the one that counts.
pub fn uses(step: &Node, chosen: &Entry, found: &mut Vec<Diagnostic>) {
    let Some(uses) = step.entry("uses") else { return };
    let Some(word) = uses.value.text() else { return };
    let lint = |kind, message: String, hint: &str| {
        Diagnostic::warning(kind, uses.key_span, &message).hint(hint.to_owned())
    };
    if chosen.key != "uses" && BOGUS.contains(&word) {
        let message = format!("`uses: {word}` is ignored; `{}` names the plugin", chosen.key);
        found.push(lint("bogus_uses", message, "take `uses` out"));
    } else if chosen.key == "uses" && SUSPICIOUS.contains(&word) {
        let message = format!("is `{word}` really the name of a plugin?");
        found.push(lint("suspicious_uses", message, "put the name of the plugin there"));
    }
}
