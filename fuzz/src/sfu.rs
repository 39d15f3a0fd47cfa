//! What reaches the media core from outside: offers, candidates, datagrams.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use model::id::ParticipantId;
use model::media::{Command, Offer, RoomName};
use sfu::engine::str0m::Str0m;
use sfu::engine::{Datagram, Egress};
use sfu::shard::{Output, Shard};

/// An offer that is accepted, so that datagrams have somebody to go to.
const OFFER: &str = include_str!("../corpus/sfu_offer/whole");

/// Datagrams of one input, at most: each may cost a decryption.
const DATAGRAMS_MAX: usize = 64;

/// Two offers, the second after a blank line: a re-offer.
pub(crate) fn fuzz_offer(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (first, second) = text.split_once("\n\n").unwrap_or((&text, OFFER));
    let mut scene = Scene::new();
    scene.command(Command::Join { peer: somebody(), offer: Some(offer(1, first)) });
    scene.command(Command::Offer { peer: somebody(), offer: offer(2, second) });
    scene.later(Duration::from_secs(1));
}

pub(crate) fn fuzz_candidate(data: &[u8]) {
    let json = String::from_utf8_lossy(data).into_owned();
    let mut scene = Scene::new();
    scene.command(Command::Join { peer: somebody(), offer: None });
    scene.command(Command::Candidate { peer: somebody(), json });
    scene.later(Duration::from_millis(100));
}

/// Datagrams, each after two bytes of length. `USER` stands for the peer's ICE user name, which
/// is drawn anew each time.
pub(crate) fn fuzz_datagram(data: &[u8]) {
    let mut scene = Scene::new();
    scene.command(Command::Join { peer: somebody(), offer: Some(offer(1, OFFER)) });
    let user = scene.user.clone();
    let mut rest = data;
    for _ in 0..DATAGRAMS_MAX {
        let Some((length, after)) = rest.split_first_chunk::<2>() else { break };
        let length = usize::from(u16::from_be_bytes(*length)).min(after.len());
        let (bytes, after) = after.split_at(length);
        rest = after;
        scene.datagram(&with_user(bytes, user.as_bytes()));
        scene.later(Duration::from_millis(7));
    }
    scene.later(Duration::from_secs(2));
}

struct Scene {
    shard: Shard<Str0m>,
    now: Instant,
    user: String,
}

#[derive(Default)]
struct Nowhere(Vec<u8>);

impl Egress for Nowhere {
    fn room(&mut self, n: usize) -> &mut [u8] {
        self.0.resize(n, 0);
        &mut self.0
    }

    fn commit(&mut self, _: SocketAddr, _: SocketAddr, _: usize, _: usize) {}
}

impl Scene {
    fn new() -> Self {
        let engine = Str0m::new(&[server()]).expect("an engine");
        Self { shard: Shard::new(engine), now: Instant::now(), user: String::new() }
    }

    fn command(&mut self, command: Command) {
        self.shard.handle_command(&RoomName("fuzz".to_owned()), command, self.now);
        self.take();
    }

    fn datagram(&mut self, bytes: &[u8]) {
        let from = SocketAddr::from(([192, 0, 2, 7], 4000));
        self.shard.handle_datagram(Datagram { from, to: server(), bytes }, self.now);
        self.take();
    }

    fn later(&mut self, by: Duration) {
        self.now += by;
        self.shard.handle_timeout(self.now);
        self.shard.forward(self.now);
        self.take();
    }

    fn take(&mut self) {
        self.shard.flush(&mut Nowhere::default());
        while let Some(output) = self.shard.poll_output() {
            if let Output::Event(_, model::media::Event::Answer { sdp, .. }) = output
                && let Some(line) = sdp.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:"))
            {
                line.clone_into(&mut self.user);
            }
        }
    }
}

fn with_user(bytes: &[u8], user: &[u8]) -> Vec<u8> {
    match bytes.windows(4).position(|window| window == b"USER") {
        Some(at) if user.len() >= 4 => {
            // Of the same length as it is drawn: the attribute's length is right for that.
            [&bytes[..at], user, &bytes[at + 4..]].concat()
        }
        _ => bytes.to_vec(),
    }
}

fn server() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 7882))
}

fn somebody() -> ParticipantId {
    "PA_00000000000000000000000000000001".parse().expect("an id")
}

fn offer(id: u32, sdp: &str) -> Offer {
    Offer { id, sdp: sdp.to_owned() }
}
