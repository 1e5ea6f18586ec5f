//! The language against its corpora, and what streams are made of.

mod conditions;
mod control;
mod corpus;
mod edges;
mod graph;
mod inputs;
mod properties;
mod records;
mod references;
mod sample;
mod streams;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::catalog::{Catalog, Installed};
use crate::diagnostics::Diagnostic;

use super::{PipelineSpec, Planned, StreamPlan, check};

/// The folder of the corpora.
fn corpus() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/cases").into()
}

/// Everything `check` would say where nothing is installed.
fn problems(bytes: &[u8]) -> Vec<Diagnostic> {
    problems_with(bytes, &Catalog::default())
}

fn problems_with(bytes: &[u8], catalog: &Catalog) -> Vec<Diagnostic> {
    let parsed = PipelineSpec::parse(bytes);
    let mut problems = parsed.diagnostics;
    problems.extend(parsed.spec.iter().flat_map(|spec| check(spec, catalog).diagnostics));
    problems
}

/// Plugs named after what they can be.
fn catalog() -> Catalog {
    let plugs = [
        ("source", &["source"][..]),
        ("map", &["transform"]),
        ("sink", &["sink"]),
        ("document", &["process"]),
        ("tail", &["source", "process"]),
        ("tee", &["transform", "sink"]),
        ("nothing", &[]),
    ];
    Catalog::of(plugs.map(|(name, roles)| with_roles(name, roles)).to_vec())
}

fn with_roles(name: &str, roles: &[&str]) -> Installed {
    let mut plug = Installed::named(name);
    plug.manifest.roles = roles.iter().map(|role| (*role).to_owned()).collect();
    if name == "sink" {
        plug.manifest.config_defaults = serde_json::from_str(r#"{"acks":"all","n":1}"#).unwrap();
    }
    plug
}

/// Resolves a file with two variables in the environment; the errors, if there are any.
fn planned(yaml: &str, catalog: &Catalog) -> Result<Planned, Vec<Diagnostic>> {
    let parsed = PipelineSpec::parse(yaml.as_bytes());
    let spec = parsed.spec.unwrap();
    let environment = |name: &str| match name {
        "TOPIC" => Some("orders".to_owned()),
        "BAD" => Some("no topic".to_owned()),
        _ => None,
    };
    let resolved = Planned::resolve(&spec, catalog, &BTreeMap::new(), &environment);
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(parsed.diagnostics);
    }
    resolved
}

fn stream(yaml: &str, catalog: &Catalog) -> StreamPlan {
    match planned(yaml, catalog) {
        Ok(Planned::Stream(plan)) => plan,
        Ok(Planned::Once(_)) => panic!("a document pipeline: {yaml}"),
        Err(problems) => panic!("{yaml}: {problems:#?}"),
    }
}
