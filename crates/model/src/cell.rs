//! Answer cells: how many answers of one stratum chose each option, packed into one row.

use crate::id::SurveyId;

/// What the answers of one cell have in common. The finest grain that weighting needs.
///
/// `region`, `age` and `gender` are codes of the survey's own lists; 0 is *not said*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stratum {
    pub survey: SurveyId,
    pub version: u32,
    /// Hours since 1970 ([`crate::Timestamp::hour`]).
    pub hour: i64,
    /// Kind of channel: 0 web link, 1 without JavaScript, 2 embed, 3 kiosk …
    pub channel: u8,
    pub region: u8,
    pub age: u8,
    pub gender: u8,
    /// Trust class: 0 open link, 1 invitation, 2 verified.
    pub trust: u8,
}

/// The counts of one stratum. Slot 0 counts the responses; what the other slots count is the
/// questionnaire's to say (one per option, one per question answered).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub stratum: Stratum,
    pub counts: Vec<u32>,
}
