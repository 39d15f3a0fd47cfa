//! One question as fields of a form, with what was chosen and what is wrong with it.

use language::{Tag, Words};
use maud::{Markup, html};
use survey::{Choice, Kind, OTHER, Question};

use super::{Filled, told};

/// A question, and everything its fields show.
pub(super) struct Field<'a> {
    pub(super) question: &'a Question,
    pub(super) language: Tag,
    pub(super) words: Words,
    pub(super) filled: Filled<'a>,
    /// The places of its choices, as this person sees them.
    pub(super) order: Vec<usize>,
}

impl Field<'_> {
    /// Returns the question on a step of its own.
    pub(super) fn question(&self) -> Markup {
        let id = &self.question.id;
        html! {
            fieldset.field-set id={ "q-" (id) } aria-describedby=[self.described()] {
                legend { h2.question tabindex="-1" { (self.question.text.text(self.language)) } }
                (self.problem())
                @match &self.question.kind {
                    Kind::Choice { max, other_max, .. } => (self.choices(*max, *other_max)),
                    Kind::Scale { steps } => (self.scale(steps)),
                    Kind::Text { max } => (self.text(*max)),
                    Kind::Information | Kind::Consent => {}
                }
            }
        }
    }

    /// Returns the question as one list that unfolds: about the person.
    pub(super) fn select(&self) -> Markup {
        let id = &self.question.id;
        let name = format!("q.{id}");
        html! {
            div.field id={ "q-" (id) } {
                label for={ "f-" (id) } { (self.question.text.text(self.language)) }
                (self.problem())
                select.input id={ "f-" (id) } name=(name) aria-describedby=[self.described()] {
                    option value="" { (self.words.text("survey.not_said", &[])) }
                    @for choice in self.question.choices() {
                        option value=(choice.id) selected[self.is_chosen(&choice.id)] {
                            (choice.label.text(self.language))
                        }
                    }
                }
            }
        }
    }

    /// Returns the box that has to be ticked.
    pub(super) fn consent(&self) -> Markup {
        let id = &self.question.id;
        let is_given = self.chosen().next().is_some();
        html! {
            div.consent id={ "q-" (id) } {
                (self.problem())
                p.field-problem id={ "need-" (id) } role="alert" hidden {
                    (self.words.text("survey.error_no_consent", &[]))
                }
                label.choice {
                    input type="checkbox" name={ "q." (id) } value="yes" checked[is_given]
                        data-consent={ "need-" (id) } aria-describedby=[self.described()];
                    span { (self.question.text.text(self.language)) }
                }
            }
        }
    }

    fn choices(&self, max: u8, other_max: Option<u16>) -> Markup {
        let kind = if max > 1 { "checkbox" } else { "radio" };
        let count = self.words.text("survey.chosen", &[("n", "{n}".into()), ("max", max.into())]);
        let full = self.words.text("survey.full", &[("max", max.into())]);
        html! {
            p.hint-row {
                @if let Some(hint) = &self.question.hint {
                    span.hint { (hint.text(self.language)) }
                }
                @if max > 1 {
                    span.count hidden aria-live="polite" data-count=(count) data-full=(full) {}
                }
            }
            div.choices data-max=[(max > 1).then_some(max)] data-question=(self.question.id) {
                @for choice in self.order.iter().filter_map(|at| self.question.choices().get(*at)) {
                    (self.row(kind, &choice.id, choice.label.text(self.language)))
                }
                @if let Some(other_max) = other_max { (self.other(kind, other_max)) }
            }
        }
    }

    fn row(&self, kind: &str, value: &str, label: &str) -> Markup {
        html! {
            label.choice {
                input type=(kind) name={ "q." (self.question.id) } value=(value)
                    checked[self.is_chosen(value)];
                span { (label) }
            }
        }
    }

    fn other(&self, kind: &str, max: u16) -> Markup {
        let id = &self.question.id;
        let label = self.words.text("survey.other", &[]);
        html! {
            (self.row(kind, OTHER, &label))
            div.other-text {
                label.hidden for={ "t-" (id) } { (self.words.text("survey.other_words", &[])) }
                input.input type="text" id={ "t-" (id) } name={ "t." (id) } autocomplete="off"
                    aria-describedby={ "h-" (id) } value=(self.typed());
                p.hint id={ "h-" (id) } {
                    (self.words.text("survey.text_hint", &[("max", max.into())]))
                }
            }
        }
    }

    fn scale(&self, steps: &[Choice]) -> Markup {
        html! {
            div.choices.rail data-question=(self.question.id) {
                @for step in steps { (self.row("radio", &step.id, step.label.text(self.language))) }
            }
        }
    }

    fn text(&self, max: u16) -> Markup {
        let id = &self.question.id;
        html! {
            p.hint id={ "h-" (id) } {
                (self.words.text("survey.text_hint", &[("max", max.into())]))
            }
            textarea.input name={ "t." (id) } rows="4" data-max=(max)
                aria-describedby={ "h-" (id) }
                aria-label=(self.question.text.text(self.language)) { (self.typed()) }
            p.count.left hidden aria-hidden="true" {}
        }
    }

    /// What is wrong here.
    fn problem(&self) -> Markup {
        let own = self
            .filled
            .problems
            .iter()
            .filter(|problem| problem.question.as_deref() == Some(self.question.id.as_str()));
        html! {
            @for problem in own {
                p.field-problem id={ "p-" (self.question.id) } { (told(&self.words, problem.kind)) }
            }
        }
    }

    fn described(&self) -> Option<String> {
        let id = Some(self.question.id.as_str());
        let has = self.filled.problems.iter().any(|problem| problem.question.as_deref() == id);
        has.then(|| format!("p-{}", self.question.id))
    }

    fn chosen(&self) -> impl Iterator<Item = &String> {
        let raw = self.filled.raw.by_question.get(&self.question.id);
        raw.into_iter().flat_map(|raw| &raw.chosen).filter(|id| !id.is_empty())
    }

    fn is_chosen(&self, id: &str) -> bool {
        self.chosen().any(|chosen| chosen == id)
    }

    /// What was typed, without the characters that brought it back here; cut where nobody reads.
    fn typed(&self) -> String {
        let raw = self.filled.raw.by_question.get(&self.question.id);
        let typed = raw.and_then(|raw| raw.text.as_deref()).unwrap_or_default();
        typed.chars().filter(|c| *c != '\0').take(TYPED_MAX).collect()
    }
}

/// Characters given back to whoever typed too much: twenty times what any text here may have.
const TYPED_MAX: usize = 40_000;
