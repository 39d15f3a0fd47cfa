//! The live results: the same numbers as a page and as JSON, computed from the count cells, never
//! from answers. At most a few seconds old, and no older for a thousand readers than for one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use language::{Tag, Words, date, number};
use maud::{Markup, html};
use model::Timestamp;
use model::id::SurveyId;
use report::chart::{Figure, Plot};
use report::record::{Record, SurveyRecord, Texts};
use report::results::{Results, SurveyResults};
use stats::population;
use store::dialogue::{Dialogue, DialogueState};
use store::survey::{Survey, SurveyState};
use store::{ReadTx, channel, dialogue, organisation, response, survey as surveys};
use survey::{Layout, format};

use super::figure;
use crate::App;
use crate::api::ResultsBody;
use crate::http::Problem;
use crate::page::{Look, PageHead, frame, html as html_page};

/// How old results may be. Readers ask every five seconds; what they see is younger than ten.
const FRESH: Duration = Duration::from_secs(2);

/// Surveys whose results are kept at once: each takes some hundred kilobytes.
const KEPT_MAX: usize = 100;

/// Surveys shown on one page. A dialogue has one or two.
const SHOWN_MAX: usize = 10;

/// One survey's counts at a moment.
#[derive(Debug)]
pub(crate) struct Counted {
    survey: Survey,
    dialogue: Dialogue,
    /// Of the open link.
    code: Option<String>,
    /// Only the survey is filled in: a report's record without its meetings.
    record: Record,
    at: Timestamp,
}

impl Counted {
    pub(crate) fn is_demonstration(&self) -> bool {
        self.dialogue.is_demonstration
    }

    /// Returns what was counted: a record of one survey.
    pub(crate) fn record(&self) -> &Record {
        &self.record
    }

    /// Returns how many people answered, also where they are too few for anything else to be shown.
    pub(crate) fn answers(&self) -> u64 {
        let cells = self.record.surveys.iter().flat_map(|survey| &survey.cells);
        cells.filter_map(|cell| cell.counts.first()).map(|count| u64::from(*count)).sum()
    }

    /// Returns how many minutes the survey takes.
    pub(crate) fn minutes(&self) -> Option<usize> {
        self.record.surveys.first().map(|survey| survey.questionnaire.minutes())
    }

    /// Returns the code of the open link, if there is one and the survey takes answers.
    pub(crate) fn open_code(&self) -> Option<&str> {
        self.code.as_deref().filter(|_| self.survey.state == SurveyState::Open)
    }
}

/// What was counted last, by survey.
#[derive(Clone, Debug, Default)]
pub(crate) struct Live(
    /// A mutex, because it is held for one look into a map.
    Arc<Mutex<BTreeMap<SurveyId, Arc<Counted>>>>,
);

impl Live {
    pub(crate) async fn of(&self, app: &App, id: SurveyId) -> Result<Arc<Counted>, Problem> {
        let now = app.clock.now();
        if let Some(counted) = self.known(id, now) {
            return Ok(counted);
        }
        let counted = Arc::new(count(app, id, now).await?);
        let mut by_survey = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if by_survey.len() >= KEPT_MAX {
            by_survey.retain(|_, counted| now.since(counted.at) < FRESH);
        }
        if by_survey.len() < KEPT_MAX {
            by_survey.insert(id, Arc::clone(&counted));
        }
        Ok(counted)
    }

    fn known(&self, id: SurveyId, now: Timestamp) -> Option<Arc<Counted>> {
        let by_survey = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = by_survey.get(&id)?;
        (now >= counted.at && now.since(counted.at) < FRESH).then(|| Arc::clone(counted))
    }
}

/// The page of a dialogue's results so far.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(live): Extension<Live>,
    Path((language, slug)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let mut tx = app.store.read().await?;
    let dialogue = crate::dialogue::public(&mut tx, &slug).await?;
    let language = dialogue.languages.iter().copied().find(|tag| tag.as_str() == language);
    let language = language.ok_or_else(Problem::not_found)?;
    let organisation = organisation::find(&mut tx, dialogue.organisation_id).await?;
    let found = surveys::of_dialogue(&mut tx, dialogue.id).await?;
    drop(tx);
    let mut counted = Vec::with_capacity(found.len().min(SHOWN_MAX));
    for survey in found.iter().take(SHOWN_MAX) {
        counted.push(live.of(&app, survey.id).await?);
    }
    let organisation = organisation.map(|found| found.name).unwrap_or_default();
    let page = page(&dialogue, &organisation, language, &counted);
    let mut response = (StatusCode::OK, html_page(&page)).into_response();
    let no_cache = HeaderValue::from_static("no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, no_cache);
    Ok(response)
}

/// A survey's results as JSON: the numbers of the page.
#[utoipa::path(get, path = "/api/v1/surveys/{id}/results", params(("id" = String, Path)),
    responses((status = 200, body = ResultsBody), (status = 404, description = "`not_found`")))]
pub(crate) async fn json(
    State(app): State<App>,
    Extension(live): Extension<Live>,
    Path(id): Path<String>,
) -> Result<Json<ResultsBody>, Problem> {
    let id: SurveyId = id.parse().map_err(|_| Problem::not_found())?;
    let counted = live.of(&app, id).await?;
    let results = Results::of(&counted.record);
    let own = results.surveys.first().ok_or_else(Problem::not_found)?;
    Ok(Json(ResultsBody::of(
        id,
        own,
        counted.at,
        counted.record.group_min,
        counted.dialogue.is_demonstration,
    )))
}

/// Reads a survey's cells, all versions added up in the places of the latest one.
async fn count(app: &App, id: SurveyId, now: Timestamp) -> Result<Counted, Problem> {
    let mut tx = app.store.read().await?;
    let survey = surveys::find(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
    let dialogue = dialogue::find(&mut tx, survey.dialogue_id).await?;
    let dialogue = dialogue
        .filter(|dialogue| dialogue.state != DialogueState::Draft)
        .ok_or_else(Problem::not_found)?;
    let organisation = organisation::find(&mut tx, dialogue.organisation_id).await?;
    let organisation = organisation.map(|found| found.name).unwrap_or_default();
    let code = channel::of_survey(&mut tx, id).await?.into_iter().next().map(|first| first.code);
    let counts = cells(&mut tx, id).await?;
    let record = Record {
        organisation,
        title: texts(&dialogue.title),
        description: texts(&dialogue.description),
        edition: 0,
        read_at: now,
        opens_at: dialogue.opens_at,
        closes_at: dialogue.closes_at,
        languages: dialogue.languages.clone(),
        is_demonstration: dialogue.is_demonstration,
        group_min: u64::from(app.config.survey.cell_min),
        surveys: vec![counts],
        meetings: Vec::new(),
    };
    Ok(Counted { survey, dialogue, code, record, at: now })
}

fn texts(texts: &store::Texts) -> Texts {
    Texts(texts.0.iter().map(|(tag, text)| (*tag, text.clone())).collect())
}

/// Returns a survey's counts over all its versions, in the slots of the latest: each question
/// keeps the base of those whom it was put to.
pub(crate) async fn cells(tx: &mut ReadTx, id: SurveyId) -> Result<SurveyRecord, Problem> {
    let versions = surveys::versions(tx, id).await?;
    let mut questionnaires = BTreeMap::new();
    for version in &versions {
        let read = format::parse(&version.questionnaire);
        let read = read.map_err(|error| Problem::internal(&error))?;
        questionnaires.insert(version.number, read);
    }
    let (latest, newest) = questionnaires.last_key_value().ok_or_else(Problem::not_found)?;
    let layout = Layout::of(newest);
    let mut cells = response::cells_of(tx, id).await?;
    for cell in cells.iter_mut().filter(|cell| cell.stratum.version != *latest) {
        let Some(older) = questionnaires.get(&cell.stratum.version) else { continue };
        let mut counts = vec![0; layout.size()];
        for (count, slot) in cell.counts.iter().zip(layout.slots_from(newest, older)) {
            if let Some(sum) = slot.and_then(|slot| counts.get_mut(slot)) {
                *sum += count;
            }
        }
        cell.counts = counts;
    }
    Ok(SurveyRecord { version: *latest, questionnaire: newest.clone(), cells })
}

fn page(
    dialogue: &Dialogue,
    organisation: &str,
    language: Tag,
    counted: &[Arc<Counted>],
) -> Markup {
    let words = Words::of(language);
    let title = words.text("results.title", &[]);
    let body = html! {
        div.results #live data-refresh {
            p.kicker { a href={ "/" (language) "/d/" (dialogue.slug) } { (dialogue.title.of(language)) } }
            h1 { (title) }
            @if counted.is_empty() {
                h2 { (words.text("results.none_title", &[])) }
                p { (words.text("results.none_text", &[])) }
            }
            @for one in counted { (survey(one, language, &words, counted.len() > 1)) }
        }
    };
    let path = format!("/d/{}/results", dialogue.slug);
    let head = PageHead {
        language,
        title: &title,
        organisation,
        path: Some(&path),
        languages: &dialogue.languages,
        is_demonstration: dialogue.is_demonstration,
        look: Look::Public,
        styles: &["chart.css", "results.css"],
        scripts: &["results.js"],
    };
    frame(&head, &body)
}

/// One survey: how many, who it speaks for, who took part, what they said.
fn survey(counted: &Counted, language: Tag, words: &Words, is_one_of_many: bool) -> Markup {
    let results = Results::of(&counted.record);
    let Some(own) = results.surveys.first() else { return html! {} };
    let is_shown = own.open.sample().people() > 0;
    let answers = if is_shown { own.open.sample().people() } else { counted.answers() };
    html! {
        @if is_one_of_many { h2 { (own.survey.questionnaire.title().text(language)) } }
        p.status {
            @if counted.survey.state == SurveyState::Open {
                span.chip.live { (words.text("results.live", &[])) }
            } @else {
                span.chip { (words.text("results.closed", &[])) }
            }
            " " span data-answers=(answers) { (words.text("results.answers", &[("n", answers.into())])) }
            " · " span data-moment { (moment(counted.at, language, words)) }
        }
        @if !is_shown {
            section.rule.few {
                h2 { (words.text("results.few_title", &[])) }
                p { (words.text("results.few_text", &[("k", counted.record.group_min.into())])) }
                (way(counted, language, words))
            }
        } @else {
            p.speaks { b { (words.text("results.who_title", &[])) } " " (words.text("results.who_text", &[])) }
            div.columns {
                div.figures {
                    @let figures = figure::all(own, language, counted.is_demonstration());
                    @for (i, figure) in figures.iter().enumerate() {
                        @let before = i.checked_sub(1).and_then(|i| figures.get(i));
                        (heading(figure, before, words))
                        section.rule { (figure.html(language)) }
                    }
                    @for sentence in figure::written(own, language) { p.hint { (sentence) } }
                }
                aside aria-label=(words.text("results.weighed", &[])) { (weighed(counted, own, language, words)) (way(counted, language, words)) }
            }
        }
    }
}

/// For those who jump from heading to heading: who took part, and what they said.
fn heading(figure: &Figure, before: Option<&Figure>, words: &Words) -> Markup {
    let is_part = |figure: &Figure| matches!(figure.plot, Plot::Part(_));
    let key = match (is_part(figure), before.map(is_part)) {
        (true, None) => "results.who_took_part",
        (false, None | Some(true)) => "results.what_they_said",
        (true, Some(_)) | (false, Some(false)) => return html! {},
    };
    html! { h2.hidden { (words.text(key, &[])) } }
}

fn moment(at: Timestamp, language: Tag, words: &Words) -> String {
    let (day, time) = (date::long(language, at.to_jiff()), date::time(at.to_jiff()));
    words.text("results.as_of", &[("date", day.into()), ("time", time.into())])
}

/// How it is weighed: the numbers a statistician looks for.
fn weighed(counted: &Counted, own: &SurveyResults<'_>, language: Tag, words: &Words) -> Markup {
    let Some(summary) = own.open.summary() else { return html! {} };
    let weighting = own.open.weighting();
    let whole = |n: u64| number::integer(language, i64::try_from(n).unwrap_or(i64::MAX));
    let rows = [
        ("weighed_answers", whole(summary.people)),
        ("weighed_effective", number::decimal(language, summary.effective, 0)),
        ("weighed_effect", number::decimal(language, summary.design_effect, 2)),
        ("weighed_max", number::decimal(language, summary.weight_max, 2)),
        ("weighed_min", number::decimal(language, summary.weight_min, 2)),
        ("weighed_young", whole(own.open.young())),
    ];
    let method = if weighting.is_converged { "weighed_method" } else { "weighed_open" };
    let error = if weighting.is_converged {
        format!("{:e}", stats::Convergence::default().error_max)
    } else {
        number::decimal(language, weighting.error, 4)
    };
    let absent = figure::absent(own, language);
    html! {
        section.rule.weighed {
            h2 { (words.text("results.weighed", &[])) }
            dl { @for (key, value) in rows {
                div { dt { (words.text(&format!("results.{key}"), &[])) } dd { (value) } }
            } }
            p.hint { (words.text(&format!("results.{method}"), &[
                ("rounds", weighting.iterations.into()), ("error", error.into()),
            ])) }
            @if let Some(names) = absent {
                p.hint { (words.text("results.absent", &[("names", names.into())])) }
            }
            p.hint { (words.text("results.source", &[("source", population::ATTRIBUTION.into())])) }
            @if counted.is_demonstration() {
                p.hint { (words.text("chart.demonstration", &[])) }
            }
        }
    }
}

/// Where to go from here: the numbers as data, the survey itself.
fn way(counted: &Counted, language: Tag, words: &Words) -> Markup {
    html! {
        section.thin.way {
            h2 { (words.text("results.take", &[])) }
            p { a href={ "/api/v1/surveys/" (counted.survey.id) "/results" } {
                (words.text("results.as_json", &[]))
            } }
            @if let Some(code) = counted.code.as_ref().filter(|_| counted.survey.state == SurveyState::Open) {
                p { a.button.primary href={ "/" (language) "/s/" (code) } {
                    (words.text("results.answer_too", &[]))
                } }
            }
        }
    }
}
