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
pub use judge::{Place, judge};

use crate::catalog::{Catalog, Installed};
use crate::diagnostics::{Diagnostic, Span};
use crate::yaml::Node;
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
/// over; one that could not be opened is a `plugin_refused`.
#[must_use]
pub fn check(
    spec: &PipelineSpec,
    catalog: &Catalog,
    described: &Descriptions,
    mode: Mode,
) -> Findings {
    let mut findings = Findings::default();
    for (index, step) in spec.steps.iter().enumerate() {
        let Some((name, plug)) = step.plugin.as_ref().zip(installed(step, catalog)) else {
            continue;
        };
        match described.of(plug) {
            None => {}
            Some(Err(reason)) => findings.diagnostics.push(refused(name.span, plug, reason)),
            Some(Ok(description)) => {
                let role = role(step, index, mode, plug);
                if let Some(schema) = description.config.get(role) {
                    let at = step.config.as_ref().map_or(name.span, |config| config.span);
                    let place = Place { plugin: &plug.name, role, at };
                    let config = step.config.as_ref();
                    findings.hold(config, plug, schema.as_value(), place);
                }
                if mode == Mode::Once {
                    let schema = description.input.as_value();
                    input::lint(&step.input, &plug.name, schema, &mut findings.diagnostics);
                }
            }
        }
    }
    findings
}

impl Findings {
    fn hold(
        &mut self,
        config: Option<&Node>,
        plug: &Installed,
        schema: &serde_json::Value,
        place: Place<'_>,
    ) {
        let document = Document::new(config, &plug.manifest.defaults());
        self.diagnostics.extend(judge(&document, schema, place));
        let secret = |path: &[String]| shape::is_write_only(schema, path);
        self.secret_lines.extend(document.lines_of(&secret));
    }
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
