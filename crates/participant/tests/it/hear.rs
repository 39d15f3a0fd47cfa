use std::collections::BTreeMap;

use participant::{Event, Events, SAMPLE_RATE, VideoOptions};

use crate::server::{Server, wait_for};

const ANNA_HZ: f32 = 440.0;
const BEN_HZ: f32 = 660.0;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_participants_hear_each_others_tone() {
    let server = Server::start().await;
    let (anna, mut anna_events) = server.join("anna").await;
    let (ben, mut ben_events) = server.join("ben").await;
    let mut anna_track = anna.publish_audio("mic").await.expect("anna publishes");
    let mut ben_track = ben.publish_audio("mic").await.expect("ben publishes");
    let anna_speaks = tokio::spawn(async move { anna_track.play(&tone(ANNA_HZ, 6)).await });
    let ben_speaks = tokio::spawn(async move { ben_track.play(&tone(BEN_HZ, 6)).await });

    let (heard_by_anna, from) = hear_a_second(&mut anna_events).await;
    let (heard_by_ben, _) = hear_a_second(&mut ben_events).await;

    assert_eq!(&*from, "ben");
    assert!(power(&heard_by_anna, BEN_HZ) > 100.0 * power(&heard_by_anna, ANNA_HZ));
    assert!(power(&heard_by_ben, ANNA_HZ) > 100.0 * power(&heard_by_ben, BEN_HZ));
    assert!(level(&heard_by_anna) > 3_000.0, "as loud as it was spoken");
    anna_speaks.abort();
    ben_speaks.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_later_hears_what_is_published_already() {
    let server = Server::start().await;
    let (anna, _anna_events) = server.join("anna").await;
    let mut track = anna.publish_audio("mic").await.expect("anna publishes");
    let speaks = tokio::spawn(async move { track.play(&tone(ANNA_HZ, 8)).await });
    let (_ben, mut ben_events) = server.join("ben").await;

    let (heard, from) = hear_a_second(&mut ben_events).await;

    assert_eq!(&*from, "anna");
    assert!(power(&heard, ANNA_HZ) > 100.0 * power(&heard, BEN_HZ));
    speaks.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_muted_speaker_is_not_heard() {
    let server = Server::start().await;
    let (anna, _anna_events) = server.join("anna").await;
    let (ben, mut ben_events) = server.join("ben").await;
    let mut track = anna.publish_audio("mic").await.expect("anna publishes");
    track.play(&tone(ANNA_HZ, 1)).await.expect("anna is there");
    wait_for(&mut ben_events, |event| matches!(event, Event::Pcm { .. }).then_some(())).await;

    track.mute(true).await.expect("anna is there");
    wait_for(&mut ben_events, |event| match event {
        Event::Updated(peer) => peer.tracks.iter().any(|track| track.is_muted).then_some(()),
        _ => None,
    })
    .await;
    let before = ben.stats().packets_received;
    track.play(&tone(ANNA_HZ, 1)).await.expect("anna is there");

    assert!(ben.stats().packets_received - before <= 5, "what was on its way, and no more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn video_packets_reach_the_other() {
    let server = Server::start().await;
    let (anna, mut anna_events) = server.join("anna").await;
    let (_ben, mut ben_events) = server.join("ben").await;
    let options = VideoOptions { name: "cam".to_owned(), width: 320, height: 240, layers: 1 };
    let mut track = anna.publish_video(options).await.expect("anna publishes");
    let films = tokio::spawn(async move {
        let mut clock = tokio::time::interval(std::time::Duration::from_millis(40));
        for picture in 0..250_u32 {
            clock.tick().await;
            let is_asked = std::iter::from_fn(|| anna_events.try_recv().ok())
                .any(|event| matches!(event, Event::KeyFrameWanted { .. }));
            let is_key = picture == 0 || is_asked;
            track.write_frame(0, picture * 3_600, &vp8(is_key)).expect("anna is there");
        }
    });

    let payload = wait_for(&mut ben_events, |event| match event {
        Event::Packet { payload, .. } => Some(payload),
        _ => None,
    })
    .await;

    assert_eq!(payload[0] & 0x10, 0x10, "the first packet begins a frame");
    assert_eq!(payload[4] & 1, 0, "and the frame is a key frame");
    films.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_size_shown_decides_the_layer_received() {
    let server = Server::start().await;
    let (anna, mut anna_events) = server.join("anna").await;
    let (ben, mut ben_events) = server.join("ben").await;
    let options = VideoOptions { name: "cam".to_owned(), width: 1_280, height: 720, layers: 3 };
    let mut track = anna.publish_video(options).await.expect("anna publishes");
    let sid = track.sid().to_owned();
    let films = tokio::spawn(async move {
        let mut clock = tokio::time::interval(std::time::Duration::from_millis(40));
        let mut is_asked = [true; 3];
        for picture in 0..1_000_u32 {
            clock.tick().await;
            while let Ok(event) = anna_events.try_recv() {
                if let Event::KeyFrameWanted { layer, .. } = event {
                    is_asked[layer] = true;
                }
            }
            for (layer, is_asked) in is_asked.iter_mut().enumerate() {
                let mut frame = vp8(std::mem::take(is_asked));
                frame[100] = u8::try_from(layer).expect("one of three");
                track.write_frame(layer, picture * 3_600, &frame).expect("anna is there");
            }
        }
    });

    // The payload descriptor has four bytes.
    let layer = |event: Event| match event {
        Event::Packet { payload, .. } => Some(payload[104]),
        _ => None,
    };
    wait_for(&mut ben_events, |event| layer(event).filter(|layer| *layer == 2)).await;
    ben.show(&sid, 320, 180).await.expect("ben is there");
    wait_for(&mut ben_events, |event| layer(event).filter(|layer| *layer == 0)).await;
    ben.show(&sid, 1_280, 720).await.expect("ben is there");
    wait_for(&mut ben_events, |event| layer(event).filter(|layer| *layer == 2)).await;

    films.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_and_goes_every_track_is_heard_under_its_own_name() {
    let server = Server::start().await;
    let (_listener, mut events) = server.join("listener").await;
    let mut rounds = Vec::new();
    for (round, people) in [1_u8, 4, 2, 5, 3].into_iter().enumerate() {
        let mut tracks = BTreeMap::new();
        let mut leaving = Vec::new();
        for n in 0..people {
            let hz = 400 + 150 * u16::from(n);
            let (person, _events) = server.join(&format!("{round}-{n}")).await;
            let mut track = person.publish_audio("mic").await.expect("it is published");
            tracks.insert(track.sid().to_owned(), hz);
            let playing = tokio::spawn(async move { track.play(&tone(f32::from(hz), 30)).await });
            leaving.push((person, playing));
        }

        let mut heard: BTreeMap<String, Vec<i16>> = BTreeMap::new();
        wait_for(&mut events, |event| {
            if let Event::Pcm { track, pcm, .. } = event {
                heard.entry(track.to_string()).or_default().extend(pcm);
            }
            let is_enough =
                |sid: &String| heard.get(sid).is_some_and(|pcm| pcm.len() >= SAMPLE_RATE);
            tracks.keys().all(is_enough).then_some(())
        })
        .await;
        for (sid, hz) in &tracks {
            let pcm = &heard[sid][SAMPLE_RATE / 4..];
            let others = tracks.values().filter(|other| *other != hz);
            for other in others {
                assert!(
                    power(pcm, f32::from(*hz)) > 30.0 * power(pcm, f32::from(*other)),
                    "{hz} Hz and not {other} Hz"
                );
            }
            assert!(level(pcm) > 3_000.0, "{hz} Hz is heard");
        }
        for (person, playing) in leaving {
            playing.abort();
            person.leave().await;
        }
        rounds.push(tracks.len());
    }

    assert_eq!(rounds, [1, 4, 2, 5, 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_track_that_ends_is_gone_and_another_can_follow() {
    let server = Server::start().await;
    let (anna, _anna_events) = server.join("anna").await;
    let (_ben, mut ben_events) = server.join("ben").await;
    for hz in [440.0, 660.0, 880.0] {
        let mut track = anna.publish_audio("mic").await.expect("anna publishes");
        let sid = track.sid().to_owned();
        let playing = tokio::spawn(async move {
            track.play(&tone(hz, 2)).await.expect("anna is there");
            track.unpublish().await;
        });
        let mut pcm = Vec::new();
        wait_for(&mut ben_events, |event| match event {
            Event::Pcm { track, pcm: more, .. } if *track == *sid => {
                pcm.extend(more);
                (pcm.len() >= SAMPLE_RATE).then_some(())
            }
            _ => None,
        })
        .await;

        assert!(power(&pcm[SAMPLE_RATE / 4..], hz) > 100.0 * power(&pcm[SAMPLE_RATE / 4..], 550.0));
        playing.await.expect("it plays to its end");
        wait_for(&mut ben_events, |event| match event {
            Event::Updated(peer) => peer.tracks.is_empty().then_some(()),
            _ => None,
        })
        .await;
    }
}

/// A frame with the header of a VP8 frame and nothing that could be shown.
fn vp8(is_key: bool) -> Vec<u8> {
    let mut frame = if is_key {
        vec![0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00]
    } else {
        vec![0x11, 0x02, 0x00]
    };
    frame.resize(300, 0);
    frame
}

/// Collects a second of sound, after the first half second.
async fn hear_a_second(events: &mut Events) -> (Vec<i16>, std::sync::Arc<str>) {
    let mut heard = Vec::new();
    wait_for(events, |event| match event {
        Event::Pcm { pcm, identity, .. } => {
            heard.extend(pcm);
            (heard.len() >= SAMPLE_RATE * 3 / 2)
                .then(|| (heard[SAMPLE_RATE / 2..SAMPLE_RATE * 3 / 2].to_vec(), identity))
        }
        _ => None,
    })
    .await
}

pub(crate) fn tone(hz: f32, seconds: usize) -> Vec<i16> {
    let step = hz * std::f32::consts::TAU / 48_000.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "samples of a test tone"
    )]
    (0..SAMPLE_RATE * seconds).map(|n| ((n as f32 * step).sin() * 9_000.0) as i16).collect()
}

/// Goertzel's algorithm: how much of `hz` there is in `pcm`.
pub(crate) fn power(pcm: &[i16], hz: f32) -> f32 {
    let k = 2.0 * (hz * std::f32::consts::TAU / 48_000.0).cos();
    let (mut a, mut b) = (0_f32, 0_f32);
    for sample in pcm {
        let c = f32::from(*sample) + k * a - b;
        b = a;
        a = c;
    }
    a * a + b * b - k * a * b
}

fn level(pcm: &[i16]) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a second of samples")]
    let mean = pcm.iter().map(|sample| f32::from(*sample).powi(2)).sum::<f32>() / pcm.len() as f32;
    mean.sqrt()
}
