//! The frame of every page rendered here: header, languages, demonstration strip, footer.

use axum::http::{HeaderMap, header};
use axum::response::Html;
use language::{Tag, UN, Words, negotiate};
use maud::{DOCTYPE, Markup, html};

use crate::asset;

/// What the frame needs to know of a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageHead<'a> {
    pub(crate) language: Tag,
    pub(crate) title: &'a str,
    pub(crate) organisation: &'a str,
    /// The address after the language (`/d/rivers`), for the language switch. `None`: no switch.
    pub(crate) path: Option<&'a str>,
    /// The languages the page can be read in.
    pub(crate) languages: &'a [Tag],
    pub(crate) is_demonstration: bool,
    pub(crate) look: Look,
    /// Style sheets and scripts of `crates/server/assets/` besides the frame's.
    pub(crate) styles: &'a [&'a str],
    pub(crate) scripts: &'a [&'a str],
}

/// How a page is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// IBM Plex Sans, up to 1,072 px wide.
    Public,
    /// The device's own fonts, one column: the cheap phone is the first screen.
    Survey,
}

/// Returns a whole page.
pub(crate) fn frame(head: &PageHead<'_>, body: &Markup) -> Markup {
    let words = Words::of(head.language);
    let look = match head.look {
        Look::Public => "public",
        Look::Survey => "survey",
    };
    html! {
        (DOCTYPE)
        html lang=(head.language) dir=(head.language.direction().as_str()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (head.title) " · " (head.organisation) }
                link rel="icon" type="image/svg+xml" href=(asset::url("mark.svg"));
                link rel="stylesheet" href=(asset::url("tokens.css"));
                @if head.look == Look::Public {
                    link rel="stylesheet" href=(asset::url("fonts.css"));
                }
                link rel="stylesheet" href=(asset::url("page.css"));
                @for style in head.styles { link rel="stylesheet" href=(asset::url(style)); }
                @for script in head.scripts { script src=(asset::url(script)) defer {} }
                @if let Some(path) = head.path {
                    @for tag in head.languages {
                        link rel="alternate" hreflang=(tag) href={ "/" (tag) (path) };
                    }
                }
            }
            body class=(look) {
                a.skip href="#main" { (words.text("page.skip", &[])) }
                @if head.is_demonstration {
                    aside.demonstration { (words.text("page.demonstration", &[])) }
                }
                header.top {
                    div.brand { (mark()) span { (head.organisation) } }
                    (switch(head, &words))
                }
                main #main tabindex="-1" { (body) }
                footer.bottom {
                    div {
                        div.brand { (mark()) span { (head.organisation) } }
                        p { (words.text("page.with_plenary", &[])) }
                    }
                }
            }
        }
    }
}

/// The sign: the letter P as a hall seen from above.
fn mark() -> Markup {
    html! {
        svg.mark viewBox="0 0 32 32" width="24" height="24" fill="currentColor" aria-hidden="true" {
            rect x="4" y="3" width="5" height="26" {}
            path d="M12.5 4.75a9.25 9.25 0 0 1 0 18.5" fill="none" stroke="currentColor"
                stroke-width="3.5" {}
            path d="M12.5 10.25a3.75 3.75 0 0 1 0 7.5z" {}
        }
    }
}

/// The language switch: plain links, each name in its own script.
fn switch(head: &PageHead<'_>, words: &Words) -> Markup {
    let Some(path) = head.path else { return html! {} };
    html! {
        @if head.languages.len() > 1 {
            nav.languages aria-label=(words.text("page.languages", &[])) {
                @for tag in head.languages {
                    @let is_current = *tag == head.language;
                    a href={ "/" (tag) (path) } lang=(tag) hreflang=(tag)
                        dir=(tag.direction().as_str())
                        aria-current=[is_current.then_some("page")] { (tag.autonym()) }
                }
            }
        }
    }
}

/// The page of an error: what happened, what is safe, the next act, a reference.
pub(crate) fn problem(language: Tag, code: &str, reference: &str) -> Markup {
    let words = Words::of(language);
    let code = if words.has(&format!("problem.{code}_title")) { code } else { "invalid" };
    let title = words.text(&format!("problem.{code}_title"), &[]);
    let body = html! {
        section.problem {
            h1 { (title) }
            p { (words.text(&format!("problem.{code}_text"), &[])) }
            p { a.button href="/" { (words.text("problem.to_start", &[])) } }
            @if !reference.is_empty() {
                p.reference {
                    (words.text("problem.reference", &[("reference", reference.into())]))
                }
            }
        }
    };
    let head = PageHead {
        language,
        title: &title,
        organisation: "Plenary",
        path: None,
        languages: &UN,
        is_demonstration: false,
        look: Look::Public,
        styles: &[],
        scripts: &[],
    };
    frame(&head, &body)
}

/// Returns a page as a response.
pub(crate) fn html(page: &Markup) -> Html<String> {
    Html(page.0.clone())
}

/// Returns the language of a request: the first part of its path where that is one of the six,
/// else what its reader's browser asks for.
pub(crate) fn language_of(path: &str, headers: &HeaderMap) -> Tag {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    match first.parse::<Tag>() {
        Ok(tag) if UN.contains(&tag) => tag,
        _ => negotiated(headers, &UN),
    }
}

/// Returns the language of `available` that the reader's browser asks for.
pub(crate) fn negotiated(headers: &HeaderMap, available: &[Tag]) -> Tag {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    negotiate(accepted.unwrap_or_default(), available)
}
