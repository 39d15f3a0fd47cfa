//! What strangers and bugs send: counted, bounded, and nobody else notices.

use std::net::SocketAddr;
use std::time::Duration;

use model::media::{Announcement, Command, DataChannel, Kind, Offer};
use sfu::count::Count;
use sfu::engine::Datagram;

use super::simulation::payload::Form;
use super::simulation::wire::mix;
use super::simulation::world::World;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_client_that_never_answers_goes_after_a_minute() {
    let mut world = World::quiet();
    let (client, offer) = world.stranger();
    world.command(Command::Join { peer: client.id, offer: Some(offer) });

    world.step_until(world.now + 59 * SECOND);
    assert_eq!(world.downs(), []);
    world.step_until(world.now + 2 * SECOND);

    assert_eq!(world.downs(), [client.id]);
}

#[test]
fn a_client_that_falls_silent_goes_in_the_end() {
    let mut world = World::quiet();
    let (anna, _) = (world.join(), world.join());
    world.step_until(world.now + 3 * SECOND);
    let address = world.clients[&anna].address;

    world.wire.cut(address, world.now + 120 * SECOND);
    world.step_until(world.now + 40 * SECOND);

    assert_eq!(world.downs(), [anna]);
}

#[test]
fn a_bad_offer_is_refused_and_a_good_one_after_it_is_taken() {
    let mut world = World::quiet();
    let (client, offer) = world.stranger();
    let id = client.id;
    let bad = Offer { id: 7, sdp: offer.sdp.replace("a=fingerprint", "a=nonsense") };
    world.command(Command::Join { peer: id, offer: Some(bad) });
    assert_eq!(world.refused.len(), 1);

    world.clients.insert(id, client);
    world.command(Command::Offer { peer: id, offer });
    world.step_until(world.now + 3 * SECOND);

    assert_eq!(world.refused.len(), 1);
    assert!(world.clients[&id].is_up);
}

#[test]
fn an_offer_that_contradicts_an_earlier_one_harms_only_its_sender() {
    for (was, becomes) in [
        ("a=rtpmap:96 VP8", "a=rtpmap:96 H264"),
        ("a=rtpmap:97 rtx", "a=rtpmap:97 VP8"),
        ("fmtp:97 apt=96", "fmtp:97 apt=108"),
        ("a=rtpmap:111 opus/48000/2", "a=rtpmap:111 VP8/90000"),
        ("a=setup:actpass", "a=setup:active"),
        ("m=video", "m=audio"),
    ] {
        let mut world = World::quiet();
        let (anna, ben, cleo) = (world.join(), world.join(), world.join());
        world.publish(anna, Form::Vp8);
        let track = world.publish(ben, Form::Vp8);
        world.step_until(world.now + 3 * SECOND);
        let client = world.clients.get_mut(&anna).expect("present");
        client.restart();
        let mut offer = client.offer(world.now).expect("a restart is an offer");
        assert!(offer.sdp.contains(was), "{was}");
        offer.sdp = offer.sdp.replace(was, becomes);

        // What she gets for it is not told to her client, which would not stand it.
        world.shard.handle_command(&world.room, Command::Offer { peer: anna, offer }, world.now);
        while world.shard.poll_output().is_some() {}
        let before = world.received(cleo, track);
        world.step_until(world.now + 3 * SECOND);

        assert!(world.received(cleo, track) > before + 20, "{becomes}");
    }
}

#[test]
fn offers_of_all_kinds_of_nonsense_are_refused() {
    let mut world = World::quiet();
    let (client, good) = world.stranger();
    world.command(Command::Join { peer: client.id, offer: None });
    let lines = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:x\r\na=recvonly\r\n";
    let nonsense = [
        String::new(),
        "v=0".to_owned(),
        "\0\u{202e}\r\nm=".to_owned(),
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n".to_owned(),
        good.sdp.replace("a=mid:", "a=mid:a-name-longer-than-sixteen"),
        good.sdp.replace("a=mid:", "a=mud:"),
        format!("{}{}", good.sdp, lines.repeat(97)),
        "x".repeat(10_000_000),
    ];
    let n = nonsense.len();

    for sdp in nonsense {
        world.command(Command::Offer { peer: client.id, offer: Offer { id: 1, sdp } });
    }

    assert_eq!(world.refused.len(), n);
}

#[test]
fn an_offer_with_ten_thousand_candidates_is_one_without() {
    let mut world = World::quiet();
    let (client, mut offer) = world.stranger();
    let id = client.id;
    let candidate = "a=candidate:1 1 udp 2130706431 192.0.2.77 5000 typ host\r\n";
    offer.sdp.push_str(&candidate.repeat(4000));
    world.clients.insert(id, client);

    world.command(Command::Join { peer: id, offer: Some(offer) });
    world.step_until(world.now + 3 * SECOND);

    assert!(world.clients[&id].is_up);
}

#[test]
fn candidates_that_are_none_are_counted() {
    let mut world = World::quiet();
    let id = world.join();
    let good = r#"{"candidate":"candidate:1 1 udp 1 x.local 9 typ host","sdpMid":"0"}"#;
    for json in [good, "", "null", "{}", &"[".repeat(100_000)] {
        world.command(Command::Candidate { peer: id, json: json.to_owned() });
    }

    world.step_until(world.now + SECOND);

    assert_eq!(world.counts.get(&Count::BadCandidate), Some(&4));
}

#[test]
fn junk_is_dropped_and_the_others_go_on() {
    let mut world = World::quiet();
    let anna = world.join();
    let ben = world.join();
    let track = world.publish(anna, Form::Vp8);
    world.step_until(world.now + 3 * SECOND);
    let of_anna = world.clients[&anna].address;
    let of_nobody = SocketAddr::from(([192, 0, 2, 250], 9));
    let before = world.received(ben, track);

    for n in 0..20_000_u64 {
        let from = if n % 2 == 0 { of_anna } else { of_nobody };
        let length = mix(n) % 1500;
        let mut bytes: Vec<u8> = (0..length).map(|at| mix(n ^ at << 20).to_be_bytes()[0]).collect();
        if let Some(first) = bytes.first_mut() {
            // All kinds: STUN, DTLS, RTP, RTCP.
            *first = [0, 1, 20, 22, 128, 129, 144, 200][usize::try_from(n % 8).expect("small")];
        }
        let datagram = Datagram { from, to: world.server, bytes: &bytes };
        world.shard.handle_datagram(datagram, world.now);
        world.outputs();
    }
    world.step_until(world.now + 3 * SECOND);

    assert!(world.received(ben, track) > before + 20);
    assert_eq!(world.downs(), []);
    assert!(world.counts.get(&Count::Unknown).is_some_and(|n| *n > 9_000));
}

#[test]
fn a_channel_that_never_opens_holds_no_more_than_its_backlog() {
    let mut world = World::quiet();
    let (client, offer) = world.stranger();
    let id = client.id;
    world.command(Command::Join { peer: id, offer: Some(offer) });

    for _ in 0..100 {
        let message = vec![0; 60_000];
        world.command(Command::Send { to: vec![id], channel: DataChannel::Reliable, message });
    }
    world.step_until(world.now + SECOND);

    assert!(world.counts.get(&Count::MessageDropped).is_some_and(|n| *n >= 80));
}

#[test]
fn what_is_not_there_is_counted_and_nothing_else() {
    let mut world = World::quiet();
    let anna = world.join();
    let (stranger, _) = world.stranger();
    let track = world.publish(anna, Form::Opus);
    let announcement = Announcement {
        track,
        cid: String::new(),
        kind: Kind::Video,
        width: 0,
        height: 0,
        is_muted: false,
    };
    let peer = stranger.id;

    world.command(Command::Subscribe { peer, track });
    world.command(Command::Announce { peer, announcement });
    world.command(Command::Subscribe { peer: anna, track });
    world.step_until(world.now + SECOND);

    assert_eq!(world.counts.get(&Count::Misdirected), Some(&3));
}
