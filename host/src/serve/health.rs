//! Whether the host lives, whether it takes calls, and its metrics.

use super::problem::{Kind, Problem};
use super::state::{Phase, Serving};
use crate::metrics::exposition;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use std::sync::Arc;
use std::time::Duration;

/// `GET /live`: answered as long as anything is.
pub(super) async fn live() -> &'static str {
    "live\n"
}

/// `GET /ready`: the plugs are published, and the server is not stopping.
pub(super) async fn ready(State(serving): State<Arc<Serving>>) -> Result<&'static str, Problem> {
    let soon = Duration::from_secs(1);
    if serving.phase() != Phase::Serving {
        let detail = "running calls end, and no new ones should come";
        return Err(Problem::new(Kind::Stopping, detail));
    }
    if !serving.refresh.has_published() {
        let detail = "the plugs are being read for the first time";
        return Err(Problem::new(Kind::NotReady, detail).retry_after(soon));
    }
    Ok("ready\n")
}

/// `GET /metrics`, in Prometheus' text format.
pub(super) async fn metrics(State(serving): State<Arc<Serving>>) -> impl IntoResponse {
    serving.registry.measure();
    let text = exposition::text(&serving.registry.metrics().families());
    ([(header::CONTENT_TYPE, exposition::CONTENT_TYPE)], text)
}
