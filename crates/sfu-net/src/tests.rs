//! Workers on real sockets and threads, and what happens when something breaks.

use std::net::UdpSocket;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use model::id::ParticipantId;
use model::media::{DataChannel, Offer};
use prometheus_client::encoding::text::encode;
use sfu::engine::{
    self, Datagram, Egress, Forward, Label, PeerId, Refused, Section, Sent, SourceId,
};

use super::*;
use crate::socket::LocalAddress;

const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn what_is_told_is_configured_or_listened_on_or_found() {
    let here = [at("127.0.0.1", true), at("192.0.2.5", false), at("127.0.0.9", false)];
    let any = MediaConfig::default();
    let listens = MediaConfig { listen: "127.0.0.1".parse().expect("ip"), ..any.clone() };
    let names = MediaConfig { advertise: vec!["127.0.0.3".parse().expect("ip")], ..any.clone() };

    assert_eq!(told(&any, &here), ["192.0.2.5", "127.0.0.9"]);
    assert_eq!(told(&any, &here[..1]), ["127.0.0.1"]);
    assert_eq!(told(&listens, &here), ["127.0.0.1"]);
    assert_eq!(told(&names, &here), ["127.0.0.3"]);
}

#[test]
fn a_worker_takes_the_port_of_its_number() {
    assert_eq!([port_of(7882, 0), port_of(7882, 3), port_of(0, 3)], [7882, 7885, 0]);
}

#[test]
fn a_room_that_panics_dies_alone() {
    let media = Media::start_with(&config(1), Fragile::new).expect("media");
    let (doomed, sound) = (room("doomed"), room("sound"));
    let (of_doomed, of_sound) = (listen(&media, &doomed), listen(&media, &sound));
    for room in [&doomed, &sound] {
        send(&media, room, Command::Join { peer: anna(), offer: None });
    }

    send(&media, &doomed, offer(1, "panic"));
    send(&media, &sound, offer(2, "nonsense"));

    assert_eq!(of_doomed.recv_timeout(PATIENCE), Ok(Event::Died));
    let refused = of_sound.recv_timeout(PATIENCE).expect("the other room goes on");
    assert!(matches!(refused, Event::OfferRefused { id: 2, .. }), "{refused:?}");
    let again = listen(&media, &doomed);
    send(&media, &doomed, Command::Join { peer: anna(), offer: None });
    send(&media, &doomed, offer(3, "nonsense"));
    let refused = again.recv_timeout(PATIENCE).expect("the room can be opened again");
    assert!(matches!(refused, Event::OfferRefused { id: 3, .. }), "{refused:?}");
    media.stop();
}

#[test]
fn a_full_queue_says_so() {
    let media = Media::start(config(1)).expect("media");
    let (room, (stall, stalled)) = (room("stalled"), channel::<()>());
    let (reached, reaching) = channel();
    media.open(
        &room,
        Box::new(move |_| {
            let _ = reached.send(());
            let _ = stalled.recv_timeout(PATIENCE);
        }),
    );
    send(&media, &room, Command::Join { peer: anna(), offer: None });
    send(&media, &room, offer(1, "nonsense"));
    reaching.recv_timeout(PATIENCE).expect("the sink was called");

    let taken =
        (0..=COMMANDS_MAX).take_while(|_| media.command(&room, Command::Close).is_ok()).count();

    assert!(taken <= COMMANDS_MAX, "{taken}");
    drop(stall);
    media.stop();
}

#[test]
fn junk_on_the_socket_is_counted() {
    let media = Media::start(config(2)).expect("media");
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let ports = media.ports();
    assert_ne!(ports[0], ports[1]);

    for n in 0..100_u8 {
        socket.send_to(&[n; 40], ("127.0.0.1", ports[usize::from(n % 2)])).expect("sent");
    }
    let deadline = Instant::now() + PATIENCE;
    let wanted = "sfu_events_total{what=\"unknown\"} 100";
    while !metrics_of(&media).contains(wanted) && Instant::now() < deadline {
        std::thread::yield_now();
    }

    assert!(metrics_of(&media).contains(wanted), "{}", metrics_of(&media));
    media.stop();
}

#[test]
fn rooms_and_peers_are_gauged_and_gone_after_close() {
    let media = Media::start(config(1)).expect("media");
    let room = room("gauged");
    let events = listen(&media, &room);
    send(&media, &room, Command::Join { peer: anna(), offer: None });
    send(&media, &room, offer(1, "nonsense"));
    events.recv_timeout(PATIENCE).expect("an event");
    wait_for(&media, "sfu_peers 1");

    send(&media, &room, Command::Close);

    wait_for(&media, "sfu_peers 0");
    wait_for(&media, "sfu_rooms 0");
    media.stop();
}

fn wait_for(media: &Media, line: &str) {
    let deadline = Instant::now() + PATIENCE;
    while !metrics_of(media).lines().any(|of| of == line) {
        assert!(Instant::now() < deadline, "{line} in {}", metrics_of(media));
        std::thread::yield_now();
    }
}

fn metrics_of(media: &Media) -> String {
    let mut registry = Registry::default();
    media.register(&mut registry);
    let mut text = String::new();
    encode(&mut text, &registry).expect("text");
    text
}

fn config(workers: usize) -> MediaConfig {
    MediaConfig {
        workers: NonZeroUsize::new(workers).expect("some"),
        port: 0,
        listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
        advertise: Vec::new(),
    }
}

fn listen(media: &Media, room: &RoomName) -> Receiver<Event> {
    let (to, from) = channel();
    media.open(
        room,
        Box::new(move |event| {
            let _ = to.send(event);
        }),
    );
    from
}

fn send(media: &Media, room: &RoomName, command: Command) {
    media.command(room, command).expect("room in the queue");
}

fn offer(id: u32, sdp: &str) -> Command {
    Command::Offer { peer: anna(), offer: Offer { id, sdp: sdp.to_owned() } }
}

fn room(name: &str) -> RoomName {
    RoomName(name.to_owned())
}

fn anna() -> ParticipantId {
    "PA_00000000000000000000000000000001".parse().expect("an id")
}

fn at(ip: &str, is_loopback: bool) -> LocalAddress {
    LocalAddress { ip: ip.parse().expect("an address"), is_loopback }
}

fn told(config: &MediaConfig, here: &[LocalAddress]) -> Vec<String> {
    let told = advertised(config, here).expect("something");
    told.into_iter().map(|ip| ip.to_string()).collect()
}

/// The real engine with one bug: it panics at an offer that says so.
struct Fragile(Str0m);

impl Fragile {
    fn new(local: &[SocketAddr]) -> Result<Self, EngineError> {
        Str0m::new(local).map(Self)
    }
}

impl Engine for Fragile {
    type Packet = <Str0m as Engine>::Packet;

    fn join(&mut self, now: Instant) -> PeerId {
        self.0.join(now)
    }

    fn offer(&mut self, peer: PeerId, sdp: &str, now: Instant) -> Result<Vec<Section>, Refused> {
        assert!(sdp != "panic", "as the offer wished");
        self.0.offer(peer, sdp, now)
    }

    fn answer(&mut self, peer: PeerId, carried: &[Label]) -> String {
        self.0.answer(peer, carried)
    }

    fn leave(&mut self, peer: PeerId) {
        self.0.leave(peer);
    }

    fn owner(&self, datagram: Datagram<'_>) -> Option<PeerId> {
        self.0.owner(datagram)
    }

    fn receive(&mut self, peer: PeerId, datagram: Datagram<'_>, now: Instant) {
        self.0.receive(peer, datagram, now);
    }

    fn poll_timeout(&self) -> Option<(Instant, PeerId)> {
        self.0.poll_timeout()
    }

    fn handle_timeout(&mut self, peer: PeerId, now: Instant) {
        self.0.handle_timeout(peer, now);
    }

    fn poll_event(&mut self) -> Option<(PeerId, engine::Event<Self::Packet>)> {
        self.0.poll_event()
    }

    fn forward(&mut self, peer: PeerId, packets: &[Forward<Self::Packet>], now: Instant) {
        self.0.forward(peer, packets, now);
    }

    fn ask_key_frame(&mut self, source: SourceId, now: Instant) {
        self.0.ask_key_frame(source, now);
    }

    fn wish(&mut self, peer: PeerId, rate_bps: u64) {
        self.0.wish(peer, rate_bps);
    }

    fn send(&mut self, peer: PeerId, channel: DataChannel, message: &[u8], now: Instant) -> Sent {
        self.0.send(peer, channel, message, now)
    }

    fn flush(&mut self, out: &mut dyn Egress) {
        self.0.flush(out);
    }
}
