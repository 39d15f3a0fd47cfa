//! What is embedded in the program: style sheets, scripts, fonts, the web app.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::App;
use crate::http::Problem;

/// A file in the program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asset {
    name: &'static str,
    url: &'static str,
    bytes: &'static [u8],
}

// `OWN` and `APP`, sorted by name, by build.rs.
include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A file whose name holds its hash never changes.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The web app's other files may change with the next version.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/assets/{*name}", get(show))
}

/// Returns the address of one of `crates/server/assets/`, which holds its hash.
pub(crate) fn url(name: &str) -> &'static str {
    OWN.iter().find(|asset| asset.name == name).map_or("/assets/missing", |asset| asset.url)
}

/// Returns a file of the built web app, if it is built: `index.html`, say.
pub(crate) fn of_app(name: &str) -> Option<&'static [u8]> {
    let at = APP.binary_search_by(|asset| asset.name.cmp(name)).ok()?;
    Some(APP[at].bytes)
}

/// Serves a file of the web app that lies beside `index.html` (an icon, a worker, a model).
pub(crate) fn beside_app(path: &str) -> Option<Response> {
    let name = path.trim_start_matches('/');
    if name == "index.html" {
        return None;
    }
    Some(answer(name, of_app(name)?, ASK_AGAIN))
}

async fn show(Path(name): Path<String>) -> Result<Response, Problem> {
    let url = format!("/assets/{name}");
    if let Some(asset) = OWN.iter().find(|asset| asset.url == url) {
        return Ok(answer(asset.name, asset.bytes, FOREVER));
    }
    let name = format!("assets/{name}");
    let bytes = of_app(&name).ok_or_else(Problem::not_found)?;
    Ok(answer(&name, bytes, FOREVER))
}

fn answer(name: &str, bytes: &'static [u8], cache: HeaderValue) -> Response {
    let kind = match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    (
        [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CACHE_CONTROL, cache)],
        bytes,
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assets_address_holds_its_hash() {
        assert!(url("page.css").starts_with("/assets/page-"));
        assert_eq!(url("page.css").len(), "/assets/page-.css".len() + 16);
    }
}
