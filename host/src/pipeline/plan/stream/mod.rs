//! A stream as resolved: stages found, edges drawn, expressions on records compiled.

mod draft;
mod graph;
mod on_error;
mod refused;
mod routes;
mod settings;
mod stage;
mod with;

pub use settings::BatchLimits;
pub use stage::Stage;

pub(super) use draft::{Draft, draft};

use plugin_api::Json;
use serde_json::value::RawValue;

use crate::diagnostics::Diagnostic;
use crate::pipeline::PipelineSpec;
use crate::pipeline::expr::record::{RecordTest, RecordWith};
use crate::pipeline::expr::{Failed, Tree, Values, Warnings, object, overlaid};
use crate::pipeline::plan::parts::RunData;

/// Everything a stream needs. Nothing in it is undecided, and lanes can share it.
pub struct StreamPlan {
    /// The name of the pipeline.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The steps in the order of the file; the first is the source.
    pub steps: Vec<StreamStep>,
    /// All inputs, an object.
    pub inputs: Box<RawValue>,
    /// Inputs that should not be shown.
    pub sensitive: Vec<String>,
    /// The variables of the process that templates read, an object.
    pub environment: Box<RawValue>,
    /// The top-level `env`.
    pub env: Vec<(String, Tree)>,
    /// The top-level `secrets`, which `config` and `env` of a step read as `secrets`.
    pub secrets: Vec<(String, Tree)>,
    /// Threads that carry batches, each with stages of its own. At least 1.
    pub lanes: u32,
    /// Batches of one lane that may be under way at once. At least 1.
    pub in_flight: u32,
    /// How large a batch grows.
    pub batch: BatchLimits,
    /// What deserves a look although it can run.
    pub lints: Vec<Diagnostic>,
}

/// One step of a stream.
pub struct StreamStep {
    /// Its id.
    pub id: String,
    /// What it does to records.
    pub stage: Stage,
    /// Keys of its `config`.
    pub config: Vec<(String, Tree)>,
    /// Keys of its `env`.
    pub env: Vec<(String, Tree)>,
    /// Records for which it is false: filtered by a filter, passed by at a transform, not written
    /// at a sink. A filter always has one; a source and a step for dead letters never has.
    pub when: Option<RecordTest>,
    /// What a sink's records get before they are written. Empty on every other step.
    pub with: RecordWith,
    /// Where its records go; each that holds gets every record. Empty for a sink.
    pub outgoing: Vec<Edge>,
    /// What happens to a record that it refuses.
    pub on_error: StreamOnError,
}

/// The way from one step to another.
pub struct Edge {
    /// Position of the step it leads to.
    pub to: usize,
    /// Only records for which this holds go there.
    pub when: Option<RecordTest>,
}

/// What becomes of a record that a step refuses for a reason of the record's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StreamOnError {
    /// The stream stops, and nothing past the record is acknowledged.
    #[default]
    Fail,
    /// The record is counted as rejected.
    Drop,
    /// The record goes to the sink with this position, which gets nothing else.
    DeadLetter(usize),
}

impl StreamPlan {
    /// What the expressions of a step read beside the record. `env` is what
    /// [`StreamPlan::environment_of`] gives for the step, `timestamp` when the run started, an
    /// RFC 3339 text.
    pub fn values<'v>(&'v self, env: &'v RawValue, timestamp: &'v RawValue) -> Values<'v> {
        Values { inputs: &self.inputs, env, timestamp, ..Values::nothing() }
    }

    /// The environment a step sees: its own `env` over the pipeline's over the process's.
    ///
    /// # Errors
    /// The expression that cannot be evaluated.
    pub fn environment_of(
        &self,
        step: &StreamStep,
        timestamp: &RawValue,
        warnings: &mut Warnings,
    ) -> Result<Box<RawValue>, Failed> {
        self.environment_with(step, &self.values(&self.environment, timestamp), warnings)
    }

    /// As [`StreamPlan::environment_of`], with the secrets that `values` has for the step.
    ///
    /// # Errors
    /// The expression that cannot be evaluated.
    pub fn environment_with(
        &self,
        step: &StreamStep,
        values: &Values<'_>,
        warnings: &mut Warnings,
    ) -> Result<Box<RawValue>, Failed> {
        let outer = Values { env: &self.environment, ..*values };
        let outer = overlaid(&self.env, &self.environment, &outer, warnings)?;
        overlaid(&step.env, &outer, &Values { env: &outer, ..*values }, warnings)
    }

    /// The configuration of a step's plugin: its `config` over the defaults of the manifest, key
    /// by key. A filter has none, an empty object.
    ///
    /// # Errors
    /// The expression that cannot be evaluated.
    pub fn configuration(
        &self,
        step: &StreamStep,
        values: &Values<'_>,
        warnings: &mut Warnings,
    ) -> Result<Json, Failed> {
        let config = object(&step.config, values, warnings)?;
        Ok(match step.stage.installed() {
            Some(plug) => plug.manifest.with_defaults(&config),
            None => config,
        }
        .into())
    }
}

/// Puts a plan together.
pub(super) fn plan(
    spec: &PipelineSpec,
    draft: Draft,
    data: RunData,
    lints: Vec<Diagnostic>,
) -> StreamPlan {
    StreamPlan {
        name: spec.name.clone(),
        version: spec.version.clone(),
        steps: draft.steps,
        inputs: data.inputs,
        sensitive: data.sensitive,
        environment: data.environment,
        env: draft.env,
        secrets: draft.secrets,
        lanes: draft.settings.lanes,
        in_flight: draft.settings.in_flight,
        batch: draft.settings.batch,
        lints,
    }
}
