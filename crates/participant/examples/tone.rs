//! Joins a room and plays a tone; reports which other tones, texts and data it got, and stays
//! until its standard input ends. A line on its standard input makes it listen and report again.
//!
//! `tone <url> <token> <own Hz> <all Hz, with commas>`

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for tests")]
#![expect(clippy::wildcard_enum_match_arm, reason = "it looks at a few events only")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use model::media::DataChannel;
use participant::{Driver, Event, Options, Participant, SAMPLE_RATE};
use tokio::sync::mpsc;

/// How much louder the tone that is heard must be than any other.
const CLEAR: f32 = 100.0;

/// A second of a tone has about this much power at least.
const POWER_MIN: f32 = 1e12;

#[derive(Default)]
struct Got {
    told: (usize, usize, usize),
    heard: BTreeSet<u32>,
    texts: Vec<String>,
    reconnects: u32,
    data: Vec<String>,
    sound_by_track: BTreeMap<String, Vec<i16>>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, token, hz, all] = words.as_slice() else {
        return Err("four parameters are needed".into());
    };
    let hz: u32 = hz.parse()?;
    let all = all.split(',').map(str::parse).collect::<Result<Vec<u32>, _>>()?;
    let others: Vec<u32> = all.into_iter().filter(|other| *other != hz).collect();
    let started = Instant::now();
    let (participant, mut events) = Driver::start()?.join(Options::new(url, token)).await?;
    let mut track = participant.publish_audio("tone").await?;
    let playing = tokio::spawn(async move { while track.play(&tone(hz)).await.is_ok() {} });
    let (lines, mut orders) = mpsc::unbounded_channel();
    // Ends with the program: a thread that reads cannot be stopped.
    std::thread::spawn(move || {
        std::io::stdin().lines().map_while(Result::ok).try_for_each(|line| lines.send(line))
    });
    let mut got = Got::default();
    let (mut has_said, mut is_reported) = (false, false);
    loop {
        tokio::select! {
            event = events.recv() => {
                let Some(event) = event else { return Err("the events ended".into()) };
                got.take(event, &others);
                got.tell();
            }
            order = orders.recv() => {
                if order.is_none() {
                    break;
                }
                got.heard.clear();
                is_reported = false;
            }
        }
        if !has_said && participant.roster().peer_by_sid.len() == others.len() {
            has_said = true;
            greet(&participant, hz).await?;
        }
        let is_whole =
            [got.heard.len(), got.texts.len(), got.data.len()].iter().all(|n| *n == others.len());
        if is_whole && !std::mem::replace(&mut is_reported, true) {
            report(&got, &participant.sid(), started);
        }
    }
    playing.abort();
    participant.leave().await;
    Ok(())
}

impl Got {
    fn take(&mut self, event: Event, others: &[u32]) {
        match event {
            Event::Pcm { track, pcm, .. } => {
                let sound = self.sound_by_track.entry(track.to_string()).or_default();
                sound.extend(pcm);
                if sound.len() >= SAMPLE_RATE {
                    let second = std::mem::take(sound);
                    self.heard.extend(loudest(&second, others));
                }
            }
            Event::Text { text, .. } if text.topic == "greeting" => self.texts.push(text.text),
            Event::Data { payload, .. } => {
                self.data.push(String::from_utf8_lossy(&payload).into_owned());
            }
            Event::Resumed | Event::Rejoined => self.reconnects += 1,
            Event::Left(reason) => eprintln!("left: {reason:?}"),
            _ => {}
        }
    }
}

impl Got {
    /// Says what is there so far, for whoever wonders what is missing.
    fn tell(&mut self) {
        let now = (self.heard.len(), self.texts.len(), self.data.len());
        if std::mem::replace(&mut self.told, now) != now {
            eprintln!("heard {:?} texts {:?} data {:?}", self.heard, self.texts, self.data);
        }
    }
}

async fn greet(participant: &Participant, hz: u32) -> Result<(), participant::ClosedError> {
    participant.send_text("greeting", &format!("text {hz}"), BTreeMap::new(), Vec::new()).await?;
    let data = format!("data {hz}").into_bytes();
    participant.send_data("greeting", data, DataChannel::Reliable, Vec::new()).await
}

fn report(got: &Got, sid: &str, started: Instant) {
    let quoted =
        |list: &[String]| list.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(",");
    let heard: Vec<String> = got.heard.iter().map(u32::to_string).collect();
    println!(
        r#"{{"heard":[{}],"texts":[{}],"data":[{}],"reconnects":{},"sid":{:?},"ms":{}}}"#,
        heard.join(","),
        quoted(&got.texts),
        quoted(&got.data),
        got.reconnects,
        sid,
        started.elapsed().as_millis()
    );
}

/// A second of the tone: whole periods, so that it goes on without a click.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "samples of a tone"
)]
fn tone(hz: u32) -> Vec<i16> {
    let step = hz as f32 * std::f32::consts::TAU / SAMPLE_RATE as f32;
    (0..SAMPLE_RATE).map(|n| ((n as f32 * step).sin() * 9_000.0) as i16).collect()
}

fn loudest(pcm: &[i16], others: &[u32]) -> Option<u32> {
    let mut powers: Vec<(f32, u32)> = others.iter().map(|hz| (power(pcm, *hz), *hz)).collect();
    powers.sort_by(|a, b| b.0.total_cmp(&a.0));
    let next = powers.get(1).map_or(0.0, |(power, _)| *power);
    powers
        .first()
        .filter(|(power, _)| *power > CLEAR * next && *power > POWER_MIN)
        .map(|(_, hz)| *hz)
}

/// Goertzel's algorithm.
#[expect(clippy::cast_precision_loss, reason = "a frequency")]
fn power(pcm: &[i16], hz: u32) -> f32 {
    let k = 2.0 * (hz as f32 * std::f32::consts::TAU / SAMPLE_RATE as f32).cos();
    let (mut a, mut b) = (0_f32, 0_f32);
    for sample in pcm {
        (a, b) = (f32::from(*sample) + k * a - b, a);
    }
    a * a + b * b - k * a * b
}
