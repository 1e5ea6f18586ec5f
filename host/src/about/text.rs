//! A plug as text for a terminal: facts first, then aligned tables.

use super::{About, Key};
use crate::diagnostics::printable;
use std::fmt::Write;

/// The whole text, without a line break at its end.
#[must_use]
pub fn text(about: &About) -> String {
    let mut out = format!("{}\n", about.title());
    if !about.description.is_empty() {
        let _ = writeln!(out, "{}", printable(&about.description));
    }
    out.push('\n');
    for (name, value) in facts(about) {
        let _ = writeln!(out, "{name:9}{}", printable(&value));
    }
    for part in &about.configuration {
        table(&mut out, &format!("configuration as {}", part.roles.join(", ")), &part.keys);
    }
    table(&mut out, "input", &about.input);
    table(&mut out, "output", &about.output);
    out.truncate(out.trim_end().len());
    out
}

/// What is said in one line each; what is not known is left out.
fn facts(about: &About) -> Vec<(&'static str, String)> {
    let facts = [
        ("roles", Some(about.roles.join(", "))),
        ("formats", Some(about.formats.join(", "))),
        ("requires", Some(about.requires.join(", "))),
        ("abi", Some(about.abi.clone())),
        ("rustc", Some(about.rustc.clone())),
        ("build", about.build.clone()),
        ("sha256", about.sha256.clone()),
        ("path", Some(about.path.display().to_string())),
    ];
    let known = |value: Option<String>| value.filter(|value| !value.is_empty());
    facts.into_iter().filter_map(|(name, value)| Some((name, known(value)?))).collect()
}

fn table(out: &mut String, title: &str, keys: &[Key]) {
    let _ = writeln!(out, "\n{title}:");
    if keys.is_empty() {
        out.push_str("  none\n");
        return;
    }
    let rows: Vec<[String; 4]> = keys.iter().map(row).collect();
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let (name, kind, default) = (width(0), width(1), width(2));
    for row in &rows {
        let mut lines = row[3].split('\n');
        let first = lines.next().unwrap_or_default();
        let line = format!("  {:name$}  {:kind$}  {:default$}  {first}", row[0], row[1], row[2]);
        let _ = writeln!(out, "{}", line.trim_end());
        for line in lines {
            let indent = name + kind + default + 8;
            let _ = writeln!(out, "{:indent$}{line}", "");
        }
    }
}

fn row(key: &Key) -> [String; 4] {
    let default = if key.required { "required".to_owned() } else { key.default_text() };
    let doc: Vec<String> = key.doc.split('\n').map(printable).collect();
    [printable(&key.name), printable(&key.kind), printable(&default), doc.join("\n")]
}
