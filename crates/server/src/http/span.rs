//! One span and one line per request: the route's template, never the path or the query.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

use crate::metrics;

/// Opens the span of a request, and counts and times it.
pub(crate) async fn open(request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    let span = tracing::info_span!("request", %method, route);
    let start = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let took = start.elapsed();
    metrics::request(&route, response.status().as_u16(), took);
    span.in_scope(|| {
        tracing::debug!(
            status = response.status().as_u16(),
            took_ms = took.as_millis(),
            "answered"
        );
    });
    response
}
