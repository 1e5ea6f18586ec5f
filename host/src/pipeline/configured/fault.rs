//! Problems of a configuration in words.

use crate::about::schema;
use crate::diagnostics::{Diagnostic, nearest};
use crate::yaml::{Entry, Node};
use jsonschema::error::{ValidationError, ValidationErrorKind};
use serde_json::Value;

use super::document::{Document, Path};
use super::judge::Place;
use super::{known, shape};

/// As many keys are listed in a hint.
const LISTED: usize = 12;

/// What a problem is about.
pub struct Fault<'d, 'n> {
    /// The configuration.
    pub document: &'d Document<'n>,
    /// What it is held to.
    pub schema: &'d Value,
    /// Whose it is.
    pub place: Place<'d>,
}

impl Fault<'_, '_> {
    /// A key that the object at `path` does not have; `None` where the defaults hold it.
    pub fn unknown_key(&self, path: &Path, key: &str) -> Option<Diagnostic> {
        let found = self.document.find(&[path, &[key.to_owned()]].concat())?;
        let message = format!("{} has no key `{key}`", self.object(path));
        let keys = shape::keys(self.schema, path);
        let hint = match shape::meant_key(self.schema, path, key) {
            Some(near) => format!("did you mean `{near}`?"),
            None if keys.is_empty() => "it has no keys at all".to_owned(),
            None if keys.len() <= LISTED => format!("its keys are {}", keys.join(", ")),
            None => format!("`plugpipe show {}` lists its keys", self.place.plugin),
        };
        Some(Diagnostic::error("unknown_config_key", found.key, &message).hint(hint))
    }

    /// A key that the object at `path` lacks; `None` where it is misspelt, which is reported already.
    pub fn missing_key(&self, path: &Path, key: &str) -> Option<Diagnostic> {
        let message = format!("{} needs `{key}`", self.object(path));
        let found = self.document.find(path);
        if let Some(misspelt) = found.and_then(|found| self.misspelt(found.node, path, key)) {
            if shape::is_closed(self.schema, path) {
                return None;
            }
            let hint = format!("did you mean `{key}` where `{}` stands?", misspelt.key);
            let missing = Diagnostic::error("missing_config_key", misspelt.key_span, &message);
            return Some(missing.hint(hint));
        }
        let at = match found {
            Some(found) if !path.is_empty() => found.key,
            _ => self.place.at,
        };
        let above = path.last().map_or("config", String::as_str);
        let path = [path, &[key.to_owned()]].concat();
        let expected = self.expected(&path);
        let missing = Diagnostic::error("missing_config_key", at, &message);
        Some(missing.hint(format!("add `{key}` under `{above}`: {expected}")))
    }

    /// What stands in a mapping for a key that it lacks.
    fn misspelt<'n>(&self, mapping: &'n Node, path: &Path, key: &str) -> Option<&'n Entry> {
        let means = |entry: &&Entry| shape::meant_key(self.schema, path, &entry.key) == Some(key);
        mapping.entries().iter().find(means)
    }

    /// A key that is there to say that nothing can be set.
    pub fn not_taken(&self, path: &Path) -> Option<Diagnostic> {
        let found = self.document.find(path)?;
        let Place { plugin, role, .. } = self.place;
        let message = format!("`{}` cannot be set for a {role} of `{plugin}`", dotted(path));
        let doc = shape::schema_at(self.schema, path).and_then(|one| one["description"].as_str());
        let hint = doc.map(|doc| doc.split("\n\n").next().unwrap_or_default().replace('\n', " "));
        Some(Diagnostic::error("unknown_config_key", found.key, &message).hint(hint))
    }

    /// A value of another type, or out of bounds; `None` where the defaults hold it.
    pub fn misfit(&self, path: &Path, error: &ValidationError<'_>) -> Option<Diagnostic> {
        let node = self.document.find(path)?.node;
        let value = error.instance();
        let schema = shape::schema_at(self.schema, path);
        let fits = schema.is_some_and(|one| shape::takes_type_of(self.schema, one, value));
        let kind = if fits { "bad_config_value" } else { "bad_config_type" };
        let expected = bound(error.kind()).unwrap_or_else(|| self.expected(path));
        let is_secret = shape::is_write_only(self.schema, path);
        let message = format!(
            "`{}` of `{}` should be {expected}, but is {}",
            dotted(path),
            self.place.plugin,
            known::in_words(value, is_secret)
        );
        let hint = if is_secret { None } else { slip(value, &expected, schema) };
        Some(Diagnostic::error(kind, node.span, &message).hint(hint))
    }

    /// What the schema wants at `path`, with an article.
    fn expected(&self, path: &Path) -> String {
        let schema = shape::schema_at(self.schema, path);
        let words = schema.map_or_else(
            || "another value".to_owned(),
            |one| schema::in_words(self.schema, schema::followed(self.schema, one)),
        );
        // Whoever means nothing leaves the key out.
        let words = words.strip_suffix(" or null").map(str::to_owned).unwrap_or(words);
        let plain = ["text", "number", "whole number", "list", "object"];
        match plain.iter().any(|word| words.starts_with(word)) {
            true if words.starts_with('o') => format!("an {words}"),
            true => format!("a {words}"),
            false => words,
        }
    }

    /// The object at `path`, as the subject of a sentence.
    fn object(&self, path: &Path) -> String {
        let Place { plugin, .. } = self.place;
        match path {
            [] => format!("the configuration of `{plugin}`"),
            _ => format!("`{}` of `{plugin}`", dotted(path)),
        }
    }
}

/// Bounds that the words for a schema leave out.
fn bound(kind: &ValidationErrorKind) -> Option<String> {
    use ValidationErrorKind as Kind;
    Some(match kind {
        Kind::Pattern { pattern } => format!("a text that fits the pattern `{pattern}`"),
        Kind::Format { format } => format!("a text in the format `{format}`"),
        Kind::MinLength { limit: 1 } => "a text that is not empty".to_owned(),
        Kind::MinLength { limit } => format!("a text of at least {limit} characters"),
        Kind::MaxLength { limit } => format!("a text of at most {limit} characters"),
        Kind::MinItems { limit: 1 } => "a list that is not empty".to_owned(),
        Kind::MinItems { limit } => format!("a list of at least {limit}"),
        Kind::MaxItems { limit } => format!("a list of at most {limit}"),
        Kind::MinProperties { limit: 1 } => "an object that is not empty".to_owned(),
        Kind::UniqueItems => "a list in which nothing stands twice".to_owned(),
        Kind::ExclusiveMinimum { limit } => format!("a number above {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("a number below {limit}"),
        Kind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        _ => return None,
    })
}

/// Quotes too many or too few, a word that is nearly right.
fn slip(value: &Value, expected: &str, schema: Option<&Value>) -> Option<String> {
    let text_or_number = match value {
        Value::String(text) if expected.contains("number") => {
            let number: Value = serde_json::from_str(text).ok().filter(Value::is_number)?;
            return Some(format!("write it without quotes: {number}"));
        }
        Value::String(text) if expected == "true or false" => {
            let yes = match text.to_lowercase().as_str() {
                "yes" | "on" | "true" => true,
                "no" | "off" | "false" => false,
                _ => return None,
            };
            return Some(format!("write it as `{yes}`, without quotes"));
        }
        Value::Bool(_) | Value::Number(_) if expected.contains("text") => value,
        Value::String(text) => {
            let listed = expected.strip_prefix("one of ")?;
            let words = listed.split(", ").flat_map(|part| part.split(" or "));
            return nearest(text, words).map(|near| format!("did you mean `{near}`?"));
        }
        _ => return None,
    };
    schema.is_some().then(|| format!("quote it to make it a text: \"{text_or_number}\""))
}

/// `security.allow[2]`.
fn dotted(path: &Path) -> String {
    let mut out = String::new();
    for step in path {
        let is_position = !out.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
        match (is_position, out.is_empty()) {
            (true, _) => out.push_str(&format!("[{step}]")),
            (false, true) => out.push_str(step),
            (false, false) => out.push_str(&format!(".{step}")),
        }
    }
    out
}
