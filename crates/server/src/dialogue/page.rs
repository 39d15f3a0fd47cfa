//! The public page of a dialogue, and the start page that lists dialogues.

mod chart;
mod section;

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse as _, Response};
use language::{Tag, UN, Words, date};
use maud::{Markup, html};
use model::Timestamp;
use store::dialogue::{Dialogue, DialogueState};
use store::edition::{Edition, EditionState};
use store::meeting::Meeting;
use store::survey as surveys;
use store::{ReadTx, StoreError, attendance, dialogue, edition, meeting, organisation};

use crate::http::Problem;
use crate::page::{self, Look, PageHead};
use crate::survey::{Counted, Live};
use crate::{App, web};

/// Everything the public page shows.
pub(super) struct Shown {
    pub(super) dialogue: Dialogue,
    pub(super) organisation: String,
    /// The survey that can be answered, or the last one that could.
    pub(super) counted: Option<Arc<Counted>>,
    /// With the number of different people who were there.
    pub(super) meetings: Vec<(Meeting, u64)>,
    /// Published ones, newest first.
    pub(super) editions: Vec<Edition>,
    pub(super) language: Tag,
    pub(super) now: Timestamp,
}

/// `GET /{language}`: the dialogues of this server.
pub(super) async fn start(
    State(app): State<App>,
    Path(language): Path<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let Some(language) = language.parse::<Tag>().ok().filter(|tag| UN.contains(tag)) else {
        return Ok(web::beside(uri.path()));
    };
    let words = Words::of(language);
    let mut tx = app.store.read().await?;
    let organisation = organisation::first(&mut tx).await?.ok_or_else(Problem::not_found)?;
    let all = dialogue::of_organisation(&mut tx, organisation.id, super::LIST_MAX).await?;
    let shown: Vec<&Dialogue> =
        all.iter().filter(|dialogue| dialogue.state != DialogueState::Draft).collect();
    let title = words.text("dialogue.all", &[]);
    let head = PageHead {
        language,
        title: &title,
        organisation: &organisation.name,
        path: Some(""),
        languages: &UN,
        is_demonstration: shown.iter().any(|dialogue| dialogue.is_demonstration),
        look: Look::Public,
        styles: &["dialogue.css"],
        scripts: &[],
    };
    let body = html! {
        section.list {
            h1 { (title) }
            @if shown.is_empty() { p.lead { (words.text("dialogue.none", &[])) } }
            ul { @for dialogue in shown { li.thin {
                h2 { a href={ "/" (reading(dialogue, language)) "/d/" (dialogue.slug) } {
                    (dialogue.title.of(language))
                } }
                p.mute { (dialogue.description.of(language)) }
            } } }
        }
    };
    Ok(page::html(&page::frame(&head, &body)).into_response())
}

/// `GET /{language}/d/{slug}`: what it is about, how to take part, what came of it.
pub(super) async fn show(
    State(app): State<App>,
    Extension(live): Extension<Live>,
    Path((language, slug)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let language: Tag = language.parse().map_err(|_| Problem::not_found())?;
    let mut tx = app.store.read().await?;
    let dialogue = super::public(&mut tx, &slug).await?;
    if !dialogue.languages.contains(&language) {
        return Err(Problem::not_found());
    }
    let shown = gather(&app, &live, &mut tx, dialogue, language).await?;
    let mut response = page::html(&render(&shown)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

async fn gather(
    app: &App,
    live: &Live,
    tx: &mut ReadTx,
    dialogue: Dialogue,
    language: Tag,
) -> Result<Shown, Problem> {
    let organisation = organisation::find(tx, dialogue.organisation_id).await?;
    let organisation = organisation.ok_or_else(Problem::not_found)?.name;
    let mut counted = None;
    for survey in surveys::of_dialogue(tx, dialogue.id).await? {
        let this = live.of(app, survey.id).await?;
        let is_open = this.open_code().is_some();
        counted = Some(this);
        if is_open {
            break;
        }
    }
    let meetings = meetings(tx, &dialogue).await?;
    let mut editions = edition::of_dialogue(tx, dialogue.id).await?;
    editions.retain(|edition| edition.state == EditionState::Published);
    let now = app.clock.now();
    Ok(Shown { dialogue, organisation, counted, meetings, editions, language, now })
}

async fn meetings(tx: &mut ReadTx, dialogue: &Dialogue) -> Result<Vec<(Meeting, u64)>, StoreError> {
    let mut all = Vec::new();
    for meeting in meeting::of_dialogue(tx, dialogue.id).await? {
        let people = attendance::counts(tx, meeting.id).await?.people;
        all.push((meeting, people));
    }
    Ok(all)
}

fn render(shown: &Shown) -> Markup {
    let Shown { dialogue, language, .. } = shown;
    let path = format!("/d/{}", dialogue.slug);
    let head = PageHead {
        language: *language,
        title: dialogue.title.of(*language),
        organisation: &shown.organisation,
        path: Some(&path),
        languages: &dialogue.languages,
        is_demonstration: dialogue.is_demonstration,
        look: Look::Public,
        styles: &["chart.css", "dialogue.css"],
        scripts: &[],
    };
    let words = Words::of(*language);
    let body = html! {
        (hero(shown, &words))
        (section::next_meeting(shown, &words))
        div.two {
            (section::finding(shown, &words))
            div {
                (section::past_meetings(shown, &words))
                (section::editions(shown, &words))
            }
        }
        (section::path(shown, &words))
    };
    page::frame(&head, &body)
}

fn hero(shown: &Shown, words: &Words) -> Markup {
    let Shown { dialogue, language, .. } = shown;
    let languages = dialogue.languages.len();
    html! {
        div.hero {
            div {
                p.small.mute { (words.text("dialogue.kicker", &[("n", languages.into())])) }
                h1 { (dialogue.title.of(*language)) }
                p.lead { (dialogue.description.of(*language)) }
                div.act {
                    @if let Some(code) = open_code(shown) {
                        a.button.primary.big href={ "/" (language) "/s/" (code) } {
                            (words.text("dialogue.answer", &[]))
                        }
                    }
                    p.small.mute {
                        @if let Some(minutes) = minutes(shown) {
                            (words.text("dialogue.minutes", &[("n", minutes.into())])) " "
                        }
                        (period(shown, words))
                    }
                }
            }
            (chart::assembly(shown, words))
        }
    }
}

/// Returns the code of the survey that can be answered now.
fn open_code(shown: &Shown) -> Option<&str> {
    let is_open = shown.dialogue.state == DialogueState::Open
        && shown.dialogue.opens_at.is_none_or(|start| start <= shown.now)
        && shown.dialogue.closes_at.is_none_or(|end| shown.now < end);
    shown.counted.as_deref().filter(|_| is_open)?.open_code()
}

/// Returns how long the survey takes that can be answered now.
fn minutes(shown: &Shown) -> Option<usize> {
    open_code(shown)?;
    shown.counted.as_deref()?.minutes()
}

fn period(shown: &Shown, words: &Words) -> String {
    let day = |time: Timestamp| date::long(words.tag(), time.to_jiff());
    match (shown.dialogue.opens_at, shown.dialogue.closes_at) {
        (Some(start), _) if shown.now < start => {
            words.text("dialogue.not_yet", &[("date", day(start).into())])
        }
        (_, Some(end)) if end <= shown.now => words.text("dialogue.closed", &[]),
        _ if shown.dialogue.state == DialogueState::Closed => words.text("dialogue.closed", &[]),
        (_, Some(end)) => words.text("dialogue.open_until", &[("date", day(end).into())]),
        (_, None) => String::new(),
    }
}

/// Returns the language a dialogue can be read in that is nearest to `wanted`.
fn reading(dialogue: &Dialogue, wanted: Tag) -> Tag {
    if dialogue.languages.contains(&wanted) {
        return wanted;
    }
    dialogue.languages.first().copied().unwrap_or(Tag::EN)
}
