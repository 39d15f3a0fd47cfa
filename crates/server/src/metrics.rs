//! What is counted here, for Prometheus. Other crates register theirs at start.

use std::fmt::Write as _;
use std::sync::atomic::AtomicU64;
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use axum::response::IntoResponse;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Where request times are cut, in seconds: from a cached asset to what a reader calls slow.
const BUCKETS: [f64; 9] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
    status: u16,
}

struct Metrics {
    /// Behind a mutex because rooms and stores register while `/metrics` is read; nobody waits long.
    registry: Mutex<Registry>,
    requests: Family<Route, Counter>,
    seconds: Histogram,
    connections: Gauge,
    jobs: Counter,
    jobs_failed: Counter,
    guesses: Counter,
}

static METRICS: LazyLock<Metrics> = LazyLock::new(|| {
    let mut registry = Registry::with_prefix("plenary");
    let requests = Family::<Route, Counter>::default();
    let seconds = Histogram::new(BUCKETS);
    let connections = Gauge::<i64>::default();
    let jobs = Counter::<u64, AtomicU64>::default();
    let jobs_failed = Counter::<u64, AtomicU64>::default();
    let guesses = Counter::<u64, AtomicU64>::default();
    registry.register("server_request", "Requests by route and status", requests.clone());
    registry.register("server_request_seconds", "Time to the first byte", seconds.clone());
    registry.register("server_connection", "Open HTTP connections", connections.clone());
    registry.register("server_job_done", "Jobs that were done", jobs.clone());
    registry.register("server_job_failed", "Jobs that were given up", jobs_failed.clone());
    registry.register("server_guess_refused", "Requests refused as guesses", guesses.clone());
    Metrics {
        registry: Mutex::new(registry),
        requests,
        seconds,
        connections,
        jobs,
        jobs_failed,
        guesses,
    }
});

/// Lets another crate or module register its metrics.
pub(crate) fn register(with: impl FnOnce(&mut Registry)) {
    with(&mut METRICS.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
}

pub(crate) fn request(route: &str, status: u16, took: Duration) {
    METRICS.requests.get_or_create(&Route { route: route.to_owned(), status }).inc();
    METRICS.seconds.observe(took.as_secs_f64());
}

pub(crate) fn connection(change: i64) {
    METRICS.connections.inc_by(change);
}

pub(crate) fn job(is_done: bool) {
    if is_done {
        METRICS.jobs.inc()
    } else {
        METRICS.jobs_failed.inc()
    };
}

pub(crate) fn guess() {
    METRICS.guesses.inc();
}

/// `GET /metrics`, on the loopback listener alone.
pub(crate) async fn show() -> impl IntoResponse {
    let mut text = String::new();
    let registry = METRICS.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if prometheus_client::encoding::text::encode(&mut text, &registry).is_err() {
        let _ = text.write_str("# incomplete\n");
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(axum::http::header::CONTENT_TYPE, kind)], text)
}
