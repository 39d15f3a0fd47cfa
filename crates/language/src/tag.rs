//! Language tags: BCP 47, kept short, compared without regard to case.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest tag we keep, in bytes: `zh-Hant-HK` has ten, private extensions need no room here.
const TAG_BYTES_MAX: usize = 16;

/// How many entries of an `Accept-Language` header are looked at. Browsers send fewer than ten.
const ACCEPTED_MAX: usize = 32;

/// The official languages of the United Nations, in the order in which they are listed.
pub const UN: [Tag; 6] = [Tag::AR, Tag::ZH, Tag::EN, Tag::FR, Tag::RU, Tag::ES];

/// A language, as a BCP 47 tag: letters, digits and hyphens, in lower case but for script and region.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    bytes: [u8; TAG_BYTES_MAX],
    len: u8,
}

/// The text is not a language tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a language tag")]
pub struct NotATag;

/// Which way a language is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    LeftToRight,
    RightToLeft,
}

impl Direction {
    /// Returns the value of HTML's `dir`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}

impl Tag {
    pub const AR: Self = Self::two(*b"ar");
    pub const ZH: Self = Self::two(*b"zh");
    pub const EN: Self = Self::two(*b"en");
    pub const FR: Self = Self::two(*b"fr");
    pub const RU: Self = Self::two(*b"ru");
    pub const ES: Self = Self::two(*b"es");
    pub const PT: Self = Self::two(*b"pt");

    const fn two(code: [u8; 2]) -> Self {
        let mut bytes = [0; TAG_BYTES_MAX];
        bytes[0] = code[0];
        bytes[1] = code[1];
        Self { bytes, len: 2 }
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)])
            .expect("made from ASCII in `from_str` and `two`")
    }

    /// Returns the language without script and region: `pt` of `pt-BR`.
    #[must_use]
    pub fn primary(self) -> Self {
        let text = self.as_str();
        let end = text.find('-').unwrap_or(text.len());
        text[..end].parse().expect("the first part of a tag is a tag")
    }

    pub fn direction(self) -> Direction {
        match self.primary().as_str() {
            "ar" | "fa" | "he" | "ur" | "ps" | "sd" | "ug" | "yi" | "dv" | "ckb" => {
                Direction::RightToLeft
            }
            _ => Direction::LeftToRight,
        }
    }

    /// Returns the language's name in the language itself, or the tag where it is not listed.
    pub fn autonym(&self) -> &str {
        let primary = self.primary();
        AUTONYMS
            .iter()
            .find(|(tag, _)| *tag == primary.as_str())
            .map_or_else(|| self.as_str(), |(_, name)| name)
    }
}

/// Names of languages in themselves: those that people, packs and voices name most.
const AUTONYMS: [(&str, &str); 40] = [
    ("ar", "العربية"),
    ("bg", "Български"),
    ("bn", "বাংলা"),
    ("ca", "Català"),
    ("cs", "Čeština"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("en", "English"),
    ("es", "Español"),
    ("et", "Eesti"),
    ("fa", "فارسی"),
    ("fi", "Suomi"),
    ("fr", "Français"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("hu", "Magyar"),
    ("id", "Bahasa Indonesia"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("lt", "Lietuvių"),
    ("lv", "Latviešu"),
    ("ms", "Bahasa Melayu"),
    ("nl", "Nederlands"),
    ("no", "Norsk"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ro", "Română"),
    ("ru", "Русский"),
    ("sk", "Slovenčina"),
    ("sl", "Slovenščina"),
    ("sv", "Svenska"),
    ("sw", "Kiswahili"),
    ("th", "ไทย"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("ur", "اردو"),
    ("vi", "Tiếng Việt"),
    ("zh", "中文"),
];

impl FromStr for Tag {
    type Err = NotATag;

    fn from_str(text: &str) -> Result<Self, NotATag> {
        if text.len() > TAG_BYTES_MAX {
            return Err(NotATag);
        }
        let mut tag = Self { bytes: [0; TAG_BYTES_MAX], len: 0 };
        for (index, part) in text.split('-').enumerate() {
            let is_well_formed = part.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && (1..=8).contains(&part.len())
                && (index > 0
                    || (part.len() >= 2 && part.bytes().all(|b| b.is_ascii_alphabetic())));
            if !is_well_formed {
                return Err(NotATag);
            }
            if index > 0 {
                tag.push(b'-');
            }
            for (at, byte) in part.bytes().enumerate() {
                let is_upper = index > 0 && (part.len() == 2 || (part.len() == 4 && at == 0));
                tag.push(if is_upper {
                    byte.to_ascii_uppercase()
                } else {
                    byte.to_ascii_lowercase()
                });
            }
        }
        Ok(tag)
    }
}

impl Tag {
    fn push(&mut self, byte: u8) {
        self.bytes[usize::from(self.len)] = byte;
        self.len += 1;
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Tag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Returns the language of `available` that an `Accept-Language` header (RFC 9110, 12.5.4) wants
/// most; English, or the first available one, where it wants none of them.
pub fn negotiate(accept_language: &str, available: &[Tag]) -> Tag {
    let mut best: Option<(f32, Tag)> = None;
    for entry in accept_language.split(',').take(ACCEPTED_MAX) {
        let (range, quality) = match entry.split_once(";q=") {
            Some((range, quality)) => (range.trim(), quality.trim().parse().unwrap_or(0.0)),
            None => (entry.trim(), 1.0),
        };
        let Ok(wanted) = range.parse::<Tag>() else { continue };
        let found = available
            .iter()
            .find(|tag| **tag == wanted)
            .or_else(|| available.iter().find(|tag| tag.primary() == wanted.primary()));
        if let Some(tag) = found
            && quality > 0.0
            && best.is_none_or(|(so_far, _)| quality > so_far)
        {
            best = Some((quality, *tag));
        }
    }
    match best {
        Some((_, tag)) => tag,
        None if available.contains(&Tag::EN) => Tag::EN,
        None => available.first().copied().unwrap_or(Tag::EN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_kept_in_its_usual_case() {
        assert_eq!("ZH-hant-hk".parse::<Tag>().expect("well formed").as_str(), "zh-Hant-HK");
    }

    #[test]
    fn nonsense_is_not_a_tag() {
        for text in ["", "-", "a", "en-", "en_GB", "1n", "en-abcdefghi", "abcdefghijklmnopq", "é"]
        {
            assert_eq!(text.parse::<Tag>(), Err(NotATag), "{text}");
        }
    }

    #[test]
    fn arabic_is_written_from_right_to_left() {
        assert_eq!(Tag::AR.direction(), Direction::RightToLeft);
        assert_eq!(
            "ar-EG".parse::<Tag>().expect("well formed").direction(),
            Direction::RightToLeft
        );
        assert_eq!(Tag::RU.direction(), Direction::LeftToRight);
    }

    #[test]
    fn the_most_wanted_available_language_is_chosen() {
        assert_eq!(negotiate("de, fr-CH;q=0.9, en;q=0.5", &UN), Tag::FR);
        assert_eq!(negotiate("sw", &UN), Tag::EN);
        assert_eq!(negotiate("en;q=0", &[Tag::FR]), Tag::FR);
        assert_eq!(negotiate("", &UN), Tag::EN);
    }
}
