//! What reads a stranger's bytes in this crate, for the fuzz targets. JSON, forms and questionnaires
//! are read by `serde_json` and `survey`.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::http::host;
use crate::{code, guess, link, text};

/// Returns the code that somebody typed, as it is stored.
pub fn code(typed: &str) -> Option<String> {
    code::read(typed)
}

/// Returns a name or a title, if others may read it as it is.
pub fn line(typed: &str, characters_max: usize) -> Option<String> {
    text::line(typed, characters_max, "text").ok()
}

/// Returns whether a request with these headers comes from a page of ours, reading its cookies and
/// the address that a proxy named on the way.
pub fn headers(host: &[u8], origin: &[u8], cookie: &[u8], forwarded: &[u8]) -> bool {
    let mut headers = HeaderMap::new();
    for (name, value) in
        [("host", host), ("origin", origin), ("cookie", cookie), ("x-forwarded-for", forwarded)]
    {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let _ = link::cookie_of(&headers, "plenary_organiser");
    let _ = guess::client(None, &headers);
    host::require_own_origin(&headers).is_ok()
}
