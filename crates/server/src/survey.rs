//! What a citizen sees of a survey: page, answers, receipt, live results.

use axum::Router;

use crate::App;

pub(crate) fn routes() -> Router<App> {
    Router::new()
}
