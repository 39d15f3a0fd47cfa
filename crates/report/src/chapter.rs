//! The chapters, in the order in which they are read. Each writes itself with a [`Writer`]: words
//! from the catalogue, numbers only by asking.

mod cover;
mod data;
mod finding;
mod introduction;
mod meetings;
mod method;

use language::{Direction, Tag, Words, date};
use model::Timestamp;
use stats::OpenShare;

use crate::chart::{Base, Figure, Invitation, Plot, Table, Weighing, Who};
use crate::document::{Block, Chapter, Document, Fact, Figure as Shown, Hole, Prose};
use crate::format;
use crate::prose::{Fill, sentence};
use crate::query::{Moment, Query};
use crate::results::{Results, SurveyResults};

/// Composes the report in one language.
pub fn compose(results: &Results<'_>, tag: Tag) -> Document {
    let writer = Writer { results, words: Words::of(tag), tag };
    let record = results.record;
    let mut chapters = Vec::new();
    let findings = finding::all(&writer);
    chapters.extend(finding::key(&writer, &findings));
    chapters.extend(introduction::chapters(&writer));
    chapters.extend(findings);
    chapters.push(meetings::chapter(&writer));
    chapters.push(method::chapter(&writer));
    chapters.push(data::chapter(&writer));
    Document {
        format: Document::current_format(),
        language: tag.as_str().to_owned(),
        is_rtl: tag.direction() == Direction::RightToLeft,
        date: day(record.read_at),
        organisation: record.organisation.clone(),
        title: record.title.text(tag).to_owned(),
        edition: writer.words.text("report.edition", &[("edition", record.edition.into())]),
        page_word: writer.words.text("report.page", &[]),
        demonstration: record
            .is_demonstration
            .then(|| writer.words.text("report.demonstration", &[])),
        cover: cover::cover(&writer),
        chapters,
    }
}

fn day(time: Timestamp) -> [u16; 3] {
    let text = time.to_string();
    let mut parts = text.split(['-', 'T']).map(|part| part.parse().unwrap_or(1));
    let mut next = || parts.next().unwrap_or(1);
    [next(), next(), next()]
}

/// How a number is written.
#[derive(Clone, Copy, Debug)]
enum Format {
    Whole,
    /// A share as a whole per cent.
    PerCent,
    /// A share with one decimal.
    PerCentTenths,
    /// Two decimals.
    Decimal,
    Date,
}

/// What every chapter writes with.
struct Writer<'a> {
    results: &'a Results<'a>,
    words: Words,
    tag: Tag,
}

impl Writer<'_> {
    /// Returns the number a query gives, as a hole; nothing where there is none to show.
    fn hole(&self, query: &Query, format: Format) -> Option<Fill> {
        let value = self.results.ask(query)?;
        Some(Fill::Hole(Hole {
            query: self.results.path(query),
            value,
            text: self.written(value, format),
        }))
    }

    fn whole(&self, query: &Query) -> Option<Fill> {
        self.hole(query, Format::Whole)
    }

    fn written(&self, value: f64, format: Format) -> String {
        match format {
            Format::Whole => format::rounded(self.tag, value),
            Format::PerCent => format::per_cent_signed(self.tag, value, 0),
            Format::PerCentTenths => format::per_cent_signed(self.tag, value, 1),
            Format::Decimal => format::decimal(self.tag, value),
            Format::Date => date::long(self.tag, moment(value).to_jiff()),
        }
    }

    /// Returns a sentence of the catalogue with its holes filled.
    fn say(&self, key: &str, fills: &[(&str, Fill)]) -> Prose {
        sentence(&self.words, key, fills)
    }

    fn text(&self, key: &str) -> String {
        self.words.text(key, &[])
    }

    fn day(&self, moment: Moment) -> Option<Fill> {
        self.hole(&Query::Moment(moment), Format::Date)
    }

    /// Returns a number to be shown large; its label follows the number's plural form.
    fn fact(&self, query: &Query, format: Format, label: &str) -> Option<Fact> {
        let n = self.results.ask(query)?;
        let value = self.say("report.number", &[("number", self.hole(query, format)?)]);
        Some(Fact { value, label: self.words.text(label, &[("n", n.into())]) })
    }

    /// Returns a chart of weighted shares over an open link, with the base it stands on.
    fn weighted(&self, base: &OpenShare, subtitle: String, plot: Plot) -> Figure {
        Figure {
            title: String::new(),
            subtitle,
            plot,
            base: Base {
                people: base.base,
                who: Who::AnsweredThis,
                weighing: Weighing::Raked { effective: base.effective },
                invitation: Invitation::OpenLink,
                source: None,
                is_demonstration: self.is_demonstration(),
            },
        }
    }

    /// Returns a figure with its title as prose, and its table under it.
    fn figure(&self, title: Prose, figure: &Figure) -> Block {
        let table = figure.table(self.tag);
        Block::Figure { figure: self.shown(title, figure, Some(table)) }
    }

    /// Returns a figure, and its table to be set further down.
    fn figure_and_table(&self, title: Prose, figure: &Figure) -> (Block, Table) {
        (Block::Figure { figure: self.shown(title, figure, None) }, figure.table(self.tag))
    }

    fn shown(&self, title: Prose, figure: &Figure, table: Option<Table>) -> Shown {
        Shown {
            title,
            subtitle: figure.subtitle.clone(),
            drawing: figure.draw(self.tag),
            table,
            base: figure.base.sentences(self.tag),
        }
    }

    fn survey(&self, survey: usize) -> Option<&SurveyResults<'_>> {
        self.results.surveys.get(survey)
    }

    /// Returns the label of a choice; the place after the last is "something else".
    fn choice(&self, survey: usize, question: usize, choice: usize) -> String {
        let asked = self.survey(survey).and_then(|survey| survey.question(question));
        let label = asked.and_then(|asked| asked.choices().get(choice));
        label.map_or_else(
            || self.text("report.other"),
            |choice| choice.label.text(self.tag).to_owned(),
        )
    }

    fn question(&self, survey: usize, question: usize) -> String {
        let asked = self.survey(survey).and_then(|survey| survey.question(question));
        asked.map_or_else(String::new, |asked| asked.text.text(self.tag).to_owned())
    }

    /// Returns the name of a code of a variable: the label of the option that people chose.
    fn code(&self, survey: usize, variable: stats::Variable, code: u8) -> String {
        let role = match variable {
            stats::Variable::Region => survey::Role::Region,
            stats::Variable::Age => survey::Role::Age,
            stats::Variable::Gender => survey::Role::Gender,
        };
        let list: &[&str] = match variable {
            stats::Variable::Region => &survey::demographics::REGIONS,
            stats::Variable::Age => &survey::demographics::AGES,
            stats::Variable::Gender => &survey::demographics::GENDERS,
        };
        let id =
            usize::from(code).checked_sub(1).and_then(|at| list.get(at)).copied().unwrap_or("");
        let asked = self.survey(survey).and_then(|s| s.survey.questionnaire.question_of(role));
        let choice =
            asked.and_then(|(_, asked)| asked.choices().iter().find(|choice| choice.id == id));
        choice.map_or_else(|| id.to_owned(), |choice| choice.label.text(self.tag).to_owned())
    }

    fn is_demonstration(&self) -> bool {
        self.results.record.is_demonstration
    }

    fn chapter(
        &self,
        id: impl Into<String>,
        kicker: &str,
        title: Prose,
        blocks: Vec<Block>,
    ) -> Chapter {
        Chapter { id: id.into(), kicker: self.text(kicker), title, blocks }
    }
}

fn name(text: impl Into<String>) -> Fill {
    Fill::Name(text.into())
}

#[expect(clippy::cast_possible_truncation, reason = "seconds of this century")]
fn moment(seconds: f64) -> Timestamp {
    Timestamp::from_seconds(seconds as i64)
}

fn text(prose: Prose) -> Block {
    Block::Text { prose }
}
