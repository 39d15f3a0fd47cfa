//! The machine interpreter: a participant in each meeting that has people in it.

use axum::Router;

use crate::App;

pub(crate) fn routes() -> Router<App> {
    Router::new()
}
