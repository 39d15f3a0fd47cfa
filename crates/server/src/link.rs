//! Links that let somebody do something: exchanged by POST for a cookie, never by opening them.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Timestamp;
use model::id::{GuestId, LinkId, MeetingId, OrganisationId};
use store::link::{Capability, Link, SECRET_BYTES};
use store::{WriteTx, dialogue, link, meeting, organisation};

use crate::api::{ExchangeBody, MeBody, OrganisationBody, SecretBody};
use crate::clock::new_uuid;
use crate::http::{Problem, host};
use crate::{App, Secrets};

/// How long a browser keeps an organiser's cookie: a working week; the link itself may end sooner.
const COOKIE_SECONDS: u32 = 7 * 24 * 3600;

/// How long a browser keeps who a guest is: the same person at next month's meeting.
const GUEST_SECONDS: u32 = 60 * 24 * 3600;

const GUEST_COOKIE: &str = "plenary_guest";

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/links/exchange", post(exchange))
        .route("/api/v1/links/leave", post(leave))
        .route("/api/v1/me", get(me))
}

/// Whoever holds an organiser's link. As an extractor: the cookie, and on writes our `Origin`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Organiser {
    pub(crate) organisation: OrganisationId,
}

impl Organiser {
    /// Returns an error unless this organiser runs the dialogue; the same as if it were not there.
    pub(crate) fn may_run(self, dialogue: &dialogue::Dialogue) -> Result<(), Problem> {
        if dialogue.organisation_id == self.organisation {
            Ok(())
        } else {
            Err(Problem::not_found())
        }
    }
}

impl FromRequestParts<App> for Organiser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if parts.method != Method::GET && parts.method != Method::HEAD {
            host::require_own_origin(&parts.headers)?;
        }
        let link = held(app, &parts.headers, Capability::Organiser)
            .await?
            .ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "sign_in_needed"))?;
        Ok(Self { organisation: link.organisation_id })
    }
}

/// Makes a link and returns its secret, which is stored nowhere.
pub async fn mint(
    tx: &mut WriteTx,
    capability: Capability,
    organisation_id: OrganisationId,
    meeting_id: Option<MeetingId>,
    expires_at: Option<Timestamp>,
) -> Result<String, store::StoreError> {
    let mut secret = [0_u8; SECRET_BYTES];
    rand::fill(&mut secret);
    let now = tx.now();
    let link = Link {
        id: LinkId::from_uuid(new_uuid(now)),
        capability,
        organisation_id,
        meeting_id,
        expires_at,
        revoked_at: None,
        created_at: now,
    };
    link::insert(tx, &link, &secret).await?;
    Ok(URL_SAFE_NO_PAD.encode(secret))
}

/// Exchanges a link's secret for a cookie.
#[utoipa::path(post, path = "/api/v1/links/exchange", request_body = SecretBody,
    responses((status = 200, body = ExchangeBody), (status = 403, description = "`link_invalid`")))]
pub(crate) async fn exchange(
    State(app): State<App>,
    headers: HeaderMap,
    Json(body): Json<SecretBody>,
) -> Result<Response, Problem> {
    host::require_own_origin(&headers)?;
    let invalid = || Problem::new(StatusCode::FORBIDDEN, "link_invalid");
    let secret = URL_SAFE_NO_PAD.decode(body.secret.trim()).map_err(|_| invalid())?;
    let secret: [u8; SECRET_BYTES] = secret.try_into().map_err(|_| invalid())?;
    let mut tx = app.store.read().await?;
    let link = link::find_by_secret(&mut tx, &secret, app.clock.now()).await?;
    let link = link.ok_or_else(invalid)?;
    let body = described(&mut tx, &link).await?;
    let cookie = cookie(
        &app,
        cookie_name(link.capability),
        &link_value(&app.secrets, &link),
        COOKIE_SECONDS,
    );
    Ok(([(header::SET_COOKIE, cookie)], Json(body)).into_response())
}

/// Forgets what this browser may do.
#[utoipa::path(post, path = "/api/v1/links/leave", responses((status = 204)))]
pub(crate) async fn leave(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    host::require_own_origin(&headers)?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    for name in [cookie_name(Capability::Organiser), cookie_name(Capability::Delegate)] {
        response.headers_mut().append(header::SET_COOKIE, cookie(&app, name, "", 0));
    }
    Ok(response)
}

/// What this browser may do.
#[utoipa::path(get, path = "/api/v1/me", responses((status = 200, body = MeBody)))]
pub(crate) async fn me(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Json<MeBody>, Problem> {
    let organiser = held(&app, &headers, Capability::Organiser).await?;
    let delegate = held(&app, &headers, Capability::Delegate).await?;
    let mut tx = app.store.read().await?;
    let organiser = match organiser {
        Some(link) => Some(described(&mut tx, &link).await?),
        None => None,
    };
    let delegate = match delegate {
        Some(link) => Some(described(&mut tx, &link).await?),
        None => None,
    };
    Ok(Json(MeBody { organiser, delegate }))
}

async fn described(tx: &mut store::ReadTx, link: &Link) -> Result<ExchangeBody, Problem> {
    let organisation = organisation::find(tx, link.organisation_id).await?;
    let organisation = organisation.ok_or_else(Problem::not_found)?;
    let meeting = match link.meeting_id {
        Some(id) => meeting::find(tx, id).await?,
        None => None,
    };
    Ok(ExchangeBody {
        capability: link.capability.as_str().to_owned(),
        organisation: OrganisationBody { id: organisation.id, name: organisation.name },
        meeting_code: meeting.map(|meeting| meeting.code),
    })
}

/// Returns the good link that the request's cookie for `capability` names.
async fn held(
    app: &App,
    headers: &HeaderMap,
    capability: Capability,
) -> Result<Option<Link>, Problem> {
    let Some(id) = signed::<LinkId>(&app.secrets, headers, cookie_name(capability)) else {
        return Ok(None);
    };
    let mut tx = app.store.read().await?;
    let link = link::find_good(&mut tx, id, app.clock.now()).await?;
    Ok(link.filter(|link| link.capability == capability))
}

/// Returns who this browser is as a guest, and the cookie that says so from here on.
pub(crate) fn guest(app: &App, headers: &HeaderMap, now: Timestamp) -> (GuestId, HeaderValue) {
    let known = signed::<GuestId>(&app.secrets, headers, GUEST_COOKIE);
    let guest = known.unwrap_or_else(|| GuestId::from_uuid(new_uuid(now)));
    let value = sign(&app.secrets, GUEST_COOKIE, &guest.to_string());
    (guest, cookie(app, GUEST_COOKIE, &value, GUEST_SECONDS))
}

fn cookie_name(capability: Capability) -> &'static str {
    match capability {
        Capability::Organiser => "plenary_organiser",
        Capability::Delegate => "plenary_delegate",
    }
}

fn link_value(secrets: &Secrets, link: &Link) -> String {
    sign(secrets, cookie_name(link.capability), &link.id.to_string())
}

/// `<id>.<key id>.<mac>`: signed, so that no id can be tried out.
fn sign(secrets: &Secrets, purpose: &str, id: &str) -> String {
    let mac = URL_SAFE_NO_PAD.encode(secrets.mac(purpose, &[id.as_bytes()]));
    format!("{id}.{}.{mac}", secrets.mac_key_id())
}

fn signed<Id: std::str::FromStr>(secrets: &Secrets, headers: &HeaderMap, name: &str) -> Option<Id> {
    let value = cookie_of(headers, name)?;
    let (id, rest) = value.split_once('.')?;
    let (key, mac) = rest.split_once('.')?;
    let mac = URL_SAFE_NO_PAD.decode(mac).ok()?;
    let is_ours = key.parse() == Ok(secrets.mac_key_id())
        && mac.len() == 32
        && secrets.is_mac(name, &[id.as_bytes()], &mac);
    if is_ours { id.parse().ok() } else { None }
}

pub(crate) fn cookie_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

fn cookie(app: &App, name: &str, value: &str, seconds: u32) -> HeaderValue {
    let secure = if app.config.public_url().starts_with("https://") { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).expect("ids, base 64 and names are ASCII")
}
