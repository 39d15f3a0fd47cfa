//! A server of a test's own: its folder, its clock, its router, and a browser's way of asking.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use model::Timestamp;
use serde_json::Value;
use server::{App, Clock, Hosts, config, mint, router};
use store::link::Capability;
use tower::ServiceExt as _;

pub(crate) const START: Timestamp = Timestamp::from_seconds(1_790_000_000);

pub(crate) struct Site {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    router: Router,
    folder: PathBuf,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("JSON, not {}", self.body))
    }

    /// Returns the code of a problem.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.body);
        self.json()["code"].as_str().expect("a problem has a code").to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// Returns the cookie that was set, as a browser sends it back.
    pub(crate) fn cookie(&self) -> String {
        let cookie = self.header("set-cookie");
        cookie.split(';').next().unwrap_or_default().to_owned()
    }
}

/// A request in the making; from a page of ours unless said otherwise.
pub(crate) struct Ask<'a> {
    site: &'a Site,
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Site {
    pub(crate) async fn start() -> Self {
        let folder =
            std::env::temp_dir().join(format!("plenary-server-{:032x}", rand::random::<u128>()));
        let clock = Clock::manual(START);
        let text = format!(
            "data = {:?}\norganisation = \"City of Tests\"\n[media]\nlisten = \"127.0.0.1\"\nport = 0\nworkers = 1\n",
            folder.display().to_string()
        );
        let config = config::load(&text, &BTreeMap::new(), |path| std::fs::read_to_string(path))
            .expect("a good configuration");
        let app = App::start(config, clock.clone()).await.expect("the server starts");
        let router = router(app.clone(), Hosts::new(["meet.example".to_owned()]));
        Self { app, clock, router, folder }
    }

    pub(crate) async fn stop(self) {
        self.app.stop().await;
        std::fs::remove_dir_all(&self.folder).expect("the folder is ours");
    }

    /// Returns an organiser's secret that is good for an hour.
    pub(crate) async fn secret(&self) -> String {
        let now = self.clock.now();
        let mut tx = self.app.store.write(now).await.expect("a transaction");
        let found = store::organisation::first(&mut tx).await.expect("a query");
        let organisation = found.expect("made at start").id;
        let end = Some(now + Duration::from_hours(1));
        let secret =
            mint(&mut tx, Capability::Organiser, organisation, None, end).await.expect("a link");
        tx.commit().await.expect("a commit");
        secret
    }

    /// Returns an organiser's cookie.
    pub(crate) async fn organiser(&self) -> String {
        let body = format!("{{\"secret\":\"{}\"}}", self.secret().await);
        let answer = self.post("/api/v1/links/exchange").json(&body).send().await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.cookie()
    }

    /// Returns every byte of the database, to see that nothing changed.
    pub(crate) fn database(&self) -> Vec<u8> {
        ["plenary.db", "plenary.db-wal"]
            .iter()
            .flat_map(|name| std::fs::read(self.folder.join(name)).unwrap_or_default())
            .collect()
    }

    pub(crate) fn get(&self, path: &str) -> Ask<'_> {
        Ask {
            site: self,
            method: Method::GET,
            path: path.to_owned(),
            headers: Vec::new(),
            body: String::new(),
        }
    }

    pub(crate) fn post(&self, path: &str) -> Ask<'_> {
        self.get(path).method(Method::POST).header("origin", "http://localhost:8080")
    }
}

impl Ask<'_> {
    pub(crate) fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Sets a header; an empty value takes it away.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        if !value.is_empty() {
            self.headers.push((name, value.to_owned()));
        }
        self
    }

    pub(crate) fn cookie(self, cookie: &str) -> Self {
        self.header("cookie", cookie)
    }

    pub(crate) fn json(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self.header("content-type", "application/json")
    }

    pub(crate) async fn send(self) -> Answer {
        let mut request = Request::builder().method(self.method).uri(&self.path);
        if !self.headers.iter().any(|(name, _)| *name == "host") {
            request = request.header(header::HOST, "localhost:8080");
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let request = request.body(Body::from(self.body)).expect("a request");
        let response = self.site.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}
