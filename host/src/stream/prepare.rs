//! Before a lane starts: plugins are opened, configurations evaluated, write paths looked at.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use plugin_api::Json;
use serde_json::Value;
use serde_json::value::RawValue;

use super::lane::Failure;
use super::opener::Opener;
use crate::catalog::Installed;
use crate::json::ObjectText;
use crate::pipeline::expr::{Failed, Values, Warnings};
use crate::pipeline::plan::stream::{Stage, StreamOnError, StreamPlan, StreamStep};
use crate::registry::Registry;
use crate::run::answer::BAD_CONFIGURATION;
use crate::run::context::Identity;
use crate::run::secrets::resolve;
use crate::secrets::{Redactor, Resolved, note_write_only};

/// What the lanes need beside the plan.
#[derive(Default)]
pub struct Prepared {
    /// The plugin of each step with its configuration; a filter has none.
    pub openers: Vec<Option<Opener>>,
    /// The environment of each step.
    pub environments: Vec<Box<RawValue>>,
    /// The topic each step is configured with, or nothing.
    pub topics: Vec<String>,
}

/// What the answer says when a secret cannot be had.
const NO_SECRET: &str = "secret_unavailable";

/// The mark of a schema on a key whose value is a path that the plugin writes to.
const WRITES: &str = "x-plugpipe-writes";

/// Opens the plugins and evaluates what stays the same for the life of the stream.
pub async fn prepare(
    plan: &StreamPlan,
    registry: &Registry,
    identity: &Identity,
    redactor: &Redactor,
    warnings: &mut Warnings,
) -> Result<Prepared, Failure> {
    let mut prepared = Prepared::default();
    for (position, step) in plan.steps.iter().enumerate() {
        let failed = |kind, message| Failure { kind, step: position, message };
        let expression = |failed_one: Failed| failed("bad_expression", failed_one.to_string());
        let base = Values {
            redactor: Some(redactor),
            ..plan.values(&plan.environment, &identity.timestamp)
        };
        let secrets = secrets(plan, step, registry, &base, redactor).await;
        let secrets = secrets.map_err(|missing| failed(NO_SECRET, missing.to_string()))?;
        let base = Values { secrets: &secrets, ..base };
        let env = plan.environment_with(step, &base, warnings).map_err(expression)?;
        let values = Values { env: &env, ..base };
        let config = plan.configuration(step, &values, warnings);
        let config = config.map_err(expression)?;
        prepared.topics.push(topic(&config));
        let opener = match step.stage.installed() {
            None => None,
            Some(installed) => {
                let live = registry.open(installed).await;
                let live = live.map_err(|error| failed("plugin_refused", error.message))?;
                let schema = live.description().config.get(role(step)).map(|one| one.as_value());
                if let Some(schema) = schema {
                    note_write_only(schema, config.as_raw(), redactor);
                }
                let refused = refuse_writes(schema, &config, registry);
                refused.map_err(|message| failed(BAD_CONFIGURATION, message))?;
                let run = run_ids(plan, position, identity);
                Some(Opener::new(plan, position, live, config, run))
            }
        };
        prepared.openers.push(opener);
        prepared.environments.push(env);
    }
    Ok(prepared)
}

/// The secrets of a step's `config` and `env`.
async fn secrets(
    plan: &StreamPlan,
    step: &StreamStep,
    registry: &Registry,
    values: &Values<'_>,
    redactor: &Redactor,
) -> Result<Resolved, Failed> {
    let trees = step.env.iter().chain(&step.config).map(|(_, tree)| tree);
    resolve(trees, &plan.secrets, registry, values, redactor).await
}

fn role(step: &StreamStep) -> &'static str {
    match step.stage {
        Stage::Source(_) => "source",
        Stage::Sink(_) => "sink",
        Stage::Transform(_) | Stage::Filter => "transform",
    }
}

fn run_ids(plan: &StreamPlan, position: usize, identity: &Identity) -> Json {
    let follows = followed(plan, position);
    ObjectText::new()
        .value("execution_id", &identity.execution_id)
        .value("trace_id", &identity.trace_id)
        .value("pipeline", &plan.name)
        .value("step", &plan.steps[position].id)
        .value("source_plugin", &follows.map(|plug| &plug.name))
        .value("plugin_version", &follows.map(|plug| plug.version.to_string()))
        .finish()
        .into()
}

/// The plugin whose records a step gets: that of the first step which leads to it, a filter aside.
fn followed(plan: &StreamPlan, position: usize) -> Option<&Arc<Installed>> {
    let leads_here = |step: &&StreamStep| {
        let dead = matches!(step.on_error, StreamOnError::DeadLetter(to) if to == position);
        dead || step.outgoing.iter().any(|edge| edge.to == position)
    };
    let before = plan.steps.iter().position(|step| leads_here(&step))?;
    let installed = plan.steps[before].stage.installed();
    // Every way leads up to the source, and edges lead down the file or are checked for circles.
    installed.or_else(|| followed(plan, before))
}

fn topic(config: &Json) -> String {
    let topic = config.parse::<Value>().ok().and_then(|config| Some(config.get("topic")?.clone()));
    topic.and_then(|topic| topic.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Nothing is written into a tree of plugs: what lies there is code that the host will run.
fn refuse_writes(schema: Option<&Value>, config: &Json, registry: &Registry) -> Result<(), String> {
    let Some(properties) = schema.and_then(|schema| schema.get("properties")?.as_object()) else {
        return Ok(());
    };
    let config: Value = config.parse().unwrap_or_default();
    let written = properties.iter().filter(|(_, schema)| schema.get(WRITES) == Some(&true.into()));
    for (key, _) in written {
        let Some(path) = config.get(key).and_then(Value::as_str) else { continue };
        let real = resolved(Path::new(path));
        let is_inside = |tree: &PathBuf| real.starts_with(resolved(tree));
        if let Some(tree) = registry.catalog().places().trees.iter().find(|tree| is_inside(tree)) {
            return Err(format!(
                "`{key}` points into the plugs of {}, where no pipeline may write; choose a path \
                 outside of it",
                tree.display()
            ));
        }
    }
    Ok(())
}

/// The path without links, as far as it exists.
fn resolved(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut rest = Vec::new();
    let mut there = absolute.as_path();
    loop {
        if let Ok(real) = there.canonicalize() {
            return rest.iter().rev().fold(real, |path: PathBuf, name| path.join(name));
        }
        match (there.parent(), there.file_name()) {
            (Some(parent), Some(name)) => {
                rest.push(name);
                there = parent;
            }
            _ => return absolute,
        }
    }
}
