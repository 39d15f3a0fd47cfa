//! The WebSocket of one participant: two tasks that end with it.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use signal::protocol::{SignalRequest, SignalResponse};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::options::{JoinError, Options};

/// How long a connection may take to open.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// How long the server may take to say goodbye.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);

/// Requests that wait to be written. A server that takes none for that long is gone.
const WAITING_MAX: usize = 512;

/// The largest answer: a join response of a room with a thousand people.
const MESSAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What the socket's tasks report; `number` tells an old socket from the present one.
#[derive(Debug)]
pub(crate) enum Heard {
    Opened { number: u64, writer: Writer },
    Failed { number: u64, error: JoinError },
    Response { number: u64, response: Box<SignalResponse> },
    Closed { number: u64 },
}

/// Writes requests; dropping it closes the socket.
pub(crate) type Writer = mpsc::Sender<SignalRequest>;

/// Opens a socket and reports to `heard`, until the writer is dropped or the server closes.
pub(crate) async fn run(number: u64, options: Options, path: String, heard: mpsc::Sender<Heard>) {
    let opened = tokio::time::timeout(CONNECT_LIMIT, connect(&options)).await;
    let (stream, host) = match opened {
        Ok(Ok(opened)) => opened,
        Ok(Err(error)) => return report(&heard, Heard::Failed { number, error }).await,
        Err(_) => return report(&heard, Heard::Failed { number, error: JoinError::Timeout }).await,
    };
    match stream {
        Stream::Plain(stream) => talk(number, stream, &format!("ws://{host}{path}"), heard).await,
        Stream::Tls(stream) => talk(number, stream, &format!("wss://{host}{path}"), heard).await,
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<tokio_rustls::client::TlsStream<TcpStream>>),
}

async fn connect(options: &Options) -> Result<(Stream, String), JoinError> {
    let bad = || JoinError::BadUrl(options.url.clone());
    let (scheme, host) = options.url.split_once("://").ok_or_else(bad)?;
    let host = host.trim_end_matches('/').to_owned();
    let unreachable = |error: std::io::Error| JoinError::Unreachable(Box::new(error));
    match scheme {
        "ws" | "http" => {
            let stream = TcpStream::connect(&host).await.map_err(unreachable)?;
            stream.set_nodelay(true).map_err(unreachable)?;
            Ok((Stream::Plain(stream), host))
        }
        "wss" | "https" => {
            let config = options.tls.clone().ok_or_else(bad)?;
            let address = if has_port(&host) { host.clone() } else { format!("{host}:443") };
            let stream = TcpStream::connect(&address).await.map_err(unreachable)?;
            stream.set_nodelay(true).map_err(unreachable)?;
            let (name, _) = address.rsplit_once(':').ok_or_else(bad)?;
            let name = name.trim_start_matches('[').trim_end_matches(']').to_owned();
            let name = ServerName::try_from(name).map_err(|_| bad())?;
            let stream =
                TlsConnector::from(config).connect(name, stream).await.map_err(unreachable)?;
            Ok((Stream::Tls(Box::new(stream)), host))
        }
        _ => Err(bad()),
    }
}

fn has_port(host: &str) -> bool {
    host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok())
}

async fn talk<S>(number: u64, stream: S, url: &str, heard: mpsc::Sender<Heard>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = WebSocketConfig::default().max_message_size(Some(MESSAGE_BYTES_MAX));
    let opening = tokio_tungstenite::client_async_with_config(url, stream, Some(config));
    let socket = match tokio::time::timeout(CONNECT_LIMIT, opening).await {
        Ok(Ok((socket, _))) => socket,
        Ok(Err(error)) => {
            return report(&heard, Heard::Failed { number, error: refusal(error) }).await;
        }
        Err(_) => return report(&heard, Heard::Failed { number, error: JoinError::Timeout }).await,
    };
    let (writer, mut requests) = mpsc::channel(WAITING_MAX);
    report(&heard, Heard::Opened { number, writer }).await;
    let (mut sink, mut source) = socket.split();
    let write = async {
        while let Some(request) = requests.recv().await {
            let frame = Message::Binary(signal::frame::write_request(&request).into());
            if sink.send(frame).await.is_err() {
                return;
            }
        }
        // Ends the TCP connection too; a server that does not answer the close is not waited for.
        let _closed = tokio::time::timeout(CLOSE_LIMIT, sink.close()).await;
    };
    let read = async {
        while let Some(Ok(frame)) = source.next().await {
            let Message::Binary(bytes) = frame else { continue };
            let Ok(response) = signal::frame::read_response(&bytes) else { continue };
            let response = Box::new(response);
            if heard.send(Heard::Response { number, response }).await.is_err() {
                return;
            }
        }
    };
    tokio::pin!(read);
    tokio::select! {
        // A connection dropped with news unread would be reset, and the last words lost with it.
        () = write => drop(tokio::time::timeout(CLOSE_LIMIT, read).await),
        () = &mut read => {}
    }
    report(&heard, Heard::Closed { number }).await;
}

fn refusal(error: Error) -> JoinError {
    if let Error::Http(response) = &error {
        return JoinError::Refused(response.status().as_u16());
    }
    JoinError::Unreachable(Box::new(error))
}

async fn report(heard: &mpsc::Sender<Heard>, what: Heard) {
    // Nobody listens any more: the participant has left.
    let _gone = heard.send(what).await;
}
