//! The server as a whole: listeners, jobs, the demonstration, and a graceful stop.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::internal_router;
use crate::config::Tls;
use crate::{App, Clock, Config, Hosts, StartError, interpret, job, listen, router};

/// The links of the demonstration, good for a day.
#[derive(Clone)]
pub struct DemonstrationLinks {
    pub organiser: String,
    pub citizen: String,
    pub delegate: String,
}

/// Links are secrets.
impl std::fmt::Debug for DemonstrationLinks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DemonstrationLinks(…)")
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    app: App,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    links: Option<DemonstrationLinks>,
}

impl Server {
    /// Binds, opens and starts everything; with `has_demonstration`, makes sure that it is there.
    pub async fn start(mut config: Config, has_demonstration: bool) -> Result<Self, StartError> {
        let listener = bind(config.http.listen).await?;
        let internal = bind_internal(&config).await?;
        let local = local_addresses();
        let tls = match &config.http.tls {
            Tls::Off => None,
            Tls::SelfSigned => Some(listen::self_signed(&local).map_err(StartError::Certificate)?),
            Tls::Files { certificate, key } => {
                Some(listen::of_files(certificate, key).map_err(StartError::Certificate)?)
            }
        };
        let address = address_of(&listener, config.http.listen)?;
        config.http.listen = address;
        config.http.internal_listen = address_of(&internal, config.http.internal_listen)?;
        if config.http.public_url.is_none() {
            config.http.public_url = Some(public_url(&config, &local));
        }
        let hosts = hosts(&config, &local);
        let app = App::start(config, Clock::system()).await?;
        let links = if has_demonstration { Some(app.demonstrate().await?) } else { None };
        let (stop, stopped) = watch::channel(false);
        let public = router(app.clone(), hosts);
        let tasks = vec![
            tokio::spawn(listen::serve(listener, tls, public, stopped.clone())),
            tokio::spawn(listen::serve(
                internal,
                None,
                internal_router(app.clone()),
                stopped.clone(),
            )),
            tokio::spawn(interpret::run(app.clone(), stopped.clone())),
            tokio::spawn(job::run(app.clone(), stopped)),
        ];
        tracing::info!("the server is up");
        Ok(Self { app, stop, tasks, links })
    }

    /// Returns what links begin with.
    pub fn public_url(&self) -> &str {
        self.app.config.public_url()
    }

    /// Returns where `/metrics` is.
    pub fn internal_url(&self) -> String {
        self.app.config.internal_url()
    }

    /// Returns the demonstration's links, where there is one.
    pub fn links(&self) -> Option<&DemonstrationLinks> {
        self.links.as_ref()
    }

    /// Lets open requests end, then closes everything.
    pub async fn stop(self) {
        tracing::info!("the server is stopping");
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of the server ended by a panic");
            }
        }
        self.app.stop().await;
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    listen::bind(address).await.map_err(|source| StartError::Listen { address, source })
}

/// Binds the loopback listener; another port where the usual one is taken by a second server and
/// nobody asked for it.
async fn bind_internal(config: &Config) -> Result<TcpListener, StartError> {
    let address = config.http.internal_listen;
    match listen::bind(address).await {
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse && address.port() == 8081 => {
            bind(SocketAddr::new(address.ip(), 0)).await
        }
        bound => bound.map_err(|source| StartError::Listen { address, source }),
    }
}

fn address_of(listener: &TcpListener, address: SocketAddr) -> Result<SocketAddr, StartError> {
    listener.local_addr().map_err(|source| StartError::Listen { address, source })
}

/// Returns what links begin with where the configuration does not say: this machine's name for
/// itself, or with `--lan` the address at which others in the building find it.
fn public_url(config: &Config, local: &[IpAddr]) -> String {
    let address = config.http.listen;
    let scheme = if config.http.tls == Tls::Off { "http" } else { "https" };
    let host = match local.first() {
        Some(found) if config.http.tls == Tls::SelfSigned => match found {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => format!("[{v6}]"),
        },
        // Browsers take localhost for a secure context, an address of 127.0.0.0/8 too.
        _ if address.ip().is_unspecified() || address.ip() == IpAddr::from([127, 0, 0, 1]) => {
            "localhost".to_owned()
        }
        _ => address.ip().to_string(),
    };
    format!("{scheme}://{host}:{}", address.port())
}

fn hosts(config: &Config, local: &[IpAddr]) -> Hosts {
    let mut names = config.http.hosts.clone();
    names.extend(host_of(config.public_url()));
    if config.http.tls == Tls::SelfSigned {
        names.extend(local.iter().map(|address| match address {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => format!("[{v6}]"),
        }));
    }
    Hosts::new(names)
}

fn host_of(url: &str) -> Option<String> {
    let uri: axum::http::Uri = url.parse().ok()?;
    Some(uri.host()?.to_ascii_lowercase())
}

/// Returns the address by which other hosts reach this one, if there is one: the one the system
/// would send from. Nothing is sent.
pub(crate) fn local_addresses() -> Vec<IpAddr> {
    let mut found = Vec::new();
    // Addresses kept for documentation: routed like any other, never answered.
    for (from, to) in [("0.0.0.0:0", "192.0.2.1:9"), ("[::]:0", "[2001:db8::1]:9")] {
        let address = UdpSocket::bind(from)
            .and_then(|socket| socket.connect(to).map(|()| socket))
            .and_then(|socket| socket.local_addr());
        if let Ok(address) = address
            && !address.ip().is_loopback()
        {
            found.push(address.ip());
        }
    }
    found
}
