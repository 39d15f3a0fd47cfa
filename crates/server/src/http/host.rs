//! Whom this server answers to: our own names (against DNS rebinding), and whose pages may write
//! (against forged requests).

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::http::Problem;

/// The names this server may be called by, in lower case, without ports.
#[derive(Clone, Debug)]
pub struct Hosts(std::sync::Arc<Vec<String>>);

/// Loopback alone.
impl Default for Hosts {
    fn default() -> Self {
        Self::new([])
    }
}

impl Hosts {
    /// Returns loopback and these names.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        let loopback = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned);
        Self(std::sync::Arc::new(loopback.into_iter().chain(names).collect()))
    }

    fn holds(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        // All of 127.0.0.0/8 is this machine.
        self.0.contains(&host)
            || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
    }
}

/// Refuses a request for a name that is not ours.
pub(crate) async fn check(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    match authority(&request) {
        Some(authority) if hosts.holds(authority.host()) => next.run(request).await,
        _ => Problem::new(StatusCode::MISDIRECTED_REQUEST, "wrong_host").into_response(),
    }
}

fn authority(request: &Request) -> Option<Authority> {
    if let Some(authority) = request.uri().authority() {
        return Some(authority.clone());
    }
    request.headers().get(header::HOST)?.to_str().ok()?.parse().ok()
}

/// Returns an error unless the request comes from a page of ours: its `Origin` names the host it
/// was sent to (which [`check`] knows to be ours).
pub(crate) fn require_own_origin(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    let foreign = || Problem::new(StatusCode::FORBIDDEN, "foreign_origin");
    let origin = text(header::ORIGIN).ok_or_else(foreign)?;
    let (scheme, authority) = origin.split_once("://").ok_or_else(foreign)?;
    let is_http = scheme == "http" || scheme == "https";
    let is_own = text(header::HOST).is_some_and(|host| host.eq_ignore_ascii_case(authority));
    if is_http && is_own { Ok(()) } else { Err(foreign()) }
}

/// Like [`require_own_origin`], but programs, which send no `Origin` at all, may pass: for doors
/// that ask for a token besides.
pub(crate) fn refuse_foreign_origin(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.contains_key(header::ORIGIN) { require_own_origin(headers) } else { Ok(()) }
}
