//! Which slots of a count cell an answer adds one to. Slot 0 counts the responses; each question
//! that can be answered has a slot for "answered" and one per choice, "something else" last.

use crate::answer::{Answer, Answers};
use crate::demographics;
use crate::questionnaire::{Question, Questionnaire, Role};

/// The codes of a response's stratum; 0 is *not said*.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Codes {
    pub region: u8,
    pub age: u8,
    pub gender: u8,
}

/// Where each count of a version stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// First slot of each question; its "answered". Equal to the next where it has none.
    first: Vec<u16>,
    len: u16,
}

impl Layout {
    pub fn of(questionnaire: &Questionnaire) -> Self {
        let mut next: u16 = 1;
        let mut first = Vec::with_capacity(questionnaire.questions().len());
        for question in questionnaire.questions() {
            first.push(next);
            if question.is_answerable() {
                let n = 1 + question.choices().len() + usize::from(has_other(question));
                next = next.saturating_add(u16::try_from(n).unwrap_or(u16::MAX));
            }
        }
        Self { first, len: next }
    }

    /// Returns how many slots there are.
    pub fn size(&self) -> usize {
        usize::from(self.len)
    }

    /// Returns the slot that counts who answered the question at this place.
    pub fn answered(&self, question: usize) -> usize {
        usize::from(self.first[question])
    }

    /// Returns the slot of a choice; `choices().len()` is "something else".
    pub fn choice(&self, question: usize, choice: usize) -> usize {
        self.answered(question) + 1 + choice
    }

    /// Returns, for each slot of an older version, the slot of this one that counts the same: the
    /// same question with the same choice. A question that was not asked then keeps its own base.
    pub fn slots_from(&self, newer: &Questionnaire, older: &Questionnaire) -> Vec<Option<usize>> {
        let old = Self::of(older);
        let mut slots = vec![None; old.size()];
        slots[0] = Some(0);
        for (from, question) in older.questions().iter().enumerate() {
            let Some((to, same)) = newer.question(&question.id) else { continue };
            if !question.is_answerable() || !same.is_answerable() {
                continue;
            }
            slots[old.answered(from)] = Some(self.answered(to));
            for (at, choice) in question.choices().iter().enumerate() {
                let place = same.choices().iter().position(|known| known.id == choice.id);
                slots[old.choice(from, at)] = place.map(|place| self.choice(to, place));
            }
            if has_other(question) && has_other(same) {
                let other = self.choice(to, same.choices().len());
                slots[old.choice(from, question.choices().len())] = Some(other);
            }
        }
        slots
    }

    /// Returns the slots a response adds one to, ascending.
    pub fn slots(&self, questionnaire: &Questionnaire, answers: &Answers) -> Vec<u16> {
        let mut slots = vec![0];
        for (at, answer) in answers.by_question() {
            let first = self.first[*at];
            slots.push(first);
            match answer {
                Answer::Step(step) => slots.push(first + 1 + u16::from(*step)),
                Answer::Choice { chosen, other } => {
                    slots.extend(chosen.iter().map(|place| first + 1 + u16::from(*place)));
                    if other.is_some() {
                        let n = questionnaire.questions()[*at].choices().len();
                        slots.push(first + 1 + u16::try_from(n).unwrap_or(0));
                    }
                }
                Answer::Text(_) => {}
            }
        }
        slots
    }
}

fn has_other(question: &Question) -> bool {
    question.choices_max() > 0 && question.text_max().is_some()
}

impl Codes {
    /// Returns the stratum codes of a response.
    pub fn of(questionnaire: &Questionnaire, answers: &Answers) -> Self {
        let code = |role, list: &[&str]| {
            let (at, question) = questionnaire.question_of(role)?;
            let Some(Answer::Choice { chosen, .. }) = answers.by_question().get(&at) else {
                return None;
            };
            let choice = question.choices().get(usize::from(*chosen.first()?))?;
            Some(demographics::code(list, &choice.id))
        };
        Self {
            region: code(Role::Region, &demographics::REGIONS).unwrap_or(0),
            age: code(Role::Age, &demographics::AGES).unwrap_or(0),
            gender: code(Role::Gender, &demographics::GENDERS).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{Raw, RawAnswer, validate};
    use crate::questionnaire::Kind;
    use crate::template;

    fn raw(pairs: &[(&str, &[&str], Option<&str>)]) -> Raw {
        let answer = |chosen: &[&str], text: Option<&str>| RawAnswer {
            chosen: chosen.iter().map(|id| (*id).to_owned()).collect(),
            text: text.map(str::to_owned),
        };
        let pairs = pairs.iter();
        Raw {
            by_question: pairs
                .map(|(id, chosen, text)| ((*id).to_owned(), answer(chosen, *text)))
                .collect(),
        }
    }

    #[test]
    fn a_response_counts_once_in_itself_its_questions_and_its_choices() {
        let un75 = template::un75();
        let layout = Layout::of(&un75);
        let (importance, _) = un75.question("importance").expect("UN75 asks it");
        let given = raw(&[
            ("consent", &["yes"], None),
            ("importance", &["essential"], None),
            ("region", &["europe"], None),
            ("age", &["46-60"], None),
        ]);

        let answers = validate(&un75, &given).expect("good answers");
        let slots = layout.slots(&un75, &answers);

        assert_eq!(slots.len(), 7);
        assert_eq!(usize::from(slots[1]), layout.answered(importance));
        assert_eq!(usize::from(slots[2]), layout.choice(importance, 0));
        assert_eq!(Codes::of(&un75, &answers), Codes { region: 3, age: 4, gender: 0 });
    }

    #[test]
    fn an_older_versions_counts_find_their_slots() {
        let older = template::un75();
        let mut newer = older.clone();
        newer.questions.remove(1);
        if let Kind::Choice { options, .. } = &mut newer.questions[2].kind {
            options.swap(0, 1);
        }
        let layout = Layout::of(&newer);
        let old = Layout::of(&older);

        let slots = layout.slots_from(&newer, &older);

        assert_eq!(slots[0], Some(0));
        assert_eq!(slots[old.answered(1)], None, "the question is gone");
        assert_eq!(slots[old.choice(3, 0)], Some(layout.choice(2, 1)));
        assert_eq!(slots[old.choice(3, 12)], Some(layout.choice(2, 12)), "something else");
        let mut found: Vec<usize> = slots.into_iter().flatten().collect();
        found.sort_unstable();
        assert_eq!(found, (0..layout.size()).collect::<Vec<_>>());
    }

    #[test]
    fn something_else_has_the_slot_after_the_options() {
        let un75 = template::un75();
        let layout = Layout::of(&un75);
        let (world, question) = un75.question("world").expect("UN75 asks it");
        let given = raw(&[("consent", &["yes"], None), ("world", &[], Some("Music"))]);

        let answers = validate(&un75, &given).expect("good answers");

        let other = layout.choice(world, question.choices().len());
        let slots: Vec<usize> =
            layout.slots(&un75, &answers).iter().map(|slot| usize::from(*slot)).collect();
        assert_eq!(slots, [0, layout.answered(world), other]);
        assert_eq!(layout.answered(world + 1), other + 1);
    }
}
