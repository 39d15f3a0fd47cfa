//! The pages a citizen sees: the form, what became of it, the receipt. Plain HTML that a script
//! only makes nicer; system fonts; every word from the catalogue.

mod field;

use language::{Tag, Words, date};
use maud::{Markup, html};
use model::Timestamp;
use survey::receipt::Receipt;
use survey::{Kind, Problem, ProblemKind, Question, Raw, Role};

use super::asked::Asked;
use super::ticket::Ticket;
use crate::App;
use crate::page::{Look, PageHead, frame};

use field::Field;

const SECONDS_A_DAY: u64 = 86_400;

/// What somebody has chosen so far, and what is wrong with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filled<'a> {
    pub(crate) raw: &'a Raw,
    pub(crate) problems: &'a [Problem],
    /// The page these answers came from was too old.
    pub(crate) is_expired: bool,
}

/// Returns the form: start, a question a step, about you.
pub(crate) fn form(
    app: &App,
    asked: &Asked,
    language: Tag,
    ticket: &Ticket,
    filled: &Filled<'_>,
) -> Markup {
    let words = Words::of(language);
    let questions = asked.questionnaire().questions();
    let steps = questions.iter().filter(|question| is_step(question)).count();
    let has_about = questions.iter().any(is_about);
    let total = steps + usize::from(has_about);
    let shown = asked.shown(ticket.id);
    let field = |at: usize, question| Field {
        question,
        language,
        words,
        filled: *filled,
        order: shown.order(asked.questionnaire(), at),
    };
    let body = html! {
        form.survey-form #form method="post" action={ "/" (language) "/s/" (asked.code()) }
            data-code=(asked.code()) data-version=(asked.version())
            data-has-problems[!filled.problems.is_empty() || filled.is_expired] {
            input type="hidden" name="id" value=(ticket.id.uuid().simple());
            input type="hidden" name="version" value=(ticket.version);
            input type="hidden" name="seal" value=(ticket.seal(&app.secrets, asked.survey()));
            (notice(app, asked, &words, filled))
            (start(asked, language, &words, total, &field))
            @for (step, (at, question)) in steps_of(questions, is_step).enumerate() {
                section.step id={ "step-" (question.id) } {
                    (progress(&words, step + 1, total))
                    (field(at, question).question())
                    p.only-script { button.link type="button" data-skip hidden {
                        (words.text("survey.skip", &[]))
                    } }
                }
            }
            @if has_about {
                section.step #step-about {
                    (progress(&words, total, total))
                    h2.question tabindex="-1" { (words.text("survey.about_you", &[])) }
                    p.hint { (words.text("survey.about_you_why", &[])) }
                    @for (at, question) in steps_of(questions, is_about) {
                        (field(at, question).select())
                    }
                }
            }
            (feet(&words))
        }
    };
    page(asked, language, asked.questionnaire().title().text(language), None, &body)
}

/// A question that has a step of its own.
fn is_step(question: &Question) -> bool {
    question.is_answerable() && !is_about(question)
}

/// A question about the person: those share a step.
fn is_about(question: &Question) -> bool {
    match question.role {
        Role::Plain => false,
        Role::About | Role::Region | Role::Age | Role::Gender => question.choices_max() == 1,
    }
}

fn steps_of(
    questions: &[Question],
    takes: fn(&Question) -> bool,
) -> impl Iterator<Item = (usize, &Question)> {
    questions.iter().enumerate().filter(move |(_, question)| takes(question))
}

fn progress(words: &Words, n: usize, total: usize) -> Markup {
    html! {
        p.mute.small.progress {
            (words.text("survey.progress", &[("n", n.into()), ("total", total.into())]))
        }
    }
}

/// What is wrong, on top, with links to the places; or that the page was too old.
fn notice(app: &App, asked: &Asked, words: &Words, filled: &Filled<'_>) -> Markup {
    let problems = filled.problems;
    let days = app.config.survey.page_life.as_secs() / SECONDS_A_DAY;
    html! {
        @if filled.is_expired {
            div.problem.note #problems tabindex="-1" role="alert" {
                h2 { (words.text("survey.expired_title", &[])) }
                p { (words.text("survey.expired_text", &[("days", days.into())])) }
            }
        } @else if !problems.is_empty() {
            div.problem #problems tabindex="-1" role="alert" {
                h2 { (words.text("survey.error_title", &[("n", problems.len().into())])) }
                ul {
                    @for problem in problems {
                        li { @match place(asked, problem) {
                            Some(place) => a href={ "#" (place) } { (told(words, problem.kind)) },
                            None => (told(words, problem.kind)),
                        } }
                    }
                }
                p { (words.text("survey.error_safe", &[])) }
            }
        }
    }
}

/// Returns the fragment of the field that a problem is at.
fn place(asked: &Asked, problem: &Problem) -> Option<String> {
    let (_, question) = asked.questionnaire().question(problem.question.as_deref()?)?;
    Some(format!("q-{}", question.id))
}

/// Says what is wrong.
fn told(words: &Words, kind: ProblemKind) -> String {
    match kind {
        ProblemKind::NoConsent => words.text("survey.error_no_consent", &[]),
        ProblemKind::Empty => words.text("survey.error_empty", &[]),
        ProblemKind::TooMany { max, chosen } => {
            words.text("survey.error_too_many", &[("max", max.into()), ("chosen", chosen.into())])
        }
        ProblemKind::UnknownOption => words.text("survey.error_unknown_option", &[]),
        ProblemKind::UnknownQuestion => words.text("survey.error_unknown_question", &[]),
        ProblemKind::TooLong { max } => words.text("survey.error_too_long", &[("max", max.into())]),
        ProblemKind::ControlCharacter => words.text("survey.error_control", &[]),
    }
}

/// Title, languages, what is kept, consent.
fn start<'a>(
    asked: &'a Asked,
    language: Tag,
    words: &Words,
    total: usize,
    field: &impl Fn(usize, &'a Question) -> Field<'a>,
) -> Markup {
    let questionnaire = asked.questionnaire();
    let dialogue = asked.dialogue();
    let consents = questionnaire.questions().iter().enumerate();
    let consents = consents.filter(|(_, question)| !question.is_answerable());
    html! {
        section.step #step-start {
            h1 tabindex="-1" { (questionnaire.title().text(language)) }
            p.mute.small { (words.text("survey.length", &[
                ("n", total.into()),
                ("minutes", questionnaire.minutes().into()),
            ])) }
            @if let Some(introduction) = questionnaire.introduction() {
                p { (introduction.text(language)) }
            }
            p.draft-note.hint hidden { (words.text("survey.draft_kept", &[])) }
            (languages(asked, language, words))
            h2.small { (words.text("survey.before", &[])) }
            ul.facts {
                @for key in ["we_keep", "we_do_not_keep", "can_withdraw", "can_skip"] {
                    li { (words.text(&format!("survey.{key}"), &[])) }
                }
            }
            p { a href={ "/" (language) "/d/" (dialogue.slug) } {
                (words.text("survey.who_asks", &[]))
            } }
            @for (at, question) in consents {
                @match &question.kind {
                    Kind::Consent => (field(at, question).consent()),
                    Kind::Information | Kind::Choice { .. } | Kind::Scale { .. }
                        | Kind::Text { .. } => p { (question.text.text(language)) },
                }
            }
        }
    }
}

/// The languages, each in its own script: links, so that choosing one needs no script.
fn languages(asked: &Asked, language: Tag, words: &Words) -> Markup {
    html! {
        @if asked.languages().len() > 1 {
            h2.small #languages { (words.text("survey.choose_language", &[])) }
            ul.language-grid aria-labelledby="languages" {
                @for tag in asked.languages() {
                    li { a.choice href={ "/" (tag) "/s/" (asked.code()) } lang=(tag)
                        hreflang=(tag) aria-current=[(*tag == language).then_some("true")] {
                            span.mark-round aria-hidden="true" {}
                            span dir=(tag.direction().as_str()) { (tag.autonym()) }
                    } }
                }
            }
        }
    }
}

/// The buttons: one without a script, two with it.
fn feet(words: &Words) -> Markup {
    html! {
        div.foot {
            button.button.big type="button" data-back hidden { (words.text("survey.back", &[])) }
            button.button.primary.big type="button" data-next hidden
                data-start=(words.text("survey.start", &[])) {
                (words.text("survey.continue", &[]))
            }
            button.button.primary.big type="submit" data-send
                data-sending=(words.text("survey.sending", &[])) {
                (words.text("survey.send", &[]))
            }
        }
    }
}

/// Says thank you, and what the receipt is.
pub(crate) fn thanks(asked: &Asked, language: Tag, receipt: Receipt) -> Markup {
    let words = Words::of(language);
    let dialogue = asked.dialogue();
    let title = words.text("survey.thanks_title", &[]);
    let body = html! {
        div data-sent=(asked.code()) {
            h1 { (title) }
            p.mute.small { (words.text("survey.thanks_once", &[])) }
            section.rule.stack {
                h2.small { (words.text("survey.receipt", &[])) }
                p.receipt dir="ltr" #receipt { (receipt) }
                p.hint { (words.text("survey.receipt_keep", &[])) }
                button.button.block type="button" hidden data-copy="receipt"
                    data-copied=(words.text("survey.copied", &[])) {
                    (words.text("survey.copy", &[]))
                }
            }
            section.rule.stack {
                h2.small { (words.text("survey.next", &[])) }
                ol.next {
                    @if let Some(closes) = dialogue.closes_at {
                        li {
                            b { (date::long(language, closes.to_jiff())) }
                            span { (words.text("survey.next_closes", &[])) }
                        }
                    }
                    li {
                        b { (words.text("survey.then", &[])) }
                        span { (words.text("survey.next_report", &[])) }
                    }
                }
            }
            p { a.button.primary.big.block href={ "/" (language) "/d/" (dialogue.slug) "/results" } {
                (words.text("survey.see_results", &[]))
            } }
            p { a href={ "/" (language) "/s/" (asked.code()) "/receipt" } {
                (words.text("survey.withdraw_link", &[]))
            } }
        }
    };
    page(asked, language, &title, None, &body)
}

/// Asks for a receipt.
pub(crate) fn receipt_asked(asked: &Asked, language: Tag) -> Markup {
    let words = Words::of(language);
    let title = words.text("survey.withdraw_title", &[]);
    let body = html! {
        h1 { (title) }
        (receipt_form(asked, language, &words, ""))
    };
    page(asked, language, &title, Some("/receipt"), &body)
}

/// There is nothing under this receipt.
pub(crate) fn receipt_unknown(asked: &Asked, language: Tag, typed: &str) -> Markup {
    let words = Words::of(language);
    let title = words.text("survey.receipt_unknown_title", &[]);
    let body = html! {
        div.problem role="alert" {
            h1 { (title) }
            p { (words.text("survey.receipt_unknown_text", &[])) }
        }
        (receipt_form(asked, language, &words, typed))
    };
    page(asked, language, &title, Some("/receipt"), &body)
}

fn receipt_form(asked: &Asked, language: Tag, words: &Words, typed: &str) -> Markup {
    let typed: String = typed.chars().filter(|c| !c.is_control()).take(40).collect();
    html! {
        form.stack method="post" action={ "/" (language) "/s/" (asked.code()) "/receipt" } {
            div.field {
                label for="typed" { (words.text("survey.receipt_field", &[])) }
                p.hint #typed-hint { (words.text("survey.receipt_hint", &[])) }
                input.input.code #typed name="receipt" dir="ltr" autocomplete="off"
                    autocapitalize="characters" spellcheck="false" aria-describedby="typed-hint"
                    value=(typed);
            }
            button.button.primary.big.block type="submit" { (words.text("survey.look_up", &[])) }
        }
    }
}

/// Asks whether the answer under this receipt is to be withdrawn.
pub(crate) fn receipt_found(
    asked: &Asked,
    language: Tag,
    receipt: Receipt,
    sent_at: Timestamp,
) -> Markup {
    let words = Words::of(language);
    let title = words.text("survey.found_title", &[]);
    let sent = date::long(language, sent_at.to_jiff());
    let here = format!("/{language}/s/{}", asked.code());
    let body = html! {
        h1 { (title) }
        p { (words.text("survey.found_sent", &[("date", sent.into())])) }
        p { (words.text("survey.found_text", &[])) }
        form.stack method="post" action={ (here) "/receipt" } {
            input type="hidden" name="receipt" value=(receipt);
            a.button.big.block href=(here) { (words.text("survey.keep_button", &[])) }
            button.button.danger.big.block name="confirm" value="yes" type="submit" {
                (words.text("survey.withdraw_button", &[]))
            }
        }
    };
    page(asked, language, &title, None, &body)
}

/// Says that the answer is withdrawn, and what that means.
pub(crate) fn withdrawn(asked: &Asked, language: Tag) -> Markup {
    said(asked, language, "survey.withdrawn_title", &["survey.withdrawn_text"])
}

/// Says that the answer was withdrawn and stays so.
pub(crate) fn stays_withdrawn(asked: &Asked, language: Tag) -> Markup {
    said(asked, language, "survey.withdrawn_title", &["survey.stays_withdrawn"])
}

/// Says that the page belongs to another survey.
pub(crate) fn foreign(asked: &Asked, language: Tag) -> Markup {
    refused(asked, language, "survey.foreign_title", "survey.foreign_text")
}

/// Says that the page's ticket is missing.
pub(crate) fn cut(asked: &Asked, language: Tag) -> Markup {
    refused(asked, language, "survey.cut_title", "survey.cut_text")
}

/// Says that nothing was counted and why, with the way back to the survey.
fn refused(asked: &Asked, language: Tag, title: &str, text: &str) -> Markup {
    let words = Words::of(language);
    let title = words.text(title, &[]);
    let body = html! {
        div.problem role="alert" {
            h1 { (title) }
            p { (words.text(text, &[])) }
            p { a.button.primary href={ "/" (language) "/s/" (asked.code()) } {
                (words.text("survey.open_again", &[]))
            } }
        }
    };
    page(asked, language, &title, None, &body)
}

/// Says that the survey takes no answers; `is_answer`: one has just come.
pub(crate) fn closed(asked: &Asked, language: Tag, is_answer: bool) -> Markup {
    let texts: &[&str] = if is_answer {
        &["survey.closed_answer", "survey.closed_text"]
    } else {
        &["survey.closed_text"]
    };
    said(asked, language, "survey.closed_title", texts)
}

/// Says when the survey opens.
pub(crate) fn not_yet(asked: &Asked, language: Tag, opens_at: Timestamp) -> Markup {
    let words = Words::of(language);
    let title = words.text("survey.not_yet_title", &[]);
    let day = date::long(language, opens_at.to_jiff());
    let body = html! {
        h1 { (title) }
        p { (words.text("survey.not_yet_text", &[("date", day.into())])) }
    };
    page(asked, language, &title, Some(""), &body)
}

/// A page that says something, with the way to the results.
fn said(asked: &Asked, language: Tag, title: &str, texts: &[&str]) -> Markup {
    let words = Words::of(language);
    let title = words.text(title, &[]);
    let body = html! {
        h1 { (title) }
        @for text in texts { p { (words.text(text, &[])) } }
        p { a.button.block href={ "/" (language) "/d/" (asked.dialogue().slug) "/results" } {
            (words.text("survey.see_results", &[]))
        } }
    };
    page(asked, language, &title, None, &body)
}

/// A page of the survey; `path` is what follows the code in its address, where it has a language
/// switch.
fn page(asked: &Asked, language: Tag, title: &str, path: Option<&str>, body: &Markup) -> Markup {
    let path = path.map(|path| format!("/s/{}{path}", asked.code()));
    let head = PageHead {
        language,
        title,
        organisation: asked.organisation(),
        path: path.as_deref(),
        languages: asked.languages(),
        is_demonstration: asked.dialogue().is_demonstration,
        look: Look::Survey,
        styles: &["survey.css"],
        scripts: &["survey.js"],
    };
    frame(&head, body)
}
