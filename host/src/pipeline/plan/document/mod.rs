//! A document pipeline as resolved.

mod draft;
mod on_error;
mod refused;

pub(super) use draft::{Draft, draft};

use serde_json::value::RawValue;
use std::sync::Arc;

use crate::catalog::Installed;
use crate::diagnostics::Diagnostic;
use crate::pipeline::PipelineSpec;
use crate::pipeline::expr::{Piece, StepNames, Tree};
use crate::pipeline::spec::OnError;

use super::parts::RunData;

/// Everything a run needs. Nothing in it is undecided.
pub struct Plan {
    /// The name of the pipeline.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The steps in the order they run.
    pub steps: Vec<PlannedStep>,
    /// How templates call the steps, by position.
    pub names: Vec<StepNames>,
    /// All inputs, an object.
    pub inputs: Box<RawValue>,
    /// Inputs that should not be shown.
    pub sensitive: Vec<String>,
    /// The variables of the process that templates read, an object.
    pub environment: Box<RawValue>,
    /// The top-level `env`.
    pub env: Vec<(String, Tree)>,
    /// The values of the answer's `outputs`.
    pub outputs: Vec<(String, Tree)>,
    /// What deserves a look although it can run.
    pub lints: Vec<Diagnostic>,
}

/// One step, resolved.
pub struct PlannedStep {
    /// Its id.
    pub id: String,
    /// The plugin that was chosen for it.
    pub installed: Arc<Installed>,
    /// Keys of its input. Later ones of the same name have been dropped.
    pub input: Vec<(String, Tree)>,
    /// Keys of its `config`.
    pub config: Vec<(String, Tree)>,
    /// Keys of its `env`.
    pub env: Vec<(String, Tree)>,
    /// The condition under which it runs.
    pub when: Option<Piece>,
    /// What its failure does to the run.
    pub on_error: OnError,
    /// Runs even after a failed step.
    pub always_run: bool,
}

/// Puts a plan together.
pub(super) fn plan(
    spec: &PipelineSpec,
    draft: Draft,
    data: RunData,
    lints: Vec<Diagnostic>,
) -> Plan {
    Plan {
        name: spec.name.clone(),
        version: spec.version.clone(),
        steps: draft.steps,
        names: draft.names,
        inputs: data.inputs,
        sensitive: data.sensitive,
        environment: data.environment,
        env: draft.env,
        outputs: draft.outputs,
        lints,
    }
}
