//! The keys of an object, read out of its JSON Schema.

use super::schema::{followed, in_words};
use serde::Serialize;
use serde_json::{Map, Value};

/// One key of a document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Key {
    /// Its path in the document: `topic`, `redis.enabled`, `rules[].field`.
    pub name: String,
    /// What it takes, in words: `text or null`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it has to be there.
    pub required: bool,
    /// What is taken where it is absent.
    pub default: Option<Value>,
    /// Its doc comment, line breaks of one paragraph taken out.
    pub doc: String,
}

impl Key {
    /// The default as JSON text; empty where there is none, or where it is `null`.
    #[must_use]
    pub fn default_text(&self) -> String {
        match &self.default {
            None | Some(Value::Null) => String::new(),
            Some(default) => default.to_string(),
        }
    }

    /// The manifest's own default goes before that of the code.
    pub(super) fn default_of_the_manifest(&mut self, defaults: &Map<String, Value>) {
        if let Some(default) = defaults.get(&self.name) {
            (self.default, self.required) = (Some(default.clone()), false);
        }
    }
}

/// A schema can hold itself; deeper than this nobody reads a table.
const DEPTH: usize = 4;

/// The keys of the object that a schema describes, those of inner objects behind them.
pub(super) fn keys(schema: &Value) -> Vec<Key> {
    let mut found = Vec::new();
    collect(schema, schema, "", DEPTH, &mut found);
    found
}

fn collect(root: &Value, schema: &Value, path: &str, depth: usize, found: &mut Vec<Key>) {
    let object = followed(root, schema);
    let required: Vec<&str> =
        object["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = object["properties"].as_object().into_iter().flatten();
    // `{"not": {}}` takes nothing: the key is there to say so.
    for (key, schema) in properties.filter(|(_, schema)| schema["not"] != Value::Object(Map::new()))
    {
        let name = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        found.push(Key {
            kind: in_words(root, schema),
            required: required.contains(&key.as_str()),
            default: schema.get("default").cloned(),
            doc: doc(root, schema),
            name: name.clone(),
        });
        if depth > 0 {
            let (inner, name) = inside(root, schema, name);
            collect(root, inner, &name, depth - 1, found);
        }
    }
}

/// The object in a value: the value itself, or the elements of a list.
fn inside<'a>(root: &'a Value, schema: &'a Value, name: String) -> (&'a Value, String) {
    let value = followed(root, schema);
    match value.get("items") {
        Some(items) => (items, name + "[]"),
        None => (value, name),
    }
}

/// The comment of the key itself, else that of its type.
fn doc(root: &Value, schema: &Value) -> String {
    let own = schema["description"].as_str();
    let text = own.or_else(|| followed(root, schema)["description"].as_str()).unwrap_or_default();
    text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>().join("\n")
}
