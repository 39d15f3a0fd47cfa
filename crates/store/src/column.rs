//! How values lie in columns: the type a driver reads, and the way from it to ours.

use std::collections::BTreeMap;
use std::error::Error;

use language::Tag;
use model::Timestamp;
use model::id::{
    ChannelId, DialogueId, EditionId, GuestId, JobId, LinkId, MeetingId, OrganisationId,
    ResponseId, SurveyId,
};
use uuid::Uuid;

type BoxError = Box<dyn Error + Send + Sync>;

/// A value that is read from a column of type `Raw`.
pub(crate) trait Column: Sized {
    type Raw;

    fn from_raw(raw: Self::Raw) -> Result<Self, BoxError>;
}

macro_rules! plain {
    ($($ty:ty),*) => { $(
        impl Column for $ty {
            type Raw = $ty;

            fn from_raw(raw: $ty) -> Result<Self, BoxError> {
                Ok(raw)
            }
        }
    )* };
}

macro_rules! number {
    ($($ty:ty as $raw:ty),*) => { $(
        impl Column for $ty {
            type Raw = $raw;

            fn from_raw(raw: $raw) -> Result<Self, BoxError> {
                Ok(raw.try_into()?)
            }
        }
    )* };
}

macro_rules! id {
    ($($ty:ty),*) => { $(
        impl Column for $ty {
            type Raw = Uuid;

            fn from_raw(raw: Uuid) -> Result<Self, BoxError> {
                Ok(<$ty>::from_uuid(raw))
            }
        }
    )* };
}

plain!(bool, i16, i32, i64, String, Vec<u8>, Uuid);
number!(u8 as i16, u32 as i32, u64 as i64);
id!(
    ChannelId,
    DialogueId,
    EditionId,
    GuestId,
    JobId,
    LinkId,
    MeetingId,
    OrganisationId,
    ResponseId,
    SurveyId
);

impl Column for Timestamp {
    type Raw = i64;

    fn from_raw(raw: i64) -> Result<Self, BoxError> {
        Ok(Self::from_micros(raw))
    }
}

impl Column for Tag {
    type Raw = String;

    fn from_raw(raw: String) -> Result<Self, BoxError> {
        Ok(raw.parse()?)
    }
}

/// Languages in their order, as a JSON array.
impl Column for Vec<Tag> {
    type Raw = String;

    fn from_raw(raw: String) -> Result<Self, BoxError> {
        let tags: Vec<String> = serde_json::from_str(&raw)?;
        tags.iter().map(|tag| Ok(tag.parse()?)).collect()
    }
}

impl Column for [u8; 32] {
    type Raw = Vec<u8>;

    fn from_raw(raw: Vec<u8>) -> Result<Self, BoxError> {
        raw.try_into().map_err(|_| "not 32 bytes".into())
    }
}

impl<T: Column> Column for Option<T> {
    type Raw = Option<T::Raw>;

    fn from_raw(raw: Option<T::Raw>) -> Result<Self, BoxError> {
        raw.map(T::from_raw).transpose()
    }
}

/// A wording in several languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts(pub BTreeMap<Tag, String>);

impl Texts {
    /// Returns the wording in `tag`, else in English, else in the first language there is.
    pub fn of(&self, tag: Tag) -> &str {
        let Self(texts) = self;
        texts
            .get(&tag)
            .or_else(|| texts.get(&Tag::EN))
            .or_else(|| texts.values().next())
            .map_or("", String::as_str)
    }

    pub(crate) fn json(&self) -> String {
        let texts: BTreeMap<&str, &str> =
            self.0.iter().map(|(tag, text)| (tag.as_str(), text.as_str())).collect();
        serde_json::to_string(&texts).expect("a map of texts is JSON")
    }
}

impl<const N: usize> From<[(Tag, &str); N]> for Texts {
    fn from(texts: [(Tag, &str); N]) -> Self {
        Self(texts.into_iter().map(|(tag, text)| (tag, text.to_owned())).collect())
    }
}

impl Column for Texts {
    type Raw = String;

    fn from_raw(raw: String) -> Result<Self, BoxError> {
        let texts: BTreeMap<String, String> = serde_json::from_str(&raw)?;
        let texts: Result<_, BoxError> =
            texts.into_iter().map(|(tag, text)| Ok((tag.parse()?, text))).collect();
        Ok(Self(texts?))
    }
}

/// Returns languages as the JSON array they are stored as.
pub(crate) fn languages_json(languages: &[Tag]) -> String {
    let tags: Vec<&str> = languages.iter().map(Tag::as_str).collect();
    serde_json::to_string(&tags).expect("a list of texts is JSON")
}

/// Returns a count as the driver's `INTEGER`. What we count stays far below its limit.
pub(crate) fn int(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Returns a size as the driver's `BIGINT`.
pub(crate) fn long(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// An enum that is stored, and spoken of, as a word.
macro_rules! words {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Returns the word this is stored as.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl $crate::column::Column for $name {
            type Raw = String;

            fn from_raw(raw: String) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                match raw.as_str() {
                    $($word => Ok(Self::$variant),)*
                    other => Err(format!("unknown {}: {other}", stringify!($name)).into()),
                }
            }
        }
    };
}

pub(crate) use words;
