use std::collections::BTreeMap;

use language::Tag;
use model::Timestamp;
use model::caption::{Caption, CaptionAuthor, CaptionState};
use model::media::DataChannel;
use participant::Event;
use signal::token::TokenKind;

use crate::server::{Server, wait_for};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_text_arrives_whole_with_its_attributes() {
    let server = Server::start().await;
    let (anna, _anna_events) = server.join("anna").await;
    let (_ben, mut ben_events) = server.join("ben").await;
    let text = "Grüße, السلام عليكم, 你好. ".repeat(2_000);
    let attributes = BTreeMap::from([("colour".to_owned(), "blue".to_owned())]);

    anna.send_text("notes", &text, attributes, Vec::new()).await.expect("anna is there");

    let (from, received) = wait_for(&mut ben_events, |event| match event {
        Event::Text { from, text } => Some((from, text)),
        _ => None,
    })
    .await;
    assert_eq!(&*from, "anna");
    assert_eq!(received.topic, "notes");
    assert_eq!(received.text, text);
    assert_eq!(received.attributes.get("colour").map(String::as_str), Some("blue"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agents_caption_reaches_people_and_the_record() {
    let mut server = Server::start().await;
    let (agent, _agent_events) = server.join_as("interpreter", TokenKind::Agent).await;
    let (_ben, mut ben_events) = server.join("ben").await;
    let caption = caption("anna");

    agent.send_caption(&caption).await.expect("the interpreter is there");

    let received = wait_for(&mut ben_events, |event| match event {
        Event::Text { text, .. } => signal::caption_of(&text),
        _ => None,
    })
    .await;
    assert_eq!(received, caption);
    assert_eq!(server.captions.recv().await, Some(caption));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_caption_is_dropped_and_an_own_one_passes() {
    let mut server = Server::start().await;
    let (anna, _anna_events) = server.join("anna").await;
    let (_ben, mut ben_events) = server.join("ben").await;
    let forged = caption("ben");
    let own = Caption {
        author: CaptionAuthor::Speaker,
        text: "Mine.".to_owned(),
        stable: 5,
        ..caption("anna")
    };

    anna.send_caption(&forged).await.expect("anna is there");
    anna.send_caption(&own).await.expect("anna is there");

    let received = wait_for(&mut ben_events, |event| match event {
        Event::Text { text, .. } => Some(text.text),
        _ => None,
    })
    .await;
    assert_eq!(received, "Mine.");
    let recorded = Caption { segment: "anna/segment-1".to_owned(), ..own };
    assert_eq!(server.captions.recv().await, Some(recorded));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn data_for_one_reaches_nobody_else() {
    let server = Server::start().await;
    let (anna, _anna_events) = server.join("anna").await;
    let (_ben, mut ben_events) = server.join("ben").await;
    let (_cleo, mut cleo_events) = server.join("cleo").await;

    let to_cleo = vec!["cleo".to_owned()];
    anna.send_data("t", b"for cleo".to_vec(), DataChannel::Reliable, to_cleo)
        .await
        .expect("anna is there");
    anna.send_data("t", b"for all".to_vec(), DataChannel::Reliable, Vec::new())
        .await
        .expect("anna is there");

    let payload = |event| match event {
        Event::Data { payload, .. } => Some(payload),
        _ => None,
    };
    assert_eq!(wait_for(&mut cleo_events, payload).await, b"for cleo");
    assert_eq!(wait_for(&mut cleo_events, payload).await, b"for all");
    assert_eq!(wait_for(&mut ben_events, payload).await, b"for all");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_attribute_is_seen_by_others() {
    let server = Server::start().await;
    let (anna, _anna_events) = server.join("anna").await;
    let (_ben, mut ben_events) = server.join("ben").await;

    let attributes = BTreeMap::from([("plenary.read".to_owned(), "fr".to_owned())]);
    anna.set_attributes(attributes).await.expect("anna is there");

    let seen = wait_for(&mut ben_events, |event| match event {
        Event::Updated(peer) => peer.attributes.get("plenary.read").cloned(),
        _ => None,
    })
    .await;
    assert_eq!(seen, "fr");
}

fn caption(speaker: &str) -> Caption {
    Caption {
        segment: "segment-1".to_owned(),
        language: Tag::FR,
        source_language: Tag::EN,
        revision: 2,
        state: CaptionState::Final,
        author: CaptionAuthor::Machine,
        speaker: speaker.to_owned(),
        track: "TR_1".to_owned(),
        start: Timestamp::from_micros(1_000_000),
        end: Timestamp::from_micros(2_500_000),
        text: "Bonjour à tous.".to_owned(),
        stable: 7,
        untranslated: false,
    }
}
