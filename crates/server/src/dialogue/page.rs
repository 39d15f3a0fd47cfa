//! The public page of a dialogue, and the start page that lists dialogues.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};
use language::{Tag, UN, Words, date};
use maud::{Markup, html};
use model::Timestamp;
use store::dialogue::{Dialogue, DialogueState};
use store::{dialogue, organisation};

use crate::http::Problem;
use crate::page::{self, Look, PageHead};
use crate::{App, web};

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
                h2 { a href={ "/" (language) "/d/" (dialogue.slug) } {
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
    Path((language, slug)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let language: Tag = language.parse().map_err(|_| Problem::not_found())?;
    let mut tx = app.store.read().await?;
    let dialogue = super::public(&mut tx, &slug).await?;
    if !dialogue.languages.contains(&language) {
        return Err(Problem::not_found());
    }
    let organisation = organisation::find(&mut tx, dialogue.organisation_id).await?;
    let organisation = organisation.ok_or_else(Problem::not_found)?;
    let words = Words::of(language);
    let path = format!("/d/{}", dialogue.slug);
    let head = PageHead {
        language,
        title: dialogue.title.of(language),
        organisation: &organisation.name,
        path: Some(&path),
        languages: &dialogue.languages,
        is_demonstration: dialogue.is_demonstration,
        look: Look::Public,
        styles: &["dialogue.css"],
        scripts: &[],
    };
    let body = html! {
        div.hero { div {
            h1 { (dialogue.title.of(language)) }
            p.lead { (dialogue.description.of(language)) }
            (until(&dialogue, &words, app.clock.now()))
        } }
    };
    Ok(page::html(&page::frame(&head, &body)).into_response())
}

fn until(dialogue: &Dialogue, words: &Words, now: Timestamp) -> Markup {
    html! {
        @if let Some(end) = dialogue.closes_at.filter(|end| now < *end) {
            p.small.mute {
                (words.text("dialogue.open_until",
                    &[("date", date::long(words.tag(), end.to_jiff()).into())]))
            }
        }
    }
}
