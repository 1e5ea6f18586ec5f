//! What is counted about requests.

use super::state::Serving;
use crate::metrics::Metrics;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use plugin_abi::host::HistogramCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// The cells of every route that was asked for.
#[derive(Default)]
pub(super) struct Figures {
    routes: Mutex<HashMap<String, Route>>,
}

struct Route {
    statuses: HashMap<u16, &'static AtomicU64>,
    seconds: HistogramCell,
}

/// Paths that are none of ours share one label.
const OTHER: &str = "other";

/// Seconds of a request, from `/live` to a run.
const BOUNDS: [f64; 9] = [0.0005, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0];

impl Figures {
    /// Counts one request that was answered.
    fn count(&self, metrics: &Metrics, route: &str, status: u16, seconds: f64) {
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), Route::new(metrics, route));
        }
        let Some(cells) = routes.get_mut(route) else { return };
        cells.seconds.observe(seconds);
        let count = cells.statuses.entry(status).or_insert_with(|| {
            let labels = [("route", route), ("status", &*status.to_string())];
            metrics.counter("plugpipe_http_requests_total", "Requests by route and status", &labels)
        });
        count.fetch_add(1, Ordering::Relaxed);
    }
}

impl Route {
    fn new(metrics: &Metrics, route: &str) -> Self {
        let (name, help) = ("plugpipe_http_request_seconds", "How long requests took");
        let seconds = metrics.histogram(name, help, &[("route", route)], &BOUNDS);
        Self { statuses: HashMap::new(), seconds }
    }
}

/// Counts a request around everything else.
pub(super) async fn around(
    State(serving): State<Arc<Serving>>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or(OTHER, MatchedPath::as_str);
    let (metrics, status) = (serving.registry.metrics(), response.status().as_u16());
    serving.figures.count(metrics, route, status, begun.elapsed().as_secs_f64());
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn requests_are_counted_by_route_and_status() {
        let (metrics, figures) = (Metrics::default(), Figures::default());
        figures.count(&metrics, "/live", 200, 0.001);
        figures.count(&metrics, "/live", 200, 0.002);
        figures.count(&metrics, OTHER, 404, 0.001);
        let snapshot = metrics.snapshot();
        assert_eq!(snapshot[0]["name"], "plugpipe_http_request_seconds");
        assert_eq!(snapshot[0]["samples"][0]["count"], 2);
        assert_eq!(
            snapshot[1]["samples"],
            json!([
                { "labels": { "route": "/live", "status": "200" }, "value": 2 },
                { "labels": { "route": "other", "status": "404" }, "value": 1 },
            ])
        );
    }
}
