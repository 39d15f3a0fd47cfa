//! What the handlers share, and the order of what every request passes.
//!
//! ```text
//!   host ─ span ─ headers ─ problem ─ guess ─ timeout ─ body limit ─ compression ─ handler
//! ```

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::get;
use sfu_net::{Media, MediaConfig};
use store::Store;
use store::response::{Writer, WriterConfig};
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use crate::blob::{BlobError, Blobs};
use crate::config::Config;
use crate::http::host::{self, Hosts};
use crate::http::{headers, problem, span};
use crate::interpret::Interpreters;
use crate::rtc::Rooms;
use crate::{
    Clock, DemonstrationLinks, Secrets, asset, demonstration, dialogue, guess, health, interpret,
    link, meeting, metrics, openapi, questionnaire, report, rtc, survey, web,
};

/// The largest body of a request: a survey's form with all its free text, ten times over.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// How long a handler may take. Publishing is a job; nothing else takes seconds.
const HANDLER_TIMEOUT: Duration = Duration::from_secs(30);

/// What the handlers share. A handler names the part it uses (`State<Store>`).
#[derive(Clone, Debug)]
pub struct App {
    /// Stores answers, and acknowledges them after the commit.
    pub answers: Writer,
    pub blobs: Blobs,
    pub clock: Clock,
    pub config: Arc<Config>,
    pub interpreters: Interpreters,
    pub rooms: Rooms,
    pub secrets: Secrets,
    pub store: Store,
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the data folder cannot be made")]
    Data(#[source] std::io::Error),
    #[error("the database cannot be opened")]
    Store(#[source] store::StoreError),
    #[error("the blobs cannot be opened")]
    Blobs(#[source] BlobError),
    #[error("media cannot start")]
    Media(#[source] sfu_net::MediaError),
    #[error("{address} cannot be listened on")]
    Listen {
        address: std::net::SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("the certificate cannot be used")]
    Certificate(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the demonstration cannot be made")]
    Demonstration(#[source] demonstration::DemonstrationError),
}

impl App {
    /// Opens everything that `config` names. Nothing listens for HTTP yet; media does.
    pub async fn start(config: Config, clock: Clock) -> Result<Self, StartError> {
        std::fs::create_dir_all(&config.data).map_err(StartError::Data)?;
        let store = Store::open(&config.store.url, clock.now()).await.map_err(StartError::Store)?;
        let secrets = Secrets::open(&store, &config.keys_folder(), &clock)
            .await
            .map_err(StartError::Store)?;
        let counters = store::Metrics::default();
        metrics::register(|registry| counters.register(registry));
        let answers = Writer::start(&store, WriterConfig::default(), counters)
            .await
            .map_err(StartError::Store)?;
        let blobs = Blobs::open(&config.data.join("blobs")).map_err(StartError::Blobs)?;
        let media = Media::start(media_config(&config)).map_err(StartError::Media)?;
        metrics::register(|registry| media.register(registry));
        let interpreters = Interpreters::open(&config.speech.models);
        let rooms = Rooms::new(media, &store, secrets.rtc().clone(), clock.clone());
        let app = Self {
            answers,
            blobs,
            clock,
            config: Arc::new(config),
            interpreters,
            rooms,
            secrets,
            store,
        };
        app.settle().await.map_err(StartError::Store)?;
        Ok(app)
    }

    /// Brings the data up to this start: the organisation's name, and who is in no room any more.
    async fn settle(&self) -> Result<(), store::StoreError> {
        let mut tx = self.store.write(self.clock.now()).await?;
        let is_demonstrated = !store::demonstration::dialogues(&mut tx).await?.is_empty();
        if !is_demonstrated {
            dialogue::organisation(&mut tx, &self.config.organisation).await?;
        }
        store::attendance::leave_everywhere(&mut tx).await?;
        tx.commit().await
    }

    /// Makes sure that the demonstration is there, and returns fresh links to it.
    pub async fn demonstrate(&self) -> Result<DemonstrationLinks, StartError> {
        demonstration::ensure(self).await.map_err(StartError::Demonstration)
    }

    /// Finishes what was begun and closes everything.
    pub async fn stop(self) {
        self.rooms.stop().await;
        self.answers.stop().await;
        self.store.close().await;
    }
}

fn media_config(config: &Config) -> MediaConfig {
    MediaConfig {
        workers: NonZeroUsize::new(config.media.workers).unwrap_or(NonZeroUsize::MIN),
        port: config.media.port,
        listen: config.media.listen,
        advertise: config.media.advertise.clone(),
    }
}

macro_rules! part {
    ($($field:ident: $part:ty),*) => { $(
        impl FromRef<App> for $part {
            fn from_ref(app: &App) -> Self {
                app.$field.clone()
            }
        }
    )* };
}

part!(
    answers: Writer,
    blobs: Blobs,
    clock: Clock,
    config: Arc<Config>,
    interpreters: Interpreters,
    rooms: Rooms,
    secrets: Secrets,
    store: Store
);

/// Returns everything that browsers and programs reach, for requests to `hosts`.
pub fn router(app: App, hosts: Hosts) -> Router {
    let routes = Router::new()
        .merge(asset::routes())
        .merge(demonstration::routes())
        .merge(dialogue::routes())
        .merge(health::routes())
        .merge(interpret::routes())
        .merge(link::routes())
        .merge(meeting::routes())
        .merge(openapi::routes())
        .merge(questionnaire::routes())
        .merge(report::routes())
        .merge(rtc::routes())
        .merge(survey::routes())
        .merge(web::routes())
        .fallback(web::other);
    layered(routes, hosts).with_state(app)
}

/// Returns what is served without TLS on loopback alone: rooms for our own participants, metrics.
pub(crate) fn internal_router(app: App) -> Router {
    let routes = Router::new()
        .merge(health::routes())
        .merge(rtc::routes())
        .route("/metrics", get(metrics::show));
    layered(routes, Hosts::default()).with_state(app)
}

fn layered(routes: Router<App>, hosts: Hosts) -> Router<App> {
    routes
        .layer(CompressionLayer::new())
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, HANDLER_TIMEOUT))
        .layer(middleware::from_fn_with_state(guess::Guesses::default(), guess::limit))
        .layer(middleware::from_fn(problem::render))
        .layer(middleware::from_fn(headers::add))
        .layer(middleware::from_fn(span::open))
        .layer(middleware::from_fn_with_state(hosts, host::check))
}
