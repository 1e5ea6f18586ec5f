//! The answer of a run: the one JSON document on stdout.

use plugin_api::Json;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::json::ObjectText;
use crate::secrets::Redactor;

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StepStatus {
    /// It did what it should.
    Success,
    /// It did a part of it; counted as completed.
    Partial,
    /// Its plugin or its result says so, or it could not be called.
    Failed,
    /// It was not called.
    Skipped,
    /// The run was interrupted before it ended.
    Cancelled,
}

/// The line of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepSummary {
    /// The step.
    pub id: String,
    /// The name of its plugin.
    pub plugin: String,
    /// The version that was chosen.
    pub version: String,
    /// How it ended.
    pub status: StepStatus,
    /// Why, unless it was a success.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How often the plugin was called.
    pub attempts: u32,
    /// From the first call to its end, in milliseconds.
    pub duration_ms: u64,
}

/// The kind of a configuration that keeps a stream from starting: the caller's mistake, not a failure.
pub const BAD_CONFIGURATION: &str = "bad_configuration";

/// Why a run is no success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunError {
    /// Of a document: `step_failed`, `plugin_refused`, `bad_expression`, `secret_unavailable`,
    /// `timeout` (of a call or of the run) or `interrupted`. Of a stream: `step_failed`,
    /// `plugin_refused`, `bad_expression`, [`BAD_CONFIGURATION`], `interrupted` or
    /// `counters_mismatch`.
    pub kind: &'static str,
    /// What went wrong.
    pub message: String,
    /// The step it went wrong in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
}

/// How a pipeline was run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// One document, one step after the other.
    Linear,
    /// One document, each step as soon as those it depends on have ended.
    Dag,
    /// Batches of records.
    Stream,
}

/// Everything a finished run has to say.
#[derive(Debug)]
pub struct Answer {
    /// How it was run.
    pub mode: Mode,
    /// The id of the run.
    pub execution_id: String,
    /// Name and version of the pipeline.
    pub pipeline: (Option<String>, Option<String>),
    /// Ids of the steps, and their results; `None` where a step has none.
    pub results: Vec<(String, Option<Box<RawValue>>)>,
    /// One line a step, in the order of the pipeline.
    pub summary: Vec<StepSummary>,
    /// The pipeline's outputs.
    pub outputs: Vec<(String, Box<RawValue>)>,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// The first reason why it is no success.
    pub error: Option<RunError>,
    /// The shutdown signal ended the run.
    pub interrupted: bool,
    /// Counters, rates and the rest, of a stream only.
    pub stream: Option<Json>,
}

impl Answer {
    /// Whether every step that had to succeed did, and nothing interrupted the run.
    pub fn is_success(&self) -> bool {
        self.error.is_none()
    }

    /// The answer without the secrets in its texts. Results and outputs stay: they are redacted
    /// where they come from.
    #[must_use]
    pub fn redacted(mut self, redactor: &Redactor) -> Self {
        let redact = |text: &mut String| *text = redactor.text(text);
        self.warnings.iter_mut().for_each(redact);
        self.summary.iter_mut().filter_map(|step| step.reason.as_mut()).for_each(redact);
        self.error.iter_mut().for_each(|error| redact(&mut error.message));
        self
    }

    /// The document, schema `plugpipe.run/1`. Results keep the text the plugins gave.
    pub fn to_json(&self) -> Json {
        let completed =
            |step: &&StepSummary| matches!(step.status, StepStatus::Success | StepStatus::Partial);
        let mut pipeline = ObjectText::new();
        pipeline.value("name", &self.pipeline.0).value("version", &self.pipeline.1);
        let mut results = ObjectText::new();
        for (id, result) in &self.results {
            if let Some(result) = result {
                results.raw(id, result);
            }
        }
        let mut outputs = ObjectText::new();
        for (name, value) in &self.outputs {
            outputs.raw(name, value);
        }
        let mut answer = ObjectText::new();
        answer
            .value("schema", "plugpipe.run/1")
            .value("success", &self.is_success())
            .value("execution_mode", &self.mode)
            .value("execution_id", &self.execution_id)
            .raw("pipeline", &pipeline.finish())
            .raw("results", &results.finish())
            .value("summary", &self.summary)
            .raw("outputs", &outputs.finish())
            .value("total_steps", &self.summary.len())
            .value("completed_steps", &self.summary.iter().filter(completed).count())
            .value("warnings", &self.warnings);
        if let Some(error) = &self.error {
            answer.value("error", error);
        }
        if let Some(stream) = &self.stream {
            answer.raw("stream", stream.as_raw());
        }
        answer.finish().into()
    }
}
