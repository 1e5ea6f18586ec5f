//! Which engine runs a pipeline.

use crate::catalog::Catalog;
use crate::diagnostics::Diagnostic;
use crate::pipeline::PipelineSpec;
use crate::pipeline::spec::{Mode, StepSpec, StepType};

/// A pipeline is a stream when its first plugin is a source and cannot run with documents, or when
/// it says so. `None` when that contradicts the plugin or is needed and missing, which is reported.
pub fn decide(spec: &PipelineSpec, catalog: &Catalog, found: &mut Vec<Diagnostic>) -> Option<Mode> {
    let said = spec.mode;
    let Some(first) = spec.steps.first() else {
        return Some(said.map_or(Mode::Once, |(mode, _)| mode));
    };
    let plug = first.plugin.as_ref().and_then(|name| catalog.find(&name.wanted).ok());
    let Some(plug) = plug else {
        let guessed = if looks_like_stream(spec) { Mode::Stream } else { Mode::Once };
        return Some(said.map_or(guessed, |(mode, _)| mode));
    };
    let has = |role: &str| plug.manifest.roles.iter().any(|known| known == role);
    let named = &plug.name;
    let mode = said.map(|(mode, _)| mode);
    let said_at = said.map_or(first.span, |(_, span)| span);
    let (message, hint) = match (mode, has("source"), has("process")) {
        (Some(Mode::Stream), true, _) | (None, true, false) => return Some(Mode::Stream),
        (Some(Mode::Once) | None, false, _) | (Some(Mode::Once), true, true) => {
            return Some(Mode::Once);
        }
        (None, true, true) => (
            format!("`{named}` can read records and run once: the pipeline must say which"),
            "add `mode: stream` or `mode: once` at the top of the file",
        ),
        (Some(Mode::Once), true, false) => (
            format!("`mode: once` needs a first step that runs once, and `{named}` is a source"),
            "leave `mode` out: the pipeline is a stream",
        ),
        (Some(Mode::Stream), false, _) => (
            format!("`mode: stream` needs a source as the first step, and `{named}` is none"),
            "begin with a plug that has the role `source`; `plugpipe list` shows roles",
        ),
    };
    found.push(Diagnostic::error("bad_mode", said_at, &message).hint(hint.to_owned()));
    None
}

/// A guess where the first plugin is not installed, so that its absence is the one thing reported.
fn looks_like_stream(spec: &PipelineSpec) -> bool {
    let step_type = |step: &StepSpec| step.flow.step_type.map(|(step_type, _)| step_type);
    let source = spec.steps.first().and_then(step_type) == Some(StepType::Source);
    source || spec.steps.iter().skip(1).any(|step| step_type(step) == Some(StepType::Filter))
}
