//! `POST /v1/run`: one pipeline from its first step to its answer.

use super::admission::Admitted;
use super::body::{self, Body};
use super::budget;
use super::pipelines::Found;
use super::problem::{Kind, Problem};
use super::refused::without_places;
use super::state::{Phase, Serving};
use crate::catalog::Catalog;
use crate::diagnostics::Diagnostic;
use crate::json;
use crate::pipeline::{GivenInput, PipelineFile, Planned};
use crate::run::{self, Answer, Unobserved};
use crate::stream::{self, Options};
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use plugin_api::Json;
use serde_json::json;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

/// What the body may hold.
const KEYS: [&str; 2] = ["pipeline", "inputs"];

/// Answers with the run document of every run that began, whether it was a success or not.
pub(super) async fn run(
    State(serving): State<Arc<Serving>>,
    request: Request,
) -> Result<Response, Problem> {
    let budget = budget::asked(request.headers())?;
    let place = serving.admission.enter()?;
    let body = body::read(request, &serving, &KEYS).await?;
    serving.published(Instant::now() + serving.limits.call_timeout).await?;
    let reading = spawn_blocking({
        let serving = Arc::clone(&serving);
        move || read(&serving, body)
    });
    let (mut file, inputs) = reading.await.map_err(|_| lost())??;
    let catalog = serving.registry.catalog();
    file.describe(serving.registry.describe(&file.plugs(&catalog)).await);
    let planning = spawn_blocking(move || plan(&file, &catalog, &inputs));
    let planned = planning.await.map_err(|_| lost())??;
    let answer = carry_out(serving, planned, place, budget).await?;
    let media = [(header::CONTENT_TYPE, "application/json")];
    let text = Box::<serde_json::value::RawValue>::from(answer.to_json());
    Ok((media, String::from(Box::<str>::from(text))).into_response())
}

fn lost() -> Problem {
    Problem::new(Kind::Internal, "the task of the run was lost")
}

/// What a run is given, by name.
type Inputs = BTreeMap<String, GivenInput>;

fn read(serving: &Serving, mut body: Body) -> Result<(PipelineFile, Inputs), Problem> {
    let Some(pipelines) = &serving.pipelines else {
        let problem = Problem::new(Kind::UnknownPipeline, "this server runs no pipelines");
        return Err(problem.hint(Some("start it with --pipelines DIR")));
    };
    let name = body.text("pipeline")?.ok_or_else(|| {
        Problem::new(Kind::BadBody, "the body needs `pipeline`, the name of a file")
    })?;
    let inputs = given(&body.object("inputs")?)?;
    let Found { name, bytes } = pipelines.read(&name)?;
    Ok((PipelineFile::parse(&name, &bytes), inputs))
}

fn plan(file: &PipelineFile, catalog: &Catalog, inputs: &Inputs) -> Result<Planned, Problem> {
    // A pipeline is not how the token of this server gets out.
    let visible = |name: &str| (name != super::access::TOKEN).then(|| std::env::var(name).ok());
    let planned = file.plan(catalog, inputs, &|name| visible(name).flatten());
    planned.map_err(not_planned)
}

fn given(inputs: &Json) -> Result<Inputs, Problem> {
    let mut given = BTreeMap::new();
    for (name, value) in json::entries(inputs.as_raw()) {
        let value = GivenInput::Json(value.to_owned().into());
        if given.insert(name.to_string(), value).is_some() {
            let detail = format!("`inputs` has the key `{name}` twice");
            return Err(Problem::new(Kind::BadBody, &detail));
        }
    }
    Ok(given)
}

fn not_planned(mut problems: Vec<Diagnostic>) -> Problem {
    let name = problems.iter().find_map(|one| one.file.clone()).unwrap_or_default();
    for problem in &mut problems {
        if problem.kind == "missing_input" {
            problem.hint = Some("add it to `inputs`".to_owned());
        }
        problem.message = without_places(&problem.message);
        problem.hint = problem.hint.as_deref().map(without_places);
    }
    let errors = problems.iter().filter(|one| one.is_error()).count();
    let first = problems.iter().find(|one| one.is_error()).or(problems.first());
    let first = first.map_or("it is empty", |one| one.message.as_str());
    let detail = match errors {
        0 | 1 => format!("{name}: {first}"),
        more => format!("{name}: {first}; and {} more", more - 1),
    };
    Problem::new(Kind::BadPipeline, &detail).with("diagnostics", Some(json!(problems)))
}

/// Runs the plan in a task of its own, which ends in good order when the client goes: this future is
/// dropped then, and `client` with it.
async fn carry_out(
    serving: Arc<Serving>,
    planned: Planned,
    place: Admitted,
    budget: Option<Duration>,
) -> Result<Answer, Problem> {
    let (client, gone) = oneshot::channel::<()>();
    let mut running = tokio::spawn(async move {
        let _place = place;
        engine(&serving, planned, gone).await
    });
    let over = async {
        match budget {
            Some(budget) => tokio::time::sleep(budget).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        answer = &mut running => return answer.map_err(|_| lost()),
        () = over => drop(client),
    }
    running.await.map_err(|_| lost())
}

async fn engine(serving: &Serving, planned: Planned, gone: oneshot::Receiver<()>) -> Answer {
    let stop_at = |phase| stopped(gone, serving.reached(phase));
    match planned {
        Planned::Once(plan) => {
            run::run(&plan, &serving.registry, &Unobserved, stop_at(Phase::Over)).await
        }
        Planned::Stream(plan) => {
            let options = Options { drain: serving.limits.grace };
            let watch = |_: &_, _| {};
            let stop = stop_at(Phase::Stopping);
            stream::run(plan, &serving.registry, options, watch, stop).await
        }
    }
}

/// The client is gone, or the server has come too far.
async fn stopped(gone: oneshot::Receiver<()>, reached: impl Future<Output = ()>) {
    tokio::select! {
        _ = gone => {}
        () = reached => {}
    }
}
