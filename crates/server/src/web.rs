//! The web app: the organiser's side and the meeting are one page of React, served as it was built.

use axum::Router;
use axum::extract::Request;
use axum::http::header;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;

use crate::App;
use crate::asset;
use crate::http::Problem;
use crate::http::headers::AppPage;
use crate::page;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/o", get(index))
        .route("/o/{*rest}", get(index))
        .route("/m/{code}", get(index))
}

/// The web app's page, or how to build it.
async fn index(request: Request) -> Response {
    let language = page::language_of(request.uri().path(), request.headers());
    let mut response = match asset::of_app("index.html") {
        Some(bytes) => Html(bytes).into_response(),
        None => page::html(&page::problem(language, "app_not_built", "")).into_response(),
    };
    response.extensions_mut().insert(AppPage);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-cache"));
    response
}

/// What no route knows: a file of the web app, or nothing.
pub(crate) async fn other(request: Request) -> Response {
    beside(request.uri().path())
}

/// Returns the file of the web app at that path, or nothing.
pub(crate) fn beside(path: &str) -> Response {
    asset::beside_app(path).unwrap_or_else(|| Problem::not_found().into_response())
}
