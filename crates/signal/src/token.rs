//! Access tokens: JWTs signed with HS256, whose claims are LiveKit's.
//!
//! The library's own clock check is switched off; `exp` and `nbf` are compared with `now`.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use model::Timestamp;
use model::media::RoomName;
use serde::{Deserialize, Serialize};

use crate::limit::{is_name, is_within_attribute_limits};

/// A token is a few hundred bytes; with attributes and metadata at their limits it is below this.
const TOKEN_BYTES_MAX: usize = 48 * 1024;

/// Clocks of two machines differ by seconds, not by minutes.
const CLOCK_SKEW: Duration = Duration::from_secs(30);

/// What kind of participant somebody is. The server says so, by signing it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TokenKind {
    #[default]
    Standard,
    Ingress,
    Egress,
    Sip,
    Agent,
}

impl TokenKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Ingress => "ingress",
            Self::Egress => "egress",
            Self::Sip => "sip",
            Self::Agent => "agent",
        }
    }

    fn from_claim(text: &str) -> Self {
        match text {
            "ingress" => Self::Ingress,
            "egress" => Self::Egress,
            "sip" => Self::Sip,
            "agent" => Self::Agent,
            _ => Self::Standard,
        }
    }
}

/// What the bearer may do in the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a grant of LiveKit's, independent of the others"
)]
pub struct Grants {
    pub room_join: bool,
    pub can_publish: bool,
    pub can_subscribe: bool,
    pub can_publish_data: bool,
    pub can_update_own_metadata: bool,
    pub hidden: bool,
    /// May register as an agent worker.
    pub agent: bool,
}

impl Grants {
    /// Everything that somebody who takes part in a meeting needs.
    pub const fn taking_part() -> Self {
        Self {
            room_join: true,
            can_publish: true,
            can_subscribe: true,
            can_publish_data: true,
            can_update_own_metadata: true,
            hidden: false,
            agent: false,
        }
    }
}

/// Who comes, to which room, with which rights. What a verified token says.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    pub room: RoomName,
    /// One per browser: the guest's or the account's id.
    pub identity: String,
    /// What others see.
    pub name: String,
    pub metadata: String,
    pub attributes: BTreeMap<String, String>,
    pub kind: TokenKind,
    pub grants: Grants,
    pub expires: Timestamp,
}

/// Names are nobody's business in a log.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("room", &self.room)
            .field("kind", &self.kind)
            .field("grants", &self.grants)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// The key and secret that sign tokens.
#[derive(Clone)]
pub struct Keys {
    pub key: String,
    pub secret: String,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

/// Why a token lets nobody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("not a token that was signed here")]
    BadSignature,
    #[error("the token has expired or is not valid yet")]
    Expired,
    #[error("the token is for another room")]
    WrongRoom,
    #[error("the token does not allow to join a room")]
    NotAllowed,
    #[error("the token has no usable identity, room or attributes")]
    BadClaims,
}

impl Keys {
    /// Returns the signed text of `token`.
    ///
    /// # Panics
    /// Never: claims are plain text and numbers.
    pub fn mint(&self, token: &Token) -> String {
        let claims = Claims {
            iss: self.key.clone(),
            sub: token.identity.clone(),
            exp: token.expires.seconds(),
            nbf: 0,
            name: token.name.clone(),
            metadata: token.metadata.clone(),
            kind: token.kind.as_str().to_owned(),
            attributes: token.attributes.clone(),
            video: VideoClaims {
                room: token.room.0.clone(),
                room_join: token.grants.room_join,
                can_publish: Some(token.grants.can_publish),
                can_subscribe: Some(token.grants.can_subscribe),
                can_publish_data: Some(token.grants.can_publish_data),
                can_update_own_metadata: Some(token.grants.can_update_own_metadata),
                hidden: token.grants.hidden,
                agent: token.grants.agent,
            },
        };
        let key = EncodingKey::from_secret(self.secret.as_bytes());
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key)
            .expect("claims are text and numbers")
    }

    /// Returns what `text` says, if it was signed here, is in time and allows to join a room:
    /// `room`, where the request names one.
    pub fn verify(
        &self,
        text: &str,
        room: Option<&RoomName>,
        now: Timestamp,
    ) -> Result<Token, TokenError> {
        if text.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::BadSignature);
        }
        let claims = self.read(text)?;
        let soon = (now + CLOCK_SKEW).seconds();
        if claims.exp <= now.seconds() || claims.nbf > soon {
            return Err(TokenError::Expired);
        }
        if !claims.video.room_join {
            return Err(TokenError::NotAllowed);
        }
        if room.is_some_and(|room| room.0 != claims.video.room) {
            return Err(TokenError::WrongRoom);
        }
        let is_usable = is_name(&claims.sub)
            && is_name(&claims.video.room)
            && is_within_attribute_limits(&claims.name, &claims.metadata, &claims.attributes);
        if is_usable { Ok(claims.into()) } else { Err(TokenError::BadClaims) }
    }

    fn read(&self, text: &str) -> Result<Claims, TokenError> {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.validate_exp = false;
        rules.validate_nbf = false;
        rules.validate_aud = false;
        rules.set_required_spec_claims(&["exp", "iss"]);
        rules.set_issuer(&[&self.key]);
        let key = DecodingKey::from_secret(self.secret.as_bytes());
        let read = jsonwebtoken::decode::<Claims>(text, &key, &rules)
            .map_err(|_| TokenError::BadSignature)?;
        Ok(read.claims)
    }
}

impl From<Claims> for Token {
    fn from(claims: Claims) -> Self {
        let can_publish = claims.video.can_publish.unwrap_or(true);
        Self {
            room: RoomName(claims.video.room),
            identity: claims.sub,
            name: claims.name,
            metadata: claims.metadata,
            attributes: claims.attributes,
            kind: TokenKind::from_claim(&claims.kind),
            grants: Grants {
                room_join: claims.video.room_join,
                can_publish,
                can_subscribe: claims.video.can_subscribe.unwrap_or(true),
                can_publish_data: claims.video.can_publish_data.unwrap_or(can_publish),
                can_update_own_metadata: claims.video.can_update_own_metadata.unwrap_or(false),
                hidden: claims.video.hidden,
                agent: claims.video.agent,
            },
            expires: Timestamp::from_seconds(claims.exp),
        }
    }
}

/// The claims as LiveKit writes them. What is not said is allowed, except to change oneself.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Claims {
    iss: String,
    sub: String,
    exp: i64,
    nbf: i64,
    name: String,
    metadata: String,
    kind: String,
    attributes: BTreeMap<String, String>,
    video: VideoClaims,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
struct VideoClaims {
    room: String,
    room_join: bool,
    can_publish: Option<bool>,
    can_subscribe: Option<bool>,
    can_publish_data: Option<bool>,
    can_update_own_metadata: Option<bool>,
    hidden: bool,
    agent: bool,
}
