//! Pipelines run against plugins made for it.

mod attempts;
mod endings;
mod engine;
mod events;
mod failures;
mod foreach;
mod graph;
mod inputs;
mod language;
mod random;
mod scripted;
mod sealed;
mod templates;

use std::collections::BTreeMap;
use std::future::{Future, pending};
use std::sync::Arc;

use plugin_api::{Error, Json};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::catalog::{Catalog, Installed};
use crate::diagnostics::Diagnostic;
use crate::json::{Segment, at};
use crate::pipeline::{GivenInput, PipelineSpec, Plan, Planned};
use crate::registry::Request;

use super::{Answer, LivePlugin, Plugins, Unobserved, run};

/// Plugins that do what their name says: `echo` returns its ctx, `cfg` its cfg, `fixed` what its
/// cfg has under `result`, `ids` what it was told about the run, `broken` an error; `panics` panics,
/// `hangs` never ends, `refused` cannot be opened, the opening of `stuck` never ends, and `greedy` asks
/// for every copy.
struct Fakes;

const NAMES: [&str; 11] = [
    "echo", "cfg", "fixed", "ids", "broken", "panics", "hangs", "refused", "greedy", "stuck",
    "scripted",
];

struct Fake {
    name: String,
    status_keys: Vec<String>,
}

fn error(message: &str) -> Error {
    Error::record(message)
}

impl Plugins for Fakes {
    type Live = Fake;

    async fn open(&self, installed: &Arc<Installed>) -> Result<Fake, Error> {
        if installed.name == "refused" {
            return Err(error("it was built for another host"));
        }
        if installed.name == "stuck" {
            return pending().await;
        }
        Ok(Fake { name: installed.name.clone(), status_keys: vec!["fake_status".to_owned()] })
    }
}

impl LivePlugin for Fake {
    fn status_keys(&self) -> &[String] {
        &self.status_keys
    }

    async fn process(&self, request: Request) -> Result<Json, Error> {
        match self.name.as_str() {
            "cfg" => Ok(request.cfg),
            "fixed" => {
                let cfg: Box<RawValue> = request.cfg.into();
                let fixed = at(&cfg, &[Segment::Key("result".to_owned())]).unwrap();
                Ok(fixed.to_owned().into())
            }
            "ids" => Ok(request.run),
            "broken" => Err(error("no disk")),
            "panics" => panic!("on purpose"),
            "hangs" => pending().await,
            _ => Ok(request.ctx),
        }
    }
}

fn catalog() -> Catalog {
    let mut installed: Vec<Installed> = NAMES.into_iter().map(Installed::named).collect();
    for plug in &mut installed {
        if plug.name == "cfg" {
            let defaults = r#"{"a":"default","b":{"c":1}}"#;
            plug.manifest.config_defaults = serde_json::from_str(defaults).unwrap();
        }
        if plug.name == "greedy" {
            plug.manifest.needs = ["with", "inputs", "step_outputs"].map(str::to_owned).to_vec();
        }
    }
    Catalog::of(installed)
}

fn environment(name: &str) -> Option<String> {
    let known =
        [("HOME", "/root"), ("PORT", "9092"), ("OFF", "false"), ("TRICK", "{{ inputs.x }}")];
    known.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
}

/// The plan of what stands under `pipeline:` and other top-level keys with these words of the
/// command line.
fn plan_with(yaml: &str, given: &[(&str, &str)]) -> Result<Plan, Vec<Diagnostic>> {
    let parsed = PipelineSpec::parse(yaml.as_bytes());
    if parsed.has_errors() {
        return Err(parsed.diagnostics);
    }
    let given: BTreeMap<_, _> = given
        .iter()
        .map(|(name, text)| ((*name).to_owned(), GivenInput::Text((*text).to_owned())))
        .collect();
    let catalog = catalog();
    let planned = Planned::resolve(&parsed.spec.unwrap(), &catalog, &given, &environment)?;
    let Planned::Once(plan) = planned else { panic!("a stream") };
    Ok(plan)
}

/// Runs such a pipeline until it ends or `stop` is ready.
async fn run_with(
    yaml: &str,
    given: &[(&str, &str)],
    stop: impl Future<Output = ()>,
) -> Result<Answer, Vec<Diagnostic>> {
    Ok(run(&plan_with(yaml, given)?, &Fakes, &Unobserved, stop).await)
}

/// Runs to the end and returns the answer as text and as a value.
async fn answer(yaml: &str, given: &[(&str, &str)]) -> (String, Value) {
    let answer = run_with(yaml, given, pending()).await.unwrap();
    let text = answer.to_json().get().to_owned();
    let value = serde_json::from_str(&text).unwrap();
    (text, value)
}

/// The kinds of errors that keep a pipeline from starting.
async fn refused(yaml: &str, given: &[(&str, &str)]) -> Vec<(&'static str, String)> {
    let problems = run_with(yaml, given, pending()).await.unwrap_err();
    let errors = problems.into_iter().filter(Diagnostic::is_error);
    errors
        .map(|found| (found.kind, format!("{} {}", found.message, found.hint.unwrap_or_default())))
        .collect()
}

/// Status, reason and attempts of each step.
fn ends(answer: &Value) -> Value {
    let steps = answer["summary"].as_array().unwrap().iter();
    steps.map(|step| json!([step["status"], step["reason"], step["attempts"]])).collect()
}

/// The ids of the steps with their statuses.
fn statuses(answer: &Value) -> Vec<(&str, &str)> {
    let steps = answer["summary"].as_array().unwrap().iter();
    steps.map(|step| (step["id"].as_str().unwrap(), step["status"].as_str().unwrap())).collect()
}
