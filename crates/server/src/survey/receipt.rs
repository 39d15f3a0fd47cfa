//! The receipt: shown once after sending, typed in to withdraw. Withdrawing is a POST that was
//! confirmed on a page of its own; looking up a receipt changes nothing.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use store::response::{self, StoredResponse, Withdrawal};
use survey::receipt::Receipt;
use survey::{Answers, parse_form};

use super::asked::{Asked, Surveys};
use super::{answer, found, fresh, page, ticket};
use crate::App;
use crate::http::Problem;

/// A receipt and a button's value.
const BODY_BYTES_MAX: usize = 4_096;

/// Says that the answer is counted, with its receipt.
pub(crate) async fn thanks(
    State(app): State<App>,
    Extension(surveys): Extension<Surveys>,
    Path((language, code, receipt)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let (asked, language) = found(&app, &surveys, &language, &code).await?;
    let found = find(&app, &asked, &receipt).await?;
    Ok(match found {
        Some((_, stored)) if stored.withdrawn_at.is_some() => {
            fresh(StatusCode::OK, &page::stays_withdrawn(&asked, language))
        }
        Some((receipt, _)) => fresh(StatusCode::OK, &page::thanks(&asked, language, receipt)),
        None => fresh(StatusCode::NOT_FOUND, &page::receipt_unknown(&asked, language, &receipt)),
    })
}

/// Asks for a receipt.
pub(crate) async fn ask(
    State(app): State<App>,
    Extension(surveys): Extension<Surveys>,
    Path((language, code)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (asked, language) = found(&app, &surveys, &language, &code).await?;
    Ok(fresh(StatusCode::OK, &page::receipt_asked(&asked, language)))
}

/// Shows what a receipt stands for, or, confirmed, withdraws it.
pub(crate) async fn act(
    State(app): State<App>,
    Extension(surveys): Extension<Surveys>,
    Path((language, code)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let (asked, language) = found(&app, &surveys, &language, &code).await?;
    let body = axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX).await;
    let body = body.map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large"))?;
    let form = parse_form(&body).map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, "invalid").with_detail(error.to_string())
    })?;
    let typed = form.fields.get("receipt").map(String::as_str).unwrap_or_default();
    let Some((receipt, stored)) = find(&app, &asked, typed).await? else {
        let page = page::receipt_unknown(&asked, language, typed);
        return Ok(fresh(StatusCode::NOT_FOUND, &page));
    };
    if stored.withdrawn_at.is_some() {
        return Ok(fresh(StatusCode::OK, &page::stays_withdrawn(&asked, language)));
    }
    if !form.fields.contains_key("confirm") {
        let page = page::receipt_found(&asked, language, receipt, stored.received_at);
        return Ok(fresh(StatusCode::OK, &page));
    }
    match withdraw(&app, &asked, stored).await? {
        Withdrawal::Done => Ok(fresh(StatusCode::OK, &page::withdrawn(&asked, language))),
        Withdrawal::Repeated | Withdrawal::Unknown => {
            Ok(fresh(StatusCode::OK, &page::stays_withdrawn(&asked, language)))
        }
    }
}

/// Returns the response of this survey that a receipt stands for: one of those of its millisecond.
async fn find(
    app: &App,
    asked: &Arc<Asked>,
    typed: &str,
) -> Result<Option<(Receipt, StoredResponse)>, Problem> {
    let Ok(receipt) = typed.parse::<Receipt>() else { return Ok(None) };
    let mut tx = app.store.read().await?;
    let ids = response::of_millisecond(&mut tx, receipt.time_ms).await?;
    let own = ids.into_iter().find(|id| ticket::is_receipt(&app.secrets, *id, receipt));
    let Some(id) = own else { return Ok(None) };
    let stored = response::find(&mut tx, id).await?;
    let stored = stored.filter(|stored| stored.survey_id == asked.survey());
    Ok(stored.map(|stored| (receipt, stored)))
}

/// Takes an answer back: its counts are those its own version gives it.
async fn withdraw(app: &App, asked: &Asked, stored: StoredResponse) -> Result<Withdrawal, Problem> {
    let asked = asked.at_version(app, stored.version).await?;
    let channel = asked.kind_of(app, stored.channel_id).await?;
    let answers = Answers::read(asked.questionnaire(), &stored.answers, None)
        .map_err(|error| Problem::internal(&error))?;
    let slots = asked.layout().slots(asked.questionnaire(), &answers);
    let stratum = answer::stratum(&asked, channel, &answers, stored.received_at);
    let now = app.clock.now();
    let done = app.answers.withdraw(stored, stratum, slots, now).await;
    done.map_err(|error| answer::refused(&error))
}
