//! Numbers as each language writes them. The one place in this crate that turns a number into text.

use language::{Tag, number};

/// Returns a whole number, grouped.
pub(crate) fn whole(tag: Tag, n: u64) -> String {
    number::integer(tag, i64::try_from(n).unwrap_or(i64::MAX))
}

/// Returns a share (0 to 1) as a per cent without its sign.
pub(crate) fn per_cent(tag: Tag, share: f64, digits: u8) -> String {
    number::decimal(tag, share * 100.0, digits)
}

/// Returns a share (0 to 1) as a per cent with its sign, where the language puts it.
pub(crate) fn per_cent_signed(tag: Tag, share: f64, digits: u8) -> String {
    number::percent(tag, share, digits)
}

/// Returns a difference of two shares in points, with + or −.
pub(crate) fn points(tag: Tag, difference: f64) -> String {
    let tenths = (difference * 1000.0).round() / 1000.0;
    let size = per_cent(tag, tenths.abs(), 1);
    if tenths > 0.0 {
        format!("+{size}")
    } else if tenths < 0.0 {
        format!("\u{2212}{size}")
    } else {
        size
    }
}

/// Returns a number as a whole one.
pub(crate) fn rounded(tag: Tag, n: f64) -> String {
    number::decimal(tag, n.round(), 0)
}

/// Returns a number with two decimals.
pub(crate) fn decimal(tag: Tag, n: f64) -> String {
    number::decimal(tag, n, 2)
}
