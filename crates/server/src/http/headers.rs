//! The headers that every answer carries.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// For pages: nothing from another host, no inline script or style, in nobody's frame.
const PAGE_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; media-src 'self' blob:; \
    form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'";

/// Returns the policy of the web app: WebAssembly and workers of ours besides, and the WebSocket of
/// the host it came from, named, because not every browser takes `'self'` for it.
fn app_csp(host: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data: blob:; font-src 'self'; \
         connect-src 'self' ws://{host} wss://{host}; media-src 'self' blob:; \
         worker-src 'self' blob:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
         manifest-src 'self'"
    )
}

/// Marks a response as a page of the web app.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AppPage;

/// Adds the headers of safety to a response.
pub(crate) async fn add(request: Request, next: Next) -> Response {
    let is_private = request.uri().path().starts_with("/api/");
    // Known to be ours: the host was checked before.
    let host = request.headers().get(header::HOST).cloned();
    let mut response = next.run(request).await;
    let is_app = response.extensions().get::<AppPage>().is_some();
    let headers = response.headers_mut();
    if is_app
        && let Some(host) = host.as_ref().and_then(|host| host.to_str().ok())
        && let Ok(csp) = HeaderValue::from_str(&app_csp(host))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, csp);
    }
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, PAGE_CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(self), microphone=(self), display-capture=(self), geolocation=()",
        ),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    // What the API tells one organiser is in nobody's cache.
    if is_private {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}
