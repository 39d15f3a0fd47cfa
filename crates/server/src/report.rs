//! Editions of a dialogue's report: page, PDF, data pack.

use axum::Router;

use crate::App;

pub(crate) fn routes() -> Router<App> {
    Router::new()
}
