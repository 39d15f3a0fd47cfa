//! Captions: from the last word of a sentence to its final caption in another language.
//!
//! A real recording is played into a room; the interpreter recognises and translates it with the
//! packs of `models/`. The end of the words is the caption's own, told by the server's clock,
//! which is this machine's.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use model::caption::CaptionState;
use participant::{Driver, Event, Options};

use crate::Failure;
use crate::server::{Cores, Server};
use crate::table::{Table, quantile};

const ROUNDS: usize = 3;
/// How long after the recording a last caption is waited for.
const TAIL: Duration = Duration::from_secs(6);

pub(crate) fn run(table: &mut Table) -> Result<(), Failure> {
    let clips = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/clips");
    let clip = first_wav(&clips).ok_or("no recording in models/clips: run `make models`")?;
    let pcm = read_48k(&clip)?;
    let server = Server::start("captions", Cores::Shared)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let mut waits = Vec::new();
    for round in 0..ROUNDS {
        waits.extend(runtime.block_on(measure(&server, &pcm, round))?);
    }
    if waits.is_empty() {
        return Err("no final caption in another language arrived".into());
    }
    let how = format!("{} final captions en→pt, from the end of the words", waits.len());
    table.add("caption_final_ms_p50", quantile(&mut waits, 0.5), "ms", how.clone());
    table.add("caption_final_ms_p95", quantile(&mut waits, 0.95), "ms", how);
    Ok(())
}

async fn measure(server: &Server, pcm: &[i16], round: usize) -> Result<Vec<f64>, Failure> {
    let room = format!("bench-captions-{round}");
    let driver = Driver::start()?;
    let speaks = server.token(&room, "speaker", &[("plenary.speak", "en"), ("plenary.read", "en")]);
    let (speaker, _own) = driver.join(Options::new(server.websocket(), speaks)).await?;
    let reads = server.token(&room, "reader", &[("plenary.read", "pt")]);
    let (reader, mut events) = driver.join(Options::new(server.websocket(), reads)).await?;
    let mut track = speaker.publish_audio("voice").await?;
    let sound = pcm.to_vec();
    let playing = tokio::spawn(async move {
        track.play(&sound).await.ok();
        track.play(&vec![0; 48_000]).await.ok();
        track
    });
    let mut waits = Vec::new();
    let length = Duration::from_millis(u64::try_from(pcm.len() / 48)?);
    let end = tokio::time::Instant::now() + length + TAIL;
    while let Ok(Some(event)) = tokio::time::timeout_at(end, events.recv()).await {
        let Event::Text { from: _, text } = event else { continue };
        let Some(caption) = signal::caption_of(&text) else { continue };
        if caption.language.as_str() == "pt" && caption.state == CaptionState::Final {
            let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros();
            let late = i64::try_from(now)? - caption.end.micros();
            #[expect(clippy::cast_precision_loss, reason = "some seconds")]
            waits.push(late as f64 / 1_000.0);
        }
    }
    let _track = playing.await?;
    speaker.leave().await;
    reader.leave().await;
    Ok(waits)
}

fn first_wav(folder: &Path) -> Option<std::path::PathBuf> {
    let mut all: Vec<_> = std::fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wav"))
        .collect();
    all.sort();
    all.iter().find(|path| path.to_string_lossy().contains("jfk")).or(all.first()).cloned()
}

/// Reads a recording and repeats or drops samples to 48 kHz mono: good enough for speech.
fn read_48k(path: &Path) -> Result<Vec<i16>, Failure> {
    let mut reader = hound::WavReader::open(path)?;
    let spec = reader.spec();
    let samples: Vec<i16> = reader.samples::<i16>().collect::<Result<_, _>>()?;
    let mono: Vec<i16> = samples
        .chunks(usize::from(spec.channels))
        .filter_map(|frame| frame.first().copied())
        .collect();
    let rate = usize::try_from(spec.sample_rate)?;
    let length = mono.len() * 48_000 / rate;
    Ok((0..length).filter_map(|at| mono.get(at * rate / 48_000).copied()).collect())
}
