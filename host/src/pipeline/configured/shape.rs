//! Finding one's way in a schema along the path of a value.

use crate::about::schema::{followed, part_of};
use crate::diagnostics::{nearest, sounds_secret};
use serde_json::Value;
use std::ops::RangeInclusive;

use super::document::{Document, Path};

/// The schema of the value at `path`, with its references; `None` where several could be meant.
pub fn schema_at<'s>(root: &'s Value, path: &Path) -> Option<&'s Value> {
    path.iter().try_fold(root, |at, step| part_of(root, at, step))
}

/// The keys that the object at `path` may have.
pub fn keys<'s>(root: &'s Value, path: &Path) -> Vec<&'s str> {
    let object = schema_at(root, path).map(|schema| followed(root, schema));
    let properties = object.and_then(|object| object["properties"].as_object());
    properties.map_or_else(Vec::new, |all| all.keys().map(String::as_str).collect())
}

/// Whether the object above has to hold the last key of `path`.
pub fn is_required(root: &Value, path: &Path) -> bool {
    let Some((key, above)) = path.split_last() else { return true };
    let object = schema_at(root, above).map(|schema| followed(root, schema));
    let required = object.and_then(|object| object["required"].as_array());
    required.is_some_and(|required| required.iter().any(|one| one == key.as_str()))
}

/// Whether the object at `path` takes no keys but its own.
pub fn is_closed(root: &Value, path: &Path) -> bool {
    let object = schema_at(root, path).map(|schema| followed(root, schema));
    let closed = |object: &Value| {
        ["additionalProperties", "unevaluatedProperties"].iter().any(|word| object[word] == false)
    };
    object.is_some_and(closed)
}

/// The key that was meant by one that the object at `path` does not have.
pub fn meant_key<'s>(root: &'s Value, path: &Path, key: &str) -> Option<&'s str> {
    let keys = keys(root, path);
    if keys.contains(&key) { None } else { nearest(key, keys) }
}

/// The lines of literal values that nobody should see: under keys that are marked `writeOnly`, and
/// under keys that the schema does not know and that were meant as one of those, or sound like one.
/// Without a schema no key is known.
pub fn secret_lines(root: Option<&Value>, document: &Document<'_>) -> Vec<RangeInclusive<u32>> {
    document.lines_of(&|path| {
        let Some((key, above)) = path.split_last() else { return false };
        let Some(root) = root else { return sounds_secret(key) };
        let meant = meant_key(root, above, key).map(|meant| [above, &[meant.to_owned()]].concat());
        is_write_only(root, path)
            || meant.is_some_and(|meant| is_write_only(root, &meant))
            || sounds_secret(key) && !keys(root, above).contains(&key.as_str())
    })
}

/// Whether the value, or one around it, should never be shown.
pub fn is_write_only(root: &Value, path: &Path) -> bool {
    let marked =
        |schema: &Value| schema["writeOnly"] == true || followed(root, schema)["writeOnly"] == true;
    (0..=path.len()).any(|length| schema_at(root, &path[..length]).is_some_and(marked))
}

/// Whether a value of this type could fit, were it another one.
pub fn takes_type_of(root: &Value, schema: &Value, value: &Value) -> bool {
    takes(root, schema, value, 8)
}

fn takes(root: &Value, schema: &Value, value: &Value, depth: usize) -> bool {
    let schema = followed(root, schema);
    if depth == 0 || schema.is_boolean() {
        return true;
    }
    let choices = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array());
    if let Some(choices) = choices {
        return choices.iter().any(|one| takes(root, one, value, depth - 1));
    }
    let literals = schema["enum"].as_array().map(Vec::as_slice);
    let literals = literals.or_else(|| schema.get("const").map(std::slice::from_ref));
    if let Some(literals) = literals {
        let alike = |one: &Value| std::mem::discriminant(one) == std::mem::discriminant(value);
        return literals.iter().any(alike);
    }
    match &schema["type"] {
        Value::String(name) => is_type(name, value),
        Value::Array(names) => {
            names.iter().filter_map(Value::as_str).any(|one| is_type(one, value))
        }
        _ => true,
    }
}

fn is_type(name: &str, value: &Value) -> bool {
    match name {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => value.is_null(),
    }
}
