//! Raking: weights by group, adjusted to one margin after the other until all hold.

use std::collections::BTreeMap;

use crate::population::TOO_YOUNG;
use crate::sample::{Group, Sample, Variable};

/// The share of the population that each code of one variable has.
#[derive(Clone, Debug, PartialEq)]
pub struct Margin {
    pub variable: Variable,
    /// By code; codes without a share (*not said*, another gender) are not adjusted.
    pub shares: Vec<(u8, f64)>,
}

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Convergence {
    /// Largest difference between a weighted share and its margin that counts as none.
    pub error_max: f64,
    /// Rounds over all margins at most.
    pub iterations_max: u32,
}

impl Default for Convergence {
    /// A ten millionth of a per cent. Three crossed margins of a full table need about ten rounds,
    /// a sparse one some hundreds; a round over 252 groups takes microseconds.
    fn default() -> Self {
        Self { error_max: 1e-9, iterations_max: 2_000 }
    }
}

/// Weights by group, and how they were reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighting {
    weight_by_group: BTreeMap<Group, f64>,
    /// Rounds over all margins.
    pub iterations: u32,
    /// Largest difference between a weighted share and its margin that is left.
    pub error: f64,
    pub is_converged: bool,
    /// Codes that the population has and the sample has not. Their share is spread over the rest.
    pub absent: Vec<(Variable, u8)>,
}

/// What weighting did to a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightingSummary {
    /// People who have a weight.
    pub people: u64,
    /// Kish's 1 + CV²(w): how many times more people a sample without weights would have needed.
    pub design_effect: f64,
    /// `people` ÷ `design_effect`.
    pub effective: f64,
    pub weight_min: f64,
    pub weight_max: f64,
}

impl Weighting {
    /// Returns the weight of a group; nothing for people too young to be weighted.
    pub fn weight(&self, group: Group) -> Option<f64> {
        self.weight_by_group.get(&group).copied()
    }

    /// Returns the groups that have a weight, in order.
    pub fn weights(&self) -> impl Iterator<Item = (Group, f64)> {
        self.weight_by_group.iter().map(|(group, weight)| (*group, *weight))
    }

    /// Returns what the weights did to the people of `sample`; nothing where there is nobody.
    pub fn summary(&self, sample: &Sample) -> Option<WeightingSummary> {
        let mut kish = Kish::default();
        let (mut weight_min, mut weight_max) = (f64::INFINITY, 0.0_f64);
        for (group, counts) in sample.groups() {
            if let Some(weight) = self.weight(group) {
                kish.add(counts[0], weight);
                weight_min = weight_min.min(weight);
                weight_max = weight_max.max(weight);
            }
        }
        let effective = kish.effective()?;
        let design_effect = real(kish.people) / effective;
        Some(WeightingSummary {
            people: kish.people,
            design_effect,
            effective,
            weight_min,
            weight_max,
        })
    }
}

/// Sums for Kish's effective size: (Σw)² ÷ Σw².
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kish {
    pub(crate) people: u64,
    pub(crate) sum: f64,
    squares: f64,
}

impl Kish {
    pub(crate) fn add(&mut self, people: u64, weight: f64) {
        self.people += people;
        self.sum += real(people) * weight;
        self.squares += real(people) * weight * weight;
    }

    pub(crate) fn effective(&self) -> Option<f64> {
        (self.people > 0 && self.squares > 0.0).then(|| self.sum * self.sum / self.squares)
    }
}

/// A count as a number one can divide. Beyond 2⁵³ people it is rounded.
#[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 people live")]
pub(crate) fn real(count: u64) -> f64 {
    count as f64
}

/// One group while it is raked.
struct Row {
    group: Group,
    people: f64,
    weight: f64,
}

/// Returns weights that give each margin its shares among those who said what it asks. Whoever
/// did not say keeps the weight of 1 in that respect: somebody who said nothing at all weighs 1.
/// People who are too young get no weight.
pub fn rake(sample: &Sample, margins: &[Margin], convergence: Convergence) -> Weighting {
    let weighted = sample.groups().filter(|(group, _)| group.age != TOO_YOUNG);
    let mut rows: Vec<Row> = weighted
        .filter(|(_, counts)| counts[0] > 0)
        .map(|(group, counts)| Row { group, people: real(counts[0]), weight: 1.0 })
        .collect();
    let mut absent = Vec::new();
    let targets: Vec<Target> =
        margins.iter().filter_map(|margin| Target::of(margin, &rows, &mut absent)).collect();
    let mut iterations = 0;
    let mut error = error_of(&targets, &rows);
    while error > convergence.error_max && iterations < convergence.iterations_max {
        for target in &targets {
            target.adjust(&mut rows);
        }
        iterations += 1;
        error = error_of(&targets, &rows);
    }
    Weighting {
        weight_by_group: rows.iter().map(|row| (row.group, row.weight)).collect(),
        iterations,
        error,
        is_converged: error <= convergence.error_max,
        absent,
    }
}

/// One margin, as it can be reached with this sample: totals by code over those who said it.
struct Target {
    variable: Variable,
    people: f64,
    total_by_code: BTreeMap<u8, f64>,
}

impl Target {
    /// Returns nothing where nobody of the sample is in the margin.
    fn of(margin: &Margin, rows: &[Row], absent: &mut Vec<(Variable, u8)>) -> Option<Self> {
        let variable = margin.variable;
        let mut present = Vec::with_capacity(margin.shares.len());
        let mut people = 0.0;
        for (code, share) in &margin.shares {
            let of_code = rows.iter().filter(|row| row.group.code(variable) == *code);
            let n: f64 = of_code.map(|row| row.people).sum();
            if n > 0.0 {
                people += n;
                present.push((*code, *share));
            } else {
                absent.push((variable, *code));
            }
        }
        let whole: f64 = present.iter().map(|(_, share)| share).sum();
        let totals = present.iter().map(|(code, share)| (*code, people * share / whole));
        (whole > 0.0).then(|| Self { variable, people, total_by_code: totals.collect() })
    }

    fn sums(&self, rows: &[Row]) -> BTreeMap<u8, f64> {
        let mut sum_by_code: BTreeMap<u8, f64> =
            self.total_by_code.keys().map(|code| (*code, 0.0)).collect();
        for row in rows {
            if let Some(sum) = sum_by_code.get_mut(&row.group.code(self.variable)) {
                *sum += row.people * row.weight;
            }
        }
        sum_by_code
    }

    fn adjust(&self, rows: &mut [Row]) {
        let sum_by_code = self.sums(rows);
        for row in rows {
            let code = row.group.code(self.variable);
            if let (Some(total), Some(sum)) =
                (self.total_by_code.get(&code), sum_by_code.get(&code))
                && *sum > 0.0
            {
                row.weight *= total / sum;
            }
        }
    }

    fn error(&self, rows: &[Row]) -> f64 {
        let sum_by_code = self.sums(rows);
        let whole: f64 = sum_by_code.values().sum();
        let errors = sum_by_code.iter().map(|(code, sum)| {
            let total = self.total_by_code.get(code).copied().unwrap_or(0.0);
            (sum / whole - total / self.people).abs()
        });
        errors.fold(0.0, f64::max)
    }
}

fn error_of(targets: &[Target], rows: &[Row]) -> f64 {
    targets.iter().map(|target| target.error(rows)).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests;
