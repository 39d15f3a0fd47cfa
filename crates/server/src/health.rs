//! `/livez`: this process answers. `/readyz`: it can do its work.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::App;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/livez", get(async || "live\n")).route("/readyz", get(ready))
}

async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    let _ = app;
    (StatusCode::OK, "ready\n")
}
