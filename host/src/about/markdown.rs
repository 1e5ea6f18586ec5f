//! A plug as Markdown.

use super::{About, Key};
use crate::diagnostics::printable;
use std::fmt::Write;

/// The whole page, without a line break at its end.
#[must_use]
pub fn markdown(about: &About) -> String {
    let mut out = format!("# {}\n", about.name);
    if !about.description.is_empty() {
        let _ = write!(out, "\n{}\n", cell(&about.description));
    }
    let _ = write!(out, "\nVersion {}, category `{}`", about.version, about.category);
    list(&mut out, ", roles", &about.roles);
    list(&mut out, ", formats", &about.formats);
    list(&mut out, ", requires", &about.requires);
    let _ = writeln!(out, ". Built for plugin ABI {}.", cell(&about.abi));
    for part in &about.configuration {
        let roles = part.roles.join(", ");
        table(&mut out, &format!("Configuration as {roles}"), &part.keys);
    }
    table(&mut out, "Input", &about.input);
    table(&mut out, "Output", &about.output);
    out.truncate(out.trim_end().len());
    out
}

fn list(out: &mut String, title: &str, words: &[String]) {
    if !words.is_empty() {
        let words: Vec<String> = words.iter().map(|word| code(word)).collect();
        let _ = write!(out, "{title} {}", words.join(", "));
    }
}

fn table(out: &mut String, title: &str, keys: &[Key]) {
    let _ = write!(out, "\n## {title}\n\n");
    if keys.is_empty() {
        out.push_str("None.\n");
        return;
    }
    out.push_str("| key | type | default | meaning |\n|---|---|---|---|\n");
    for key in keys {
        let default = match key.default_text() {
            _ if key.required => "required".to_owned(),
            default if default.is_empty() => default,
            default => code(&default),
        };
        let (name, kind, doc) = (code(&key.name), cell(&key.kind), cell(&key.doc));
        let _ = writeln!(out, "| {name} | {kind} | {default} | {doc} |");
    }
}

/// A text between the bars of a table.
fn cell(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(printable).collect();
    lines.join("<br>").replace('|', "\\|")
}

/// A text as code. Back quotes in it get longer ones around it.
fn code(text: &str) -> String {
    let text = cell(text);
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}
