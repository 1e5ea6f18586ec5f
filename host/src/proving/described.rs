//! Whether manifest, schemas and examples agree with each other. Nothing of the plugin runs here.

use super::{Finding, Verdict};
use crate::catalog::Installed;
use jsonschema::draft202012;
use plugin_api::Description;
use serde_json::Value;
use std::collections::BTreeSet;

/// One check on words alone.
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) tries: &'static str,
    judge: fn(&Installed, &Description) -> Verdict,
}

impl Check {
    pub(super) fn run(&self, plug: &Installed, said: &Description) -> Finding {
        Finding::new(self.name, self.tries, (self.judge)(plug, said))
    }
}

/// The checks in their order.
pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "roles_agree",
        tries: "`roles` of plug.yaml and those of the library",
        judge: roles_agree,
    },
    Check {
        name: "schemas_are_valid",
        tries: "every schema against JSON Schema draft 2020-12",
        judge: schemas_are_valid,
    },
    Check {
        name: "examples_fit_their_schema",
        tries: "every example against the schema that it stands in",
        judge: examples_fit,
    },
    Check {
        name: "defaults_fit_the_configuration",
        tries: "`config_defaults` of plug.yaml against the configuration's schema",
        judge: defaults_fit,
    },
];

fn roles_agree(plug: &Installed, said: &Description) -> Verdict {
    let set = |roles: &[String]| roles.iter().cloned().collect::<BTreeSet<String>>();
    let (manifest, library) = (set(&plug.manifest.roles), set(&said.roles));
    let list = |roles: &BTreeSet<String>| roles.iter().cloned().collect::<Vec<_>>().join(", ");
    if manifest == library {
        return Verdict::Passed(list(&library));
    }
    let (manifest, library) = (list(&manifest), list(&library));
    Verdict::Failed(format!("plug.yaml says [{manifest}], the library [{library}]"))
}

/// Every schema with the name that people know it by.
fn schemas(said: &Description) -> Vec<(String, &Value)> {
    let mut all: Vec<(String, &Value)> = Vec::new();
    for (role, schema) in &said.config {
        all.push((format!("configuration as {role}"), schema.as_value()));
    }
    all.push(("input".to_owned(), said.input.as_value()));
    all.push(("output".to_owned(), said.output.as_value()));
    all
}

fn schemas_are_valid(_: &Installed, said: &Description) -> Verdict {
    let all = schemas(said);
    let problem = |(name, schema): &(String, &Value)| {
        let fault = draft202012::meta::validate(schema).err().map(|fault| fault.to_string());
        let fault = fault.or_else(|| Some(draft202012::new(schema).err()?.to_string()));
        fault.map(|fault| format!("{name}: {fault}"))
    };
    let problems: Vec<String> = all.iter().filter_map(problem).collect();
    Verdict::of(&problems, format!("{} schemas", all.len()))
}

fn examples_fit(_: &Installed, said: &Description) -> Verdict {
    let (mut count, mut problems) = (0, Vec::new());
    for (name, root) in schemas(said) {
        let properties = root["properties"].as_object().into_iter().flatten();
        let inner =
            properties.map(|(key, schema)| (format!("`{key}` of {name}"), alone(root, schema)));
        for (place, schema) in [(name.clone(), root.clone())].into_iter().chain(inner) {
            let Some(examples) = schema["examples"].as_array() else { continue };
            count += examples.len();
            let misfits = examples.iter().filter_map(|example| misfit(&schema, example));
            problems.extend(misfits.map(|fault| format!("{place}: {fault}")));
        }
    }
    match count {
        0 => Verdict::DoesNotApply("its schemas hold no examples".to_owned()),
        count => Verdict::of(&problems, format!("{count} examples")),
    }
}

fn defaults_fit(plug: &Installed, said: &Description) -> Verdict {
    let defaults = &plug.manifest.config_defaults;
    if defaults.is_empty() {
        return Verdict::DoesNotApply("plug.yaml has no `config_defaults`".to_owned());
    }
    let mut problems = Vec::new();
    for (role, schema) in &said.config {
        let root = schema.as_value();
        for (key, default) in defaults {
            let problem = match root["properties"].get(key) {
                None => Some("there is no such key".to_owned()),
                Some(schema) => misfit(&alone(root, schema), default),
            };
            problems.extend(problem.map(|fault| format!("`{key}` as {role}: {fault}")));
        }
    }
    Verdict::of(&problems, format!("{} defaults", defaults.len()))
}

/// Why a value does not fit. Examples and defaults are no secrets.
fn misfit(schema: &Value, value: &Value) -> Option<String> {
    // A schema that is itself wrong has a check of its own.
    let validator = draft202012::new(schema).ok()?;
    validator.validate(value).err().map(|fault| fault.to_string())
}

/// A part of a schema with the definitions that it may refer to.
fn alone(root: &Value, part: &Value) -> Value {
    let mut part = part.clone();
    if let (Value::Object(part), Some(definitions)) = (&mut part, root.get("$defs")) {
        part.insert("$defs".to_owned(), definitions.clone());
    }
    part
}

#[cfg(test)]
mod tests;
