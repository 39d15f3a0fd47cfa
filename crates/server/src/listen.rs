//! Connections: accepted, perhaps wrapped in TLS, served, and ended gracefully.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::{guess, metrics};

/// Open connections at most. One that waits takes a few kilobytes; one whose request and answer
/// are as long as they may be, up to about 256 KiB.
const CONNECTIONS_MAX: usize = 20_000;

/// Open connections of one address, so that none holds all: a building behind one address still
/// meets and answers. A proxy on this host has as many as there are.
const CONNECTIONS_OF_ADDRESS_MAX: usize = 1_000;

/// What a connection may hold of a request's head: an address has at most 64 KiB, of which a token
/// and a join request are the longest we know.
const HEAD_BYTES_MAX: usize = 128 * 1024;

/// How long a client may take to send its headers, and to finish a TLS handshake.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);

/// How long open requests may go on after the server was told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// How long to wait when the system has no file descriptor left for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves `router` on `listener` until `stop` says so; then lets open requests end.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    mut stop: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let addresses = Addresses::default();
    let mut connections = JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|is_stopping| *is_stopping) => break,
        };
        while connections.try_join_next().is_some() {}
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Some(entry) = addresses.enter(peer.ip()) else {
            tracing::debug!("an address has too many connections: one was closed");
            continue;
        };
        let (tls, router, stop) = (tls.clone(), router.clone(), stop.clone());
        connections.spawn(async move {
            let _place = (place, entry);
            metrics::connection(1);
            connection(stream, peer, tls, router, stop).await;
            metrics::connection(-1);
        });
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, ended).await.is_err() {
        tracing::info!("some connections were cut: they did not end in time");
    }
}

/// Open connections by address: at most as many entries as connections.
#[derive(Clone, Debug, Default)]
struct Addresses(
    /// A mutex, because a connection looks twice in its life, for a few nanoseconds.
    Arc<Mutex<HashMap<IpAddr, usize>>>,
);

impl Addresses {
    /// Counts a connection until the entry is dropped; nothing where the address has too many.
    fn enter(&self, peer: IpAddr) -> Option<Entry> {
        let peer = peer.to_canonical();
        if peer.is_loopback() {
            return Some(Entry { addresses: self.clone(), address: None });
        }
        let address = guess::network(peer);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if *count >= CONNECTIONS_OF_ADDRESS_MAX {
            return None;
        }
        *count += 1;
        Some(Entry { addresses: self.clone(), address: Some(address) })
    }
}

/// One connection's place among those of its address.
#[derive(Debug)]
struct Entry {
    addresses: Addresses,
    /// `None` where it is not counted.
    address: Option<IpAddr>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut open = self.addresses.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&address);
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: watch::Receiver<bool>,
) {
    // Signalling is many small messages; they must not wait for each other.
    let _ = stream.set_nodelay(true);
    match tls {
        None => requests(stream, peer, router, stop).await,
        Some(tls) => {
            // A client that fails here talks nonsense or does not trust us: its own business.
            if let Ok(Ok(stream)) = tokio::time::timeout(HEADER_TIMEOUT, tls.accept(stream)).await {
                requests(stream, peer, router, stop).await;
            }
        }
    }
}

async fn requests<S>(stream: S, peer: SocketAddr, router: Router, mut stop: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    // What goes wrong on one connection is its client's business.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|is_stopping| *is_stopping) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Returns TLS with a certificate made here and now for these names and addresses.
pub(crate) fn self_signed(
    addresses: &[IpAddr],
) -> Result<TlsAcceptor, Box<dyn std::error::Error + Send + Sync>> {
    let names = std::iter::once("localhost".to_owned())
        .chain(addresses.iter().map(IpAddr::to_string))
        .collect::<Vec<_>>();
    let made = rcgen::generate_simple_self_signed(names)?;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    acceptor(vec![made.cert.der().clone()], key.into())
}

/// Returns TLS with the certificate chain and key of these PEM files.
pub(crate) fn of_files(
    certificate: &Path,
    key: &Path,
) -> Result<TlsAcceptor, Box<dyn std::error::Error + Send + Sync>> {
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<Vec<_>, _>>()?;
    acceptor(chain, PrivateKeyDer::from_pem_file(key)?)
}

fn acceptor(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<TlsAcceptor, Box<dyn std::error::Error + Send + Sync>> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Listens on `address`; a port in use says so.
pub(crate) async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;

    fn fill(addresses: &Addresses, peer: IpAddr) -> Vec<Entry> {
        let entries = (0..CONNECTIONS_OF_ADDRESS_MAX).map(|_| addresses.enter(peer));
        entries.collect::<Option<_>>().expect("all come in")
    }

    #[test]
    fn an_address_has_so_many_connections_and_another_still_comes_in() {
        let addresses = Addresses::default();
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let mut open = fill(&addresses, one);

        assert!(addresses.enter(one).is_none());
        assert!(addresses.enter(other).is_some());
        open.pop();
        assert!(addresses.enter(one).is_some(), "one has ended");
        drop(open);
        assert!(addresses.0.lock().expect("not poisoned").is_empty(), "nothing is remembered");
    }

    #[test]
    fn an_ipv6_network_and_a_mapped_address_are_one_address() {
        let addresses = Addresses::default();
        let network = 0x2001_0db8_u128 << 96;
        let inside = |host: u128| IpAddr::from(Ipv6Addr::from(network | host));
        let six = fill(&addresses, inside(1));
        let four = fill(&addresses, IpAddr::from([192, 0, 2, 1]));

        assert!(addresses.enter(inside(2)).is_none());
        assert!(addresses.enter(inside(1 << 64)).is_some(), "the next network");
        assert!(addresses.enter("::ffff:192.0.2.1".parse().expect("an address")).is_none());
        drop((six, four));
    }

    #[test]
    fn a_proxy_on_this_host_is_not_counted() {
        let addresses = Addresses::default();
        for peer in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            let peer: IpAddr = peer.parse().expect("an address");
            let open = fill(&addresses, peer);

            assert!(addresses.enter(peer).is_some(), "{peer}");
            drop(open);
        }
    }
}
