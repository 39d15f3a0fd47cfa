//! One participant's loop: sockets and clock around the core. It decides when to connect again,
//! nothing else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket as StdUdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use model::Timestamp;
use signal::packet;
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::core::{Core, Wish};
use crate::event::{Event, Events, LeaveReason};
use crate::handle::{Command, Counters, Participant, Snapshot};
use crate::options::{JoinError, Options};
use crate::socket::{self, Heard, Writer};

/// Commands that wait: 20 s of sound.
const COMMANDS_MAX: usize = 1_024;

/// Events that wait for the application, and those that wait behind them. An application that
/// reads nothing for that long is gone.
const EVENTS_MAX: usize = 2_048;
const BACKLOG_MAX: usize = 8_192;

/// What the socket's tasks report at most before they wait.
const HEARD_MAX: usize = 64;

/// The first and the longest pause before connecting again.
const PAUSE_MIN: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// How often a resume is tried before a fresh join is.
const RESUMES_MAX: u32 = 12;

/// What arrives while the thread is busy with others: a second of video.
const RECEIVE_BUFFER_BYTES: usize = 1024 * 1024;

/// How long a socket may take to close.
const CLOSE_LIMIT: Duration = Duration::from_secs(3);

/// Datagrams that are read before others get their turn.
const DATAGRAMS_PER_TURN: usize = 64;

/// Larger than any datagram that WebRTC sends.
const DATAGRAM_BYTES_MAX: usize = 2_048;

type Done = oneshot::Sender<Result<(Participant, Events), JoinError>>;

/// Runs one participant until it has left. `done` is told when it is in, or why not.
pub(crate) async fn run(options: Options, done: Done) {
    match Task::start(options, done).await {
        Ok(mut task) => task.serve().await,
        Err((done, error)) => {
            // Whoever asked has given up waiting.
            let _gone = done.send(Err(error));
        }
    }
}

struct Task {
    options: Options,
    core: Core,
    udp: UdpSocket,
    server: IpAddr,
    commands: mpsc::Receiver<Command>,
    events: mpsc::Sender<Event>,
    counters: Arc<Counters>,
    heard: mpsc::Receiver<Heard>,
    heard_sender: mpsc::Sender<Heard>,
    socket: Socket,
    /// Told once, when everything works for the first time.
    done: Option<(Done, Participant, Events)>,
    /// How the next socket comes back, until the server has answered on it.
    back: Option<Back>,
    is_rejoining: bool,
    last_error: Option<JoinError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Back {
    Resume,
    Rejoin,
}

/// The WebSocket, or the wait for the next.
#[derive(Debug)]
struct Socket {
    number: u64,
    task: Option<JoinHandle<()>>,
    writer: Option<Writer>,
    again_at: Option<Instant>,
    attempts: u32,
}

impl Task {
    async fn start(options: Options, done: Done) -> Result<Self, (Done, JoinError)> {
        let server = match resolve(&options.url).await {
            Ok(server) => server,
            Err(error) => return Err((done, error)),
        };
        let unspecified: IpAddr = if server.is_ipv4() {
            Ipv4Addr::UNSPECIFIED.into()
        } else {
            Ipv6Addr::UNSPECIFIED.into()
        };
        let udp = match UdpSocket::bind((unspecified, 0)).await {
            Ok(udp) => udp,
            Err(error) => return Err((done, JoinError::Unreachable(Box::new(error)))),
        };
        // A socket with the usual buffer still works.
        let _usual = socket2::SockRef::from(&udp).set_recv_buffer_size(RECEIVE_BUFFER_BYTES);
        let port = udp.local_addr().map_or(0, |address| address.port());
        let local = SocketAddr::new(local_towards(server).unwrap_or(server), port);
        let counters = Arc::new(Counters::default());
        let (snapshot, snapshot_receiver) = watch::channel(Snapshot::default());
        let told = (Arc::clone(&counters), snapshot);
        let core = Core::new(options.clone(), local, told, Instant::now());
        let (command_sender, commands) = mpsc::channel(COMMANDS_MAX);
        let (events, event_receiver) = mpsc::channel(EVENTS_MAX);
        let (heard_sender, heard) = mpsc::channel(HEARD_MAX);
        let participant = Participant {
            commands: command_sender,
            snapshot: snapshot_receiver,
            counters: Arc::clone(&counters),
        };
        Ok(Self {
            options,
            core,
            udp,
            server,
            commands,
            events,
            counters,
            heard,
            heard_sender,
            socket: Socket { number: 0, task: None, writer: None, again_at: None, attempts: 0 },
            done: Some((done, participant, event_receiver)),
            back: None,
            is_rejoining: false,
            last_error: None,
        })
    }

    async fn serve(&mut self) {
        let path = self.core.join_path(Instant::now());
        self.connect(path);
        let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
        loop {
            if let Some(reason) = self.turn() {
                self.finish(reason).await;
                return;
            }
            let wake = self.next_wake();
            tokio::select! {
                command = self.commands.recv() => match command {
                    Some(command) => self.handle_command(command),
                    None => self.core.leave(),
                },
                Some(heard) = self.heard.recv() => self.handle_heard(heard),
                ready = self.udp.readable() => {
                    if ready.is_ok() {
                        self.read_datagrams(&mut buffer);
                    }
                }
                () = tokio::time::sleep_until(wake.into()) => {}
            }
        }
    }

    /// Does what is due; returns why the participant has left, once it has.
    fn turn(&mut self) -> Option<LeaveReason> {
        let now = Instant::now();
        if self.done.as_ref().is_some_and(|(done, ..)| done.is_closed()) {
            self.core.leave();
        }
        for remote in self.core.unrouted() {
            let local = local_towards(remote).unwrap_or(remote);
            self.core.route(remote, local);
        }
        self.core.advance(now);
        self.follow_wish(now);
        self.send();
        self.tell_ready();
        if self.deliver_events() { self.left() } else { Some(LeaveReason::Asked) }
    }

    fn left(&self) -> Option<LeaveReason> {
        match self.core.wish {
            Wish::Leave(reason) => Some(reason),
            Wish::Stay | Wish::Resume | Wish::Rejoin => None,
        }
    }

    fn follow_wish(&mut self, now: Instant) {
        let back = match self.core.wish {
            Wish::Stay => None,
            Wish::Leave(_) => return,
            Wish::Resume => Some(Back::Resume),
            Wish::Rejoin => Some(Back::Rejoin),
        };
        if let Some(back) = back {
            self.core.wish = Wish::Stay;
            self.come_back(back, now);
        }
        if self.socket.again_at.is_some_and(|at| at <= now) {
            self.connect_again(now);
        }
    }

    /// Gives the socket up; the next is opened after a pause that grows.
    fn come_back(&mut self, back: Back, now: Instant) {
        self.close_socket();
        self.core.socket_lost();
        let is_hopeless = self.socket.attempts > RESUMES_MAX || self.back == Some(Back::Rejoin);
        self.back = Some(if is_hopeless { Back::Rejoin } else { back });
        let pause = PAUSE_MIN.saturating_mul(1 << self.socket.attempts.min(6)).min(PAUSE_MAX);
        self.socket.attempts += 1;
        self.socket.again_at = Some(now + pause);
    }

    fn connect_again(&mut self, now: Instant) {
        self.socket.again_at = None;
        let path = if self.back == Some(Back::Rejoin) {
            let port = self.udp.local_addr().map_or(0, |address| address.port());
            let local = SocketAddr::new(local_towards(self.server).unwrap_or(self.server), port);
            self.core.reset(local, now);
            self.is_rejoining = true;
            self.core.join_path(now)
        } else {
            self.core.resume_path()
        };
        self.connect(path);
    }

    fn connect(&mut self, path: String) {
        self.socket.number += 1;
        let opening =
            socket::run(self.socket.number, self.options.clone(), path, self.heard_sender.clone());
        self.socket.task = Some(tokio::task::spawn_local(opening));
    }

    fn close_socket(&mut self) {
        self.socket.writer = None;
        if let Some(task) = self.socket.task.take() {
            task.abort();
        }
    }

    fn handle_heard(&mut self, heard: Heard) {
        let now = Instant::now();
        match heard {
            Heard::Opened { number, writer } if number == self.socket.number => {
                self.socket.writer = Some(writer);
            }
            Heard::Response { number, response } if number == self.socket.number => {
                self.core.handle_response(*response, now);
                if self.core.is_pinging() {
                    self.back = None;
                    self.socket.attempts = 0;
                }
            }
            Heard::Closed { number } if number == self.socket.number => self.lost(now),
            Heard::Failed { number, error } if number == self.socket.number => {
                self.failed(error, now);
            }
            Heard::Opened { .. }
            | Heard::Response { .. }
            | Heard::Closed { .. }
            | Heard::Failed { .. } => {}
        }
    }

    fn lost(&mut self, now: Instant) {
        if self.left().is_none() && self.core.wish == Wish::Stay {
            let back = if self.core.is_joined() { Back::Resume } else { Back::Rejoin };
            self.come_back(back, now);
        }
    }

    fn failed(&mut self, error: JoinError, now: Instant) {
        let is_refused = matches!(error, JoinError::Refused(400..=499));
        self.last_error = Some(error);
        if self.done.is_some() || is_refused {
            self.core.wish = Wish::Leave(LeaveReason::Refused);
        } else {
            self.come_back(self.back.unwrap_or(Back::Rejoin), now);
        }
    }

    fn handle_command(&mut self, command: Command) {
        let now = Instant::now();
        match command {
            Command::Publish(track) => self.core.publish(track),
            Command::Unpublish(cid) => self.core.unpublish(&cid, now),
            Command::Mute(cid, is_muted) => self.core.mute(&cid, is_muted),
            Command::Write(written) => self.core.write(written, now),
            Command::Data { topic, payload, channel, to } => {
                let is_sent = self.core.send(packet::user(&topic, payload), channel, &to);
                self.count_if_dropped(is_sent);
            }
            Command::Text { text, to } => {
                let is_sent = self.core.send_text(&text, &to, wall_clock());
                self.count_if_dropped(is_sent);
            }
            Command::Attributes(attributes) => self.core.set_attributes(attributes),
            Command::Subscribe { track, is_wanted } => self.core.subscribe(&track, is_wanted),
            Command::Show { track, width, height } => self.core.show(&track, width, height),
            Command::Simulate(scenario) => self.core.simulate(scenario),
            Command::Cut => self.come_back(Back::Resume, now),
            Command::Leave => self.core.leave(),
        }
    }

    fn count_if_dropped(&self, is_sent: bool) {
        if !is_sent {
            self.counters.dropped();
        }
    }

    fn read_datagrams(&mut self, buffer: &mut [u8]) {
        for _ in 0..DATAGRAMS_PER_TURN {
            // Errors of one datagram (an ICMP answer to an earlier one, say) end the turn only.
            let Ok((bytes, source)) = self.udp.try_recv_from(buffer) else { return };
            self.core.handle_datagram(source, &buffer[..bytes], Instant::now());
        }
    }

    fn send(&mut self) {
        while let Some((to, bytes)) = self.core.datagrams.pop_front() {
            // A datagram that cannot be sent is one that is lost.
            let _lost = self.udp.try_send_to(&bytes, to);
        }
        let Some(writer) = &self.socket.writer else { return };
        while let Some(request) = self.core.requests.pop_front() {
            if let Err(mpsc::error::TrySendError::Full(request)) = writer.try_send(request) {
                self.core.requests.push_front(request);
                return;
            }
        }
    }

    /// Tells whoever waits that everything works.
    fn tell_ready(&mut self) {
        if !self.core.is_ready() {
            return;
        }
        if let Some((done, participant, events)) = self.done.take() {
            // Whoever asked has given up waiting: the dropped handle ends the participant.
            let _gone = done.send(Ok((participant, events)));
        } else if std::mem::take(&mut self.is_rejoining) {
            self.counters.rejoined();
            self.core.events.push_back(Event::Rejoined);
        }
    }

    /// Hands events to the application. False if it has stopped reading.
    fn deliver_events(&mut self) -> bool {
        while let Some(event) = self.core.events.pop_front() {
            match self.events.try_send(event) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(Event::Pcm { .. } | Event::Packet { .. })) => {
                    self.counters.dropped();
                }
                Err(mpsc::error::TrySendError::Full(event)) => {
                    self.core.events.push_front(event);
                    self.core
                        .events
                        .retain(|event| !matches!(event, Event::Pcm { .. } | Event::Packet { .. }));
                    return self.core.events.len() <= BACKLOG_MAX;
                }
                // The application is not interested in events; the participant stays.
                Err(mpsc::error::TrySendError::Closed(_)) => self.core.events.clear(),
            }
        }
        true
    }

    fn next_wake(&self) -> Instant {
        let wake = self.core.poll_timeout();
        self.socket.again_at.map_or(wake, |again| again.min(wake))
    }

    /// Sends what is left, tells the application, ends the socket.
    async fn finish(&mut self, reason: LeaveReason) {
        self.core.advance(Instant::now());
        self.send();
        if let Some((done, ..)) = self.done.take() {
            let error = self.last_error.take().unwrap_or(JoinError::SentAway);
            let _gone = done.send(Err(error));
        }
        // Dropping the writer closes the socket after what was written.
        self.socket.writer = None;
        if let Some(mut task) = self.socket.task.take() {
            let closing = async {
                loop {
                    tokio::select! {
                        _ = &mut task => return,
                        Some(_) = self.heard.recv() => {}
                    }
                }
            };
            if tokio::time::timeout(CLOSE_LIMIT, closing).await.is_err() {
                task.abort();
            }
        }
        // An application that does not read has left already.
        let _unread = self.events.try_send(Event::Left(reason));
    }
}

async fn resolve(url: &str) -> Result<IpAddr, JoinError> {
    let bad = || JoinError::BadUrl(url.to_owned());
    let (scheme, host) = url.split_once("://").ok_or_else(bad)?;
    let host = host.trim_end_matches('/');
    let default_port = if scheme == "wss" { ":443" } else { ":80" };
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let address = if has_port { host.to_owned() } else { format!("{host}{default_port}") };
    let found = tokio::net::lookup_host(&address)
        .await
        .map_err(|error| JoinError::Unreachable(Box::new(error)))?;
    let addresses: Vec<SocketAddr> = found.collect();
    let v4 = addresses.iter().find(|address| address.is_ipv4());
    v4.or_else(|| addresses.first()).map(SocketAddr::ip).ok_or_else(bad)
}

/// Returns the address from which this host reaches `remote`. Nothing is sent.
fn local_towards(remote: IpAddr) -> Option<IpAddr> {
    let unspecified: IpAddr =
        if remote.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let probe = StdUdpSocket::bind((unspecified, 0)).ok()?;
    probe.connect((remote, 9)).ok()?;
    Some(probe.local_addr().ok()?.ip())
}

fn wall_clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
