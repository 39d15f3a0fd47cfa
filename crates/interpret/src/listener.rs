//! One track that is listened to: frames in, captions out, with requests to the engines between.
//!
//! ```text
//! utterances (in order)     ┌ unread: its readings are shown as they settle
//!   front ─ read ─▶ sentence┤ whole, cut for length, or long enough: final
//!                           └ part: stable, waits ≤ 1 s for the next utterance to begin
//! ```

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::time::Duration;

use language::Tag;
use model::Timestamp;
use model::caption::{Caption, CaptionAuthor, CaptionState};

use crate::agreement::Agreement;
use crate::route::Plan;
use crate::segment::{Cut, FRAME, Heard, Segmenter, Turn};
use crate::sentence::{Joined, is_complete, join, stem};
use crate::target::Target;

/// An open utterance is read again after 12 frames, 0.4 s: more often costs more than it shows.
const REREAD_FRAMES: u64 = 12;

/// How long a part of a sentence waits for the rest to begin.
const REJOIN: Duration = Duration::from_secs(1);

/// A sentence that has lasted this long takes no more parts.
const SENTENCE_MAX: Duration = Duration::from_secs(4);

/// No sound for this long is a pause: a muted microphone sends nothing.
const SILENCE: Duration = Duration::from_millis(600);

/// Utterances that may wait for their reading: 50 s of speech. Beyond, the oldest is given up.
const UTTERANCES_MAX: usize = 8;

/// What is shown for a moment must come at once or not at all.
const SOON: Duration = Duration::from_secs(1);

/// What the record keeps may take longer.
const EVENTUALLY: Duration = Duration::from_secs(5);

/// Who is listened to.
#[derive(Clone, Debug)]
pub struct Source {
    /// LiveKit identity.
    pub speaker: String,
    /// LiveKit sid of the track.
    pub track: String,
    /// What is spoken.
    pub language: Tag,
    /// Begins every segment's id; unique in the meeting, also after a restart.
    pub prefix: String,
}

/// Names an utterance of one listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Utterance(u64);

/// Read these frames aloud to the recogniser; the answer goes to [`Listener::handle_reading`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decode {
    pub utterance: Utterance,
    pub frames: Range<u64>,
    /// The utterance is over: this reading counts.
    pub is_last: bool,
    /// After this time the answer is of no use.
    pub within: Duration,
}

/// Translate this text; the answer goes to [`Listener::handle_translation`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translate {
    pub id: u64,
    pub legs: Vec<(Tag, Tag)>,
    pub text: String,
    pub is_last: bool,
    /// After this time the answer is of no use.
    pub within: Duration,
}

/// What should happen. Every request wants an answer, also where it failed or was dropped.
#[derive(Clone, Debug)]
pub enum Output {
    Decode(Decode),
    Translate(Translate),
    Caption(Caption),
}

/// Listens to one track.
#[derive(Debug)]
pub struct Listener {
    source: Source,
    plan: Plan,
    segmenter: Segmenter,
    heard_at: Option<Timestamp>,
    utterances: VecDeque<Pending>,
    sentence: Option<Sentence>,
    translations: BTreeMap<u64, Translation>,
    outputs: VecDeque<Output>,
    utterance_count: u64,
    segment_count: u64,
    translation_count: u64,
    given_up: u64,
}

/// An utterance on its way to its reading.
#[derive(Debug)]
struct Pending {
    id: Utterance,
    start: Timestamp,
    first: u64,
    /// Up to where it was given to the engine last.
    given: u64,
    is_waiting: bool,
    closed: Option<Closed>,
    agreement: Agreement,
    is_read: bool,
}

#[derive(Clone, Copy, Debug)]
struct Closed {
    cut: Cut,
    /// When speech ended, and when we knew.
    end: Timestamp,
    at: Timestamp,
}

/// The sentence that is being put together from utterances.
#[derive(Debug)]
struct Sentence {
    segment: String,
    start: Timestamp,
    end: Timestamp,
    /// The utterances that were read.
    text: String,
    /// The front of the queue belongs to this sentence.
    has_front: bool,
    /// Until when the next part must have begun.
    until: Timestamp,
    revision: u32,
    shown: Growing,
    targets: BTreeMap<Tag, Target>,
}

/// A sentence as it is shown while it grows.
#[derive(Debug, Default, PartialEq, Eq)]
struct Growing {
    text: String,
    /// Bytes that will not change, and bytes that will hardly.
    stable: usize,
    likely: usize,
}

#[derive(Debug)]
enum Translation {
    /// Shown if its sentence is still growing.
    Growing { segment: String, language: Tag },
    /// The caption as it will be, but for the text, which is the original.
    Last(Box<Caption>),
}

impl Listener {
    pub fn new(source: Source) -> Self {
        Self {
            source,
            plan: Plan::new(),
            segmenter: Segmenter::default(),
            heard_at: None,
            utterances: VecDeque::new(),
            sentence: None,
            translations: BTreeMap::new(),
            outputs: VecDeque::new(),
            utterance_count: 0,
            segment_count: 0,
            translation_count: 0,
            given_up: 0,
        }
    }

    /// Returns who is listened to.
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// Takes the languages that are wanted from here on.
    pub fn want(&mut self, plan: Plan) {
        self.plan = plan;
    }

    /// Takes the next frame; `now` is when it ended.
    pub fn handle_frame(&mut self, heard: Heard, now: Timestamp) {
        self.heard_at = Some(now);
        let turn = self.segmenter.hear(heard);
        self.handle_turn(turn, now);
        self.reread();
        self.advance(now);
    }

    /// Takes what the recogniser read, or that it failed.
    pub fn handle_reading(
        &mut self,
        utterance: Utterance,
        is_last: bool,
        reading: Option<&str>,
        now: Timestamp,
    ) {
        let Some(heard) = self.utterances.iter_mut().find(|heard| heard.id == utterance) else {
            return;
        };
        if is_last {
            let before = heard.agreement.text().to_owned();
            heard.agreement.settle(reading.unwrap_or(&before));
            heard.is_read = true;
        } else {
            heard.is_waiting = false;
            if let Some(reading) = reading {
                heard.agreement.revise(reading, heard.given);
            }
        }
        self.advance(now);
    }

    /// Takes a translation, or that there is none.
    pub fn handle_translation(&mut self, id: u64, text: Option<&str>, now: Timestamp) {
        match self.translations.remove(&id) {
            Some(Translation::Growing { segment, language }) => {
                self.show_growing(&segment, language, text);
            }
            Some(Translation::Last(mut caption)) => {
                if let Some(text) = text {
                    text.clone_into(&mut caption.text);
                    caption.untranslated = false;
                }
                caption.stable = caption.text.len();
                self.outputs.push_back(Output::Caption(*caption));
            }
            None => {}
        }
        self.advance(now);
    }

    /// Notices that no sound came, or that nothing was added to a sentence.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        if self.segmenter.open().is_some()
            && self.heard_at.is_some_and(|at| now.since(at) >= SILENCE)
        {
            let turn = self.segmenter.pause();
            self.handle_turn(turn, now);
        }
        self.advance(now);
    }

    /// Returns when [`Listener::handle_timeout`] wants to be called.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let silence = self.segmenter.open().and(self.heard_at).map(|at| at + SILENCE);
        let rejoin = self.sentence.as_ref().filter(|s| !s.has_front).map(|s| s.until);
        [silence, rejoin].into_iter().flatten().min()
    }

    /// Returns the next thing that should happen.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Returns how many utterances were given up because the recogniser did not keep up.
    pub const fn given_up(&self) -> u64 {
        self.given_up
    }

    fn handle_turn(&mut self, turn: Option<Turn>, now: Timestamp) {
        match turn {
            Some(Turn::Opened { first, onset }) => self.open(first, self.at(onset, now)),
            Some(Turn::Closed { frames, voice_end, cut }) => {
                let end = frames.end;
                let closed = Closed { cut, end: self.at(voice_end, now), at: now };
                self.close(frames, closed);
                if cut == Cut::Length {
                    self.open(end, self.at(end, now));
                }
            }
            Some(Turn::Dropped) => self.drop_open(),
            None => {}
        }
    }

    /// Forgets the utterance that was open: nothing was said.
    fn drop_open(&mut self) {
        if let Some(pending) = self.utterances.back_mut().filter(|p| p.closed.is_none()) {
            pending.agreement = Agreement::default();
            pending.is_read = true;
        }
    }

    fn open(&mut self, first: u64, start: Timestamp) {
        if self.utterances.len() >= UTTERANCES_MAX
            && let Some(oldest) = self.utterances.iter_mut().find(|heard| !heard.is_read)
        {
            oldest.is_read = true;
            self.given_up += 1;
        }
        self.utterance_count += 1;
        self.utterances.push_back(Pending {
            id: Utterance(self.utterance_count),
            start,
            first,
            given: self.segmenter.heard(),
            is_waiting: false,
            closed: None,
            agreement: Agreement::default(),
            is_read: false,
        });
    }

    fn close(&mut self, frames: Range<u64>, closed: Closed) {
        let Some(heard) = self.utterances.back_mut().filter(|heard| heard.closed.is_none()) else {
            return;
        };
        heard.closed = Some(closed);
        let utterance = heard.id;
        let decode = Decode { utterance, frames, is_last: true, within: EVENTUALLY };
        self.outputs.push_back(Output::Decode(decode));
    }

    /// Asks for another reading of the open utterance, if there is enough more of it.
    fn reread(&mut self) {
        let Some(open) = self.segmenter.open() else { return };
        let Some(heard) = self.utterances.back_mut().filter(|heard| heard.closed.is_none()) else {
            return;
        };
        if heard.is_waiting || open.end < heard.given + REREAD_FRAMES {
            return;
        }
        heard.is_waiting = true;
        heard.given = open.end;
        let frames = heard.first..open.end;
        let decode = Decode { utterance: heard.id, frames, is_last: false, within: SOON };
        self.outputs.push_back(Output::Decode(decode));
    }

    /// Moves what was read into sentences and shows what changed.
    fn advance(&mut self, now: Timestamp) {
        while let Some(start) = self.utterances.front().map(|front| front.start) {
            self.place_front(start);
            if self.utterances.front().is_some_and(|front| !front.is_read) {
                self.show(CaptionState::Partial);
                return;
            }
            self.absorb_front();
        }
        if self.sentence.as_ref().is_some_and(|s| !s.has_front && now >= s.until) {
            self.finish();
        }
    }

    /// Decides whether the front of the queue continues the sentence or begins one.
    fn place_front(&mut self, start: Timestamp) {
        if self.sentence.as_ref().is_some_and(|s| !s.has_front && start > s.until) {
            self.finish();
        }
        let count = self.segment_count + 1;
        let sentence = self.sentence.get_or_insert_with(|| {
            self.segment_count = count;
            Sentence::new(format!("{}-{count}", self.source.prefix), start)
        });
        sentence.has_front = true;
    }

    fn absorb_front(&mut self) {
        let (Some(front), Some(sentence)) = (self.utterances.pop_front(), &mut self.sentence)
        else {
            return;
        };
        let tail = front.agreement.text();
        sentence.text = join(&sentence.text, tail, self.source.language).text;
        sentence.has_front = false;
        let Some(closed) = front.closed else {
            // A breath: what was said before it waits no longer than it would have.
            if sentence.text.is_empty() {
                self.finish();
            }
            return;
        };
        sentence.end = closed.end;
        sentence.until = closed.at + REJOIN;
        let is_done = closed.cut == Cut::Length
            || sentence.text.is_empty()
            || is_complete(&sentence.text)
            || sentence.end.since(sentence.start) >= SENTENCE_MAX;
        if is_done {
            self.finish();
        } else {
            self.show(CaptionState::Stable);
        }
    }

    /// Shows the growing sentence in its own language, and asks for what is wanted in others.
    fn show(&mut self, state: CaptionState) {
        let Some(mut sentence) = self.sentence.take() else { return };
        let growing = self.text_of(&sentence);
        if !growing.text.is_empty() && growing != sentence.shown {
            sentence.revision += 1;
            let caption = Caption {
                state,
                stable: growing.stable,
                text: growing.text.clone(),
                revision: sentence.revision,
                ..self.draft(&sentence)
            };
            self.outputs.push_back(Output::Caption(caption.clone()));
            self.ask_growing(&mut sentence, &caption, growing.likely);
            sentence.shown = growing;
        }
        self.sentence = Some(sentence);
    }

    fn ask_growing(&mut self, sentence: &mut Sentence, caption: &Caption, likely: usize) {
        let likely = &caption.text[..likely];
        for (&language, route) in &self.plan {
            let target = sentence.targets.entry(language).or_default();
            let Some(route) = route else {
                let revision = target.revise();
                let copy = Caption { language, revision, untranslated: true, ..caption.clone() };
                self.outputs.push_back(Output::Caption(copy));
                continue;
            };
            let text = match caption.state {
                CaptionState::Partial if target.wants(likely) => likely,
                CaptionState::Stable if target.wants_whole(&caption.text) => &caption.text,
                CaptionState::Partial | CaptionState::Stable | CaptionState::Final => continue,
            };
            target.ask(text);
            self.translation_count += 1;
            let id = self.translation_count;
            let segment = sentence.segment.clone();
            self.translations.insert(id, Translation::Growing { segment, language });
            self.outputs.push_back(Output::Translate(Translate {
                id,
                legs: route.legs.clone(),
                text: text.to_owned(),
                is_last: false,
                within: SOON,
            }));
        }
    }

    fn show_growing(&mut self, segment: &str, language: Tag, text: Option<&str>) {
        let Some(mut sentence) = self.sentence.take() else { return };
        if sentence.segment == segment
            && let Some(target) = sentence.targets.get_mut(&language)
        {
            target.is_waiting = false;
            if let Some(text) = text {
                let revision = target.revise();
                let text = text.to_owned();
                let caption = Caption { language, revision, text, ..self.draft(&sentence) };
                self.outputs.push_back(Output::Caption(caption));
            }
        }
        self.sentence = Some(sentence);
    }

    /// Ends the sentence: its own language at once, the others when they are translated.
    fn finish(&mut self) {
        let Some(mut sentence) = self.sentence.take() else { return };
        if sentence.text.is_empty() && sentence.revision == 0 {
            return;
        }
        let caption = Caption {
            state: CaptionState::Final,
            stable: sentence.text.len(),
            text: sentence.text.clone(),
            revision: sentence.revision + 1,
            ..self.draft(&sentence)
        };
        self.outputs.push_back(Output::Caption(caption.clone()));
        for (&language, route) in &self.plan {
            let target = sentence.targets.entry(language).or_default();
            let revision = target.revise();
            let original = Caption { language, revision, untranslated: true, ..caption.clone() };
            let Some(route) = route.as_ref().filter(|_| !caption.text.is_empty()) else {
                self.outputs.push_back(Output::Caption(original));
                continue;
            };
            self.translation_count += 1;
            let id = self.translation_count;
            self.translations.insert(id, Translation::Last(Box::new(original)));
            self.outputs.push_back(Output::Translate(Translate {
                id,
                legs: route.legs.clone(),
                text: caption.text.clone(),
                is_last: true,
                within: EVENTUALLY,
            }));
        }
    }

    /// Returns the sentence with what has been read of its last utterance.
    fn text_of(&self, sentence: &Sentence) -> Growing {
        let front = self.utterances.front().filter(|_| sentence.has_front);
        let tail = front.map_or("", |front| front.agreement.text());
        let Joined { text, tail: start } = join(&sentence.text, tail, self.source.language);
        let stem = stem(&sentence.text).len();
        let reach = |bytes: usize| if bytes > 0 { start + bytes } else { stem };
        let stable = reach(front.map_or(0, |front| front.agreement.stable()));
        let likely = reach(front.map_or(0, |front| front.agreement.likely()));
        Growing { text, stable, likely }
    }

    /// Returns a partial caption in the spoken language, without words.
    fn draft(&self, sentence: &Sentence) -> Caption {
        let front = self.utterances.front().filter(|_| sentence.has_front);
        let end = match front.map(|front| front.closed) {
            Some(Some(closed)) => closed.end,
            Some(None) => self.heard_at.unwrap_or(sentence.end),
            None => sentence.end,
        };
        Caption {
            segment: sentence.segment.clone(),
            language: self.source.language,
            source_language: self.source.language,
            revision: 0,
            state: CaptionState::Partial,
            author: CaptionAuthor::Machine,
            speaker: self.source.speaker.clone(),
            track: self.source.track.clone(),
            start: sentence.start,
            end: end.max(sentence.start),
            text: String::new(),
            stable: 0,
            untranslated: false,
        }
    }

    /// Returns when a frame began.
    fn at(&self, frame: u64, now: Timestamp) -> Timestamp {
        let frames = u32::try_from(self.segmenter.heard().saturating_sub(frame));
        self.heard_at.unwrap_or(now) - FRAME * frames.unwrap_or(u32::MAX)
    }
}

impl Sentence {
    fn new(segment: String, start: Timestamp) -> Self {
        Self {
            segment,
            start,
            end: start,
            text: String::new(),
            has_front: true,
            until: start,
            revision: 0,
            shown: Growing::default(),
            targets: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests;
