//! The past meeting of the demonstration: who was there, as counts, and what was said.

use std::time::Duration;

use language::{Tag, UN};
use model::Timestamp;
use model::caption::{Caption, CaptionAuthor, CaptionState};
use model::id::GuestId;
use store::meeting::Meeting;
use store::{StoreError, attendance, caption, meeting as meetings};
use uuid::Uuid;

use super::words::{SAID, Said};
use crate::App;

/// Invented people who were there: their ids are of no one.
const PEOPLE: u64 = 38;

/// How far apart the sentences of the record are.
const PACE: Duration = Duration::from_secs(14);

/// Writes attendance and record of a meeting as if it had been held.
pub(super) async fn hold(app: &App, meeting: &Meeting) -> Result<(), StoreError> {
    let mut tx = app.store.write(meeting.starts_at).await?;
    for person in 0..PEOPLE {
        let reads = UN[usize::try_from(person).unwrap_or(0) % UN.len()];
        let agrees = person < 24;
        attendance::enter(&mut tx, meeting.id, guest(person), reads, agrees).await?;
    }
    let mut at = meeting.starts_at + PACE;
    for (number, said) in SAID.iter().enumerate() {
        for (place, language) in UN.iter().enumerate() {
            let segment = spoken(number, said, *language, said.words[place], at);
            caption::record(&mut tx, meeting.id, &segment).await?;
        }
        at = at + PACE;
    }
    tx.commit().await?;
    let end = meeting.starts_at + Duration::from_secs(u64::from(meeting.minutes) * 60);
    let mut tx = app.store.write(end).await?;
    attendance::leave_all(&mut tx, meeting.id).await?;
    meetings::approve_record(&mut tx, meeting.id, true).await?;
    tx.commit().await
}

fn spoken(number: usize, said: &Said, language: Tag, words: &str, start: Timestamp) -> Caption {
    Caption {
        segment: format!("SG_demonstration_{number}"),
        language,
        source_language: said.language,
        revision: 1,
        state: CaptionState::Final,
        author: CaptionAuthor::Machine,
        speaker: guest(said.speaker).to_string(),
        track: "TR_demonstration".to_owned(),
        start,
        end: start + Duration::from_secs(9),
        text: words.to_owned(),
        stable: words.len(),
        untranslated: false,
    }
}

/// An invented guest: a `UUIDv7` of 1970.
fn guest(person: u64) -> GuestId {
    GuestId::from_uuid(Uuid::from_u128((0x7000_u128 << 64) | (0x8_u128 << 60) | u128::from(person)))
}
