//! `/v1/plugins` and `/v1/reload`: what is there.

use super::problem::{Kind, Problem};
use super::state::Serving;
use super::{budget, fault, refused};
use crate::catalog::PluginRef;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};
use std::sync::Arc;

/// A segment of the path, decoded.
pub(super) type Segment = Result<Path<String>, PathRejection>;

/// `GET /v1/plugins`: `{plugins: [...], refused: [...]}`.
pub(super) async fn all(
    State(serving): State<Arc<Serving>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    serving.published(budget::deadline(&headers, serving.limits.call_timeout)?).await?;
    let (catalog, plugins) = (serving.registry.catalog(), serving.registry.overview());
    let refused: Vec<Value> = catalog.refused().iter().map(refused::folder).collect();
    Ok(Json(json!({ "plugins": plugins, "refused": refused })))
}

/// `GET /v1/plugins/{name}`: the state of the plugin that a call would reach, and its schemas. Loads
/// it, since only the plugin itself knows them.
pub(super) async fn one(
    State(serving): State<Arc<Serving>>,
    name: Segment,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let wanted = reference(name)?;
    let deadline = budget::deadline(&headers, serving.limits.call_timeout)?;
    let _place = serving.admission.enter()?;
    serving.published(deadline).await?;
    let catalog = serving.registry.catalog();
    let plug = catalog.find(&wanted).map_err(|missing| fault::not_found(&missing))?;
    let opening = serving.registry.open(plug);
    let opened = tokio::time::timeout_at(deadline.into(), opening).await.map_err(|_| {
        Problem::new(Kind::Deadline, "the time ran out before the plugin was loaded")
    })?;
    let live = opened.map_err(|error| fault::refused(&error))?;
    let (about, state) = (live.description(), serving.registry.state(live.plug()));
    let mut document = serde_json::to_value(state).unwrap_or_default();
    document["schemas"] =
        json!({ "config": about.config, "input": about.input, "output": about.output });
    document["status_keys"] = json!(about.status_keys);
    document["formats"] = json!(about.formats);
    Ok(Json(document))
}

/// `POST /v1/reload`: scans now, and answers what is different.
pub(super) async fn reload(State(serving): State<Arc<Serving>>) -> Result<Json<Value>, Problem> {
    let _place = serving.admission.enter()?;
    let refresh = serving.refresh.clone();
    // Publishing is not given up half-way when the client goes.
    let reloading = tokio::spawn(async move { refresh.reload().await });
    let lost = |_| Problem::new(Kind::Internal, "the task that scanned the trees was lost");
    reloading.await.map(|changes| Json(refused::changes(&changes))).map_err(lost)
}

/// The plugin that a path names.
pub(super) fn reference(name: Segment) -> Result<PluginRef, Problem> {
    let Path(name) = name.map_err(|rejection| {
        Problem::new(Kind::BadRequest, &format!("the path: {}", rejection.body_text()))
    })?;
    name.parse().map_err(|message: String| {
        let hint = "encode `/` as %2F and `@` as %40";
        Problem::new(Kind::BadRequest, &message).hint(Some(hint))
    })
}
