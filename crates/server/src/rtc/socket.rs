//! One participant's WebSocket: frames in, frames out, limits on both.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use signal::protocol::{JoinRequest, SignalRequest};
use signal::room::Entry;
use signal::{ConnectionId, Token, frame};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::metrics;
use super::registry::Rooms;
use super::room::Input;

/// Frames that wait to be written. A room full of news is a hundred; who lets five times that
/// pile up does not read.
const FRAMES_MAX: usize = 512;

/// How long one frame may take to be written.
const WRITE_LIMIT: Duration = Duration::from_secs(10);

/// How long the rest of a broken connection may take: it has arrived already.
const REST_LIMIT: Duration = Duration::from_secs(1);

/// A client pings every five seconds; who says nothing for six times that is gone.
const SILENCE_LIMIT: Duration = Duration::from_secs(30);

/// Requests in a burst, and a second: a client that joins a large room sends some hundred at once.
const BURST: u32 = 500;
const PER_SECOND: f64 = 100.0;

/// Serves a socket until either side closes it.
pub(super) async fn serve(mut socket: WebSocket, token: Token, request: JoinRequest, rooms: Rooms) {
    metrics::sockets(1);
    let connection = rooms.connection();
    let room = token.room.clone();
    let (frames, written) = mpsc::channel(FRAMES_MAX);
    let entry = Box::new(Entry { connection, token, request });
    let code = match rooms.hand_in(&room, Input::Enter { entry, frames }) {
        Some(inputs) => {
            let code = talk(&mut socket, connection, written, &inputs).await;
            // A room that has ended knows already.
            let _ended = inputs.send(Input::Closed { connection }).await;
            code
        }
        None => close_code::AGAIN,
    };
    let close = Message::Close(Some(CloseFrame { code, reason: "".into() }));
    // Who is gone needs no farewell.
    let _gone = tokio::time::timeout(WRITE_LIMIT, socket.send(close)).await;
    metrics::sockets(-1);
}

/// Passes frames both ways. Returns with which code to close.
async fn talk(
    socket: &mut WebSocket,
    connection: ConnectionId,
    mut written: mpsc::Receiver<Bytes>,
    inputs: &mpsc::Sender<Input>,
) -> u16 {
    let mut allowance = Allowance::new();
    let mut heard_at = Instant::now();
    loop {
        tokio::select! {
            bytes = written.recv() => {
                let Some(bytes) = bytes else { return close_code::NORMAL };
                let writing = socket.send(Message::Binary(bytes));
                match tokio::time::timeout(WRITE_LIMIT, writing).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) => {
                        read_rest(socket, connection, inputs).await;
                        return close_code::ABNORMAL;
                    }
                    Err(_) => {
                        metrics::what("slow_reader");
                        return close_code::POLICY;
                    }
                }
            }
            message = socket.recv() => {
                let Some(Ok(message)) = message else { return close_code::NORMAL };
                heard_at = Instant::now();
                let Some(request) = read(message) else { continue };
                allowance.take().await;
                let request = Box::new(request);
                if inputs.send(Input::Request { connection, request }).await.is_err() {
                    return close_code::AWAY;
                }
            }
            () = tokio::time::sleep_until(heard_at + SILENCE_LIMIT) => {
                metrics::what("silent_socket");
                return close_code::POLICY;
            }
        }
    }
}

/// Takes what was sent before the connection broke: somebody who leaves says so last, and does not
/// wait for what was on its way to them.
async fn read_rest(socket: &mut WebSocket, connection: ConnectionId, inputs: &mpsc::Sender<Input>) {
    let rest = async {
        while let Some(Ok(message)) = socket.recv().await {
            if let Some(request) = read(message) {
                let request = Box::new(request);
                // A room that has ended needs no farewell.
                let _ended = inputs.send(Input::Request { connection, request }).await;
            }
        }
    };
    let _late = tokio::time::timeout(REST_LIMIT, rest).await;
}

/// Returns the request in a frame; nonsense is counted and passed over.
fn read(message: Message) -> Option<SignalRequest> {
    let request = match message {
        Message::Binary(bytes) => frame::read_request(&bytes),
        Message::Text(text) => frame::read_request_text(&text),
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return None,
    };
    if request.is_err() {
        metrics::what("malformed_frame");
    }
    request.ok()
}

/// How many requests a socket may still send. Who sends more is read more slowly, not cut off.
struct Allowance {
    left: f64,
    since: Instant,
}

impl Allowance {
    fn new() -> Self {
        Self { left: f64::from(BURST), since: Instant::now() }
    }

    async fn take(&mut self) {
        let now = Instant::now();
        let earned = (now - self.since).as_secs_f64() * PER_SECOND;
        self.left = (self.left + earned).min(f64::from(BURST)) - 1.0;
        self.since = now;
        if self.left < 0.0 {
            metrics::what("request_slowed");
            tokio::time::sleep(Duration::from_secs_f64(1.0 / PER_SECOND)).await;
        }
    }
}
