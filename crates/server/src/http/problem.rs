//! What went wrong, for programs (RFC 9457) and for people. The only place that knows status codes.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::page;

/// When to try again after the disk was full: somebody has to come and make room.
const FULL_RETRY_S: u32 = 60;

/// An error on its way to the client: `application/problem+json`, or a page for a browser.
///
/// The code is stable; the client translates it. Words for people stand in `messages/*/problem.json`
/// under `<code>_title` and `<code>_text`.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    retry_after_s: Option<u32>,
    /// A sentence for people with a terminal.
    detail: Option<String>,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'a str,
    status: u16,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    reference: &'a str,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, retry_after_s: None, detail: None }
    }

    /// Nothing is there, or nothing that is yours.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found")
    }

    /// A value was not understood; `detail` says which, in English.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid")
        }
    }

    /// We are at fault. Logs `error` with its chain and tells the client nothing of it.
    pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut chain = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            chain = format!("{chain}: {error}");
            source = error.source();
        }
        tracing::error!(error = chain, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
    }

    /// A queue is full or a disk is: try again after `seconds`.
    pub(crate) fn busy(seconds: u32) -> Self {
        Self { retry_after_s: Some(seconds), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy") }
    }

    /// Nothing can be written until somebody makes room. Says so in the log, loudly.
    pub(crate) fn full() -> Self {
        tracing::error!("the disk is full: nothing can be written until somebody makes room");
        let this = Self::new(StatusCode::INSUFFICIENT_STORAGE, "full");
        this.with_retry_after(FULL_RETRY_S)
    }

    #[must_use]
    pub(crate) fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    #[must_use]
    pub(crate) fn with_retry_after(self, seconds: u32) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }

    fn of_status(status: StatusCode) -> Self {
        let code = match status.as_u16() {
            404 => "not_found",
            405 => "method_not_allowed",
            408 => "too_slow",
            413 => "too_large",
            415 => "wrong_content_type",
            503 => "busy",
            500..=599 => "internal",
            _ => "invalid",
        };
        Self::new(status, code)
    }

    fn json(&self, reference: &str) -> Response {
        let body = Body {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: self.detail.as_deref(),
            reference,
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            header::HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.json("");
        response.extensions_mut().insert(self);
        response
    }
}

impl From<store::StoreError> for Problem {
    fn from(error: store::StoreError) -> Self {
        match error {
            store::StoreError::Conflict(_) => Self::new(StatusCode::CONFLICT, "conflict"),
            store::StoreError::Dangling(_) => Self::not_found(),
            store::StoreError::Unstorable(_) => Self::invalid("holds what cannot be stored"),
            store::StoreError::Full(_) => Self::full(),
            other @ (store::StoreError::Taken(_)
            | store::StoreError::Newer { .. }
            | store::StoreError::Changed { .. }
            | store::StoreError::Address(_)
            | store::StoreError::File { .. }
            | store::StoreError::Statement { .. }
            | store::StoreError::Sealed
            | store::StoreError::Database(_)) => Self::internal(&other),
        }
    }
}

/// Gives every error the form its reader understands, and a reference of four characters that
/// stands in the log too.
pub(crate) async fn render(request: Request, next: Next) -> Response {
    let wants_page = wants_page(request.uri().path(), request.headers());
    let language = page::language_of(request.uri().path(), request.headers());
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let known = response.extensions().get::<Problem>().cloned();
    let is_ours = response.headers().get(header::CONTENT_TYPE).is_some_and(is_finished);
    let problem = match known {
        Some(problem) => problem,
        // A page or a document that chose its status itself.
        None if is_ours => return response,
        None => Problem::of_status(status),
    };
    let reference = reference();
    tracing::info!(code = problem.code, reference, status = status.as_u16(), "refused");
    if !wants_page {
        return problem.json(&reference);
    }
    let mut page =
        (status, page::html(&page::problem(language, problem.code, &reference))).into_response();
    page.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    if let Some(seconds) = problem.retry_after_s {
        page.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    page
}

fn is_finished(content_type: &header::HeaderValue) -> bool {
    content_type
        .to_str()
        .is_ok_and(|kind| kind.starts_with("text/html") || kind.starts_with("application/"))
}

fn wants_page(path: &str, headers: &HeaderMap) -> bool {
    let accepts_html = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    accepts_html && !path.starts_with("/api/")
}

/// Four characters that cannot be misread, by chance.
fn reference() -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bytes = [0_u8; 4];
    rand::fill(&mut bytes);
    bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}
