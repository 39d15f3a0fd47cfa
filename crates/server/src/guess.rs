//! Slows down whoever guesses codes and secrets: failures are counted per address.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::http::Problem;
use crate::metrics;

/// Failures in one window after which an address waits. A person mistypes a code a few times; a
/// whole school behind one address still gets through, since only failures count.
const FAILURES_MAX: u32 = 60;

/// How long failures are remembered.
const WINDOW: Duration = Duration::from_mins(10);

/// Addresses remembered at most: 64 bytes each. When full, the oldest goes.
const ADDRESSES_MAX: usize = 20_000;

/// Failures by address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Guesses(
    /// A mutex, because every request of a guessable route looks for a few nanoseconds.
    Arc<Mutex<BTreeMap<IpAddr, Failures>>>,
);

#[derive(Clone, Copy, Debug)]
struct Failures {
    since: Instant,
    count: u32,
}

impl Guesses {
    fn is_over(&self, address: IpAddr, now: Instant) -> bool {
        let table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        table.get(&address).is_some_and(|failures| {
            now.duration_since(failures.since) < WINDOW && failures.count >= FAILURES_MAX
        })
    }

    fn fail(&self, address: IpAddr, now: Instant) {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if table.len() >= ADDRESSES_MAX && !table.contains_key(&address) {
            let oldest =
                table.iter().min_by_key(|(_, failures)| failures.since).map(|(key, _)| *key);
            if let Some(oldest) = oldest {
                table.remove(&oldest);
            }
        }
        let failures = table.entry(address).or_insert(Failures { since: now, count: 0 });
        if now.duration_since(failures.since) >= WINDOW {
            *failures = Failures { since: now, count: 0 };
        }
        failures.count = failures.count.saturating_add(1);
    }
}

/// Counts the failures of routes that hold a code or take a secret, and refuses who has too many.
pub(crate) async fn limit(
    State(guesses): State<Guesses>,
    request: Request,
    next: Next,
) -> Response {
    if !is_guessable(request.uri().path()) {
        return next.run(request).await;
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let address = client(peer, request.headers());
    if guesses.is_over(address, Instant::now()) {
        metrics::guess();
        let wait = u32::try_from(WINDOW.as_secs()).unwrap_or(u32::MAX);
        return Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_guesses")
            .with_retry_after(wait)
            .into_response();
    }
    let response = next.run(request).await;
    if matches!(
        response.status(),
        StatusCode::NOT_FOUND | StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED
    ) {
        guesses.fail(address, Instant::now());
    }
    response
}

fn is_guessable(path: &str) -> bool {
    path.contains("/s/")
        || path.contains("/m/")
        || path.starts_with("/api/v1/links/")
        || path.starts_with("/api/v1/meetings/")
}

/// Returns the client's address; behind a proxy on this host, the one that the proxy saw.
pub(crate) fn client(peer: Option<IpAddr>, headers: &HeaderMap) -> IpAddr {
    let peer = peer.unwrap_or(IpAddr::V6(Ipv6Addr::LOCALHOST));
    let forwarded = headers
        .get("x-forwarded-for")
        .filter(|_| peer.is_loopback())
        .and_then(|list| list.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    network(forwarded.unwrap_or(peer))
}

/// Returns what counts as one address. An IPv6 network of 64 bits is one: its owner has all of it.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            if address.is_loopback() { address.into() } else { Ipv6Addr::from(network).into() }
        }
        IpAddr::V4(address) => address.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_waits_after_too_many_failures_and_is_let_in_again() {
        let guesses = Guesses::default();
        let start = Instant::now();
        let address = IpAddr::from([192, 0, 2, 1]);
        for _ in 0..FAILURES_MAX {
            guesses.fail(address, start);
        }

        assert!(guesses.is_over(address, start));
        assert!(!guesses.is_over(IpAddr::from([192, 0, 2, 2]), start));
        assert!(!guesses.is_over(address, start + WINDOW));
    }

    #[test]
    fn the_table_stays_bounded() {
        let guesses = Guesses::default();
        let start = Instant::now();
        for n in 0..30_000_u32 {
            guesses.fail(Ipv6Addr::from(u128::from(n) << 64).into(), start);
        }

        assert_eq!(guesses.0.lock().expect("not poisoned").len(), ADDRESSES_MAX);
    }
}
