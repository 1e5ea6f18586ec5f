//! What a step is given: `ctx`, what this call is about, and `cfg`, how the plugin is set up.

use std::collections::HashSet;

use serde_json::value::{RawValue, to_raw_value};

use crate::catalog::Installed;
use crate::json::{ObjectText, from_written};
use crate::pipeline::expr::{Failed, Values, Warnings, object};
use crate::pipeline::plan::PlannedStep;

/// What is the same for every step of a run.
#[derive(Debug)]
pub struct Identity {
    /// The id of the run.
    pub execution_id: String,
    /// The id of its trace, 32 hex digits.
    pub trace_id: String,
    /// When it started, a JSON text in RFC 3339.
    pub timestamp: Box<RawValue>,
}

impl Identity {
    /// A run that starts now.
    pub fn now() -> Self {
        let timestamp = serde_json::Value::from(jiff::Timestamp::now().to_string()).to_string();
        Self {
            execution_id: uuid::Uuid::now_v7().to_string(),
            trace_id: uuid::Uuid::now_v7().simple().to_string(),
            timestamp: from_written(timestamp),
        }
    }
}

/// The `ctx` of a step: its input flat, and the usual ids where the input has no key of that name.
/// `follows` is the plugin of the step before it, if there is one. Copies of all inputs and results are only made for
/// a plugin whose manifest asks for them.
pub fn ctx(
    step: &PlannedStep,
    follows: Option<&Installed>,
    identity: &Identity,
    values: &Values<'_>,
    warnings: &mut Warnings,
) -> Result<Box<RawValue>, Failed> {
    let input = object(&step.input, values, warnings)?;
    let null = || RawValue::NULL.to_owned();
    let text = |text: &str| to_raw_value(text).unwrap_or_else(|_| null());
    let mut extras = vec![
        ("execution_id", text(&identity.execution_id)),
        ("trace_id", text(&identity.trace_id)),
        ("timestamp", identity.timestamp.clone()),
        ("source_plugin", follows.map_or_else(null, |plugin| text(&plugin.name))),
        ("plugin_version", follows.map_or_else(null, |plugin| text(&plugin.version.to_string()))),
        ("item", values.item.to_owned()),
        ("iteration", values.iteration.to_owned()),
    ];
    for need in &step.installed.manifest.needs {
        match need.as_str() {
            "with" => extras.push(("with", input.clone())),
            "input" => extras.push(("input", input.clone())),
            "inputs" => extras.push(("inputs", values.inputs.to_owned())),
            "step_outputs" => extras.push(("step_outputs", values.results_by_id())),
            _ => {}
        }
    }
    let mut ctx = ObjectText::new();
    ctx.fields_of(&input, &HashSet::new());
    for (key, value) in extras {
        if step.input.iter().all(|(taken, _)| taken != key) {
            ctx.raw(key, &value);
        }
    }
    Ok(ctx.finish())
}

/// The `cfg` of a step: its `config` over the defaults of the plugin's manifest, key by key.
pub fn cfg(
    step: &PlannedStep,
    values: &Values<'_>,
    warnings: &mut Warnings,
) -> Result<Box<RawValue>, Failed> {
    let config = object(&step.config, values, warnings)?;
    Ok(step.installed.manifest.with_defaults(&config))
}
