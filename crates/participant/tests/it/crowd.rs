use std::time::Instant;

use participant::{Event, Options, Receive};
use signal::token::TokenKind;

use crate::hear::tone;
use crate::server::{Server, wait_for};

/// As many as a busy machine takes in a few seconds in a debug build.
const PEOPLE: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_people_who_join_at_once_all_hear_three_speakers() {
    let server = Server::start().await;
    let mut speaking = Vec::new();
    for name in ["anna", "ben", "cleo"] {
        let (speaker, events) = server.join(name).await;
        let mut track = speaker.publish_audio("mic").await.expect("it is published");
        speaking.push((tokio::spawn(async move { track.play(&tone(440.0, 60)).await }), events));
    }

    let started = Instant::now();
    let joins = (0..PEOPLE).map(|n| {
        let token = server.token(&format!("listener-{n}"), TokenKind::Standard);
        server
            .driver
            .join(Options { receive: Receive::Packets, ..Options::new(&server.url, token) })
    });
    let listeners = futures_util::future::join_all(joins).await;
    let joined = started.elapsed();
    let mut hearing = Vec::new();
    for listener in listeners {
        let (participant, mut events) = listener.expect("it joins");
        hearing.push(tokio::spawn(async move {
            let mut tracks = std::collections::BTreeSet::new();
            wait_for(&mut events, |event| {
                if let Event::Packet { track, .. } = event {
                    tracks.insert(track);
                }
                (tracks.len() == 3).then_some(())
            })
            .await;
            drop(participant);
        }));
    }
    for listener in hearing {
        listener.await.expect("it hears all three");
    }

    println!("{PEOPLE} joined in {joined:?} and heard everybody after {:?}", started.elapsed());
    for (speaking, _events) in speaking {
        speaking.abort();
    }
}
