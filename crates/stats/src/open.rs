//! Results of an open invitation: whoever liked to answer did. Such a result has no margin of
//! error, and so its type has no field for one.

use crate::population;
use crate::rake::{Convergence, Kish, Weighting, WeightingSummary, rake, real};
use crate::sample::{Group, Sample};

/// A share of those who answered a question. Its three sizes travel together: who was asked, how
/// the share reads without weights, how many people the weighted one is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OpenShare {
    /// People who answered the question.
    pub base: u64,
    /// People of them who chose this.
    pub count: u64,
    /// `count` ÷ `base`.
    pub unweighted: f64,
    pub weighted: f64,
    /// Kish's effective size of `base`.
    pub effective: f64,
}

/// A value, or the reason why it is not shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Published<T> {
    Value(T),
    /// Fewer people than may be shown, or they could be computed from the others.
    TooFew,
}

impl<T> Published<T> {
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::TooFew => None,
        }
    }
}

/// Whom a share is of. Nothing set: everybody who has a weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub region: Option<u8>,
    pub age: Option<u8>,
    pub gender: Option<u8>,
}

impl Filter {
    fn takes(self, group: Group) -> bool {
        self.region.is_none_or(|code| code == group.region)
            && self.age.is_none_or(|code| code == group.age)
            && self.gender.is_none_or(|code| code == group.gender)
    }
}

/// Everything that is published of an open invitation, computed from the groups it may be
/// computed from again.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenResults {
    sample: Sample,
    weighting: Weighting,
    k: u64,
}

impl OpenResults {
    /// Coarsens the sample to groups of at least `k` and rakes it to the world's population.
    pub fn of(sample: &Sample, k: u64) -> Self {
        let sample = sample.coarsened(k);
        let weighting = rake(&sample, &population::margins(), Convergence::default());
        Self { sample, weighting, k }
    }

    /// Returns the counts that all numbers come from: groups of at least `k` people.
    pub fn sample(&self) -> &Sample {
        &self.sample
    }

    pub fn weighting(&self) -> &Weighting {
        &self.weighting
    }

    /// Returns what weighting did; nothing while there are too few people.
    pub fn summary(&self) -> Option<WeightingSummary> {
        self.weighting.summary(&self.sample)
    }

    /// Returns how many people were too young to be weighted; their answers are apart.
    pub fn young(&self) -> u64 {
        let young = self.sample.groups().filter(|(group, _)| group.age == population::TOO_YOUNG);
        young.map(|(_, counts)| counts[0]).sum()
    }

    /// Returns the share of `slot` among those who answered (`answered` is that slot), of the
    /// people the filter takes.
    pub fn share(&self, answered: usize, slot: usize, filter: Filter) -> Published<OpenShare> {
        let mut kish = Kish::default();
        let (mut count, mut chosen) = (0, 0.0);
        for (group, counts) in self.sample.groups() {
            let Some(weight) = self.weighting.weight(group).filter(|_| filter.takes(group)) else {
                continue;
            };
            kish.add(counts[answered], weight);
            count += counts[slot];
            chosen += real(counts[slot]) * weight;
        }
        let base = kish.people;
        match kish.effective() {
            Some(effective) if base >= self.k => Published::Value(OpenShare {
                base,
                count,
                unweighted: real(count) / real(base),
                weighted: chosen / kish.sum,
                effective,
            }),
            Some(_) | None => Published::TooFew,
        }
    }

    /// Returns the unweighted count and base of a slot among people too young to be weighted.
    pub fn share_of_young(&self, answered: usize, slot: usize) -> Published<(u64, u64)> {
        let young = self.sample.groups().filter(|(group, _)| group.age == population::TOO_YOUNG);
        let (count, base) =
            young.fold((0, 0), |sum, (_, n)| (sum.0 + n[slot], sum.1 + n[answered]));
        if base >= self.k { Published::Value((count, base)) } else { Published::TooFew }
    }
}

/// Hides the smallest value beside a single hidden one, which could else be computed from the
/// total.
pub fn suppress_complement<T>(values: &mut [Published<T>], base: impl Fn(&T) -> u64) {
    let hidden = values.iter().filter(|value| matches!(value, Published::TooFew)).count();
    if hidden != 1 {
        return;
    }
    let smallest = values.iter_mut().filter_map(|value| match value {
        Published::Value(shown) => Some((base(shown), value)),
        Published::TooFew => None,
    });
    if let Some((_, value)) = smallest.min_by_key(|(base, _)| *base) {
        *value = Published::TooFew;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slot 1: answered. Slot 2: said yes. Women of Europe 80 of 100, men of Oceania 20 of 100.
    fn results() -> OpenResults {
        let mut sample = Sample::new(3);
        sample.add(Group { region: 3, age: 2, gender: 1 }, [120, 100, 80]);
        sample.add(Group { region: 7, age: 2, gender: 2 }, [100, 100, 20]);
        sample.add(Group { region: 3, age: 1, gender: 1 }, [50, 40, 10]);
        OpenResults::of(&sample, 10)
    }

    #[test]
    fn a_filtered_share_of_one_group_is_its_own() {
        let europe = Filter { region: Some(3), ..Filter::default() };

        let share = results().share(1, 2, europe).value().expect("a hundred people");

        assert_eq!((share.base, share.count), (100, 80));
        assert!((share.unweighted - 0.8).abs() < 1e-12);
        assert!((share.weighted - 0.8).abs() < 1e-12);
        assert!((share.effective - 100.0).abs() < 1e-9);
    }

    #[test]
    fn the_young_count_in_no_weighted_share_and_are_shown_apart() {
        let results = results();

        let share = results.share(1, 2, Filter::default()).value().expect("people");

        assert_eq!(share.base, 200);
        assert_eq!(results.young(), 50);
        assert_eq!(results.share_of_young(1, 2), Published::Value((10, 40)));
    }

    #[test]
    fn nine_people_are_too_few_to_show() {
        let mut sample = Sample::new(3);
        sample.add(Group { region: 3, age: 2, gender: 1 }, [100, 9, 4]);

        let results = OpenResults::of(&sample, 10);

        assert_eq!(results.share(1, 2, Filter::default()), Published::TooFew);
    }

    #[test]
    fn a_single_hidden_value_takes_the_smallest_with_it() {
        let mut values = [Published::Value(50), Published::TooFew, Published::Value(12)];

        suppress_complement(&mut values, |n| *n);

        assert_eq!(values, [Published::Value(50), Published::TooFew, Published::TooFew]);
    }

    #[test]
    fn ten_million_answers_of_every_group_rake_in_a_bounded_number_of_rounds() {
        let mut sample = Sample::new(100);
        for region in 0..=8 {
            for age in 0..=6 {
                for gender in 0..=3 {
                    let n = 40_000 + u64::from(region) * 900 + u64::from(age * gender) * 1_700;
                    let counts = std::iter::once(n).chain((1..100).map(|slot| n / (slot + 1)));
                    sample.add(Group { region, age, gender }, counts);
                }
            }
        }
        assert!(sample.people() > 10_000_000);

        let results = OpenResults::of(&sample, 10);

        assert!(results.weighting().is_converged);
        assert!(results.weighting().iterations <= 50, "{}", results.weighting().iterations);
    }
}
