//! JSON Schema in the words of those who write JSON: `text or null`, `list of text`.

use serde_json::Value;
use std::collections::BTreeSet;

/// The schema behind references, and behind "this or null".
pub(crate) fn followed<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let mut at = schema;
    // A reference that leads back to itself leads nowhere.
    for _ in 0..8 {
        let target =
            at["$ref"].as_str().and_then(|path| root.pointer(path.trim_start_matches('#')));
        match target.or_else(|| only_choice(at)) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

/// What a schema says of one key of an object, or of the elements of a list; where it leaves a choice,
/// what the first shape says that has such a part.
pub(crate) fn part_of<'a>(root: &'a Value, schema: &'a Value, step: &str) -> Option<&'a Value> {
    let schema = followed(root, schema);
    let of_a_choice = || {
        let mut shapes = choices(schema)?.iter().map(|one| followed(root, one));
        shapes.find_map(|shape| own_part(shape, step))
    };
    own_part(schema, step).or_else(of_a_choice)
}

fn own_part<'a>(schema: &'a Value, step: &str) -> Option<&'a Value> {
    let key = schema["properties"].get(step);
    let others = || schema.get("additionalProperties").filter(|each| each.is_object());
    let items = || schema.get("items").filter(|_| step.bytes().all(|byte| byte.is_ascii_digit()));
    key.or_else(others).or_else(items)
}

/// The one choice beside `null`.
fn only_choice(schema: &Value) -> Option<&Value> {
    let mut choices = schema["anyOf"].as_array()?.iter().filter(|one| one["type"] != "null");
    let first = choices.next()?;
    choices.next().is_none().then_some(first)
}

/// What a schema takes.
pub(crate) fn in_words(root: &Value, schema: &Value) -> String {
    words(root, schema, 8)
}

fn words(root: &Value, schema: &Value, depth: usize) -> String {
    const ANY: &str = "any value";
    if depth == 0 {
        return ANY.to_owned();
    }
    if let Some(target) = schema["$ref"].as_str() {
        let target = root.pointer(target.trim_start_matches('#'));
        return target.map_or(ANY.to_owned(), |target| words(root, target, depth - 1));
    }
    if let Some(listed) = listed(schema) {
        return listed;
    }
    if let Some(choices) = choices(schema) {
        let each = choices.iter().map(|one| words(root, one, depth - 1));
        return joined(each.collect());
    }
    match &schema["type"] {
        Value::String(kind) => of_type(root, schema, kind, depth),
        Value::Array(kinds) => {
            let kinds = kinds.iter().filter_map(Value::as_str);
            joined(kinds.map(|kind| of_type(root, schema, kind, depth)).collect())
        }
        _ => ANY.to_owned(),
    }
}

fn choices(schema: &Value) -> Option<&Vec<Value>> {
    schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array())
}

/// Values that are listed one by one: an `enum`, a `const`, or a choice among nothing but such.
fn listed(schema: &Value) -> Option<String> {
    let values = literals(schema)?;
    let texts = unique(values.iter().map(|value| literal(value)).collect());
    let is_null = |value: &&Value| value.is_null();
    Some(match texts.as_slice() {
        [one] => one.clone(),
        _ if values.iter().any(is_null) => joined(texts),
        _ => format!("one of {}", texts.join(", ")),
    })
}

fn literals(schema: &Value) -> Option<Vec<&Value>> {
    if let Some(value) = schema.get("const") {
        return Some(vec![value]);
    }
    if let Some(values) = schema["enum"].as_array() {
        return Some(values.iter().collect());
    }
    let each: Option<Vec<Vec<&Value>>> = choices(schema)?.iter().map(literals).collect();
    each.map(|each| each.concat())
}

fn literal(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn of_type(root: &Value, schema: &Value, kind: &str, depth: usize) -> String {
    match kind {
        "string" => "text".to_owned(),
        "boolean" => "true or false".to_owned(),
        "integer" => format!("whole number{}", range(schema)),
        "number" => format!("number{}", range(schema)),
        "array" => match schema.get("items") {
            Some(items) => format!("list of {}", words(root, items, depth - 1)),
            None => "list".to_owned(),
        },
        "object" => match schema.get("additionalProperties") {
            Some(each @ Value::Object(_)) => format!("object of {}", words(root, each, depth - 1)),
            _ => "object".to_owned(),
        },
        other => other.to_owned(),
    }
}

fn range(schema: &Value) -> String {
    match (schema.get("minimum"), schema.get("maximum")) {
        (Some(least), Some(most)) => format!(" from {least} to {most}"),
        (Some(least), None) => format!(" from {least}"),
        (None, Some(most)) => format!(" to {most}"),
        (None, None) => String::new(),
    }
}

fn joined(words: Vec<String>) -> String {
    unique(words).join(" or ")
}

/// Each word once, where it comes first: `1` and `"1"` read the same.
fn unique(mut words: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    words.retain(|word| seen.insert(word.clone()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_shape_of_schema_has_words() {
        let root = json!({"$defs": {
            "Mode": {"oneOf": [{"const": "a", "description": "A."}, {"const": "b"}]},
            "Inner": {"type": "object", "properties": {}},
            "Loop": {"type": "array", "items": {"$ref": "#/$defs/Loop"}}
        }});
        let cases = [
            (json!(true), "any value"),
            (json!({"type": "string"}), "text"),
            (json!({"type": ["string", "null"]}), "text or null"),
            (json!({"type": "array", "items": {"type": "string"}}), "list of text"),
            (json!({"type": "integer", "format": "uint32", "minimum": 0}), "whole number from 0"),
            (json!({"type": "integer", "minimum": 1, "maximum": 9}), "whole number from 1 to 9"),
            (json!({"type": ["number", "null"]}), "number or null"),
            (json!({"enum": ["a", "b"]}), "one of a, b"),
            (json!({"enum": [0, 1, "0", "1"]}), "one of 0, 1"),
            (json!({"enum": ["a", null]}), "a or null"),
            (json!({"const": "a"}), "a"),
            (json!({"$ref": "#/$defs/Mode"}), "one of a, b"),
            (json!({"anyOf": [{"$ref": "#/$defs/Mode"}, {"type": "null"}]}), "one of a, b or null"),
            (json!({"anyOf": [{"$ref": "#/$defs/Inner"}, {"type": "null"}]}), "object or null"),
            (
                json!({"type": "object", "additionalProperties": {"type": "boolean"}}),
                "object of true or false",
            ),
            (json!({"anyOf": [{"type": "string"}, {"type": "string", "minLength": 1}]}), "text"),
            (json!({"$ref": "#/$defs/Gone"}), "any value"),
        ];
        for (schema, expected) in cases {
            assert_eq!(in_words(&root, &schema), expected, "{schema}");
        }
        let endless = in_words(&root, &json!({"$ref": "#/$defs/Loop"}));
        assert!(endless.starts_with("list of list of"), "{endless}");
    }
}
