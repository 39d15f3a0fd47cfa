//! The page of an edition: the kept article in today's frame, with the way to PDF, data and the
//! other editions.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use language::{Tag, Words, date};
use maud::{Markup, PreEscaped, html};
use store::dialogue::Dialogue;
use store::edition::{self, Edition, EditionFile, EditionState};
use store::organisation;

use super::published;
use crate::App;
use crate::http::Problem;
use crate::page::{Look, PageHead, frame, html as html_page};

/// `GET /{language}/d/{slug}/report/{number}`.
pub(super) async fn show(
    State(app): State<App>,
    Path((language, slug, number)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let language: Tag = language.parse().map_err(|_| Problem::not_found())?;
    let mut tx = app.store.read().await?;
    let (dialogue, edition) = published(&mut tx, &slug, &number).await?;
    let article = edition::file(&mut tx, edition.id, &format!("{language}.html")).await?;
    let article = article.ok_or_else(Problem::not_found)?;
    let editions = edition::of_dialogue(&mut tx, dialogue.id).await?;
    let files = edition::files(&mut tx, edition.id).await?;
    let organisation = organisation::find(&mut tx, dialogue.organisation_id).await?;
    let organisation = organisation.map(|found| found.name).unwrap_or_default();
    drop(tx);
    let article = app.blobs.get(&article.blob).await.map_err(|error| Problem::internal(&error))?;
    let article = article.and_then(|bytes| String::from_utf8(bytes).ok());
    let article = article.ok_or_else(Problem::not_found)?;
    let words = Words::of(language);
    let path = format!("/d/{}/report/{}", dialogue.slug, edition.number);
    let title = words.text("report.edition", &[("edition", edition.number.into())]);
    let title = format!("{} · {title}", dialogue.title.of(language));
    let head = PageHead {
        language,
        title: &title,
        organisation: &organisation,
        path: Some(&path),
        languages: &edition.languages,
        is_demonstration: dialogue.is_demonstration,
        look: Look::Public,
        styles: &["chart.css", "report.css"],
        scripts: &[],
    };
    let body = html! {
        div.report-page {
            p.report-pdf { a.button href={ "/" (language) (path) "/pdf" } {
                (words.text("report.page_pdf", &[]))
            } }
            (PreEscaped(article))
            (beside(&words, &dialogue, &edition, &editions, &files))
        }
    };
    let mut response = html_page(&frame(&head, &body)).into_response();
    let no_cache = HeaderValue::from_static("no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, no_cache);
    Ok(response)
}

/// What stands beside the article: PDF, data, the other editions, the hash.
fn beside(
    words: &Words,
    dialogue: &Dialogue,
    edition: &Edition,
    editions: &[Edition],
    files: &[EditionFile],
) -> Markup {
    let language = words.tag();
    let address = format!("/{language}/d/{}/report", dialogue.slug);
    let data = format!("/d/{}/report/{}/data", dialogue.slug, edition.number);
    let published: Vec<&Edition> =
        editions.iter().filter(|other| other.state == EditionState::Published).collect();
    let is_newest = published.first().is_none_or(|newest| newest.number == edition.number);
    html! {
        aside.report-beside {
            @if !is_newest {
                p.report-newer {
                    a href=(address) { (words.text("report.page_newer", &[])) }
                }
            }
            h2 { (words.text("report.data_kicker", &[])) }
            ul { @for file in files.iter().filter_map(|file| file.name.strip_prefix("data/")) {
                li { a href={ (data) "/" (file) } dir="ltr" { (file) } }
            } }
            h2 { (words.text("report.page_editions", &[])) }
            ol { @for other in published { li {
                a href={ (address) "/" (other.number) }
                    aria-current=[(other.number == edition.number).then_some("page")] {
                    (name(words, other))
                }
            } } }
            @if let Some(hash) = &edition.hash {
                p.report-hash { (words.text("report.page_hash", &[])) " " code dir="ltr" { (hash) } }
            }
        }
    }
}

fn name(words: &Words, edition: &Edition) -> String {
    let number = words.text("report.edition", &[("edition", edition.number.into())]);
    match edition.published_at {
        Some(at) => format!("{number}, {}", date::long(words.tag(), at.to_jiff())),
        None => number,
    }
}
