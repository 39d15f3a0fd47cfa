//! Speech through the whole path: resampled, cut by voice activity, read while it grows, settled,
//! re-joined. What is counted are the words of the final captions.

use std::collections::BTreeSet;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use interpret::Source;
use language::Tag;
use model::Timestamp;
use model::caption::{Caption, CaptionState};
use speech::pack::{self, Role};
use speech::{Answer, Hearing, Job, Library, Pool, Queue, RATE, Task, Third, Work};

use crate::metric::{Errors, word_errors};
use crate::packs::Folder;
use crate::{library, models};

/// What is said in the clips.
const CLIPS: [(&str, &str); 8] = [
    (
        "jfk.wav",
        "and so my fellow americans ask not what your country can do for you ask what you can do \
         for your country",
    ),
    ("beckett.wav", "ever tried ever failed no matter try again fail again fail better"),
    (
        "two_cities.wav",
        "it was the best of times it was the worst of times it was the age of wisdom it was the \
         age of foolishness it was the epoch of belief it was the epoch of incredulity it was the \
         season of light it was the season of darkness it was the spring of hope it was the \
         winter of despair we had everything before us we had nothing before us we were all going \
         direct to heaven we were all going direct the other way in short the period was so far \
         like the present period that some of its noisiest authorities insisted on its being \
         received for good or for evil in the superlative degree of comparison only",
    ),
    (
        "austen_0870.wav",
        "and mister john dashwood had then leisure to consider how much there might be prudently \
         in his power to do for them",
    ),
    ("austen_0880.wav", "he was not an ill disposed young man"),
    (
        "austen_0890.wav",
        "unless to be rather cold hearted and rather selfish is to be ill disposed",
    ),
    (
        "austen_0920.wav",
        "had he married a more amiable woman he might have been made still more respectable than \
         he was",
    ),
    ("austen_0930.wav", "he might even have been made amiable himself"),
];

/// One frame, as sound arrives.
const CHUNK: usize = 512;

#[test]
fn what_is_said_in_the_clips_is_read_with_at_most_8_percent_wrong_words() {
    let mut total = Errors::default();
    let (mut first, mut last) = (Vec::new(), Vec::new());
    let mut sound = Duration::ZERO;
    let mut computing = Vec::new();

    for (clip, said) in CLIPS {
        let pcm = read_clip(clip);
        let heard = Listening::new(&[]).listen(&pcm);
        sound += Duration::from_secs_f64(pcm.len() as f64 / f64::from(RATE));
        let read = finals(&heard.captions, Tag::EN);
        let errors = word_errors(said, &read);
        println!("{clip}: {:.1} % of {} words: {read}", errors.percent(), errors.words);
        total.errors += errors.errors;
        total.words += errors.words;
        first.extend(heard.first_words);
        last.extend(heard.finals);
        computing.extend(heard.computing);
    }

    first.sort();
    last.sort();
    computing.sort();
    println!(
        "streaming WER {:.1} % over {} words; first words {:?} p50 after they begin, final {:?} \
         p50 and {:?} p95 after the end, and a reading takes {:?} p50, {:?} p95, in all {:.3} s \
         per second of sound; {} at most",
        total.percent(),
        total.words,
        at(&first, 50),
        at(&last, 50),
        at(&last, 95),
        at(&computing, 50),
        at(&computing, 95),
        computing.iter().sum::<Duration>().as_secs_f64() / sound.as_secs_f64(),
        memory(),
    );
    assert!(total.percent() <= 8.0, "{:.1} % of the words are wrong", total.percent());
    assert!(at(&first, 50) <= Duration::from_millis(900), "first words come late");
    assert!(at(&last, 95) <= Duration::from_millis(1_800), "final captions come late");
}

/// Whisper is optional (`WHISPER=1 make models`): each recogniser that is present is tried alone.
#[test]
fn every_recogniser_that_is_present_reads_english() {
    let (clip, said) = CLIPS[0];
    let recognisers: Vec<String> = pack::list(&models())
        .packs
        .into_iter()
        .filter(|pack| pack.role == Role::Recognition && pack.languages.contains(&Tag::EN))
        .map(|pack| pack.id)
        .collect();
    assert!(!recognisers.is_empty(), "run make models");

    for id in &recognisers {
        let folder = Folder::of_links(id);
        for other in recognisers.iter().filter(|other| *other != id) {
            std::fs::remove_dir_all(folder.0.join(other)).expect("it is there");
        }
        let library = Arc::new(Library::open(&folder.0));
        let begun = Instant::now();

        let heard = Listening::with(&library, &[]).listen(&read_clip(clip));

        let read = finals(&heard.captions, Tag::EN);
        let errors = word_errors(said, &read);
        println!("{id}: {:.1} % in {:?}: {read}", errors.percent(), begun.elapsed());
        assert!(errors.percent() <= 10.0, "{id}: {read}");
    }
}

#[test]
fn a_speech_in_english_is_read_in_portuguese() {
    let heard = Listening::new(&[Tag::PT, Tag::RU]).listen(&read_clip("jfk.wav"));

    let portuguese = finals(&heard.captions, Tag::PT).to_lowercase();
    assert!(portuguese.contains("país"), "{portuguese}");
    let russian: Vec<_> = heard.captions.iter().filter(|c| c.language == Tag::RU).collect();
    assert!(!russian.is_empty() && russian.iter().all(|caption| caption.untranslated));
}

#[test]
fn noise_is_not_read() {
    let mut seed = 1_u32;
    let noise: Vec<f32> = (0..RATE * 5)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [high, low, ..] = seed.to_be_bytes();
            f32::from(i16::from_be_bytes([high, low])) / 3_276_800.0
        })
        .collect();

    let heard = Listening::new(&[]).listen(&noise);

    assert!(heard.captions.is_empty());
}

struct Listening {
    hearing: Hearing,
    pool: Pool,
    answers: (mpsc::Sender<Reply>, mpsc::Receiver<Reply>),
    now: Timestamp,
    captions: Vec<Caption>,
    first_words: Vec<Duration>,
    finals: Vec<Duration>,
    /// What each call of an engine took. It is not added to the times above, which are the rules'
    /// alone and the same on every machine; `make bench` measures the sum on a running server.
    computing: Vec<Duration>,
}

enum Reply {
    Read(interpret::Utterance, bool, Answer),
    Translated(u64, Answer),
}

impl Listening {
    fn new(wanted: &[Tag]) -> Self {
        Self::with(&library(), wanted)
    }

    fn with(library: &Arc<Library>, wanted: &[Tag]) -> Self {
        let source = Source {
            speaker: "ana".into(),
            track: "TR_1".into(),
            language: Tag::EN,
            prefix: "s".into(),
        };
        let mut hearing = Hearing::new(library.voice().expect("run make models"), source);
        let wanted: BTreeSet<Tag> = wanted.iter().copied().collect();
        hearing.want(library.graph().plan(Tag::EN, &wanted));
        Self {
            hearing,
            pool: Pool::start(library, 1).expect("threads can be started"),
            answers: mpsc::channel(),
            now: Timestamp::from_seconds(1_000_000),
            captions: Vec::new(),
            first_words: Vec::new(),
            finals: Vec::new(),
            computing: Vec::new(),
        }
    }

    /// Hears the sound and three seconds of silence. Time is the sound's.
    fn listen(mut self, pcm: &[f32]) -> Self {
        let silence = vec![0.0; 3 * RATE as usize];
        let begun = self.now;
        let mut heard = 0;
        for chunk in pcm.chunks(CHUNK).chain(silence.chunks(CHUNK)) {
            heard += chunk.len();
            let at = begun + Duration::from_secs_f64(heard as f64 / f64::from(RATE));
            self.now = at;
            self.hearing.hear(chunk, at).expect("the ear works");
            self.hearing.handle_timeout(at);
            self.work();
        }
        self
    }

    fn work(&mut self) {
        while let Some(work) = self.hearing.poll() {
            let begun = Instant::now();
            let (task, reply): (Task, Box<dyn FnOnce(Answer) -> Reply + Send>) = match work {
                Work::Caption(caption) => {
                    self.take(caption);
                    continue;
                }
                Work::Read { utterance, is_last, pcm, language, .. } => (
                    Task::Read { pcm, language },
                    Box::new(move |answer| Reply::Read(utterance, is_last, answer)),
                ),
                Work::Translate(translate) => (
                    Task::Translate { text: translate.text, legs: translate.legs },
                    Box::new(move |answer| Reply::Translated(translate.id, answer)),
                ),
            };
            let sender = self.answers.0.clone();
            let deadline = Instant::now() + Duration::from_mins(1);
            let answer = Box::new(move |answer| drop(sender.send(reply(answer))));
            let job = Job { task, queue: Queue::Lasting, deadline, answer };
            self.pool.submit(job).expect("one at a time");
            let reply = self.answers.1.recv().expect("each job is answered");
            self.computing.push(begun.elapsed());
            let now = self.now;
            match reply {
                Reply::Read(utterance, is_last, answer) => {
                    let text = answer.expect("the recogniser works");
                    self.hearing.handle_reading(utterance, is_last, Some(&text), now);
                }
                Reply::Translated(id, answer) => {
                    let text = answer.expect("the translator works");
                    self.hearing.handle_translation(id, Some(&text), now);
                }
            }
        }
    }

    fn take(&mut self, caption: Caption) {
        if caption.language == Tag::EN {
            if !self.captions.iter().any(|known| known.segment == caption.segment) {
                self.first_words.push(self.now.since(caption.start));
            }
            if caption.state == CaptionState::Final {
                self.finals.push(self.now.since(caption.end));
            }
        }
        self.captions.push(caption);
    }
}

fn at(sorted: &[Duration], percent: usize) -> Duration {
    sorted[sorted.len() * percent / 100]
}

/// Returns the most memory that this process has held.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown");
    peak.trim().to_owned()
}

fn finals(captions: &[Caption], language: Tag) -> String {
    let finals =
        captions.iter().filter(|c| c.language == language && c.state == CaptionState::Final);
    finals.map(|caption| caption.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// Reads a clip at 16 kHz; what has 48 kHz is resampled as a participant's sound is.
fn read_clip(name: &str) -> Vec<f32> {
    let path = models().join("clips").join(name);
    let mut reader = hound::WavReader::open(&path).expect("run make models");
    let samples: Vec<i16> = reader.samples().map(|s| s.expect("the clip is whole")).collect();
    if reader.spec().sample_rate == RATE {
        return samples.iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
    }
    assert_eq!(reader.spec().sample_rate, 3 * RATE);
    let mut pcm = Vec::new();
    Third::default().push(&samples, &mut pcm);
    pcm
}
