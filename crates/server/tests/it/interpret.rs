//! Captions through the whole server: somebody speaks, somebody else reads. The packs and the clip
//! are real; `make models` gets them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use language::Tag;
use model::Timestamp;
use model::caption::{Caption, CaptionState};
use model::media::RoomName;
use participant::{AudioTrack, Driver, Event, Events, Options, Participant};
use serde_json::{Value, json};
use server::{Config, Server, config};
use signal::token::{Grants, Keys, Token, TokenKind};
use store::Store;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// Longer than anything here takes on a loaded machine.
const LIMIT: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_says_in_english_another_reads_in_portuguese() {
    let site = Site::start(&models()).await;
    let driver = Driver::start().expect("a thread can be started");
    let (speaker, _) = site.enter(&driver, "Ana", "en", "en").await;
    let (reader, mut events) = site.enter(&driver, "Rui", "pt", "pt").await;
    let mut microphone = speaker.publish_audio("microphone").await.expect("it may be published");
    site.interpreter_is_there(&reader).await;

    let playing = tokio::spawn(async move { speak(&mut microphone).await });
    let heard = captions_until(&mut events, |captions| {
        finals(captions, Tag::PT).contains("país") && finals(captions, Tag::EN).contains("country")
    });
    let captions = heard.await;

    assert!(captions.iter().any(|caption| caption.state == CaptionState::Partial));
    assert!(captions.iter().all(|caption| caption.source_language == Tag::EN));
    assert!(captions.iter().all(|caption| caption.speaker == *speaker.identity()));
    assert!(captions.iter().all(|caption| !caption.untranslated));
    let record = site.record_until(|record| record.contains("país")).await;
    assert!(record.contains("en>en ") && record.contains("en>pt "), "{record}");
    playing.abort();
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interpreter_that_was_cut_off_comes_back_and_captions_go_on() {
    let site = Site::start(&models()).await;
    let driver = Driver::start().expect("a thread can be started");
    let (speaker, mut events) = site.enter(&driver, "Ana", "en", "en").await;
    let mut microphone = speaker.publish_audio("microphone").await.expect("it may be published");
    let first = site.interpreter_is_there(&speaker).await;
    let playing = tokio::spawn(async move {
        loop {
            speak(&mut microphone).await;
        }
    });
    captions_until(&mut events, |captions| !captions.is_empty()).await;

    // Whoever comes with the same identity takes the place of the one before.
    let (usurper, _) = site.usurp(&driver, &first.room).await;
    let gone = Instant::now();
    usurper.leave().await;
    let second = site.another_interpreter_than(&speaker, &first.sid).await;
    let back_after = gone.elapsed();
    println!("another interpreter is there after {back_after:?}");
    drain(&mut events);
    let again = captions_until(&mut events, |captions| !captions.is_empty()).await;

    assert_ne!(first.sid, second.sid);
    assert!(back_after < Duration::from_secs(15), "it took {back_after:?}");
    assert!(!again.is_empty());
    playing.abort();
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_packs_the_meeting_works_and_the_lobby_says_what_is_missing() {
    let site = Site::start(Path::new("/nonexistent/models")).await;
    let driver = Driver::start().expect("a thread can be started");

    let lobby = site.get(&format!("/api/v1/meetings/{}/lobby", site.meeting)).await;
    let (speaker, _) = site.enter(&driver, "Ana", "en", "en").await;
    let microphone = speaker.publish_audio("microphone").await;

    assert_eq!(lobby["captions"]["available"], json!([]));
    let missing = lobby["captions"]["missing"].to_string();
    assert!(missing.contains("missing_recognition"), "{missing}");
    assert!(microphone.is_ok());
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lobby_says_which_captions_there_are() {
    let site = Site::start(&models()).await;

    let lobby = site.get(&format!("/api/v1/meetings/{}/lobby", site.meeting)).await;

    let available = lobby["captions"]["available"].as_array().expect("it is a list");
    assert!(available.contains(&json!(["en", "en"])), "{available:?}");
    assert!(available.contains(&json!(["en", "pt"])), "{available:?}");
    assert_eq!(lobby["captions"]["missing"], json!([]));
    site.stop().await;
}

/// A server with its demonstration's next meeting.
struct Site {
    server: Server,
    meeting: String,
    data: PathBuf,
}

/// The interpreter, as somebody in the room sees it.
struct Seen {
    sid: String,
    room: RoomName,
}

impl Site {
    async fn start(models: &Path) -> Self {
        let data =
            std::env::temp_dir().join(format!("plenary-interpret-{:x}", rand::random::<u64>()));
        let server = Server::start(config_of(&data, models), true).await.expect("it starts");
        let delegate = server.links().expect("there is a demonstration").delegate.clone();
        let path = delegate.split("/m/").nth(1).expect("it is a meeting's link");
        let meeting = path.split('#').next().expect("a code").to_owned();
        Self { server, meeting, data }
    }

    async fn stop(self) {
        self.server.stop().await;
        drop(std::fs::remove_dir_all(&self.data));
    }

    async fn enter(
        &self,
        driver: &Driver,
        name: &str,
        speaks: &str,
        reads: &str,
    ) -> (Participant, Events) {
        let body =
            json!({"name": name, "speaks": speaks, "reads": reads, "consent": {"record": true}});
        let path = format!("/api/v1/meetings/{}/enter", self.meeting);
        let entered = self.send("POST", &path, &body.to_string()).await;
        let text =
            |key: &str| entered[key].as_str().unwrap_or_else(|| panic!("{entered}")).to_owned();
        driver.join(Options::new(text("url"), text("token"))).await.expect("one may come in")
    }

    /// Waits for the interpreter.
    async fn interpreter_is_there(&self, witness: &Participant) -> Seen {
        self.another_interpreter_than(witness, "").await
    }

    async fn another_interpreter_than(&self, witness: &Participant, known: &str) -> Seen {
        let deadline = Instant::now() + LIMIT;
        loop {
            let roster = witness.roster();
            let agent =
                roster.peer_by_sid.values().find(|peer| peer.is_agent && *peer.sid != *known);
            if let Some(agent) = agent {
                return Seen { sid: agent.sid.to_string(), room: self.room().await };
            }
            assert!(Instant::now() < deadline, "no interpreter came");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn room(&self) -> RoomName {
        let body = json!({"name": "Eve", "speaks": "en", "reads": "en"}).to_string();
        let path = format!("/api/v1/meetings/{}/enter", self.meeting);
        let entered = self.send("POST", &path, &body).await;
        RoomName(entered["room"].as_str().expect("it is named").to_owned())
    }

    /// Joins with the interpreter's own identity.
    async fn usurp(&self, driver: &Driver, room: &RoomName) -> (Participant, Events) {
        let now = Timestamp::from(jiff::Timestamp::now());
        let store = self.store().await;
        let mut tx = store.write(now).await.expect("it can be written");
        let key = store::secret::ensure(&mut tx, "rtc", &[0; 32]).await.expect("it is there");
        tx.commit().await.expect("nothing changed");
        let keys = Keys {
            key: format!("plenary{}", key.key_id),
            secret: URL_SAFE_NO_PAD.encode(key.value),
        };
        let token = keys.mint(&Token {
            room: room.clone(),
            identity: "plenary-interpreter".to_owned(),
            name: String::new(),
            metadata: String::new(),
            attributes: BTreeMap::new(),
            kind: TokenKind::Agent,
            grants: Grants::taking_part(),
            expires: now + LIMIT,
        });
        store.close().await;
        let url = self.server.internal_url().replacen("http", "ws", 1);
        driver.join(Options::new(url, token)).await.expect("the token is good")
    }

    async fn store(&self) -> Store {
        let url = format!("sqlite:{}", self.data.join("plenary.db").display());
        let now = Timestamp::from(jiff::Timestamp::now());
        Store::open(&url, now).await.expect("it is open already")
    }

    /// Returns what the record holds of the meeting, once it is enough.
    async fn record_until(&self, is_enough: impl Fn(&str) -> bool) -> String {
        let meeting = self.room().await.meeting().expect("the room is a meeting's");
        let store = self.store().await;
        let deadline = Instant::now() + LIMIT;
        loop {
            let mut tx = store.read().await.expect("it can be read");
            let captions =
                store::caption::of_meeting(&mut tx, meeting, 100).await.expect("it reads");
            drop(tx);
            let line = |c: &store::caption::RecordedCaption| {
                format!("{}>{} {}\n", c.source_language, c.language, c.words)
            };
            let record: String = captions.iter().map(line).collect();
            if is_enough(&record) {
                store.close().await;
                return record;
            }
            assert!(Instant::now() < deadline, "the record holds only {record}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn get(&self, path: &str) -> Value {
        self.send("GET", path, "").await
    }

    async fn send(&self, method: &str, path: &str, body: &str) -> Value {
        let origin = self.server.public_url();
        let host = origin.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).await.expect("it listens");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.expect("it can be sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("it is text");
        let body = answer.split_once("\r\n\r\n").expect("it has a body").1;
        let start = body.find('{').unwrap_or_else(|| panic!("no JSON: {answer}"));
        let end = body.rfind('}').expect("it ends");
        serde_json::from_str(&body[start..=end]).unwrap_or_else(|why| panic!("{why}: {answer}"))
    }
}

fn config_of(data: &Path, models: &Path) -> Config {
    let text = |path: &Path| path.to_str().expect("a plain path").to_owned();
    let env = BTreeMap::from([
        ("PLENARY_DATA".to_owned(), text(data)),
        ("PLENARY_HTTP__LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
        ("PLENARY_HTTP__INTERNAL_LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
        ("PLENARY_MEDIA__LISTEN".to_owned(), "127.0.0.1".to_owned()),
        ("PLENARY_MEDIA__ADVERTISE".to_owned(), "127.0.0.1".to_owned()),
        ("PLENARY_MEDIA__PORT".to_owned(), "0".to_owned()),
        ("PLENARY_SPEECH__MODELS".to_owned(), text(models)),
    ]);
    config::load("", &env, |path| std::fs::read_to_string(path)).expect("it is a configuration")
}

fn models() -> PathBuf {
    let folder = std::env::var_os("PLENARY_SPEECH__MODELS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models")),
        PathBuf::from,
    );
    assert!(
        folder.join("clips").is_dir(),
        "no model packs in {}: run make models",
        folder.display()
    );
    folder
}

/// Plays the clip, and two seconds of silence, in real time.
async fn speak(microphone: &mut AudioTrack) {
    let mut reader =
        hound::WavReader::open(models().join("clips/jfk.wav")).expect("run make models");
    let samples: Vec<i16> = reader.samples().map(|s| s.expect("the clip is whole")).collect();
    // 16 kHz to 48 kHz, in straight lines.
    let mut pcm: Vec<i16> = samples
        .windows(2)
        .flat_map(|pair| {
            let (a, b) = (i32::from(pair[0]), i32::from(pair[1]));
            [a, (2 * a + b) / 3, (a + 2 * b) / 3].map(|x| i16::try_from(x).unwrap_or(0))
        })
        .collect();
    pcm.resize(pcm.len() + 2 * 48_000, 0);
    microphone.play(&pcm).await.expect("the room is open");
}

#[expect(clippy::print_stdout, reason = "the times are what one runs this for")]
async fn captions_until(
    events: &mut Events,
    is_enough: impl Fn(&[Caption]) -> bool,
) -> Vec<Caption> {
    let deadline = Instant::now() + LIMIT;
    let mut captions = Vec::new();
    while !is_enough(&captions) {
        let event = timeout_at(deadline, events.recv()).await;
        let event = event.unwrap_or_else(|_| panic!("too late; until now {}", all(&captions)));
        if let Event::Text { text, .. } = event.expect("one is still in the room")
            && text.topic == signal::TRANSCRIPTION_TOPIC
        {
            let caption = signal::caption_of(&text).expect("it is a caption");
            let now = Timestamp::from(jiff::Timestamp::now());
            if caption.state == CaptionState::Final {
                println!(
                    "{} is final {:?} after the words",
                    caption.language,
                    now.since(caption.end)
                );
            } else if caption.revision == 1 {
                let after = now.since(caption.start);
                println!("{} is first seen {after:?} after the words began", caption.language);
            }
            captions.push(caption);
        }
    }
    captions
}

fn drain(events: &mut Events) {
    while events.try_recv().is_ok() {}
}

fn finals(captions: &[Caption], language: Tag) -> String {
    let finals =
        captions.iter().filter(|c| c.language == language && c.state == CaptionState::Final);
    finals.map(|caption| caption.text.to_lowercase()).collect::<Vec<_>>().join(" ")
}

fn all(captions: &[Caption]) -> String {
    let lines = captions.iter().map(|c| format!("{} {:?} {}", c.language, c.state, c.text));
    lines.collect::<Vec<_>>().join("\n")
}
