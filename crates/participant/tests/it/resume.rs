use std::collections::BTreeMap;
use std::time::Duration;

use participant::{Event, JoinError, LeaveReason};
use signal::protocol::simulate_scenario::Scenario;
use signal::token::TokenKind;

use crate::hear::{power, tone};
use crate::server::{Server, wait_for};

const HZ: f32 = 440.0;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_connection_comes_back_and_nothing_is_lost() {
    let server = Server::start().await;
    let (anna, mut anna_events) = server.join("anna").await;
    let (ben, mut ben_events) = server.join("ben").await;
    let sid = anna.sid();

    anna.cut().await.expect("anna is there");
    for n in 0..20 {
        anna.send_text("t", &n.to_string(), BTreeMap::new(), Vec::new())
            .await
            .expect("anna is there");
        ben.send_text("t", &n.to_string(), BTreeMap::new(), Vec::new())
            .await
            .expect("ben is there");
    }
    wait_for(&mut anna_events, |event| matches!(event, Event::Resuming).then_some(())).await;
    let mut heard_by_anna = Vec::new();
    wait_for(&mut anna_events, |event| {
        heard_by_anna.extend(number(&event));
        matches!(event, Event::Resumed).then_some(())
    })
    .await;
    while heard_by_anna.len() < 20 {
        heard_by_anna.push(wait_for(&mut anna_events, |event| number(&event)).await);
    }
    let mut heard_by_ben = Vec::new();
    while heard_by_ben.len() < 20 {
        heard_by_ben.push(wait_for(&mut ben_events, |event| number(&event)).await);
    }

    let all: Vec<u32> = (0..20).collect();
    assert_eq!(heard_by_anna, all);
    assert_eq!(heard_by_ben, all);
    assert_eq!(anna.sid(), sid, "the same presence");
    assert_eq!(anna.stats().resumes, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_speaker_who_resumes_is_heard_on() {
    let server = Server::start().await;
    let (anna, mut anna_events) = server.join("anna").await;
    let (_ben, mut ben_events) = server.join("ben").await;
    let mut track = anna.publish_audio("mic").await.expect("anna publishes");
    let speaks = tokio::spawn(async move { track.play(&tone(HZ, 30)).await });
    wait_for(&mut ben_events, |event| matches!(event, Event::Pcm { .. }).then_some(())).await;

    anna.cut().await.expect("anna is there");
    wait_for(&mut anna_events, |event| matches!(event, Event::Resumed).then_some(())).await;
    let heard = hear_after(&mut ben_events, 48_000).await;

    assert!(power(&heard, HZ) > 100.0 * power(&heard, 660.0));
    speaks.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_cut_while_an_offer_is_out_loses_no_track() {
    let server = Server::start().await;
    let (anna, mut anna_events) = server.join("anna").await;
    let (_ben, mut ben_events) = server.join("ben").await;
    for _ in 0..3 {
        let mut track = anna.publish_audio("mic").await.expect("anna publishes");
        // The server has named the track; the offer with its m-line is on its way.
        anna.cut().await.expect("anna is there");
        let sid = track.sid().to_owned();
        let playing = tokio::spawn(async move { track.play(&tone(HZ, 30)).await });
        wait_for(&mut anna_events, |event| matches!(event, Event::Resumed).then_some(())).await;

        let mut heard = 0;
        wait_for(&mut ben_events, |event| {
            if let Event::Pcm { track, pcm, .. } = event
                && *track == *sid
            {
                heard += pcm.len();
            }
            (heard >= 24_000).then_some(())
        })
        .await;
        playing.abort();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_of_the_server_the_speaker_joins_again_and_is_heard() {
    let server = Server::start().await;
    let (anna, mut anna_events) = server.join("anna").await;
    let sid = anna.sid();
    let mut track = anna.publish_audio("mic").await.expect("anna publishes");
    let speaks = tokio::spawn(async move { track.play(&tone(HZ, 60)).await });

    server.forget();
    wait_for(&mut anna_events, |event| matches!(event, Event::Rejoined).then_some(())).await;
    let (_ben, mut ben_events) = server.join("ben").await;
    let heard = hear_after(&mut ben_events, 48_000).await;

    assert!(power(&heard, HZ) > 100.0 * power(&heard, 660.0));
    assert_ne!(anna.sid(), sid, "another presence");
    assert_eq!(&*anna.identity(), "anna");
    speaks.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_servers_word_decides_how_one_leaves() {
    let server = Server::start().await;
    let (anna, mut anna_events) = server.join("anna").await;
    let (ben, mut ben_events) = server.join("ben").await;

    anna.simulate(Scenario::LeaveRequestFullReconnect(true)).await.expect("anna is there");
    ben.simulate(Scenario::ServerLeave(true)).await.expect("ben is there");

    wait_for(&mut anna_events, |event| matches!(event, Event::Rejoined).then_some(())).await;
    let reason = wait_for(&mut ben_events, |event| match event {
        Event::Left(reason) => Some(reason),
        _ => None,
    })
    .await;
    assert_eq!(reason, LeaveReason::SentAway);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_is_gone_for_others_at_once() {
    let server = Server::start().await;
    let (anna, _anna_events) = server.join("anna").await;
    let (ben, mut ben_events) = server.join("ben").await;

    anna.leave().await;

    wait_for(&mut ben_events, |event| matches!(event, Event::Gone(_)).then_some(())).await;
    assert!(ben.roster().peer_by_sid.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_browser_with_the_same_identity_replaces_the_first() {
    let server = Server::start().await;
    let (_first, mut first_events) = server.join("anna").await;

    let (_second, _second_events) = server.join("anna").await;

    let reason = wait_for(&mut first_events, |event| match event {
        Event::Left(reason) => Some(reason),
        _ => None,
    })
    .await;
    assert_eq!(reason, LeaveReason::SentAway);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_token_is_refused() {
    let server = Server::start().await;
    let token = server.token("anna", TokenKind::Standard) + "x";

    let refused = server.try_join(&token).await;

    assert!(matches!(refused, Err(JoinError::Refused(401))), "{refused:?}");
}

fn number(event: &Event) -> Option<u32> {
    match event {
        Event::Text { text, .. } => text.text.parse().ok(),
        _ => None,
    }
}

/// Collects this many samples of what comes from here on.
async fn hear_after(events: &mut participant::Events, samples: usize) -> Vec<i16> {
    tokio::time::sleep(Duration::ZERO).await;
    while events.try_recv().is_ok() {}
    let mut heard = Vec::new();
    wait_for(events, |event| {
        if let Event::Pcm { pcm, .. } = event {
            heard.extend(pcm);
        }
        (heard.len() >= samples).then(|| std::mem::take(&mut heard))
    })
    .await
}
