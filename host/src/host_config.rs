//! The configuration of a host: trees of plugs, and defaults for plugins in every pipeline.
//!
//! ```yaml
//! plugs: [plugs, /opt/plugs]              # relative to this file
//! defaults:
//!   kafka_producer: {bootstrap_servers: "${env:KAFKA:localhost:9092}"}
//! ```

use crate::catalog::{Catalog, HostDefault, Installed, PluginRef};
use crate::diagnostics::{self, Diagnostic, Span};
use crate::pipeline::configured::{Descriptions, Document, Place, Rules, secret_lines};
use crate::pipeline::expr::{Unresolved, environment_text};
use crate::yaml::{self, Entry, Node, Value};
use serde_json::Map;
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const KEYS: [&str; 2] = ["plugs", "defaults"];

/// Looks a variable of the environment up.
type Environment<'e> = &'e dyn Fn(&str) -> Option<String>;

/// One file, read and resolved. It may hold secrets, so it has no `Debug`.
pub struct HostConfig {
    name: String,
    source: Arc<str>,
    trees: Vec<PathBuf>,
    defaults: Vec<(Written, HostDefault)>,
    /// Values that belong to no plugin: what is a secret among them, nobody knows.
    strangers: Vec<Span>,
    problems: Vec<Diagnostic>,
}

/// A default as it stands in the file.
struct Written {
    plugin: Span,
    config: Node,
}

impl Written {
    fn document(&self) -> Document<'_> {
        Document::new(Some(&self.config), &Map::new())
    }
}

/// The lines that a value stands on.
fn lines(of: Span) -> RangeInclusive<u32> {
    of.start.line..=of.end.line
}

impl HostConfig {
    /// Reads a file of YAML or JSON. What is wrong with it is among the problems of
    /// [`HostConfig::check`].
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(path: &Path, env: Environment<'_>) -> io::Result<Self> {
        let mut bytes = Vec::new();
        File::open(path)?.take(yaml::FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        let mut config = Self {
            name: path.display().to_string(),
            source: String::from_utf8_lossy(&bytes).into(),
            trees: Vec::new(),
            defaults: Vec::new(),
            strangers: Vec::new(),
            problems: Vec::new(),
        };
        let loaded = yaml::load(&bytes);
        config.problems = loaded.diagnostics;
        // A file without anything in it sets nothing.
        config.problems.retain(|problem| problem.kind != "empty_document");
        // What cannot be read could be a secret.
        config.problems.iter_mut().for_each(|problem| problem.hides_source = true);
        if let Some(root) = loaded.root {
            config.take(&root, path.parent().unwrap_or(Path::new("")), env);
        }
        Ok(config)
    }

    /// Its name, as the user wrote it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its text, for snippets.
    #[must_use]
    pub fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// Trees of plugs, in their order.
    #[must_use]
    pub fn trees(&self) -> &[PathBuf] {
        &self.trees
    }

    /// Defaults for plugs, in their order.
    #[must_use]
    pub fn defaults(&self) -> Arc<[HostDefault]> {
        self.defaults.iter().map(|(_, default)| default.clone()).collect()
    }

    /// The plugs it has defaults for: those that [`HostConfig::check`] wants described.
    #[must_use]
    pub fn plugs(&self, catalog: &Catalog) -> Vec<Arc<Installed>> {
        let found = self.defaults.iter().filter_map(|(_, one)| catalog.find(&one.plugin).ok());
        let mut plugs: Vec<Arc<Installed>> = Vec::new();
        for plug in found {
            if !plugs.iter().any(|known| Arc::ptr_eq(known, plug)) {
                plugs.push(Arc::clone(plug));
            }
        }
        plugs
    }

    /// Every problem, in the order of the file: those of the file itself, plugins that are not
    /// installed, and values that no role of a plugin takes.
    #[must_use]
    pub fn check(&self, catalog: &Catalog, described: &Descriptions) -> Vec<Diagnostic> {
        let mut all = self.problems.clone();
        let mut secret: HashSet<u32> = self.strangers.iter().copied().flat_map(lines).collect();
        for (written, default) in &self.defaults {
            let error = |kind, message: &str| Diagnostic::error(kind, written.plugin, message);
            let found = catalog.find(&default.plugin);
            let said = found.as_ref().ok().and_then(|plug| described.of(plug));
            match (&found, said) {
                (Err(missing), _) => {
                    let problem = error("unknown_plugin", &missing.message);
                    all.push(problem.hint(missing.hint.clone()));
                }
                (Ok(plug), Some(Ok(said))) => all.extend(misfits(written, plug, said)),
                (Ok(_), Some(Err(reason))) => all.push(error("plugin_refused", reason)),
                (Ok(_), None) => {}
            }
            secret.extend(match said {
                Some(Ok(said)) => {
                    secret_lines(Some(said), &written.document()).into_iter().flatten().collect()
                }
                _ => lines(written.config.span).collect::<Vec<u32>>(),
            });
        }
        diagnostics::sort(&mut all);
        for one in &mut all {
            one.file = Some(self.name.clone());
            one.hides_source |= one.span.is_some_and(|span| secret.contains(&span.start.line));
        }
        all
    }

    fn take(&mut self, root: &Node, folder: &Path, env: Environment<'_>) {
        let Value::Mapping(entries) = &root.value else {
            let message = format!("a host configuration is a mapping, but this is {}", root.kind());
            self.problems.push(Diagnostic::error("not_a_mapping", root.span, &message));
            return;
        };
        for entry in entries.iter().filter(|entry| !entry.value.is_null()) {
            match entry.key.as_str() {
                "plugs" => self.take_trees(entry, folder),
                "defaults" => self.take_defaults(entry, env),
                key => {
                    self.strangers.push(entry.value.span);
                    let message = format!("a host configuration has no key `{key}`");
                    let problem = Diagnostic::error("unknown_key", entry.key_span, &message);
                    let hint = format!("its keys are {}", KEYS.join(" and "));
                    self.problems.push(problem.hint(hint).suggest(key, KEYS));
                }
            }
        }
    }

    fn take_trees(&mut self, entry: &Entry, folder: &Path) {
        let alone = std::slice::from_ref(&entry.value);
        let items = if let Value::List(items) = &entry.value.value { items } else { alone };
        for item in items {
            let Some(tree) = item.text().map(|text| folder.join(text)) else {
                self.problems.push(bad_type(item.span, "plugs", "a list of folders", item));
                continue;
            };
            if tree.is_dir() {
                self.trees.push(tree);
                continue;
            }
            let message = format!("there is no folder {}", tree.display());
            let problem = Diagnostic::error("bad_value", item.span, &message);
            let hint = "paths are relative to the folder of this file";
            self.problems.push(problem.hint(hint.to_owned()));
        }
    }

    fn take_defaults(&mut self, entry: &Entry, env: Environment<'_>) {
        let Value::Mapping(plugins) = &entry.value.value else {
            let expected = "a mapping of plugins";
            self.problems.push(bad_type(entry.key_span, "defaults", expected, &entry.value));
            return;
        };
        for Entry { key, key_span, value } in plugins {
            let plugin: PluginRef = match key.parse() {
                Ok(plugin) => plugin,
                Err(reason) => {
                    self.strangers.push(value.span);
                    self.problems.push(Diagnostic::error("bad_plugin_name", *key_span, &reason));
                    continue;
                }
            };
            if !matches!(value.value, Value::Mapping(_)) {
                self.strangers.push(value.span);
                self.problems.push(bad_type(*key_span, key, "a mapping of keys", value));
                continue;
            }
            let mut resolve = |entry: &Entry| {
                Some((entry.key.clone(), resolved(&entry.value, env, &mut self.problems)?))
            };
            let config: Map<_, _> = value.entries().iter().filter_map(&mut resolve).collect();
            let written = Written { plugin: *key_span, config: value.clone() };
            self.defaults.push((written, HostDefault { plugin, config }));
        }
    }
}

/// The value with its references to the environment resolved; `None` when that is not possible, which
/// is reported.
fn resolved(
    node: &Node,
    env: Environment<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<serde_json::Value> {
    Some(match &node.value {
        Value::Text(text) => match environment_text(text, env) {
            Ok(text) => text.into(),
            Err(unresolved) => {
                problems.push(not_resolved(&unresolved, node.span));
                return None;
            }
        },
        Value::List(items) => {
            items.iter().filter_map(|item| resolved(item, env, problems)).collect()
        }
        Value::Mapping(entries) => entries
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), resolved(&entry.value, env, problems)?)))
            .collect(),
        _ => serde_json::from_str(node.to_json().get()).ok()?,
    })
}

fn not_resolved(unresolved: &Unresolved, span: Span) -> Diagnostic {
    match unresolved {
        Unresolved::Variable(name) => {
            let message = format!("the environment variable `{name}` is not set");
            let hint = format!("set it, or give a default: `${{env:{name}:default}}`");
            Diagnostic::error("missing_env", span, &message).hint(hint)
        }
        Unresolved::Template => {
            let message = "a host configuration knows no templates but `${env:NAME:default}`";
            Diagnostic::error("bad_value", span, message)
        }
    }
}

fn bad_type(span: Span, key: &str, expected: &str, found: &Node) -> Diagnostic {
    let message = format!("`{key}` should be {expected}, but is {}", found.kind());
    Diagnostic::error("bad_type", span, &message)
}

/// What the most lenient role of the plugin has against a default. A default need not be complete.
fn misfits(written: &Written, plug: &Installed, said: &plugin_api::Description) -> Vec<Diagnostic> {
    let document = written.document();
    let judged = said.config.iter().map(|(role, schema)| {
        let place = Place { plugin: &plug.name, role, at: written.plugin };
        let mut found = Rules::new(schema.as_value()).judge(&document, place);
        found.retain(|one| one.kind != "missing_config_key");
        found
    });
    judged.min_by_key(Vec::len).unwrap_or_default()
}
