//! The order in which options are shown: shuffled per response, the same for the same response.

use crate::answer::BadAnswers;
use crate::questionnaire::{Kind, Questionnaire};

/// The order shown to one person: per shuffled question, the places of its options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    by_question: Vec<Option<Vec<u8>>>,
}

impl Shown {
    /// Returns the places of a question's choices in the order shown.
    pub fn order(&self, questionnaire: &Questionnaire, question: usize) -> Vec<usize> {
        match self.by_question.get(question) {
            Some(Some(order)) => order.iter().map(|place| usize::from(*place)).collect(),
            Some(None) | None => (0..questionnaire.questions()[question].choices().len()).collect(),
        }
    }

    /// Returns the order as it is stored: a byte for each option of each shuffled question.
    pub fn bytes(&self) -> Vec<u8> {
        self.by_question.iter().flatten().flatten().copied().collect()
    }

    /// Reads what [`Shown::bytes`] wrote for the same version.
    pub fn read(questionnaire: &Questionnaire, bytes: &[u8]) -> Result<Self, BadAnswers> {
        let mut rest = bytes;
        let mut by_question = Vec::with_capacity(questionnaire.questions().len());
        for question in questionnaire.questions() {
            let n = question.choices().len();
            let Kind::Choice { is_shuffled: true, .. } = question.kind else {
                by_question.push(None);
                continue;
            };
            let (order, after) = rest.split_at_checked(n).ok_or(BadAnswers)?;
            rest = after;
            let is_whole =
                (0..n).all(|place| order.iter().any(|shown| usize::from(*shown) == place));
            by_question.push(Some(is_whole.then(|| order.to_vec()).ok_or(BadAnswers)?));
        }
        if rest.is_empty() { Ok(Self { by_question }) } else { Err(BadAnswers) }
    }
}

/// Returns the order for the response with this id. The id decides alone, so that the page can be
/// drawn again (another language, an error) without moving anything under the reader's thumb.
pub fn shown_order(questionnaire: &Questionnaire, response: u128) -> Shown {
    let shuffle = |(at, question): (usize, &crate::Question)| {
        let Kind::Choice { options, is_shuffled: true, .. } = &question.kind else {
            return None;
        };
        let n = u8::try_from(options.len()).unwrap_or(u8::MAX);
        let mut order: Vec<u8> = (0..n).collect();
        let mut dice = Dice::new(response, at as u64);
        for last in (1..order.len()).rev() {
            order.swap(last, dice.below(last + 1));
        }
        Some(order)
    };
    Shown { by_question: questionnaire.questions().iter().enumerate().map(shuffle).collect() }
}

/// `SplitMix64`: even enough for a shuffle, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn new(seed: u128, stream: u64) -> Self {
        let low = u64::try_from(seed & u128::from(u64::MAX)).unwrap_or(0);
        let high = u64::try_from(seed >> 64).unwrap_or(0);
        Self(low ^ high.rotate_left(32) ^ stream.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        let wide = u128::from(self.next()) * (n as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template;

    #[test]
    fn the_same_response_sees_the_same_order_and_another_sees_another() {
        let un75 = template::un75();

        assert_eq!(shown_order(&un75, 75), shown_order(&un75, 75));
        assert_ne!(shown_order(&un75, 75), shown_order(&un75, 76));
    }

    #[test]
    fn the_order_is_a_byte_an_option_and_comes_back() {
        let un75 = template::un75();
        let shown = shown_order(&un75, 75);

        let bytes = shown.bytes();

        assert_eq!(bytes.len(), 12 + 12 + 11);
        assert_eq!(Shown::read(&un75, &bytes), Ok(shown));
        assert_eq!(Shown::read(&un75, &bytes[1..]), Err(BadAnswers));
        assert_eq!(Shown::read(&un75, &[0; 35]), Err(BadAnswers));
    }

    #[test]
    fn every_option_stands_first_about_equally_often() {
        let un75 = template::un75();
        let (world, question) = un75.question("world").expect("UN75 asks it");
        let n = question.choices().len();
        let mut first = vec![0_u32; n];

        for response in 0..12_000_u128 {
            let order = shown_order(&un75, response << 62).order(&un75, world);
            first[order[0]] += 1;
        }

        let expected = 12_000 / u32::try_from(n).unwrap();
        assert!(
            first.iter().all(|n| n.abs_diff(expected) < expected / 5),
            "{first:?} around {expected}"
        );
    }

    #[test]
    fn a_question_with_an_order_of_its_own_keeps_it() {
        let un75 = template::un75();
        let (age, question) = un75.question("age").expect("UN75 asks it");
        let straight: Vec<usize> = (0..question.choices().len()).collect();

        assert_eq!(shown_order(&un75, 7).order(&un75, age), straight);
    }
}
