//! The plan of a document pipeline as one document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use crate::json::{self, ObjectText};
use crate::pipeline::Plan;
use crate::pipeline::expr::Warnings;
use crate::pipeline::plan::PlannedStep;
use crate::pipeline::plan::document::Flow;
use crate::run::context::{self, Identity};
use crate::run::{LivePlugin, Plugins};
use crate::secrets::{Redactor, note_write_only};

use super::known::{For, Known};
use super::step::{milliseconds, steering};
use super::{Preview, Refused, SCHEMA, records};

/// What `run` would do with a plan. Every plugin is opened, and those that can plan are asked what they
/// would write.
///
/// # Errors
/// The first plugin that cannot be opened.
pub async fn document<P: Plugins>(plan: &Plan, plugins: &P) -> Result<Preview, Refused> {
    let redactor = Redactor::new();
    let mut warnings = Warnings::default();
    let known = Known::new(&plan.inputs, &plan.sensitive, &plan.environment, &redactor);
    let known = known.with_config(&plan.config, &mut warnings).with_env(&plan.env, &mut warnings);
    let mut sketch = Sketch { plan, known, redactor: &redactor, warnings, refusals: Vec::new() };
    let mut steps = Vec::new();
    for step in &plan.steps {
        let opened = plugins.open(&step.installed).await;
        let live =
            opened.map_err(|error| Refused { step: step.id.clone(), reason: error.to_string() })?;
        steps.push(sketch.step(step, &live).await);
    }
    Ok(sketch.close(&steps))
}

/// A plan that is being written down.
struct Sketch<'p> {
    plan: &'p Plan,
    known: Known<'p>,
    redactor: &'p Redactor,
    warnings: Warnings,
    refusals: Vec<String>,
}

impl Sketch<'_> {
    async fn step(&mut self, step: &PlannedStep, live: &impl LivePlugin) -> Box<RawValue> {
        let known = self.known.with_env(&step.env, &mut self.warnings);
        let config = known.object(&step.config, For::Reader, &mut self.warnings);
        let cfg = step.installed.manifest.with_defaults(&config.json);
        let with = known.object(&step.input, For::Reader, &mut self.warnings);
        let env = known.object(&step.env, For::Reader, &mut self.warnings);
        let mut out = ObjectText::new();
        out.value("id", &step.id)
            .value("plugin", &step.installed.name)
            .value("version", &step.installed.version.to_string())
            .value("after", &self.after(step));
        steering(step, &known, &mut self.warnings, &mut out);
        out.raw("config", &cfg).raw("with", &with.json);
        if !step.env.is_empty() {
            out.raw("env", &env.json);
        }
        let needs = [&config, &with, &env];
        let unresolved: BTreeSet<&String> =
            needs.into_iter().flat_map(|part| part.later.iter().chain(&part.secrets)).collect();
        out.value("unresolved", &unresolved);
        self.records(step, live, &known, &mut out).await;
        out.finish()
    }

    /// The ids of the steps it waits for, each once.
    fn after(&self, step: &PlannedStep) -> Vec<&str> {
        let mut after: Vec<&str> = Vec::new();
        for origin in step.incoming.iter().filter_map(|way| self.plan.steps.get(way.from)) {
            if !after.contains(&origin.id.as_str()) {
                after.push(&origin.id);
            }
        }
        after
    }

    /// What the step would write, from a plugin that can say so.
    async fn records(
        &mut self,
        step: &PlannedStep,
        live: &impl LivePlugin,
        known: &Known<'_>,
        out: &mut ObjectText,
    ) {
        let config = known.object(&step.config, For::Plugin, &mut self.warnings);
        let cfg = step.installed.manifest.with_defaults(&config.json);
        if let Some(schema) = live.config_schema() {
            note_write_only(schema, &cfg, self.redactor);
        }
        let input = known.object(&step.input, For::Plugin, &mut self.warnings);
        if let Some(schema) = live.input_schema() {
            note_write_only(schema, &input.json, self.redactor);
        }
        let fields: BTreeMap<_, _> = json::entries(&input.json).into_iter().collect();
        let operation = fields.get("operation").copied();
        if step.foreach.is_some() || !records::can_plan(live.input_schema(), operation) {
            return;
        }
        let missing: BTreeSet<&String> =
            config.later.iter().chain(&input.later).chain(&input.secrets).collect();
        if !missing.is_empty() {
            out.value("records_need", &missing);
            return;
        }
        let identity = Identity::now();
        let first = step.incoming.first().and_then(|way| self.plan.steps.get(way.from));
        let follows = first.map(|origin| &*origin.installed);
        let values = known.values();
        let Ok(ctx) = context::ctx(step, follows, &identity, &values, &mut self.warnings) else {
            return;
        };
        let run = ObjectText::new()
            .value("execution_id", &identity.execution_id)
            .value("trace_id", &identity.trace_id)
            .value("pipeline", &self.plan.name)
            .value("step", &step.id)
            .finish();
        let planned = records::ask(live, &ctx, cfg, run.into()).await;
        for (key, value) in [("records", &planned.records), ("records_total", &planned.total)] {
            if let Some(value) = value {
                out.raw(key, value);
            }
        }
        if let Some(refusal) = planned.refusal {
            let refusal = self.redactor.text(&refusal);
            out.value("refusal", &refusal);
            self.refusals.push(format!("step `{}`: {refusal}", step.id));
        }
    }

    fn close(self, steps: &[Box<RawValue>]) -> Preview {
        let mut all = String::new();
        json::push_list(&mut all, steps, |step, out| out.push_str(step.get()));
        let plan = self.plan;
        let mode = match plan.flow {
            Flow::Linear => "linear",
            Flow::Dag => "dag",
        };
        let mut pipeline = ObjectText::new();
        pipeline.value("name", &plan.name).value("version", &plan.version);
        let mut out = ObjectText::new();
        out.value("schema", SCHEMA)
            .value("mode", "once")
            .raw("pipeline", &pipeline.finish())
            .value("execution_mode", mode)
            .raw("inputs", &self.known.inputs())
            .value("parallel", &plan.parallel);
        if let Some(timeout) = plan.timeout {
            out.value("timeout_ms", &milliseconds(timeout));
        }
        out.raw("steps", &json::from_written(all)).value("warnings", self.warnings.as_slice());
        Preview { document: self.redactor.json(&out.finish()).into(), refusals: self.refusals }
    }
}
