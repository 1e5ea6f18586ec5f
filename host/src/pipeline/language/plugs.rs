//! What a step of one plug may be configured with.

use crate::catalog::Installed;
use plugin_api::Description;
use serde_json::{Map, Value, json};

/// The rule for steps that use a plug; the schemas of its roles go to `defs` under its own prefix.
pub fn rule(plug: &Installed, said: &Description, defs: &mut Value) -> Value {
    let prefix = format!("{}/{}", plug.category, plug.name);
    let mut roles = Vec::new();
    for (role, schema) in &said.config {
        let name = format!("{prefix}:{role}");
        let mut schema = schema.as_value().clone();
        let inner = schema.as_object_mut().and_then(|schema| schema.remove("$defs"));
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("$schema");
        }
        for (key, mut value) in inner.and_then(into_object).into_iter().flatten() {
            opened(&mut value, &name);
            defs[format!("{name}:{key}")] = value;
        }
        optional_where_defaulted(&mut schema, plug);
        opened(&mut schema, &name);
        roles.push(json!({ "$ref": reference(&name) }));
        defs[name] = schema;
    }
    roles.push(json!({"type": "null"}));
    let named = json!({ "pattern": pattern(plug) });
    let uses = |key: &str| json!({"required": [key], "properties": {key: named}});
    json!({
        "if": {"anyOf": [uses("uses"), uses("plugin"), uses("plug")]},
        "then": {"properties": {"config": {"anyOf": roles}}}
    })
}

fn into_object(value: Value) -> Option<Map<String, Value>> {
    if let Value::Object(object) = value { Some(object) } else { None }
}

/// A step need not say what the manifest says already.
fn optional_where_defaulted(schema: &mut Value, plug: &Installed) {
    let defaults = plug.manifest.defaults();
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|key| key.as_str().is_none_or(|key| !defaults.contains_key(key)));
    }
}

/// Every way to name the plug.
fn pattern(plug: &Installed) -> String {
    format!("^({}[./])?{}([:@/].*)?$", plug.category, plug.name)
}

fn reference(name: &str) -> String {
    format!("#/$defs/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Lets a template stand for every value inside, and turns references to the plug's own definitions
/// into those of the whole schema.
fn opened(schema: &mut Value, prefix: &str) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(target) = object.get("$ref").and_then(Value::as_str) {
        let target = target.strip_prefix("#/$defs/").map(|key| format!("{prefix}:{key}"));
        if let Some(target) = target {
            object.insert("$ref".to_owned(), reference(&target).into());
        }
    }
    for (key, value) in object.iter_mut() {
        match (key.as_str(), value) {
            ("properties", Value::Object(all)) => {
                all.iter_mut().for_each(|(_, one)| or_template(one, prefix));
            }
            ("items" | "additionalProperties", one) => or_template(one, prefix),
            ("anyOf" | "oneOf" | "allOf", Value::Array(all)) => {
                all.iter_mut().for_each(|one| opened(one, prefix));
            }
            _ => {}
        }
    }
}

fn or_template(schema: &mut Value, prefix: &str) {
    opened(schema, prefix);
    if !schema.is_object() || schema.get("not").is_some() {
        return;
    }
    let description = schema.as_object_mut().and_then(|one| one.remove("description"));
    let whole = json!({"anyOf": [schema.take(), {"$ref": "#/$defs/open"}]});
    *schema = whole;
    if let Some(description) = description {
        schema["description"] = description;
    }
}
