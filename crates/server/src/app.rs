//! What the handlers share, and the order of what every request passes.
//!
//! ```text
//!   host ─ span ─ headers ─ problem ─ guess ─ timeout ─ body limit ─ compression ─ handler
//! ```

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::StatusCode;
use axum::middleware;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use crate::config::Config;
use crate::http::host::{self, Hosts};
use crate::http::{headers, problem, span};
use crate::{
    Clock, Secrets, asset, guess, health, interpret, report, rtc, survey, web,
};

/// The largest body of a request: a survey's form with all its free text, ten times over.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// How long a handler may take. Publishing is a job; nothing else takes seconds.
const HANDLER_TIMEOUT: Duration = Duration::from_secs(30);

/// What the handlers share. A handler names the part it uses (`State<Store>`).
#[derive(Clone, Debug)]
pub struct App {
    pub clock: Clock,
    pub config: Arc<Config>,
    pub secrets: Secrets,
}

impl FromRef<App> for Clock {
    fn from_ref(app: &App) -> Self {
        app.clock.clone()
    }
}

impl FromRef<App> for Arc<Config> {
    fn from_ref(app: &App) -> Self {
        Arc::clone(&app.config)
    }
}

impl FromRef<App> for Secrets {
    fn from_ref(app: &App) -> Self {
        app.secrets.clone()
    }
}

/// Returns everything that browsers and programs reach, for requests to `hosts`.
pub fn router(app: App, hosts: Hosts) -> Router {
    Router::new()
        .merge(asset::routes())
        .merge(health::routes())
        .merge(survey::routes())
        .merge(report::routes())
        .merge(rtc::routes())
        .merge(interpret::routes())
        .merge(web::routes())
        .fallback(web::other)
        .layer(CompressionLayer::new())
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, HANDLER_TIMEOUT))
        .layer(middleware::from_fn_with_state(guess::Guesses::default(), guess::limit))
        .layer(middleware::from_fn(problem::render))
        .layer(middleware::from_fn(headers::add))
        .layer(middleware::from_fn(span::open))
        .layer(middleware::from_fn_with_state(hosts, host::check))
        .with_state(app)
}
