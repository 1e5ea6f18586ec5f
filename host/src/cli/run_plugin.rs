//! `plugpipe run PLUGIN`: one call of one plugin, and its own answer.

use super::failure::{self, Fault};
use super::given::{document, flat};
use super::run::RunArguments;
use super::signals::Signals;
use super::{DONE, FAILED, WRONG, output};
use crate::catalog::{Installed, PluginRef};
use crate::json::{self, Kind, ObjectText};
use crate::pipeline::GivenInput;
use crate::registry::{Live, Registry, Request};
use crate::run::success::{Verdict, verdict};
use crate::secrets::{Redactor, note_write_only};
use plugin_api::{Error, ErrorCode, Json};
use std::sync::Arc;

/// A call: everything that the user gave, read.
pub(super) struct Job {
    target: String,
    input: Input,
}

/// The two ways to give an input.
enum Input {
    /// With `--config`: nothing is split.
    Apart { ctx: Json, cfg: Json },
    /// Without: keys of the plugin's configuration are taken out.
    Together(Inputs),
}

type Inputs = Vec<(String, GivenInput)>;

impl Job {
    /// Reads the inputs.
    pub(super) fn read(arguments: RunArguments) -> Result<Self, Fault> {
        let bad = |message| ("bad_input", message);
        let input = match &arguments.config {
            Some(config) => Input::Apart {
                ctx: arguments.given.whole().map_err(bad)?,
                cfg: configuration(config).map_err(bad)?,
            },
            None => Input::Together(arguments.given.read().map_err(bad)?),
        };
        Ok(Self { target: arguments.target, input })
    }
}

pub(super) async fn run(job: Job, registry: &Registry, mut signals: Signals) -> u8 {
    let call = async {
        match prepare(job, registry).await {
            Ok((live, request)) => {
                let redactor = Redactor::new();
                if let Some(schema) = live.description().config.get("process") {
                    note_write_only(schema.as_value(), request.cfg.as_raw(), &redactor);
                }
                finish(&live, live.process(request).await, &redactor)
            }
            Err((kind, message)) => failure::wrong(kind, &message),
        }
    };
    tokio::select! {
        code = call => code,
        code = signals.first() => {
            failure::print("interrupted", "a signal ended the call before the plugin answered; what it had begun may still take effect");
            code
        }
    }
}

async fn prepare(job: Job, registry: &Registry) -> Result<(Arc<Live>, Request), Fault> {
    let wanted: PluginRef = job.target.parse().map_err(|message| ("bad_plugin_name", message))?;
    let missing = |missing: crate::catalog::NotFound| {
        let hint = missing.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
        ("unknown_plugin", format!("{}{hint}", missing.message))
    };
    let catalog = registry.catalog();
    let plug = catalog.find(&wanted).map_err(missing)?;
    let live = registry.open(plug).await.map_err(|error| ("plugin_refused", error.message))?;
    let documents = documents(job.input, plug, &live);
    let (ctx, cfg) = documents.map_err(|message| ("bad_input", message))?;
    let id = uuid::Uuid::now_v7().to_string();
    let mut run = ObjectText::new();
    run.value("execution_id", &id).value("trace_id", &id);
    let run = Json::from(run.finish());
    Ok((live, Request { ctx, cfg, run, deadline: None, trace_id: id }))
}

/// The ctx and the cfg of the call.
fn documents(input: Input, plug: &Installed, live: &Live) -> Result<(Json, Json), String> {
    let (ctx, cfg) = match input {
        Input::Apart { ctx, cfg } => (ctx, cfg),
        Input::Together(given) => {
            let (ctx, cfg) = split(given, live);
            (flat(ctx)?, flat(cfg)?)
        }
    };
    Ok((ctx, plug.manifest.with_defaults(cfg.as_raw()).into()))
}

fn configuration(argument: &str) -> Result<Json, String> {
    let config = document(argument, "--config")?;
    match json::kind(config.as_raw()) {
        Kind::Mapping => Ok(config),
        _ => Err("--config: a JSON object was expected".to_owned()),
    }
}

/// Keys of the plugin's configuration go to cfg, all others to ctx, and a key of both to both.
fn split(given: Inputs, live: &Live) -> (Inputs, Inputs) {
    let description = live.description();
    let knows = |schema: Option<&plugin_api::schemars::Schema>, key: &str| {
        schema.and_then(|schema| schema.as_value()["properties"].get(key)).is_some()
    };
    let (mut ctx, mut cfg) = (Inputs::new(), Inputs::new());
    for (key, value) in given {
        let configures = knows(description.config.get("process"), &key);
        let informs = knows(Some(&description.input), &key);
        if configures && informs {
            output::note(&format!("warning: `{key}` goes to both the input and the configuration"));
        }
        if configures {
            cfg.push((key.clone(), value.clone()));
        }
        if informs || !configures {
            ctx.push((key, value));
        }
    }
    (ctx, cfg)
}

/// What the plugin's schema marks `writeOnly` is not shown, as in a pipeline.
fn finish(live: &Live, answer: Result<Json, Error>, redactor: &Redactor) -> u8 {
    match answer {
        Ok(json) => {
            output::result(redactor.json(json.as_raw()).get());
            match verdict(json.as_raw(), live.status_keys()) {
                Verdict::Failed(_) => FAILED,
                Verdict::Success | Verdict::Partial(_) => DONE,
            }
        }
        Err(error) => {
            failure::print("plugin_error", &redactor.text(&error.message));
            let wrong = matches!(error.code, ErrorCode::BAD_CONFIG | ErrorCode::BAD_INPUT);
            if wrong { WRONG } else { FAILED }
        }
    }
}
