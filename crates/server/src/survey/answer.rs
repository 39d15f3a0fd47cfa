//! Answers come in: a place in the queue before anything is read, then the form, the ticket, the
//! one validation, and the acknowledgement after the commit.

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use language::Tag;
use model::Timestamp;
use model::cell::Stratum;
use store::StoreError;
use store::response::{NewResponse, Place, Reply, SubmitError};
use survey::{Answers, Codes, FORM_BYTES_MAX, Form, FormError, parse_form, validate};

use super::asked::{Asked, Phase, Surveys};
use super::page::{self, Filled};
use super::ticket::{self, BadTicket, Ticket};
use super::{found, fresh};
use crate::App;
use crate::http::Problem;

/// Seconds after which somebody who was refused may come again: a batch takes a fraction of one.
const RETRY_AFTER_S: u32 = 1;

/// Cells tell open links, invitations and verified people apart; this is the first.
const TRUST_OPEN: u8 = 0;

/// Takes a form of answers.
pub(crate) async fn take(
    State(app): State<App>,
    Extension(surveys): Extension<Surveys>,
    Path((language, code)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    // Before the body is read: refusing must cost next to nothing.
    let place = app.answers.reserve().map_err(|error| refused(&error))?;
    let (asked, language) = found(&app, &surveys, &language, &code).await?;
    let body = axum::body::to_bytes(request.into_body(), FORM_BYTES_MAX).await;
    let body = body.map_err(|_| too_large())?;
    let form = parse_form(&body).map_err(|error| match error {
        FormError::TooLarge => too_large(),
        FormError::TooManyFields | FormError::Name | FormError::Text => {
            Problem::new(StatusCode::BAD_REQUEST, "invalid").with_detail(error.to_string())
        }
    })?;
    let now = app.clock.now();
    match asked.phase(now) {
        Phase::Open => {}
        Phase::NotYet(at) => {
            return Ok(fresh(StatusCode::CONFLICT, &page::not_yet(&asked, language, at)));
        }
        Phase::Closed => {
            return Ok(fresh(StatusCode::CONFLICT, &page::closed(&asked, language, true)));
        }
    }
    let life = app.config.survey.page_life;
    match Ticket::read(&form.fields, asked.survey(), &app.secrets, life, now) {
        Ok(ticket) if ticket.version == asked.version() => {
            Sent { app: &app, asked: &asked, language, now }.store(&form, ticket, place).await
        }
        Ok(ticket) => {
            let older = asked.at_version(&app, ticket.version).await?;
            Sent { app: &app, asked: &older, language, now }.store(&form, ticket, place).await
        }
        Err(BadTicket::Expired) => {
            let ticket = Ticket::mint(asked.version(), now);
            let filled = Filled { raw: &form.raw, problems: &[], is_expired: true };
            let page = page::form(&app, &asked, language, &ticket, &filled);
            Ok(fresh(StatusCode::CONFLICT, &page))
        }
        Err(BadTicket::Missing) => Ok(fresh(StatusCode::BAD_REQUEST, &page::cut(&asked, language))),
        Err(BadTicket::Foreign) => {
            Ok(fresh(StatusCode::BAD_REQUEST, &page::foreign(&asked, language)))
        }
    }
}

/// A form that came with a ticket of ours.
struct Sent<'a> {
    app: &'a App,
    asked: &'a Asked,
    language: Tag,
    now: Timestamp,
}

impl Sent<'_> {
    async fn store(&self, form: &Form, ticket: Ticket, place: Place) -> Result<Response, Problem> {
        let Self { app, asked, language, .. } = *self;
        let answers = match validate(asked.questionnaire(), &form.raw) {
            Ok(answers) => answers,
            Err(problems) => {
                let filled = Filled { raw: &form.raw, problems: &problems, is_expired: false };
                let page = page::form(app, asked, language, &ticket, &filled);
                return Ok(fresh(StatusCode::UNPROCESSABLE_ENTITY, &page));
            }
        };
        let response = self.response(&answers, ticket);
        match place.submit(response).await.map_err(|error| refused(&error))? {
            Reply::Stored | Reply::Repeated => {
                let receipt = ticket::receipt(&app.secrets, ticket.id).to_string();
                let receipt = receipt.replace(' ', "-");
                let address = format!("/{language}/s/{}/thanks/{receipt}", asked.code());
                Ok(Redirect::to(&address).into_response())
            }
            Reply::Withdrawn => {
                Ok(fresh(StatusCode::CONFLICT, &page::stays_withdrawn(asked, language)))
            }
            Reply::Closed => Ok(fresh(StatusCode::CONFLICT, &page::closed(asked, language, true))),
        }
    }

    fn response(&self, answers: &Answers, ticket: Ticket) -> NewResponse {
        let Self { app, asked, language, now } = *self;
        let questionnaire = asked.questionnaire();
        let texts = answers.texts(questionnaire);
        NewResponse {
            id: ticket.id,
            stratum: stratum(asked, asked.channel_kind(), answers, now),
            slots: asked.layout().slots(questionnaire, answers),
            channel_id: asked.channel_id(),
            language,
            received_at: now,
            shown: asked.shown(ticket.id).bytes(),
            answers: answers.coded(questionnaire),
            text: texts.map(|texts| app.secrets.text().seal(ticket.id, &texts)),
            may_quote: false,
        }
    }
}

/// Returns the stratum that a response of the moment `received` counts in.
pub(crate) fn stratum(
    asked: &Asked,
    channel: u8,
    answers: &Answers,
    received: Timestamp,
) -> Stratum {
    let codes = Codes::of(asked.questionnaire(), answers);
    Stratum {
        survey: asked.survey(),
        version: asked.version(),
        hour: received.hour(),
        channel,
        region: codes.region,
        age: codes.age,
        gender: codes.gender,
        trust: TRUST_OPEN,
    }
}

/// Returns what somebody is told whose answer or withdrawal was not taken.
pub(crate) fn refused(error: &SubmitError) -> Problem {
    match error {
        SubmitError::Full => {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "busy").with_retry_after(RETRY_AFTER_S)
        }
        SubmitError::Store(cause) if matches!(**cause, StoreError::Full(_)) => Problem::full(),
        SubmitError::Stopped | SubmitError::Store(_) => Problem::busy(RETRY_AFTER_S),
        SubmitError::Unstorable => Problem::new(StatusCode::BAD_REQUEST, "invalid"),
    }
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large")
}
