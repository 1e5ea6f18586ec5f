//! The configuration of each step against the schema of its own plugin, before anything runs.
//!
//! Templates are not known yet: nothing is said about them, and nothing about a choice that one of
//! them could decide. The plugin checks the finished configuration itself when it is called.

mod descriptions;
mod document;
mod fault;
mod input;
mod judge;
mod known;
mod shape;

pub use descriptions::Descriptions;
pub use document::Document;
pub use judge::{Place, Rules};

use crate::catalog::{Catalog, Installed};
use crate::diagnostics::{Diagnostic, Span};
use plugin_api::Description;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::spec::{Mode, PipelineSpec, StepSpec, StepType};

/// What was found, and where the file holds values that nobody should see.
#[derive(Debug, Default)]
pub struct Findings {
    /// Problems of configurations and lints of inputs.
    pub diagnostics: Vec<Diagnostic>,
    /// Lines with values under keys that a schema marks `writeOnly`.
    pub secret_lines: Vec<RangeInclusive<u32>>,
}

/// The plugs that the steps of a file mean, each once.
#[must_use]
pub fn plugs(spec: &PipelineSpec, catalog: &Catalog) -> Vec<Arc<Installed>> {
    let mut found: Vec<Arc<Installed>> = Vec::new();
    for plug in spec.steps.iter().filter_map(|step| installed(step, catalog)) {
        if !found.iter().any(|known| Arc::ptr_eq(known, plug)) {
            found.push(Arc::clone(plug));
        }
    }
    found
}

/// Holds every step to the schemas of its plugin. A plugin that is not among `described` is passed
/// over; one that could not be opened is a `plugin_refused`. Where no engine is known, secrets are
/// found all the same.
#[must_use]
pub fn check(
    spec: &PipelineSpec,
    catalog: &Catalog,
    described: &Descriptions,
    mode: Option<Mode>,
) -> Findings {
    let mut findings = Findings::default();
    let mut rules = HashMap::new();
    for (index, step) in spec.steps.iter().enumerate() {
        let plug = installed(step, catalog);
        let said = plug.and_then(|plug| described.of(plug));
        let known = said.and_then(|said| said.as_ref().ok());
        let defaults = plug.map(|plug| plug.manifest.defaults()).unwrap_or_default();
        let document = Document::new(step.config.as_ref(), &defaults);
        findings.secret_lines.extend(secret_lines(known, &document));
        let Some((name, plug)) = step.plugin.as_ref().zip(plug) else { continue };
        if let Some(Err(reason)) = said {
            findings.diagnostics.push(refused(name.span, plug, reason));
        }
        let Some((said, mode)) = known.zip(mode) else { continue };
        let role = role(step, index, mode, plug);
        if let Some(schema) = said.config.get(role) {
            let of_role = (Arc::as_ptr(plug), role);
            let rules = rules.entry(of_role).or_insert_with(|| Rules::new(schema.as_value()));
            let at = step.config_key.unwrap_or(name.span);
            let place = Place { plugin: &plug.name, role, at };
            findings.diagnostics.extend(rules.judge(&document, place));
        }
        if mode == Mode::Once {
            let schema = said.input.as_value();
            let found = &mut findings.diagnostics;
            input::lint(&step.input, &plug.name, schema, found);
            input::missing(&step.input, &plug.name, schema, name.span, found);
        }
    }
    findings
}

/// Lines with values that a role of the plugin marks `writeOnly`, or that sound like it. Of a plugin
/// that is not known only names can tell.
pub fn secret_lines(
    said: Option<&Description>,
    document: &Document<'_>,
) -> Vec<RangeInclusive<u32>> {
    let schemas = said.into_iter().flat_map(|said| said.config.values());
    let mut schemas: Vec<_> = schemas.map(|schema| Some(schema.as_value())).collect();
    if schemas.is_empty() {
        schemas.push(None);
    }
    schemas.into_iter().flat_map(|schema| shape::secret_lines(schema, document)).collect()
}

fn installed<'c>(step: &StepSpec, catalog: &'c Catalog) -> Option<&'c Arc<Installed>> {
    step.plugin.as_ref().and_then(|name| catalog.find(&name.wanted).ok())
}

/// What the plugin of a step is there, as far as it needs no decision: a wrong role is reported by
/// the plan.
fn role(step: &StepSpec, index: usize, mode: Mode, plug: &Installed) -> &'static str {
    let said = step.flow.step_type.map(|(step_type, _)| step_type);
    match (mode, index, said) {
        (Mode::Once, ..) => "process",
        (Mode::Stream, 0, _) => StepType::Source.word(),
        (Mode::Stream, _, Some(said)) => said.word(),
        (Mode::Stream, _, None) => {
            let transforms = plug.manifest.roles.iter().any(|role| role == "transform");
            if transforms { StepType::Transform.word() } else { StepType::Sink.word() }
        }
    }
}

fn refused(span: Span, plug: &Installed, reason: &str) -> Diagnostic {
    let name = &plug.name;
    Diagnostic::error("plugin_refused", span, reason).hint(format!(
        "`plugpipe test {name}` shows how far it comes; `plugpipe build {name}` compiles it again"
    ))
}

#[cfg(test)]
mod tests;
