//! A document pipeline as resolved.

mod aliases;
mod ancestors;
mod control;
mod cycle;
mod draft;
mod graph;
mod on_error;
mod settings;
mod step;

pub use control::{Action, Backoff, Foreach, Incoming, OnError, Retries};
pub(super) use draft::{Draft, draft};

use serde_json::value::RawValue;
use std::sync::Arc;
use std::time::Duration;

use crate::catalog::Installed;
use crate::diagnostics::{Diagnostic, Span};
use crate::pipeline::PipelineSpec;
use crate::pipeline::expr::{Piece, StepNames, Tree};

use super::parts::RunData;

/// Everything a run needs. Nothing in it is undecided.
pub struct Plan {
    /// The name of the pipeline.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Whether the steps are a chain.
    pub flow: Flow,
    /// The steps in the order of the file.
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
    /// The top-level `config`, which templates read as `config`.
    pub config: Vec<(String, Tree)>,
    /// The top-level `secrets`, which templates read as `secrets`.
    pub secrets: Vec<(String, Tree)>,
    /// The values of the answer's `outputs`.
    pub outputs: Vec<(String, Tree)>,
    /// Steps that run at once, at most.
    pub parallel: usize,
    /// How long the run may take; steps that always run have their own time.
    pub timeout: Option<Duration>,
    /// What deserves a look although it can run.
    pub lints: Vec<Diagnostic>,
}

/// What the steps of a pipeline form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// A chain: the order of the file.
    Linear,
    /// A graph that the steps draw.
    Dag,
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
    /// Runs once everything before it has ended, whatever became of it.
    pub always_run: bool,
    /// It waits for nothing. A step that does not start and that nothing leads to is never reached.
    pub starts: bool,
    /// The ways that lead to it.
    pub incoming: Vec<Incoming>,
    /// The list whose elements it is called for.
    pub foreach: Option<Foreach>,
    /// Read when it has ended without failing: true ends the run as a success.
    pub exit_if: Option<Piece>,
    /// How long one call may take.
    pub timeout: Option<Duration>,
    /// How often it is called when it fails.
    pub retries: Retries,
    /// The names it gives to parts of its result.
    pub aliases: Vec<(String, Tree)>,
    /// Where it stands in the file.
    pub span: Span,
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
        flow: draft.flow,
        steps: draft.steps,
        names: draft.names,
        inputs: data.inputs,
        sensitive: data.sensitive,
        environment: data.environment,
        env: draft.env,
        config: draft.config,
        secrets: draft.secrets,
        outputs: draft.outputs,
        parallel: draft.settings.parallel,
        timeout: draft.settings.timeout,
        lints,
    }
}
