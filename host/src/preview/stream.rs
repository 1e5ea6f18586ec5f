//! The plan of a stream as one document.

use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::json::{self, ObjectText};
use crate::pipeline::expr::Warnings;
use crate::pipeline::plan::{StreamOnError, StreamStep};
use crate::pipeline::spec::StepSpec;
use crate::pipeline::{PipelineSpec, StreamPlan};
use crate::run::{LivePlugin, Plugins};
use crate::secrets::{Redactor, note_write_only};

use super::known::{For, Known};
use super::step::milliseconds;
use super::{Preview, Refused, SCHEMA};

/// What `run` would do with a stream. Every plugin is opened; no source is read. What is evaluated for
/// each record stands as it is written in `spec`, which the plan was made from.
///
/// # Errors
/// The first plugin that cannot be opened.
pub async fn stream<P: Plugins>(
    spec: &PipelineSpec,
    plan: &StreamPlan,
    plugins: &P,
) -> Result<Preview, Refused> {
    let redactor = Redactor::new();
    let mut warnings = Warnings::default();
    let known = Known::new(&plan.inputs, &plan.sensitive, &plan.environment, &redactor);
    let known = known.with_env(&plan.env, &mut warnings);
    let mut steps = Vec::new();
    for (at, (step, written)) in plan.steps.iter().zip(&spec.steps).enumerate() {
        let known = known.with_env(&step.env, &mut warnings);
        if let Some(plug) = step.stage.installed() {
            let refused = |error: plugin_api::Error| Refused {
                step: step.id.clone(),
                reason: error.to_string(),
            };
            let live = plugins.open(plug).await.map_err(refused)?;
            let cfg = known.object(&step.config, For::Plugin, &mut warnings);
            let cfg = plug.manifest.with_defaults(&cfg.json);
            if let Some(schema) = live.config_schema() {
                note_write_only(schema, &cfg, &redactor);
            }
        }
        steps.push(self::step(plan, spec, at, step, written, &known, &mut warnings));
    }
    let document = whole(plan, &known, &steps, &warnings);
    Ok(Preview { document: redactor.json(&document).into(), refusals: Vec::new() })
}

fn step(
    plan: &StreamPlan,
    spec: &PipelineSpec,
    at: usize,
    step: &StreamStep,
    written: &StepSpec,
    known: &Known<'_>,
    warnings: &mut Warnings,
) -> Box<RawValue> {
    let id = |at: usize| plan.steps.get(at).map_or("", |step| step.id.as_str());
    let mut out = ObjectText::new();
    out.value("id", &step.id).value("stage", step.stage.role());
    let config = known.object(&step.config, For::Reader, warnings);
    let mut cfg = config.json;
    if let Some(plug) = step.stage.installed() {
        out.value("plugin", &plug.name).value("version", &plug.version.to_string());
        cfg = plug.manifest.with_defaults(&cfg);
    }
    let edges: Vec<Value> = step
        .outgoing
        .iter()
        .map(|edge| match spec.condition_of(at, edge.to) {
            Some(when) => json!({ "to": id(edge.to), "when": when }),
            None => json!({ "to": id(edge.to) }),
        })
        .collect();
    out.value("edges", &edges);
    if let Some(when) = &written.when {
        out.raw("when", &when.to_json());
    }
    out.value(
        "on_error",
        &match step.on_error {
            StreamOnError::Fail => json!({ "action": "fail" }),
            StreamOnError::Drop => json!({ "action": "drop" }),
            StreamOnError::DeadLetter(to) => json!({ "action": "dlq", "to": id(to) }),
        },
    );
    let unresolved: Vec<&String> = config.later.iter().chain(&config.secrets).collect();
    out.raw("config", &cfg).raw("with", &with(written)).value("unresolved", &unresolved);
    out.finish()
}

/// What a step gives to records, as written: the strongest layer of each key.
fn with(written: &StepSpec) -> Box<RawValue> {
    let mut with = ObjectText::new();
    let mut taken: Vec<&str> = Vec::new();
    for entry in written.input.iter().rev().flat_map(|layer| layer.entries()) {
        if !taken.contains(&entry.key.as_str()) {
            taken.push(&entry.key);
            with.raw(&entry.key, &entry.value.to_json());
        }
    }
    with.finish()
}

fn whole(
    plan: &StreamPlan,
    known: &Known<'_>,
    steps: &[Box<RawValue>],
    warnings: &Warnings,
) -> Box<RawValue> {
    let mut all = String::new();
    json::push_list(&mut all, steps, |step, out| out.push_str(step.get()));
    let mut pipeline = ObjectText::new();
    pipeline.value("name", &plan.name).value("version", &plan.version);
    let batch = json!({
        "records": plan.batch.records,
        "bytes": plan.batch.bytes,
        "linger_ms": milliseconds(plan.batch.linger),
    });
    ObjectText::new()
        .value("schema", SCHEMA)
        .value("mode", "stream")
        .raw("pipeline", &pipeline.finish())
        .value("execution_mode", "stream")
        .raw("inputs", &known.inputs())
        .value("lanes", &plan.lanes)
        .value("in_flight", &plan.in_flight)
        .value("batch", &batch)
        .raw("steps", &json::from_written(all))
        .value("warnings", warnings.as_slice())
        .finish()
}
