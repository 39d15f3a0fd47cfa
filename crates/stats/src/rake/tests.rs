use proptest::prelude::*;

use super::*;
use crate::population;

const TIGHT: Convergence = Convergence { error_max: 1e-12, iterations_max: 10_000 };

fn sample(groups: &[(u8, u8, u8, u64)]) -> Sample {
    let mut sample = Sample::new(1);
    for (region, age, gender, n) in groups {
        sample.add(Group { region: *region, age: *age, gender: *gender }, [*n]);
    }
    sample
}

/// The answers of the report of September 2020 by region, and the population of each region as
/// the source publishes it (thousands, all ages). By hand: Σ nw² · Σ n ÷ (Σ nw)² with w = share
/// of population ÷ share of answers gives 1.46999517.
#[test]
fn un75s_own_bases_have_the_design_effect_computed_by_hand() {
    let bases = [
        (1, 0, 0, 234_576),
        (2, 0, 0, 75_182),
        (3, 0, 0, 100_916),
        (4, 0, 0, 49_591),
        (5, 0, 0, 21_207),
        (6, 0, 0, 56_888),
        (7, 0, 0, 13_405),
        (8, 0, 0, 174_397),
    ];
    let thousands = [
        2_014_708.531,
        2_346_709.481,
        747_636.045,
        653_962.332,
        368_869.644,
        525_869.282,
        42_677.809,
        1_094_365.605,
    ];
    let world: f64 = thousands.iter().sum();
    let shares = (1..).zip(thousands.map(|n| n / world)).collect();
    let sample = sample(&bases);

    let weighting =
        rake(&sample, &[Margin { variable: Variable::Region, shares }], Convergence::default());

    let summary = weighting.summary(&sample).expect("there are people");
    assert!((summary.design_effect - 1.469_995_17).abs() < 5e-9, "{}", summary.design_effect);
    assert!((summary.effective - 493_989.0).abs() < 1.0);
    assert!((summary.weight_max - 2.908).abs() < 5e-4, "Eastern Asia weighs most");
    assert!((summary.weight_min - 0.297).abs() < 5e-4, "Oceania weighs least");
}

/// Two margins of a table of two by two: by hand, women 20 + 30, men 40 + 10, wanted half and half
/// in both. From equal starts the fixed point has the odds ratio of the table, 20·10 ÷ (30·40) =
/// 1/6, and each margin 50: x² ÷ (50 − x)² = 1/6.
#[test]
fn a_table_of_two_by_two_is_raked_as_by_hand() {
    let sample = sample(&[(1, 0, 1, 20), (2, 0, 1, 30), (1, 0, 2, 40), (2, 0, 2, 10)]);
    let half = |variable| Margin { variable, shares: vec![(1, 0.5), (2, 0.5)] };

    let weighting = rake(&sample, &[half(Variable::Region), half(Variable::Gender)], TIGHT);

    let root = (1.0_f64 / 6.0).sqrt();
    let x = 50.0 * root / (1.0 + root);
    let weight = weighting.weight(Group { region: 1, age: 0, gender: 1 }).expect("a weight");
    assert!((weight * 20.0 - x).abs() < 1e-9, "{} is not {x}", weight * 20.0);
}

#[test]
fn whoever_said_nothing_weighs_one() {
    let sample = sample(&[(1, 2, 1, 70), (2, 3, 2, 30), (0, 0, 0, 40)]);

    let weighting = rake(&sample, &population::margins(), TIGHT);

    assert_eq!(weighting.weight(Group::default()), Some(1.0));
}

#[test]
fn another_gender_keeps_its_base_weight_and_its_region_counts() {
    let region = Margin { variable: Variable::Region, shares: vec![(1, 0.5), (2, 0.5)] };
    let gender = Margin { variable: Variable::Gender, shares: vec![(1, 0.5), (2, 0.5)] };
    let sample =
        sample(&[(1, 0, 1, 50), (1, 0, 2, 50), (1, 0, 3, 50), (2, 0, 1, 25), (2, 0, 2, 25)]);

    let weighting = rake(&sample, &[region, gender], TIGHT);

    // By hand: region 2 is to be 100, so 50 women and 50 men; 75 of each are wanted, so 25 and 25
    // are left in region 1, which is to be 100 too: the other 50 keep their weight.
    let weight = |region, gender| weighting.weight(Group { region, age: 0, gender });
    let near = |weight: Option<f64>, wanted: f64| weight.is_some_and(|w| (w - wanted).abs() < 1e-9);
    assert!(near(weight(1, 3), 1.0));
    assert!(near(weight(1, 1), 0.5));
    assert!(near(weight(2, 2), 2.0));
}

#[test]
fn people_too_young_have_no_weight() {
    let sample = sample(&[(1, 1, 1, 500), (1, 2, 1, 10), (2, 2, 2, 10)]);

    let weighting = rake(&sample, &population::margins(), TIGHT);

    assert_eq!(weighting.weight(Group { region: 1, age: 1, gender: 1 }), None);
    assert_eq!(weighting.summary(&sample).map(|summary| summary.people), Some(20));
}

#[test]
fn what_nobody_came_from_is_told_and_spread_over_the_rest() {
    let sample = sample(&[(1, 0, 0, 10), (2, 0, 0, 10)]);
    let shares = vec![(1, 0.3), (2, 0.3), (3, 0.4)];

    let weighting = rake(&sample, &[Margin { variable: Variable::Region, shares }], TIGHT);

    assert_eq!(weighting.absent, [(Variable::Region, 3)]);
    assert_eq!(weighting.weight(Group { region: 1, age: 0, gender: 0 }), Some(1.0));
}

#[test]
fn margins_that_contradict_each_other_are_told() {
    // Everybody of region 1 is a woman and everybody of region 2 a man.
    let sample = sample(&[(1, 0, 1, 10), (2, 0, 2, 10)]);
    let region = Margin { variable: Variable::Region, shares: vec![(1, 0.9), (2, 0.1)] };
    let gender = Margin { variable: Variable::Gender, shares: vec![(1, 0.5), (2, 0.5)] };

    let weighting = rake(&sample, &[region, gender], Convergence::default());

    assert!(!weighting.is_converged);
    assert_eq!(weighting.iterations, Convergence::default().iterations_max);
}

#[test]
fn nobody_at_all_is_no_error() {
    let weighting = rake(&Sample::new(1), &population::margins(), TIGHT);

    assert!(weighting.is_converged);
    assert_eq!(weighting.summary(&Sample::new(1)), None);
}

/// Every combination with some people in it, and some who did not say: margins can be reached.
fn any_full_sample() -> impl Strategy<Value = Vec<(u8, u8, u8, u64)>> {
    let mut groups = Vec::new();
    for region in 0..=8_u8 {
        for age in [0_u8, 1, 2, 3, 4, 5, 6] {
            for gender in 0..=3_u8 {
                groups.push((region, age, gender));
            }
        }
    }
    prop::collection::vec(1..2_000_u64, groups.len()).prop_map(move |counts| {
        let rows = groups.iter().zip(counts);
        rows.map(|((region, age, gender), n)| (*region, *age, *gender, n)).collect()
    })
}

/// The weighted share of a code among those who said it.
fn share(sample: &Sample, weighting: &Weighting, margin: &Margin, code: u8) -> f64 {
    let (mut part, mut whole) = (0.0, 0.0);
    for (group, counts) in sample.groups() {
        let of_group = group.code(margin.variable);
        let is_in_margin = margin.shares.iter().any(|(known, _)| *known == of_group);
        if let Some(weight) = weighting.weight(group).filter(|_| is_in_margin) {
            whole += weight * real(counts[0]);
            part += if of_group == code { weight * real(counts[0]) } else { 0.0 };
        }
    }
    part / whole
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn weights_reproduce_every_margin(groups in any_full_sample()) {
        let sample = sample(&groups);

        let weighting = rake(&sample, &population::margins(), Convergence::default());

        prop_assert!(weighting.is_converged, "{} after {}", weighting.error, weighting.iterations);
        for margin in population::margins() {
            for (code, wanted) in &margin.shares {
                let got = share(&sample, &weighting, &margin, *code);
                prop_assert!((got - wanted).abs() < 1e-8, "{:?} {code}: {got} {wanted}", margin.variable);
            }
        }
    }

    #[test]
    fn a_million_times_the_people_get_the_same_weights(groups in any_full_sample()) {
        let more: Vec<_> = groups.iter().map(|(r, a, g, n)| (*r, *a, *g, n * 1_000_000)).collect();

        let few = rake(&sample(&groups), &population::margins(), Convergence::default());
        let many = rake(&sample(&more), &population::margins(), Convergence::default());

        for ((group, weight), (_, of_many)) in few.weights().zip(many.weights()) {
            prop_assert!((weight - of_many).abs() < 1e-9 * weight.max(1.0), "{group:?}");
        }
    }

    #[test]
    fn weighting_never_makes_a_sample_worth_more_than_its_people(groups in any_full_sample()) {
        let sample = sample(&groups);

        let weighting = rake(&sample, &population::margins(), Convergence::default());

        let summary = weighting.summary(&sample).expect("people");
        prop_assert!(summary.design_effect >= 1.0 - 1e-12);
        prop_assert!(summary.effective <= real(summary.people) * (1.0 + 1e-12));
    }
}
