//! A server of one room: a WebSocket per participant, `signal::Room`, media workers. What the real
//! one does, without HTTP around it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroUsize;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::{SinkExt as _, StreamExt as _};
use model::Timestamp;
use model::media::{Event, RoomName};
use participant::{Driver, Events, Options, Participant};
use sfu_net::{Media, MediaConfig};
use signal::protocol::{JoinRequest, SignalRequest};
use signal::room::Entry;
use signal::token::{Grants, TokenKind};
use signal::{ConnectionId, Keys, Output, Room, Token, frame, join};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

/// Long enough for a loaded machine; nothing waits for it when all is well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) captions: mpsc::UnboundedReceiver<model::caption::Caption>,
    pub(crate) driver: Driver,
    keys: Keys,
    room: RoomName,
    inputs: mpsc::UnboundedSender<Input>,
}

enum Input {
    Enter(Box<Entry>, mpsc::UnboundedSender<Vec<u8>>),
    Request(ConnectionId, Box<SignalRequest>),
    Closed(ConnectionId),
    Media(Event),
    Forget,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_behind(None).await
    }

    /// Starts a server whose WebSocket is reached over TLS.
    pub(crate) async fn start_behind(tls: Option<TlsAcceptor>) -> Self {
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let media = Media::start(MediaConfig {
            workers: NonZeroUsize::MIN,
            port: 0,
            listen: loopback,
            advertise: vec![loopback],
        })
        .expect("media starts");
        let listener = TcpListener::bind((loopback, 0)).await.expect("a free port");
        let scheme = if tls.is_some() { "wss" } else { "ws" };
        let url = format!("{scheme}://{}", listener.local_addr().expect("an address"));
        let keys =
            Keys { key: "key".to_owned(), secret: "a secret that is long enough".to_owned() };
        let room = RoomName("test".to_owned());
        let (inputs, receiver) = mpsc::unbounded_channel();
        let (caption_sender, captions) = mpsc::unbounded_channel();
        let accepted = inputs.clone();
        tokio::spawn(accept(listener, tls, keys.clone(), accepted));
        tokio::spawn(serve(
            media,
            room.clone(),
            keys.clone(),
            (inputs.clone(), receiver),
            caption_sender,
        ));
        Self { url, captions, driver: Driver::start().expect("a thread"), keys, room, inputs }
    }

    pub(crate) async fn join(&self, identity: &str) -> (Participant, Events) {
        self.join_as(identity, TokenKind::Standard).await
    }

    pub(crate) async fn join_as(&self, identity: &str, kind: TokenKind) -> (Participant, Events) {
        let options = Options::new(&self.url, self.token(identity, kind));
        self.driver.join(options).await.expect("the participant joins")
    }

    pub(crate) async fn try_join(&self, token: &str) -> Result<(), participant::JoinError> {
        self.driver.join(Options::new(&self.url, token)).await.map(drop)
    }

    pub(crate) fn token(&self, identity: &str, kind: TokenKind) -> String {
        self.keys.mint(&Token {
            room: self.room.clone(),
            identity: identity.to_owned(),
            name: identity.to_owned(),
            metadata: String::new(),
            attributes: BTreeMap::new(),
            kind,
            grants: Grants::taking_part(),
            expires: now() + Duration::from_mins(10),
        })
    }

    /// Loses all memory of the room, as a restarted server has.
    pub(crate) fn forget(&self) {
        self.inputs.send(Input::Forget).expect("the server runs");
    }
}

async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    keys: Keys,
    inputs: mpsc::UnboundedSender<Input>,
) {
    let mut next = 0;
    while let Ok((stream, _)) = listener.accept().await {
        next += 1;
        let (keys, inputs) = (keys.clone(), inputs.clone());
        match tls.clone() {
            None => {
                tokio::spawn(talk(stream, ConnectionId(next), keys, inputs));
            }
            Some(tls) => {
                tokio::spawn(async move {
                    // A client that does not trust us goes away.
                    if let Ok(stream) = tls.accept(stream).await {
                        talk(stream, ConnectionId(next), keys, inputs).await;
                    }
                });
            }
        }
    }
}

async fn talk<S>(
    stream: S,
    connection: ConnectionId,
    keys: Keys,
    inputs: mpsc::UnboundedSender<Input>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut entry = None;
    #[expect(clippy::result_large_err, reason = "the callback's type is the library's")]
    let callback = |request: &Request, response: Response| {
        if let Some(found) = read_entry(request, connection, &keys) {
            entry = Some(found);
            return Ok(response);
        }
        let mut refusal = ErrorResponse::new(None);
        *refusal.status_mut() = tokio_tungstenite::tungstenite::http::StatusCode::UNAUTHORIZED;
        Err(refusal)
    };
    let Ok(socket) = tokio_tungstenite::accept_hdr_async(stream, callback).await else { return };
    let (mut sink, mut source) = socket.split();
    let (frames, mut written) = mpsc::unbounded_channel();
    let entry = Box::new(entry.expect("the handshake succeeded"));
    inputs.send(Input::Enter(entry, frames)).expect("the server runs");
    loop {
        tokio::select! {
            bytes = written.recv() => {
                let Some(bytes) = bytes else { break };
                if sink.send(Message::Binary(Vec::into(bytes))).await.is_err() {
                    break;
                }
            }
            message = source.next() => {
                let Some(Ok(message)) = message else { break };
                if let Message::Binary(bytes) = message {
                    let request = Box::new(frame::read_request(&bytes).expect("our own client"));
                    inputs.send(Input::Request(connection, request)).expect("the server runs");
                }
            }
        }
    }
    inputs.send(Input::Closed(connection)).expect("the server runs");
}

fn read_entry(request: &Request, connection: ConnectionId, keys: &Keys) -> Option<Entry> {
    let query = request.uri().query()?;
    let value =
        |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let token = keys.verify(value("access_token")?, None, now()).ok()?;
    let request: JoinRequest = join::read_wrapped(value("join_request")?).ok()?;
    Some(Entry { connection, token, request })
}

async fn serve(
    media: Media,
    name: RoomName,
    keys: Keys,
    (sender, mut inputs): (mpsc::UnboundedSender<Input>, mpsc::UnboundedReceiver<Input>),
    captions: mpsc::UnboundedSender<model::caption::Caption>,
) {
    let sink = move |event| {
        // The test is over.
        let _over = sender.send(Input::Media(event));
    };
    media.open(&name, Box::new(sink));
    let mut room = Room::new(name.clone(), keys.clone(), 7, now());
    let mut frames_by_connection = BTreeMap::new();
    while let Some(input) = inputs.recv().await {
        match input {
            Input::Enter(entry, frames) => {
                frames_by_connection.insert(entry.connection, frames);
                room.enter(*entry, now());
            }
            Input::Request(connection, request) => room.request(connection, *request, now()),
            Input::Closed(connection) => room.closed(connection, now()),
            Input::Media(event) => room.media(event, now()),
            Input::Forget => {
                for present in room.present() {
                    let leave = model::media::Command::Leave { peer: present.participant };
                    media.command(&name, leave).expect("the queue has room");
                }
                frames_by_connection.clear();
                room = Room::new(name.clone(), keys.clone(), 8, now());
            }
        }
        while let Some(output) = room.poll_output() {
            match output {
                Output::ToClient { to, response } => {
                    let bytes = frame::write_response(&response);
                    for connection in to {
                        if let Some(frames) = frames_by_connection.get(&connection) {
                            let _gone = mpsc::UnboundedSender::send(frames, bytes.clone());
                        }
                    }
                }
                Output::Close { connection } => {
                    frames_by_connection.remove(&connection);
                }
                Output::ToMedia(command) => {
                    media.command(&name, command).expect("the queue has room");
                }
                Output::Caption(caption) => {
                    let _unread = captions.send(caption);
                }
                Output::Count(count) => tracing::info!(?count, "counted"),
                Output::Came(_) | Output::Went(_) | Output::Roster | Output::Ended => {}
            }
        }
    }
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    Timestamp::from_micros(i64::try_from(since.as_micros()).expect("before the year 294,000"))
}

/// Returns the first event for which `wanted` has something, within [`PATIENCE`].
pub(crate) async fn wait_for<T>(
    events: &mut Events,
    mut wanted: impl FnMut(participant::Event) -> Option<T>,
) -> T {
    let waiting = async {
        loop {
            let event = events.recv().await.expect("the participant is there");
            if let Some(found) = wanted(event) {
                return found;
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("what was waited for comes")
}
