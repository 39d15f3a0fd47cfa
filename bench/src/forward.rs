//! Forwarding: 720p simulcast and a voice from one to many, over single peer connections.

use std::time::{Duration, Instant};

use participant::{Driver, Event, Events, Options, Participant, Receive, VideoOptions, VideoTrack};

use crate::Failure;
use crate::server::{Cores, Server, softirq_seconds};
use crate::table::{Table, quantile};

const LISTENERS: u32 = 100;
const ROOM: &str = "bench-forward";
const RUNS: usize = 5;
const RUN: Duration = Duration::from_secs(4);
/// With the data channel's, each listener has eleven m-lines: as in a meeting.
const SLOTS: u32 = 5;
/// Bytes a second of the three layers, low to high: 150, 500 and 1,700 kbit/s.
const LAYER_BYTES: [usize; 3] = [18_750, 62_500, 212_500];
const FRAMES_PER_SECOND: u32 = 30;
/// RFC 7741: a key frame's first byte has its lowest bit clear; then the start code and the size.
const KEY_FRAME_HEAD: [u8; 10] = [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02];
const DELTA_FRAME_HEAD: u8 = 0x11;

pub(crate) fn run(table: &mut Table) -> Result<(), Failure> {
    let server = Server::start("forward", Cores::Apart)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(&server, table))
}

async fn measure(server: &Server, table: &mut Table) -> Result<(), Failure> {
    let driver = Driver::start()?;
    let speakers = Driver::start()?;
    let token = server.token(ROOM, "speaker", &[]);
    let (speaker, events) = speakers.join(Options::new(server.websocket(), token)).await?;
    let mut voice = speaker.publish_audio("voice").await?;
    let camera = VideoOptions { name: "camera".into(), width: 1280, height: 720, layers: 3 };
    let camera = speaker.publish_video(camera).await?;
    let talking = tokio::spawn(async move {
        let tone = tone(Duration::from_secs(1));
        while voice.play(&tone).await.is_ok() {}
    });
    let filming = tokio::spawn(film(camera, events));

    let before = server.resident_bytes();
    let listeners = join_all(&driver, server).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let bytes = (server.resident_bytes() - before) / f64::from(LISTENERS);

    let mut rates = Vec::new();
    let mut loads = Vec::new();
    for _ in 0..RUNS {
        let (packets, cpu, soft, start) =
            (received(&listeners), server.cpu_seconds(), softirq_seconds(), Instant::now());
        tokio::time::sleep(RUN).await;
        let seconds = start.elapsed().as_secs_f64();
        let used = (server.cpu_seconds() - cpu) + (softirq_seconds() - soft);
        let packets = received(&listeners) - packets;
        rates.push(packets / used);
        loads.push(used / seconds);
    }
    let how = format!(
        "1 publisher (720p VP8 simulcast, Opus) to {LISTENERS}, core {:.0} % busy, median of {RUNS}",
        quantile(&mut loads, 0.5) * 100.0
    );
    table.add("forward_packets_per_cpu_second", quantile(&mut rates, 0.5), "packets/CPU-s", how);
    table.add("listener_bytes", bytes, "bytes", "resident memory per listener, 11 m-lines");
    talking.abort();
    filming.abort();
    Ok(())
}

async fn join_all(driver: &Driver, server: &Server) -> Result<Vec<(Participant, Events)>, Failure> {
    let mut listeners = Vec::new();
    for number in 0..LISTENERS {
        let token = server.token(ROOM, &format!("listener-{number}"), &[]);
        let options = Options {
            receive: Receive::Count,
            audio_slots: SLOTS,
            video_slots: SLOTS,
            ..Options::new(server.websocket(), token)
        };
        listeners.push(driver.join(options).await?);
    }
    Ok(listeners)
}

#[expect(clippy::cast_precision_loss, reason = "packets of a minute")]
fn received(listeners: &[(Participant, Events)]) -> f64 {
    listeners.iter().map(|(listener, _)| listener.stats().packets_received).sum::<u64>() as f64
}

/// Sends frames of the right size at the right pace, and key frames where they are wanted.
async fn film(mut camera: VideoTrack, mut events: Events) {
    let mut clock = tokio::time::interval(Duration::from_secs(1) / FRAMES_PER_SECOND);
    let mut time = 0_u32;
    let mut wanted = [true; 3];
    loop {
        clock.tick().await;
        while let Ok(event) = events.try_recv() {
            if let Event::KeyFrameWanted { layer, .. } = event
                && let Some(wanted) = wanted.get_mut(layer)
            {
                *wanted = true;
            }
        }
        for (layer, bytes) in LAYER_BYTES.iter().enumerate() {
            let mut frame = vec![0_u8; bytes / 30];
            if std::mem::take(&mut wanted[layer]) {
                frame[..KEY_FRAME_HEAD.len()].copy_from_slice(&KEY_FRAME_HEAD);
            } else {
                frame[0] = DELTA_FRAME_HEAD;
            }
            if camera.write_frame(layer, time, &frame).is_err() {
                return;
            }
        }
        time = time.wrapping_add(90_000 / FRAMES_PER_SECOND);
    }
}

/// A tone of 440 Hz, 48 kHz mono.
pub(crate) fn tone(length: Duration) -> Vec<i16> {
    let samples = length.as_millis() * 48;
    (0..samples)
        .map(|at| {
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                reason = "a second of samples, below full scale"
            )]
            let sample =
                ((at as f64 * 440.0 / 48_000.0 * std::f64::consts::TAU).sin() * 9_000.0) as i16;
            sample
        })
        .collect()
}
