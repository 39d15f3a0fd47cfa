//! The world's population aged 16 and over in 2020, by region, age band and gender.
//!
//! Source: United Nations, Department of Economic and Social Affairs, Population Division, *World
//! Population Prospects 2019*, estimates for 1 July 2020 (CC BY 3.0 IGO). Summed over countries to
//! the eight regions of the UN75 reports; five-year groups are split evenly over their years. The
//! source counts two sexes.

use std::sync::LazyLock;

use crate::rake::Margin;
use crate::sample::Variable;

/// Names the source wherever a weighted result is shown.
pub const ATTRIBUTION: &str = "United Nations, World Population Prospects 2019 (CC BY 3.0 IGO)";
/// The age code of people who are too young to be weighted: 15 and under.
pub const TOO_YOUNG: u8 = 1;
/// Regions are 1 to 8, in the order of the table.
pub const REGIONS: u8 = 8;
/// Ages are 2 (16–30) to 6 (76 and over), genders 1 (female) and 2 (male).
const AGES: std::ops::RangeInclusive<u8> = 2..=6;
const GENDERS: std::ops::RangeInclusive<u8> = 1..=2;
/// Columns before the first band that is weighted: region, sex, 0–14, 15.
const COLUMNS_BEFORE: usize = 4;

const TABLE: &str = include_str!("population/2020-region-sex-age.csv");
static PEOPLE: LazyLock<Vec<(u8, u8, u8, f64)>> = LazyLock::new(read);

fn read() -> Vec<(u8, u8, u8, f64)> {
    let mut people = Vec::with_capacity(80);
    for (line, row) in (0_u8..).zip(TABLE.lines().skip(1)) {
        let (region, gender) = (line / 2 + 1, line % 2 + 1);
        for (age, thousands) in AGES.zip(row.split(',').skip(COLUMNS_BEFORE)) {
            let thousands = thousands.parse().expect("a number in our own table; a test reads it");
            people.push((region, age, gender, thousands));
        }
    }
    people
}

/// Returns the share of the population aged 16 and over of each code of a variable.
pub fn shares(variable: Variable) -> Vec<(u8, f64)> {
    let all: f64 = PEOPLE.iter().map(|(.., thousands)| thousands).sum();
    let codes = match variable {
        Variable::Region => 1..=REGIONS,
        Variable::Age => AGES,
        Variable::Gender => GENDERS,
    };
    let share = |code: u8| {
        let of_code = PEOPLE.iter().filter(|(region, age, gender, _)| match variable {
            Variable::Region => *region == code,
            Variable::Age => *age == code,
            Variable::Gender => *gender == code,
        });
        (code, of_code.map(|(.., thousands)| thousands).sum::<f64>() / all)
    };
    codes.map(share).collect()
}

/// Returns the three margins that answers are weighted to.
pub fn margins() -> Vec<Margin> {
    [Variable::Region, Variable::Age, Variable::Gender]
        .map(|variable| Margin { variable, shares: shares(variable) })
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_in_the_order_of_the_codes() {
        let regions: Vec<&str> =
            TABLE.lines().skip(1).step_by(2).filter_map(|row| row.split(',').next()).collect();

        assert_eq!(PEOPLE.len(), 80);
        assert_eq!(
            regions,
            [
                "Central and Southern Asia",
                "Eastern and South-Eastern Asia",
                "Europe",
                "Latin America and the Caribbean",
                "Northern Africa and Western Asia",
                "Northern America",
                "Oceania",
                "Sub-Saharan Africa",
            ]
        );
        assert!(TABLE.lines().skip(1).step_by(2).all(|row| row.contains(",female,")));
    }

    #[test]
    fn the_shares_are_those_of_the_source() {
        let percent = |variable, code| {
            let shares = shares(variable);
            let (_, share) = shares.iter().find(|(known, _)| *known == code).expect("a code");
            format!("{:.2}", share * 100.0)
        };

        // Sums of the table, made apart: 5,687,815.0 thousand are 16 and over.
        assert_eq!(percent(Variable::Region, 3), "10.90");
        assert_eq!(percent(Variable::Gender, 1), "50.03");
        assert_eq!(percent(Variable::Age, 2), "31.69");
    }
}
