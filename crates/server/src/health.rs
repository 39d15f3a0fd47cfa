//! `/livez`: this process answers. `/readyz`: it can do its work.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use store::{Store, organisation};

use crate::App;
use crate::http::Problem;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/livez", get(async || "live\n")).route("/readyz", get(ready))
}

/// The database answers. Whoever balances load asks this every few seconds.
async fn ready(State(store): State<Store>) -> Result<&'static str, Problem> {
    let mut tx = store.read().await?;
    organisation::first(&mut tx).await?;
    Ok("ready\n")
}
