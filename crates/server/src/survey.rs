//! What a citizen sees of a survey: its page, what becomes of the answers, the receipt, the live
//! results. A GET never records anything; what is good is decided in the crate `survey`.
//!
//! ```text
//!   GET page ──ticket──▶ POST answers ─▶ place in the queue ─▶ form ─▶ ticket ─▶ validate
//!        ◀─ page with problems, 422 ──────────────────────────────────────────┘    │
//!   GET thanks/{receipt} ◀─ 303 ─ commit ◀─ writer ◀─ slots, stratum, sealed text ─┘
//! ```

mod answer;
mod asked;
mod figure;
mod page;
mod receipt;
pub(crate) mod results;
mod ticket;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};
use language::Tag;
use maud::Markup;
use survey::Raw;

use crate::http::Problem;
use crate::{App, page as frame};

pub(crate) use asked::kind_code;
use asked::{Asked, Phase, Surveys};
pub(crate) use figure::all as figures;
use page::Filled;
pub(crate) use results::{Counted, Live};
use ticket::Ticket;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/s/{code}", get(to_page))
        .route("/{language}/s/{code}", get(show).post(answer::take))
        .route("/{language}/s/{code}/thanks/{receipt}", get(receipt::thanks))
        .route("/{language}/s/{code}/receipt", get(receipt::ask).post(receipt::act))
        .route("/{language}/d/{slug}/results", get(results::show))
        .route("/api/v1/surveys/{id}/results", get(results::json))
        .layer(Extension(Surveys::default()))
        .layer(Extension(Live::default()))
}

/// The survey in the reader's language: negotiated once, then in the address.
async fn to_page(
    State(app): State<App>,
    Extension(surveys): Extension<Surveys>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Redirect, Problem> {
    let asked = surveys.find(&app, &code).await?;
    let language = frame::negotiated(&headers, asked.languages());
    Ok(Redirect::to(&format!("/{language}/s/{}", asked.code())))
}

/// The page of the survey, with a ticket for one response.
async fn show(
    State(app): State<App>,
    Extension(surveys): Extension<Surveys>,
    Path((language, code)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let asked = surveys.find(&app, &code).await?;
    let Some(language) = asked.language(&language) else {
        return Ok(Redirect::to(&format!("/s/{}", asked.code())).into_response());
    };
    let now = app.clock.now();
    let body = match asked.phase(now) {
        Phase::Open => {
            let ticket = Ticket::mint(asked.version(), now);
            let filled = Filled { raw: &Raw::default(), problems: &[], is_expired: false };
            page::form(&app, &asked, language, &ticket, &filled)
        }
        Phase::NotYet(at) => page::not_yet(&asked, language, at),
        Phase::Closed => page::closed(&asked, language, false),
    };
    Ok(fresh(StatusCode::OK, &body))
}

/// Returns a page that no cache keeps: it holds a ticket, a receipt, or somebody's answers.
fn fresh(status: StatusCode, page: &Markup) -> Response {
    let mut response = (status, frame::html(page)).into_response();
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, no_store);
    response
}

/// Returns the survey under a code in the language of the address.
async fn found(
    app: &App,
    surveys: &Surveys,
    language: &str,
    code: &str,
) -> Result<(std::sync::Arc<Asked>, Tag), Problem> {
    let asked = surveys.find(app, code).await?;
    let language = asked.language(language).ok_or_else(Problem::not_found)?;
    Ok((asked, language))
}
