//! Dates and times in each language's own form (CLDR), the month as a word.

use icu_datetime::DateTimeFormatter;
use icu_datetime::fieldsets;
use icu_datetime::input::Date;

use crate::Tag;

/// Returns a date as `25 November 2026` in the language's own form, in UTC.
pub fn long(tag: Tag, time: jiff::Timestamp) -> String {
    written(tag, time, fieldsets::YMD::long())
}

/// Returns a date as `25 Nov 2026` in the language's own form, in UTC.
pub fn short(tag: Tag, time: jiff::Timestamp) -> String {
    written(tag, time, fieldsets::YMD::medium())
}

/// Returns the time of day as `14:32`, in UTC: 24 hours, the same in every language.
pub fn time(time: jiff::Timestamp) -> String {
    jiff::tz::TimeZone::UTC.to_datetime(time).strftime("%H:%M").to_string()
}

fn written(tag: Tag, time: jiff::Timestamp, fields: fieldsets::YMD) -> String {
    let day = jiff::tz::TimeZone::UTC.to_datetime(time).date();
    let plain = day.to_string();
    let year = i32::from(day.year());
    let month = day.month().unsigned_abs();
    let Ok(date) = Date::try_new_iso(year, month, day.day().unsigned_abs()) else { return plain };
    let english = if tag == Tag::EN { "en-GB" } else { tag.as_str() };
    let locale = format!("{english}-u-nu-latn-ca-gregory");
    let Ok(locale) = locale.parse::<icu_locale_core::Locale>() else { return plain };
    match DateTimeFormatter::try_new(locale.into(), fields) {
        Ok(formatter) => formatter.format(&date).to_string(),
        Err(_) => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> jiff::Timestamp {
        "2026-11-25T14:32:00Z".parse().expect("a time")
    }

    #[test]
    fn a_date_has_its_languages_own_form() {
        assert_eq!(long(Tag::EN, day()), "25 November 2026");
        assert_eq!(long(Tag::FR, day()), "25 novembre 2026");
        assert_eq!(long(Tag::ZH, day()), "2026年11月25日");
        assert_eq!(long(Tag::RU, day()), "25 ноября 2026\u{202f}г.");
    }

    #[test]
    fn a_time_of_day_is_the_same_in_every_language() {
        assert_eq!(time(day()), "14:32");
    }
}
