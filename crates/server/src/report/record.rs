//! Reads the record of a dialogue in one transaction: everything in it is of one moment.

use report::Record;
use report::record::{MeetingRecord, Said, SaidBy, Texts};
use store::caption::{self, RecordAuthor, RecordedCaption};
use store::edition::Edition;
use store::meeting::Meeting;
use store::{ReadTx, attendance, dialogue, meeting, organisation, survey};

use crate::App;
use crate::job::JobError;
use crate::survey::results;

/// Segments of one meeting's record, in all languages: six languages of a day's talk.
const SAID_MAX: u32 = 60_000;

/// Returns the record for this edition; nothing where its dialogue is gone.
pub(crate) async fn read(
    app: &App,
    tx: &mut ReadTx,
    edition: &Edition,
) -> Result<Option<Record>, JobError> {
    let Some(dialogue) = dialogue::find(tx, edition.dialogue_id).await? else { return Ok(None) };
    let organisation = organisation::find(tx, dialogue.organisation_id).await?;
    let mut surveys = Vec::new();
    for survey in survey::of_dialogue(tx, dialogue.id).await? {
        let cells = results::cells(tx, survey.id).await;
        surveys
            .push(cells.map_err(|_| JobError::Never("a questionnaire cannot be read".to_owned()))?);
    }
    let now = app.clock.now();
    let mut meetings = Vec::new();
    for meeting in meeting::of_dialogue(tx, dialogue.id).await? {
        if meeting.starts_at <= now {
            meetings.push(of_meeting(tx, &meeting).await?);
        }
    }
    Ok(Some(Record {
        organisation: organisation.map(|found| found.name).unwrap_or_default(),
        title: texts(&dialogue.title),
        description: texts(&dialogue.description),
        edition: edition.number,
        read_at: now,
        opens_at: dialogue.opens_at,
        closes_at: dialogue.closes_at.filter(|end| *end <= now),
        languages: edition.languages.clone(),
        is_demonstration: dialogue.is_demonstration,
        group_min: u64::from(app.config.survey.cell_min),
        surveys,
        meetings,
    }))
}

async fn of_meeting(tx: &mut ReadTx, meeting: &Meeting) -> Result<MeetingRecord, JobError> {
    let people = attendance::counts(tx, meeting.id).await?.people;
    // Those who agreed in the lobby alone are in it, and only if the organiser approved.
    let said = caption::published_of_meeting(tx, meeting.id, SAID_MAX).await?;
    Ok(MeetingRecord {
        title: texts(&meeting.title),
        starts_at: meeting.starts_at,
        minutes: meeting.minutes,
        people,
        said: said.into_iter().map(words).collect(),
    })
}

fn words(caption: RecordedCaption) -> Said {
    Said {
        segment: caption.segment,
        language: caption.language,
        source_language: caption.source_language,
        by: match caption.author {
            RecordAuthor::Machine => SaidBy::Machine,
            RecordAuthor::Interpreter => SaidBy::Interpreter,
            RecordAuthor::Speaker => SaidBy::Speaker,
        },
        at: caption.starts_at,
        text: caption.words,
        is_untranslated: caption.is_untranslated,
    }
}

fn texts(texts: &store::Texts) -> Texts {
    Texts(texts.0.iter().map(|(tag, text)| (*tag, text.clone())).collect())
}
