//! The language as JSON Schema, for editors: completion and first mistakes while one types.
//!
//! The schema is more lenient than `plugpipe check` wherever JSON Schema cannot say what is meant.

mod plugs;

use crate::catalog::Installed;
use crate::pipeline::configured::Descriptions;
use serde_json::{Value, json};
use std::sync::Arc;

/// The language itself, without a plug.
const LANGUAGE: &str = include_str!("language.json");

/// The JSON Schema (2020-12) of pipelines that use these plugs. A plug that is not described has
/// its name in it and no configuration.
///
/// # Errors
/// The schema that the host carries is no JSON, which a test keeps from happening.
pub fn schema(installed: &[Arc<Installed>], described: &Descriptions) -> serde_json::Result<Value> {
    let mut schema: Value = serde_json::from_str(LANGUAGE)?;
    let mut names: Vec<String> = installed
        .iter()
        .flat_map(|plug| [plug.name.clone(), format!("{}/{}", plug.category, plug.name)])
        .collect();
    names.sort();
    names.dedup();
    // An empty list would be no JSON Schema.
    let plugin = &mut schema["$defs"]["plugin"];
    match names.is_empty() {
        true => drop(plugin["anyOf"].as_array_mut().map(|choices| choices.remove(0))),
        false => plugin["anyOf"][0] = json!({"enum": names}),
    }
    let mut rules = Vec::new();
    for plug in newest(installed) {
        if let Some(Ok(said)) = described.of(plug) {
            rules.push(plugs::rule(plug, said, &mut schema["$defs"]));
        }
    }
    if !rules.is_empty() {
        schema["$defs"]["step"]["allOf"] = Value::Array(rules);
    }
    Ok(schema)
}

/// Of each plug the version that a bare name means.
fn newest(installed: &[Arc<Installed>]) -> impl Iterator<Item = &Arc<Installed>> {
    let is_newest = |plug: &&Arc<Installed>| {
        let same = |other: &&Arc<Installed>| {
            (&other.category, &other.name) == (&plug.category, &plug.name)
        };
        installed.iter().filter(same).all(|other| other.version <= plug.version)
    };
    installed.iter().filter(is_newest)
}

#[cfg(test)]
mod tests;
