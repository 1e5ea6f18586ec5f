//! `POST /v1/plugins/{name}/process`: one call of one plugin.

use super::body::{self, Body};
use super::plugins::{Segment, reference};
use super::problem::{Kind, Problem};
use super::state::Serving;
use super::{budget, fault};
use crate::catalog::PluginRef;
use crate::json::ObjectText;
use crate::registry::{Answered, Request as Call};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use plugin_api::Json;
use semver::VersionReq;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What the body may hold.
const KEYS: [&str; 3] = ["ctx", "cfg", "version"];

/// The call's own end of time is a little earlier than the request's: then it is known which plugin
/// was too slow, and counted.
const MARGIN: Duration = Duration::from_millis(250);

/// Answers with the plugin's own answer.
pub(super) async fn process(
    State(serving): State<Arc<Serving>>,
    name: Segment,
    request: Request,
) -> Result<Response, Problem> {
    let mut wanted = reference(name)?;
    let deadline = budget::deadline(request.headers(), serving.limits.call_timeout)?;
    let trace_id = trace(request.headers());
    // Before the body: its memory is bounded by the places there are.
    let _place = serving.admission.enter()?;
    let mut body = body::read(request, &serving, &KEYS).await?;
    narrow(&mut wanted, &mut body)?;
    let call = call(&mut body, trace_id, deadline)?;
    serving.published(deadline).await?;
    let calling = serving.registry.call(&wanted, call);
    let called = tokio::time::timeout_at((deadline + MARGIN).into(), calling).await;
    let called = called.map_err(|_| {
        Problem::new(Kind::Deadline, &format!("the time ran out before `{wanted}` answered"))
    })?;
    Ok(answer(called.map_err(fault::of_call)?))
}

/// Takes the version of the body, where the name gives none.
fn narrow(wanted: &mut PluginRef, body: &mut Body) -> Result<(), Problem> {
    let Some(version) = body.text("version")? else { return Ok(()) };
    let wrong = |detail: String| Problem::new(Kind::BadBody, &detail);
    if wanted.requirement != VersionReq::STAR {
        return Err(wrong("the path and `version` both give a version".to_owned()));
    }
    wanted.requirement = VersionReq::parse(&version)
        .map_err(|error| wrong(format!("`version` is not a version: {error}")))?;
    Ok(())
}

fn call(body: &mut Body, trace_id: String, deadline: Instant) -> Result<Call, Problem> {
    let mut run = ObjectText::new();
    run.value("execution_id", &uuid::Uuid::now_v7().to_string()).value("trace_id", &trace_id);
    Ok(Call {
        ctx: body.object("ctx")?,
        cfg: body.object("cfg")?,
        run: Json::from(run.finish()),
        deadline: Some(deadline),
        trace_id,
    })
}

/// The trace that the client is in (W3C `traceparent`), or a new one: 32 hex digits.
fn trace(headers: &HeaderMap) -> String {
    let parent = headers.get("traceparent").and_then(|value| value.to_str().ok());
    let mut parts = parent.unwrap_or_default().split('-');
    let (_version, id) = (parts.next(), parts.next().unwrap_or_default());
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if id.len() == 32 && id.bytes().all(is_hex) && id.bytes().any(|byte| byte != b'0') {
        return id.to_owned();
    }
    uuid::Uuid::now_v7().simple().to_string()
}

const PLUGIN: HeaderName = HeaderName::from_static("x-plugpipe-plugin");
const VERSION: HeaderName = HeaderName::from_static("x-plugpipe-version");

fn answer(answered: Answered) -> Response {
    let (plug, json) = (answered.plug, Box::<serde_json::value::RawValue>::from(answered.json));
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (PLUGIN, format!("{}/{}", plug.category, plug.name)),
        (VERSION, plug.version.to_string()),
    ];
    (headers, String::from(Box::<str>::from(json))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_goes_on_where_it_has_begun() {
        let id = "0af7651916cd43dd8448eb211c80319c";
        let of = |parent: &str| {
            let parent = ("traceparent".parse().unwrap(), parent.parse().unwrap());
            trace(&[parent].into_iter().collect())
        };
        assert_eq!(of(&format!("00-{id}-b7ad6b7169203331-01")), id);
        for wrong in ["", "00", "00-xyz-1-1", &format!("00-{}-1-1", "0".repeat(32)), id] {
            let new = of(wrong);
            assert_ne!(new, id, "{wrong}");
            assert_eq!(new.len(), 32, "{wrong}");
        }
    }
}
