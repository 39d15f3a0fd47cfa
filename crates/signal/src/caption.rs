//! Captions as text streams, in the attributes that `model::caption` lists.

use std::collections::BTreeMap;

use model::Timestamp;
use model::caption::{Caption, CaptionAuthor, CaptionState};

use crate::limit::is_deceiving;
use crate::packet::Text;

/// The topic on which captions travel.
pub const TRANSCRIPTION_TOPIC: &str = "lk.transcription";

const SEGMENT: &str = "lk.segment_id";
const FINAL: &str = "lk.transcription_final";
const TRACK: &str = "lk.transcribed_track_id";
const LANGUAGE: &str = "plenary.language";
const SOURCE_LANGUAGE: &str = "plenary.source_language";
const STATE: &str = "plenary.state";
const STABLE: &str = "plenary.stable";
pub(crate) const AUTHOR: &str = "plenary.author";
const REVISION: &str = "plenary.revision";
const START: &str = "plenary.start_us";
const END: &str = "plenary.end_us";
pub(crate) const SPEAKER: &str = "plenary.speaker";
const UNTRANSLATED: &str = "plenary.untranslated";
pub(crate) const AUTHOR_SPEAKER: &str = "speaker";

/// The longest caption that is taken: more than a minute of fast speech in any script.
const CAPTION_BYTES_MAX: usize = 8 * 1024;

/// Segment ids are made by whoever transcribes; ours are UUIDs.
const SEGMENT_BYTES_MAX: usize = 128;

/// Returns the attributes of the stream that carries `caption`.
pub fn caption_attributes(caption: &Caption) -> BTreeMap<String, String> {
    let is_final = caption.state == CaptionState::Final;
    [
        (SEGMENT, caption.segment.clone()),
        (FINAL, is_final.to_string()),
        (TRACK, caption.track.clone()),
        (LANGUAGE, caption.language.to_string()),
        (SOURCE_LANGUAGE, caption.source_language.to_string()),
        (STATE, state_word(caption.state).to_owned()),
        (STABLE, caption.stable.to_string()),
        (AUTHOR, author_word(caption.author).to_owned()),
        (REVISION, caption.revision.to_string()),
        (START, caption.start.micros().to_string()),
        (END, caption.end.micros().to_string()),
        (SPEAKER, caption.speaker.clone()),
        (UNTRANSLATED, caption.untranslated.to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// Returns the caption that a stream on [`TRANSCRIPTION_TOPIC`] carries; `None` if it lacks our
/// attributes, contradicts itself, or is no line of visible text.
pub fn caption_of(stream: &Text) -> Option<Caption> {
    let value = |name: &str| stream.attributes.get(name).map(String::as_str);
    let segment = value(SEGMENT)
        .filter(|segment| !segment.is_empty() && segment.len() <= SEGMENT_BYTES_MAX)?;
    let stable: usize = value(STABLE)?.parse().ok()?;
    if stream.text.len() > CAPTION_BYTES_MAX
        || !stream.text.is_char_boundary(stable)
        || stream.text.chars().any(is_deceiving)
    {
        return None;
    }
    let state = match value(STATE)? {
        "partial" => CaptionState::Partial,
        "stable" => CaptionState::Stable,
        "final" => CaptionState::Final,
        _ => return None,
    };
    let author = match value(AUTHOR)? {
        "machine" => CaptionAuthor::Machine,
        "interpreter" => CaptionAuthor::Interpreter,
        AUTHOR_SPEAKER => CaptionAuthor::Speaker,
        _ => return None,
    };
    let time = |name: &str| Some(Timestamp::from_micros(value(name)?.parse().ok()?));
    Some(Caption {
        segment: segment.to_owned(),
        language: value(LANGUAGE)?.parse().ok()?,
        source_language: value(SOURCE_LANGUAGE)?.parse().ok()?,
        revision: value(REVISION)?.parse().ok()?,
        state,
        author,
        speaker: value(SPEAKER)?.to_owned(),
        track: value(TRACK).unwrap_or_default().to_owned(),
        start: time(START)?,
        end: time(END)?,
        text: stream.text.clone(),
        stable,
        untranslated: value(UNTRANSLATED) == Some("true"),
    })
}

fn state_word(state: CaptionState) -> &'static str {
    match state {
        CaptionState::Partial => "partial",
        CaptionState::Stable => "stable",
        CaptionState::Final => "final",
    }
}

fn author_word(author: CaptionAuthor) -> &'static str {
    match author {
        CaptionAuthor::Machine => "machine",
        CaptionAuthor::Interpreter => "interpreter",
        CaptionAuthor::Speaker => AUTHOR_SPEAKER,
    }
}
