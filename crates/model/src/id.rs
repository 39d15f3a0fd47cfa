//! Typed identifiers: a UUIDv7 each, shown with a prefix (`MT_…`). They are not secrets.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// The text is not an identifier of this kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier that begins with {prefix}_")]
pub struct NotAnId {
    pub prefix: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let wrong = NotAnId { prefix: $prefix };
                let digits = text
                    .strip_prefix(concat!($prefix, "_"))
                    .filter(|digits| digits.len() == 32)
                    .ok_or(wrong.clone())?;
                Ok(Self(Uuid::try_parse(digits).map_err(|_| wrong)?))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(/** Who runs dialogues. */ OrganisationId, "OR");
id!(/** What an organiser runs: surveys, meetings, one report. */ DialogueId, "DG");
id!(/** A versioned questionnaire put to people. */ SurveyId, "SV");
id!(/** A way a survey reaches people; its code is in the link. */ ChannelId, "CH");
id!(/** One person's answers; also the idempotency key of sending them. */ ResponseId, "RS");
id!(/** A sitting with a schedule and a record; the name of its room. */ MeetingId, "MT");
id!(/** Somebody let in by a link, without an account. */ GuestId, "GU");
id!(/** A link that lets somebody do something. */ LinkId, "LK");
id!(/** One edition of a dialogue's report, which never changes. */ EditionId, "ED");
id!(/** A piece of background work. */ JobId, "JB");
id!(/** One person's presence in one room. */ ParticipantId, "PA");
id!(/** One published stream of media. */ TrackId, "TR");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_from_what_it_shows() {
        let id = SurveyId::from_uuid(Uuid::from_u128(0x0197_5000_0000_7000_8000_0000_0000_0075));

        assert_eq!(id.to_string(), "SV_01975000000070008000000000000075");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let wrong = "MT_01975000000070008000000000000075".parse::<SurveyId>();

        assert_eq!(wrong, Err(NotAnId { prefix: "SV" }));
    }
}
