use proptest::prelude::*;

use super::*;
use crate::Graph;

const PT: Tag = Tag::PT;

/// Drives a listener as the shell does: engines answer at once, from a script.
struct Desk {
    listener: Listener,
    now: Timestamp,
    captions: Vec<Caption>,
    /// What the recogniser says to utterance 1, 2, …, word by word as the sound grows.
    script: Vec<&'static str>,
    heard: Vec<Decode>,
    asked: Vec<Translate>,
    has_translator: bool,
}

impl Desk {
    fn new(script: &[&'static str], wanted: &[Tag]) -> Self {
        let mut graph = Graph::default();
        graph.add(Tag::EN, PT, 72.0);
        let mut listener = Listener::new(Source {
            speaker: "ana".into(),
            track: "TR_1".into(),
            language: Tag::EN,
            prefix: "s".into(),
        });
        listener.want(graph.plan(Tag::EN, &wanted.iter().copied().collect()));
        Self {
            listener,
            now: Timestamp::from_seconds(1_000),
            captions: Vec::new(),
            script: script.to_vec(),
            heard: Vec::new(),
            asked: Vec::new(),
            has_translator: true,
        }
    }

    fn hear(&mut self, voice: f32, millis: u64) {
        for _ in 0..millis / 32 {
            self.now = self.now + FRAME;
            self.listener.handle_frame(Heard { voice, power: voice }, self.now);
            self.serve();
        }
    }

    fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.listener.poll_timeout().filter(|&at| at <= end) {
            self.now = self.now.max(at);
            self.listener.handle_timeout(self.now);
            self.serve();
        }
        self.now = end;
    }

    fn serve(&mut self) {
        while let Some(output) = self.listener.poll() {
            match output {
                Output::Caption(caption) => self.captions.push(caption),
                Output::Decode(decode) => {
                    let text = self.read(&decode);
                    let (utterance, is_last) = (decode.utterance, decode.is_last);
                    self.heard.push(decode);
                    self.listener.handle_reading(utterance, is_last, text.as_deref(), self.now);
                }
                Output::Translate(translate) => {
                    let text = self.has_translator.then(|| format!("<{}>", translate.text));
                    let id = translate.id;
                    self.asked.push(translate);
                    self.listener.handle_translation(id, text.as_deref(), self.now);
                }
            }
        }
    }

    /// Says three words a second, as the sound grows; the whole script in the last reading.
    fn read(&self, decode: &Decode) -> Option<String> {
        let index = usize::try_from(decode.utterance.0 - 1).expect("small");
        let whole = self.script.get(index)?;
        let said = (decode.frames.end - decode.frames.start) * 32 * 3 / 1_000;
        let words = if decode.is_last { usize::MAX } else { usize::try_from(said).expect("small") };
        Some(whole.split(' ').take(words).collect::<Vec<_>>().join(" "))
    }

    fn finals(&self, language: Tag) -> Vec<&str> {
        self.of(language)
            .filter(|caption| caption.state == CaptionState::Final)
            .map(|caption| caption.text.as_str())
            .collect()
    }

    fn of(&self, language: Tag) -> impl Iterator<Item = &Caption> {
        self.captions.iter().filter(move |caption| caption.language == language)
    }
}

#[test]
fn a_sentence_is_final_at_its_pause_and_was_readable_before() {
    let mut desk = Desk::new(&["He was not an ill-disposed young man."], &[]);

    desk.hear(0.9, 2_400);
    let early: Vec<_> = desk.of(Tag::EN).map(|caption| caption.state).collect();
    desk.hear(0.0, 700);

    assert!(early.len() >= 3, "{early:?}");
    assert!(early.iter().all(|state| *state == CaptionState::Partial));
    assert_eq!(desk.finals(Tag::EN), ["He was not an ill-disposed young man."]);
}

#[test]
fn the_first_words_are_shown_within_a_second() {
    let mut desk = Desk::new(&["He was not an ill-disposed young man."], &[]);

    desk.hear(0.9, 1_000);

    assert!(!desk.captions.is_empty());
}

#[test]
fn a_part_waits_for_the_rest_and_both_are_one_sentence() {
    let mut desk = Desk::new(&["Ask not.", "What your country can do for you."], &[]);

    desk.hear(0.9, 800);
    desk.hear(0.0, 1_200);
    assert_eq!(desk.finals(Tag::EN), Vec::<&str>::new());
    desk.hear(0.9, 2_000);
    desk.hear(0.0, 700);

    assert_eq!(desk.finals(Tag::EN), ["Ask not what your country can do for you."]);
    assert!(desk.captions.iter().all(|caption| caption.segment == "s-1"));
}

#[test]
fn a_part_waits_a_second_and_no_longer() {
    let mut desk = Desk::new(&["Thank you.", "The meeting is closed for today."], &[]);

    desk.hear(0.9, 800);
    desk.hear(0.0, 1_900);
    desk.hear(0.9, 2_000);
    desk.hear(0.0, 700);

    assert_eq!(desk.finals(Tag::EN), ["Thank you.", "The meeting is closed for today."]);
}

#[test]
fn a_microphone_that_falls_silent_ends_the_sentence() {
    let mut desk = Desk::new(&["And so, my fellow"], &[]);

    desk.hear(0.9, 2_000);
    desk.wait(Duration::from_secs(2));

    assert_eq!(desk.finals(Tag::EN), ["And so, my fellow"]);
}

#[test]
fn unbroken_speech_is_final_every_six_seconds() {
    let mut desk = Desk::new(&["one two", "three four", "five six"], &[]);

    desk.hear(0.9, 12_500);

    assert_eq!(desk.finals(Tag::EN), ["one two", "three four"]);
}

#[test]
fn every_wanted_language_gets_its_caption() {
    let mut desk = Desk::new(&["He was not an ill-disposed young man."], &[PT]);

    desk.hear(0.9, 2_400);
    desk.hear(0.0, 700);

    assert_eq!(desk.finals(PT), ["<He was not an ill-disposed young man.>"]);
    let last = desk.of(PT).last().expect("one was made");
    assert!(!last.untranslated);
    assert_eq!((last.source_language, last.stable), (Tag::EN, last.text.len()));
}

#[test]
fn a_language_without_a_pack_gets_the_original_and_is_told_so() {
    let mut desk = Desk::new(&["He was not an ill-disposed young man."], &[Tag::RU]);

    desk.hear(0.9, 2_400);
    desk.hear(0.0, 700);

    assert_eq!(desk.finals(Tag::RU), ["He was not an ill-disposed young man."]);
    assert!(desk.of(Tag::RU).all(|caption| caption.untranslated));
}

#[test]
fn a_translator_that_fails_leaves_the_original() {
    let mut desk = Desk::new(&["He was not an ill-disposed young man."], &[PT]);
    desk.has_translator = false;

    desk.hear(0.9, 2_400);
    desk.hear(0.0, 700);

    assert_eq!(desk.finals(PT), ["He was not an ill-disposed young man."]);
    assert!(desk.of(PT).last().is_some_and(|caption| caption.untranslated));
}

#[test]
fn noise_without_words_makes_no_caption() {
    let mut desk = Desk::new(&["", "He was not an ill-disposed young man."], &[PT]);

    desk.hear(0.9, 500);
    desk.hear(0.0, 2_000);

    assert!(desk.captions.is_empty(), "{:?}", desk.captions);
}

#[test]
fn a_recogniser_that_does_not_answer_costs_the_oldest_utterances_and_no_memory() {
    let mut listener = Listener::new(Source {
        speaker: "ana".into(),
        track: "TR_1".into(),
        language: Tag::EN,
        prefix: "s".into(),
    });
    let mut now = Timestamp::from_seconds(0);

    for _ in 0..20 {
        for frame in 0..60 {
            now = now + FRAME;
            let voice = if frame < 30 { 0.9 } else { 0.0 };
            listener.handle_frame(Heard { voice, power: voice }, now);
        }
    }

    assert!(listener.utterances.len() <= UTTERANCES_MAX);
    assert_eq!(listener.given_up(), 12);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is said and however it pauses: revisions grow by one, settled bytes stay, and
    /// each segment ends in exactly one final caption per language, after which nothing comes.
    #[test]
    fn captions_keep_their_promises(
        runs in prop::collection::vec((any::<bool>(), 1_u64..40), 1..24)
    ) {
        let script = ["He was not an ill-disposed young man.", "Ask not.", "And so my fellow", "Yes."];
        let script: Vec<&'static str> = (0..40).map(|n| script[n % 4]).collect();
        let mut desk = Desk::new(&script, &[PT, Tag::RU]);

        for (speaks, tenths) in runs {
            desk.hear(if speaks { 0.9 } else { 0.0 }, tenths * 100);
        }
        desk.wait(Duration::from_secs(10));

        let mut last: BTreeMap<(String, Tag), Caption> = BTreeMap::new();
        for caption in desk.captions {
            let key = (caption.segment.clone(), caption.language);
            if let Some(before) = last.get(&key) {
                prop_assert!(before.state != CaptionState::Final, "{caption:?} after the end");
                prop_assert_eq!(caption.revision, before.revision + 1);
                prop_assert!(caption.text.starts_with(&before.text[..before.stable]));
            } else {
                prop_assert_eq!(caption.revision, 1);
            }
            prop_assert!(caption.stable <= caption.text.len());
            prop_assert!(caption.start <= caption.end);
            last.insert(key, caption);
        }
        for caption in last.values() {
            prop_assert_eq!(caption.state, CaptionState::Final);
        }
    }
}
