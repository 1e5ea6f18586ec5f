//! The table of paths.

use super::problem::{Kind, Problem};
use super::state::Serving;
use super::{figures, health, plugins, process, run};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use std::sync::Arc;

/// Answered to everybody: whoever restarts the host has no token.
const LIVE: &str = "/live";

pub(super) fn router(serving: &Arc<Serving>) -> Router {
    let layered = |serving: &Arc<Serving>| Arc::clone(serving);
    Router::new()
        .route("/v1/plugins", get(plugins::all))
        .route("/v1/plugins/{name}", get(plugins::one))
        .route("/v1/plugins/{name}/process", post(process::process))
        .route("/v1/run", post(run::run))
        .route("/v1/reload", post(plugins::reload))
        .route(LIVE, get(health::live))
        .route("/ready", get(health::ready))
        .route("/metrics", get(health::metrics))
        .method_not_allowed_fallback(wrong_method)
        .fallback(unknown_path)
        .layer(DefaultBodyLimit::max(serving.limits.max_body))
        .layer(from_fn_with_state(layered(serving), guard))
        .layer(from_fn_with_state(layered(serving), figures::around))
        .with_state(layered(serving))
}

async fn guard(State(serving): State<Arc<Serving>>, request: Request, next: Next) -> Response {
    match serving.access.check(request.uri(), request.headers()) {
        Err(problem) if request.uri().path() != LIVE => problem.into_response(),
        _ => next.run(request).await,
    }
}

async fn unknown_path(request: Request) -> Problem {
    let detail = format!("there is nothing at {}", request.uri().path());
    let hint = "there are /v1/plugins, /v1/plugins/{name}, /v1/plugins/{name}/process, /v1/run, \
                /v1/reload, /live, /ready and /metrics";
    Problem::new(Kind::UnknownPath, &detail).hint(Some(hint))
}

async fn wrong_method(request: Request) -> Problem {
    let detail = format!("{} has no {}", request.uri().path(), request.method());
    Problem::new(Kind::MethodNotAllowed, &detail)
}
