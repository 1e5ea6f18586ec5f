//! From a JSON document to the author's own type, with errors that name the key and never a value.

use crate::describe::schema_of;
use crate::error::{Error, Result};
use crate::json::Json;
use plugin_abi::Doc;
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex, PoisonError};

/// What a configuration or an input has to be: any serde type with a schema.
pub trait Document: DeserializeOwned + JsonSchema + Send + Sync + 'static {}

impl<T: DeserializeOwned + JsonSchema + Send + Sync + 'static> Document for T {}

/// Reads one document.
///
/// # Errors
/// What does not fit, by its path. `fault` makes it an error of the input or of the configuration.
pub(crate) fn read<T: Document>(doc: &Doc, fault: fn(String) -> Error) -> Result<T> {
    no_list::<T>(doc).map_err(fault)?;
    let mut reader = serde_json::Deserializer::from_slice(doc.as_bytes());
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut reader, &mut track);
    let value = T::deserialize(tracked).map_err(|error| {
        let path = track.path().to_string();
        fault(mismatch(&path, &error.to_string(), doc))
    })?;
    reader.end().map_err(|_| fault("one JSON document was expected, more was found".to_owned()))?;
    Ok(value)
}

/// serde takes a list for a struct, field by field; nobody who writes JSON means that.
fn no_list<T: Document>(doc: &Doc) -> Result<(), String> {
    let is_list = doc.as_bytes().trim_ascii_start().starts_with(b"[");
    let wants_object = || schema_of::<T>().get("type").is_some_and(|kind| kind == "object");
    if is_list && wants_object() {
        return Err("the document: expected an object, found a list".to_owned());
    }
    Ok(())
}

/// Configurations by their text, so that each distinct one is read once.
pub(crate) struct Configs<T> {
    schema: Schema,
    read: Mutex<Vec<(Vec<u8>, Arc<T>)>>,
}

impl<T: Document> Configs<T> {
    /// More texts than this are re-read; a pipeline has a handful.
    const KEPT: usize = 16;

    pub(crate) fn new() -> Self {
        Self { schema: schema_of::<T>(), read: Mutex::new(Vec::new()) }
    }

    /// The configuration that `doc` spells.
    pub(crate) fn get(&self, doc: &Doc) -> Result<Arc<T>> {
        let text = doc.as_bytes();
        let kept = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, config)) = kept.iter().find(|(known, _)| known == text) {
            return Ok(Arc::clone(config));
        }
        drop(kept);
        let config = Arc::new(configured(&self.schema, doc)?);
        let mut kept = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= Self::KEPT {
            kept.remove(0);
        }
        kept.push((text.to_vec(), Arc::clone(&config)));
        Ok(config)
    }
}

/// One configuration that is read once: that of a stage.
pub(crate) fn config<T: Document>(doc: &Doc) -> Result<Arc<T>> {
    configured(&schema_of::<T>(), doc).map(Arc::new)
}

/// Reads a configuration as a host does it before [`process`](crate::Plugin::process), for a plugin
/// that judges one without using it.
///
/// # Errors
/// The first key that is unknown or does not fit, by its path and never by its value.
pub fn read_config<T: Document>(config: &Json) -> Result<T> {
    configured(&schema_of::<T>(), &Doc::from(config.clone()))
}

fn configured<T: Document>(schema: &Schema, doc: &Doc) -> Result<T> {
    let json = Json::try_from(doc).map_err(|error| Error::config(error.message))?;
    let value: Value = json.parse().map_err(|error| Error::config(error.to_string()))?;
    unknown_key(schema.as_value(), schema.as_value(), &value, "")
        .map_or(Ok(()), |message| Err(Error::config(message)))?;
    read(doc, Error::config)
}

/// The first key that its schema does not know, with the nearest one that it does.
fn unknown_key(root: &Value, schema: &Value, value: &Value, path: &str) -> Option<String> {
    let schema = followed(root, schema);
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    let none = Map::new();
    let known = schema["properties"].as_object().or(closed.then_some(&none))?;
    let given = value.as_object()?;
    let open = !closed && schema.get("additionalProperties").is_some();
    given.iter().find_map(|(key, inner)| {
        let here = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match known.get(key) {
            Some(schema) => unknown_key(root, schema, inner, &here),
            None if open => None,
            None => Some(unknown(&here, key, known.keys().map(String::as_str))),
        }
    })
}

/// The schema behind a reference, and behind "this or null".
fn followed<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let target = schema["$ref"].as_str().and_then(|at| root.pointer(at.trim_start_matches('#')));
    let options = schema["anyOf"].as_array();
    let inner = options.and_then(|all| all.iter().find(|one| one.get("$ref").is_some()));
    match (target, inner) {
        (Some(target), _) => target,
        (None, Some(inner)) => followed(root, inner),
        (None, None) => schema,
    }
}

fn unknown<'a>(path: &str, key: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(key, known.clone()) {
        Some(near) => format!("unknown key `{path}`; did you mean `{near}`?"),
        None if known.clone().next().is_none() => format!("unknown key `{path}`; there are none"),
        None => format!("unknown key `{path}`; known are {}", known.collect::<Vec<_>>().join(", ")),
    }
}

/// The candidate that `word` was probably meant to be.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const ALIKE: f64 = 0.75;
    let scored = candidates.map(|near| (strsim::jaro_winkler(word, near), near));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= ALIKE).then_some(best.1)
}

/// serde's message without the value it quotes: the kind of value is looked up in the document.
fn mismatch(path: &str, message: &str, doc: &Doc) -> String {
    let place = if path == "." { "the document".to_owned() } else { format!("`{path}`") };
    // The last one is serde's own: a value that it quotes may hold these words too.
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    match message.rsplit_once("expected ") {
        Some((_, known)) if message.starts_with("unknown field") => {
            format!("{place}: unknown key; expected {known}")
        }
        Some((_, choice)) if choice.starts_with("one of ") => format!("{place}: expected {choice}"),
        Some((_, expected)) => {
            let found = kind_at(path, doc).map(|kind| format!(", found {kind}"));
            format!("{place}: expected {}{}", in_words(expected), found.unwrap_or_default())
        }
        None if message.starts_with("missing field") => format!("{place}: {message}"),
        None => format!("{place}: {message}"),
    }
}

/// serde's words for Rust's types, for people who write JSON.
fn in_words(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" => "a text",
        "a sequence" => "a list",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
}

/// What kind of JSON value stands at a path such as `a.b[0]`.
fn kind_at(path: &str, doc: &Doc) -> Option<&'static str> {
    let root: Value = serde_json::from_slice(doc.as_bytes()).ok()?;
    let pointer = path.replace(['[', '.'], "/").replace(']', "");
    let at = if path == "." { Some(&root) } else { root.pointer(&format!("/{pointer}")) };
    Some(match at? {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize, JsonSchema, Debug, PartialEq)]
    #[serde(default, deny_unknown_fields)]
    struct Config {
        linger_ms: u32,
        redis: Redis,
    }

    #[derive(Deserialize, JsonSchema, Debug, PartialEq, Default)]
    #[serde(default, deny_unknown_fields)]
    struct Redis {
        enabled: bool,
    }

    impl Default for Config {
        fn default() -> Self {
            Self { linger_ms: 5, redis: Redis::default() }
        }
    }

    fn refusal(text: &str) -> String {
        let configs = Configs::<Config>::new();
        configs.get(&Doc::from(text.to_owned())).unwrap_err().message
    }

    #[test]
    fn an_unknown_key_names_the_nearest_one() {
        assert_eq!(
            refusal(r#"{"lingerms":1}"#),
            "unknown key `lingerms`; did you mean `linger_ms`?"
        );
    }

    #[test]
    fn an_unknown_key_inside_an_object_is_found_too() {
        let message = refusal(r#"{"redis":{"enable":true}}"#);
        assert_eq!(message, "unknown key `redis.enable`; did you mean `enabled`?");
    }

    #[test]
    fn a_wrong_type_names_the_key_and_not_the_value() {
        let message = refusal(r#"{"linger_ms":"hunter2"}"#);
        assert_eq!(message, "`linger_ms`: expected a whole number from 0, found a text");
        let message = refusal(r#"{"linger_ms":"hunter2 at line 1"}"#);
        assert_eq!(message, "`linger_ms`: expected a whole number from 0, found a text");
    }

    #[test]
    fn a_list_is_no_object() {
        assert_eq!(refusal(" [1]"), "the document: expected an object, found a list");
        let list: Vec<u8> = read(&Doc::from("[1]".to_owned()), Error::input).unwrap();
        assert_eq!(list, [1]);
    }

    #[test]
    fn a_plugin_without_configuration_says_so() {
        let configs = Configs::<crate::NoConfig>::new();
        let error = configs.get(&Doc::from(r#"{"indent":2}"#.to_owned())).unwrap_err();
        assert_eq!(error.message, "unknown key `indent`; there are none");
    }

    #[test]
    fn a_missing_document_is_the_default() {
        let config = Configs::<Config>::new().get(&Doc::from("{}".to_owned())).unwrap();
        assert_eq!(*config, Config::default());
    }

    #[test]
    fn the_same_text_is_read_once() {
        let configs = Configs::<Config>::new();
        let doc = Doc::from(r#"{"linger_ms":1}"#.to_owned());
        assert!(Arc::ptr_eq(&configs.get(&doc).unwrap(), &configs.get(&doc).unwrap()));
    }
}
