//! Who is in which room, for whoever needs to know without being in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use language::Tag;
use model::media::RoomName;
use signal::room::Present;
use signal::token::TokenKind;

/// The attributes in which somebody says what they speak and read, and whether they let their
/// words be kept.
pub(super) const SPEAK: &str = "plenary.speak";
pub(super) const READ: &str = "plenary.read";
pub(super) const RECORD: &str = "plenary.record";

/// The open rooms, at one moment.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    pub presence_by_room: BTreeMap<RoomName, Arc<Presence>>,
}

/// Who is in one room, at one moment.
#[derive(Clone, Debug, Default)]
pub struct Presence {
    pub people: Vec<Present>,
}

impl Presence {
    /// Returns the people whose media is connected, without agents and hidden ones.
    pub fn humans(&self) -> impl Iterator<Item = &Present> {
        self.people.iter().filter(|present| is_human(present) && present.is_up)
    }

    /// Returns which languages people want to read.
    pub fn wanted(&self) -> BTreeSet<Tag> {
        self.humans().filter_map(|present| tag(present, READ)).collect()
    }

    /// Returns which language somebody speaks, if they said so.
    pub fn spoken_by(&self, identity: &str) -> Option<Tag> {
        tag(self.people.iter().find(|present| present.identity == identity)?, SPEAK)
    }
}

pub(super) fn is_human(present: &Present) -> bool {
    present.kind == TokenKind::Standard && !present.is_hidden
}

pub(super) fn tag(present: &Present, attribute: &str) -> Option<Tag> {
    present.attributes.get(attribute)?.parse().ok()
}
