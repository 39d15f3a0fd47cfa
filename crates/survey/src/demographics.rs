//! The three things weighting asks of a person, with the ids of their options. A code is the
//! place in its list, counted from 1; 0 is *not said*. `stats::population` has the same order.

/// The eight regions of the UN75 reports.
pub const REGIONS: [&str; 8] = [
    "central-southern-asia",
    "eastern-south-eastern-asia",
    "europe",
    "latin-america-caribbean",
    "northern-africa-western-asia",
    "northern-america",
    "oceania",
    "sub-saharan-africa",
];

/// Bands of age; the first is too young to be weighted.
pub const AGES: [&str; 6] = ["0-15", "16-30", "31-45", "46-60", "61-75", "76-plus"];

/// The population figures know the first two; the third keeps its base weight.
pub const GENDERS: [&str; 3] = ["female", "male", "another"];

/// Returns the code of an option's id in one of the lists above, 0 for an unknown one.
pub(crate) fn code(list: &[&str], id: &str) -> u8 {
    let place = list.iter().position(|known| *known == id);
    place.and_then(|at| u8::try_from(at + 1).ok()).unwrap_or(0)
}
