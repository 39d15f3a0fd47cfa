//! The HTTP contract. `openapi.json` at the top of the repository is what this returns; a test
//! holds the two equal, and the web's types are generated from it.

use axum::Router;
use axum::http::header;
use axum::routing::get;
use utoipa::OpenApi;

use crate::App;

#[derive(OpenApi)]
#[openapi(
    info(title = "Plenary", license(name = "Apache-2.0", identifier = "Apache-2.0")),
    paths(
        crate::demonstration::take_away,
        crate::dialogue::change,
        crate::dialogue::create,
        crate::dialogue::list,
        crate::dialogue::show,
        crate::link::exchange,
        crate::link::leave,
        crate::link::me,
        crate::meeting::approve,
        crate::meeting::change,
        crate::meeting::create,
        crate::meeting::enter,
        crate::meeting::lobby,
        crate::meeting::record,
        crate::questionnaire::close,
        crate::questionnaire::create,
        crate::questionnaire::open,
        crate::report::list,
        crate::report::publish,
        crate::survey::results::json,
    )
)]
struct Document;

/// Returns the contract as JSON, with a line break at the end.
pub fn document() -> String {
    let mut text = Document::openapi().to_pretty_json().expect("the document is plain data");
    text.push('\n');
    text
}

pub(crate) fn routes() -> Router<App> {
    Router::new().route(
        "/api/v1/openapi.json",
        get(async || ([(header::CONTENT_TYPE, "application/json")], document())),
    )
}
