//! A caption: a segment of what was said, in one language, with its times and its author.

use language::Tag;

/// How settled a caption is. Ordered: a later state never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaptionState {
    /// Any word may still change.
    Partial,
    /// The words so far stay; more will follow.
    Stable,
    /// Complete. This is what the record keeps.
    Final,
}

/// Who made the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CaptionAuthor {
    /// Recognised, and translated where the languages differ, by a machine.
    Machine,
    /// A human interpreter.
    Interpreter,
    /// Typed by the speaker.
    Speaker,
}

/// A segment of text. Unique in a meeting by (segment, language, revision).
///
/// On the wire it is a LiveKit text stream on the topic `lk.transcription` with the attributes
/// `lk.segment_id`, `lk.transcription_final` (`true` or `false`), `lk.transcribed_track_id`, and
/// ours: `plenary.language`, `plenary.source_language`, `plenary.state` (`partial`, `stable`,
/// `final`), `plenary.stable` (bytes of the text that will not change), `plenary.author`
/// (`machine`, `interpreter`, `speaker`), `plenary.revision`, `plenary.start_us`,
/// `plenary.end_us`, `plenary.speaker` (identity) and `plenary.untranslated` (`true` where no
/// pack for the language is present and the text is the original).
#[derive(Clone, PartialEq, Eq)]
pub struct Caption {
    /// The same in every language of one segment.
    pub segment: String,
    pub language: Tag,
    /// What was spoken.
    pub source_language: Tag,
    pub revision: u32,
    pub state: CaptionState,
    pub author: CaptionAuthor,
    /// LiveKit identity of who spoke.
    pub speaker: String,
    /// LiveKit sid of the track that was heard.
    pub track: String,
    /// Microseconds since 1970 at which the words began and ended.
    pub start: crate::Timestamp,
    pub end: crate::Timestamp,
    pub text: String,
    /// Bytes at the start of `text` that will not change.
    pub stable: usize,
    /// No translation into `language` exists here; `text` is the original.
    pub untranslated: bool,
}

/// What was said is nobody's business in a log: the text and the speaker are left out.
impl std::fmt::Debug for Caption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caption")
            .field("segment", &self.segment)
            .field("language", &self.language)
            .field("revision", &self.revision)
            .field("state", &self.state)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}
