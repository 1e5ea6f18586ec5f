//! Which plugin a step wants.

use std::str::FromStr;

use crate::catalog::PluginRef;
use crate::diagnostics::{Diagnostic, Span};
use crate::pipeline::lint;
use crate::yaml::{Entry, Node, Value};

use super::bad_type;
use super::step::non_string_name;

/// The plugin of a step, as written.
#[derive(Clone, Debug)]
pub struct PluginName {
    /// The name with its category, without the version.
    pub name: String,
    /// The exact version, if one was asked for.
    pub version: Option<String>,
    /// The same as the catalog reads it.
    pub wanted: PluginRef,
    /// Where the name stands.
    pub span: Span,
}

/// A name and the exact version that may stand behind it.
#[derive(Debug, PartialEq, Eq)]
pub struct Versions<'t> {
    /// The text before the version.
    pub name: &'t str,
    /// `X.Y.Z` behind `:` or the last `/`; `None` when there is none or a requirement.
    pub exact: Option<&'t str>,
}

impl PluginName {
    /// Reads a reference in any of its forms.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse(text: &str, span: Span) -> Result<Self, String> {
        let wanted = PluginRef::from_str(text)?;
        let Versions { name, exact } = Versions::split(text);
        Ok(Self { name: name.to_owned(), version: exact.map(str::to_owned), wanted, span })
    }
}

impl<'t> Versions<'t> {
    /// Splits `name`, `name:1.0.0`, `name@^1`, `category/name/1.0.0`.
    pub fn split(text: &'t str) -> Self {
        let is_version = |text: &&str| semver::Version::parse(text).is_ok();
        if let Some((name, _)) = text.split_once('@') {
            return Self { name, exact: None };
        }
        if let Some((name, version)) = text.split_once(':') {
            return Self { name, exact: Some(version) };
        }
        match text.rsplit_once('/') {
            Some((name, version)) if is_version(&version) => Self { name, exact: Some(version) },
            _ => Self { name: text, exact: None },
        }
    }

    fn is_unspoken(&self, text: &str) -> bool {
        self.name == text
    }
}

/// Reads `plugin`, else `plug`, else `uses`, and `version`.
pub fn read(node: &Node, found: &mut Vec<Diagnostic>) -> Option<PluginName> {
    let version = version(node, found);
    let entry = chosen(node, found)?;
    let Some(text) = entry.value.text() else {
        found.push(non_string_name(entry));
        return None;
    };
    let own = Versions::split(text);
    let asked = match version {
        Some(version) if own.is_unspoken(text) => format!("{text}:{version}"),
        Some(version) if own.exact != Some(version.as_str()) => {
            let message = format!("`version: {version}` contradicts `{text}`");
            found.push(Diagnostic::error("bad_version", entry.key_span, &message));
            return None;
        }
        _ => text.to_owned(),
    };
    match PluginName::parse(&asked, entry.value.span) {
        Ok(name) => Some(name),
        Err(_) => {
            let message = format!("`{text}` is no plugin name");
            found.push(
                Diagnostic::error("bad_plugin_name", entry.key_span, &message)
                    .hint("write `name`, `category/name`, `name@^1.2` or `name:1.0.0`".to_owned()),
            );
            None
        }
    }
}

/// The entry that names the plugin. Words such as `name` under `uses` are left-overs of a
/// conversion, and ignored when another key has the real name.
fn chosen<'n>(node: &'n Node, found: &mut Vec<Diagnostic>) -> Option<&'n Entry> {
    let entries = || ["plugin", "plug", "uses"].into_iter().filter_map(|key| node.entry(key));
    let is_empty = |value: &Node| value.is_null() || value.text().is_some_and(str::is_empty);
    let Some(entry) = entries().find(|entry| !is_empty(&entry.value)) else {
        let place = entries().next().map_or(node.span, |entry| entry.key_span);
        let message = "the step names no plugin";
        let hint = "add `uses:` with the name of a plugin";
        found.push(Diagnostic::error("missing_plugin", place, message).hint(hint.to_owned()));
        return None;
    };
    lint::uses(node, entry, found);
    Some(entry)
}

fn version(node: &Node, found: &mut Vec<Diagnostic>) -> Option<String> {
    let entry = node.entry("version").filter(|entry| !entry.value.is_null())?;
    let (Value::Text(text) | Value::Number(text)) = &entry.value.value else {
        found.push(bad_type("version", entry.key_span, "a version X.Y.Z", &entry.value));
        return None;
    };
    if semver::Version::parse(text).is_ok() {
        return Some(text.clone());
    }
    let message = format!("`{text}` is no version; `version` is X.Y.Z");
    found.push(
        Diagnostic::error("bad_version", entry.key_span, &message)
            .hint("a range stands behind the name: `name@^1.2`".to_owned()),
    );
    None
}

#[cfg(test)]
mod tests {
    use super::Versions;

    #[test]
    fn a_version_is_told_from_a_name() {
        let cases = [
            ("echo", "echo", None),
            ("echo:1.0.0", "echo", Some("1.0.0")),
            ("echo@^1.2", "echo", None),
            ("test/echo/1.0.0", "test/echo", Some("1.0.0")),
            ("com.github.official.echo", "com.github.official.echo", None),
        ];
        for (text, name, exact) in cases {
            assert_eq!(Versions::split(text), Versions { name, exact });
        }
    }
}
