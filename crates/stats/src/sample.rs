//! Counts by group: who answered, and how often each slot was chosen.

use std::collections::BTreeMap;

use crate::population::TOO_YOUNG;

/// The smallest group of which anything is published, unless configured otherwise.
pub const GROUP_MIN: u64 = 10;

/// What weighting tells people apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variable {
    Region,
    Age,
    Gender,
}

/// People of one region, age band and gender; 0 is *not said*. The codes are those of
/// [`crate::population`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    pub region: u8,
    pub age: u8,
    pub gender: u8,
}

impl Group {
    /// Returns the group's code of a variable.
    pub fn code(self, variable: Variable) -> u8 {
        match variable {
            Variable::Region => self.region,
            Variable::Age => self.age,
            Variable::Gender => self.gender,
        }
    }

    /// Returns the group without what it says of these variables. Being too young is never
    /// forgotten this way: it decides whether a weight is due at all.
    fn without(self, variables: &[Variable]) -> Self {
        let forgets = |variable| variables.contains(&variable);
        Self {
            region: if forgets(Variable::Region) { 0 } else { self.region },
            age: if forgets(Variable::Age) && self.age != TOO_YOUNG { 0 } else { self.age },
            gender: if forgets(Variable::Gender) { 0 } else { self.gender },
        }
    }
}

/// What small groups may forget, the least first: one thing, then two.
const LOSSES: [&[Variable]; 6] = [
    &[Variable::Gender],
    &[Variable::Region],
    &[Variable::Age],
    &[Variable::Region, Variable::Gender],
    &[Variable::Age, Variable::Gender],
    &[Variable::Region, Variable::Age],
];

/// Counts by group. Slot 0 is the people themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    slots: usize,
    counts_by_group: BTreeMap<Group, Vec<u64>>,
}

impl Sample {
    pub fn new(slots: usize) -> Self {
        Self { slots: slots.max(1), counts_by_group: BTreeMap::new() }
    }

    /// Adds counts to a group. Missing slots are zero, slots beyond the sample's are ignored.
    pub fn add(&mut self, group: Group, counts: impl IntoIterator<Item = u64>) {
        let sums = self.counts_by_group.entry(group).or_insert_with(|| vec![0; self.slots]);
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum = sum.saturating_add(count);
        }
    }

    /// Returns the groups in order, each with its counts by slot.
    pub fn groups(&self) -> impl Iterator<Item = (Group, &[u64])> {
        self.counts_by_group.iter().map(|(group, counts)| (*group, counts.as_slice()))
    }

    pub fn slots(&self) -> usize {
        self.slots
    }

    /// Returns how many people there are.
    pub fn people(&self) -> u64 {
        self.total(0)
    }

    /// Returns the sum of a slot over all groups.
    pub fn total(&self, slot: usize) -> u64 {
        self.counts_by_group.values().map(|counts| counts.get(slot).copied().unwrap_or(0)).sum()
    }

    /// Returns the same counts in groups of at least `k` people. Small groups that are alike but
    /// for one thing (gender, then region, then age) are one group that has not said it, where
    /// that is enough; else alike but for two; what is still too small is folded together. What is
    /// published is computed from this, so that everybody can compute it again. Fewer than `k`
    /// people in all leave nothing.
    #[must_use]
    pub fn coarsened(&self, k: u64) -> Self {
        let mut coarse = self.clone();
        if coarse.people() < k {
            return Self::new(self.slots);
        }
        for loss in LOSSES {
            coarse.merge_where_enough(k, loss);
        }
        for group in coarse.small(k) {
            coarse.merge(group, Group::default());
        }
        while coarse.counts_by_group.get(&Group::default()).is_some_and(|pool| pool[0] < k) {
            let named = coarse.groups().filter(|(group, _)| *group != Group::default());
            let Some((smallest, _)) = named.min_by_key(|(_, counts)| counts[0]) else { break };
            coarse.merge(smallest, Group::default());
        }
        coarse
    }

    fn small(&self, k: u64) -> Vec<Group> {
        self.groups().filter(|(_, counts)| counts[0] < k).map(|(group, _)| group).collect()
    }

    /// Merges small groups that are alike but for `loss`, where they are enough together, or join
    /// a group that has not said it and is enough.
    fn merge_where_enough(&mut self, k: u64, loss: &[Variable]) {
        let people = |sample: &Self, group: &Group| {
            sample.counts_by_group.get(group).map_or(0, |counts| counts[0])
        };
        let mut alike: BTreeMap<Group, Vec<Group>> = BTreeMap::new();
        for group in self.small(k) {
            alike.entry(group.without(loss)).or_default().push(group);
        }
        for (into, groups) in alike {
            let mut sum: u64 = groups.iter().map(|group| people(self, group)).sum();
            if !groups.contains(&into) {
                sum += people(self, &into);
            }
            if sum >= k {
                for group in groups {
                    self.merge(group, into);
                }
            }
        }
    }

    fn merge(&mut self, from: Group, into: Group) {
        if from != into
            && let Some(counts) = self.counts_by_group.remove(&from)
        {
            self.add(into, counts);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample(groups: &[(u8, u8, u8, u64)]) -> Sample {
        let mut sample = Sample::new(2);
        for (region, age, gender, n) in groups {
            let group = Group { region: *region, age: *age, gender: *gender };
            sample.add(group, [*n, *n / 2]);
        }
        sample
    }

    #[test]
    fn a_small_group_forgets_its_gender_first() {
        let coarse = sample(&[(1, 2, 1, 6), (1, 2, 2, 6), (2, 2, 1, 40)]).coarsened(10);

        assert_eq!(coarse, {
            let mut expected = Sample::new(2);
            expected.add(Group { region: 1, age: 2, gender: 0 }, [12, 6]);
            expected.add(Group { region: 2, age: 2, gender: 1 }, [40, 20]);
            expected
        });
    }

    #[test]
    fn a_small_group_keeps_its_age_where_only_its_region_is_small() {
        let coarse = sample(&[(7, 6, 1, 6), (3, 6, 1, 6), (2, 2, 1, 40)]).coarsened(10);

        let groups: Vec<(Group, u64)> = coarse.groups().map(|(g, n)| (g, n[0])).collect();
        assert_eq!(
            groups,
            [
                (Group { region: 0, age: 6, gender: 1 }, 12),
                (Group { region: 2, age: 2, gender: 1 }, 40)
            ]
        );
    }

    #[test]
    fn three_people_alone_in_a_region_are_folded_with_others() {
        let coarse = sample(&[(7, 2, 1, 3), (1, 3, 1, 11), (2, 2, 1, 40)]).coarsened(10);

        let groups: Vec<(Group, u64)> = coarse.groups().map(|(g, n)| (g, n[0])).collect();
        assert_eq!(groups, [(Group::default(), 14), (Group { region: 2, age: 2, gender: 1 }, 40)]);
    }

    #[test]
    fn the_young_stay_apart_where_they_are_enough() {
        let coarse = sample(&[(1, 1, 1, 6), (2, 1, 2, 6), (2, 2, 1, 40)]).coarsened(10);

        let groups: Vec<Group> = coarse.groups().map(|(group, _)| group).collect();
        assert_eq!(
            groups,
            [Group { region: 0, age: 1, gender: 0 }, Group { region: 2, age: 2, gender: 1 }]
        );
    }

    #[test]
    fn fewer_than_ten_people_in_all_leave_nothing() {
        assert_eq!(sample(&[(1, 2, 1, 9)]).coarsened(10).people(), 0);
    }

    proptest! {
        #[test]
        fn no_group_is_smaller_than_k_and_nobody_is_lost(
            groups in prop::collection::vec((0..9_u8, 0..7_u8, 0..4_u8, 1..30_u64), 1..120),
            k in 1..20_u64,
        ) {
            let fine = sample(&groups);

            let coarse = fine.coarsened(k);

            prop_assert!(coarse.groups().all(|(_, counts)| counts[0] >= k));
            if fine.people() >= k {
                prop_assert_eq!(coarse.people(), fine.people());
                prop_assert_eq!(coarse.total(1), fine.total(1));
            }
        }
    }
}
