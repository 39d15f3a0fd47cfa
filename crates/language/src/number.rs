//! Numbers in each language's own form (CLDR), with Western figures everywhere: receipt codes,
//! clocks and symbols are the same for everybody in the room.

use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_decimal::options::DecimalFormatterOptions;

use crate::Tag;

/// Returns a whole number with its language's grouping: `48,312`, `48 312`.
pub fn integer(tag: Tag, number: i64) -> String {
    format(tag, &Decimal::from(number))
}

/// Returns a number with exactly `digits` decimals, rounded half to even.
pub fn decimal(tag: Tag, number: f64, digits: u8) -> String {
    let text = format!("{number:.*}", usize::from(digits));
    match text.parse::<Decimal>() {
        Ok(decimal) => format(tag, &decimal),
        Err(_) => text,
    }
}

/// Returns a share (0 to 1) as per cent with `digits` decimals, in its language's form.
pub fn percent(tag: Tag, share: f64, digits: u8) -> String {
    let number = decimal(tag, share * 100.0, digits);
    match tag.primary().as_str() {
        // CLDR: a no-break space before the sign; Arabic adds a mark that keeps the sign in place.
        "fr" => format!("{number}\u{202f}%"),
        "ru" | "es" | "de" | "sv" | "cs" => format!("{number}\u{a0}%"),
        "ar" => format!("{number}\u{200e}%\u{200e}"),
        _ => format!("{number}%"),
    }
}

fn format(tag: Tag, decimal: &Decimal) -> String {
    let locale = format!("{tag}-u-nu-latn");
    let Ok(locale) = locale.parse::<icu_locale_core::Locale>() else { return decimal.to_string() };
    match DecimalFormatter::try_new(locale.into(), DecimalFormatterOptions::default()) {
        Ok(formatter) => formatter.format(decimal).to_string(),
        Err(_) => decimal.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_languages_grouping() {
        assert_eq!(integer(Tag::EN, 48_312), "48,312");
        assert_eq!(integer(Tag::FR, 48_312), "48\u{202f}312");
        assert_eq!(integer(Tag::RU, 48_312), "48\u{a0}312");
    }

    #[test]
    fn figures_are_western_in_arabic() {
        assert_eq!(integer(Tag::AR, 48_312), "48,312");
    }

    #[test]
    fn a_decimal_sign_is_the_languages_own() {
        assert_eq!(decimal(Tag::EN, 1.25, 1), "1.2");
        assert_eq!(decimal(Tag::ES, 1.5, 1), "1,5");
    }

    #[test]
    fn a_share_is_shown_as_per_cent() {
        assert_eq!(percent(Tag::EN, 0.583, 0), "58%");
        assert_eq!(percent(Tag::FR, 0.583, 1), "58,3\u{202f}%");
    }
}
