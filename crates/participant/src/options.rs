//! How to join, what to publish, and what can go wrong.

use std::sync::Arc;

use crate::TlsConfig;

/// What becomes of media that arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Receive {
    /// Sound is decoded to 48 kHz mono; video arrives as packets.
    #[default]
    Pcm,
    /// Sound and video arrive as packets.
    Packets,
    /// Media is only counted.
    Count,
}

/// Where and as whom to join.
#[derive(Clone)]
pub struct Options {
    /// `ws://host:port` or `wss://host:port`, without a path.
    pub url: String,
    /// The access token: room, identity and rights.
    pub token: String,
    /// Receive every track that appears.
    pub auto_subscribe: bool,
    pub receive: Receive,
    /// How many tracks of each kind can be received at first; the server asks for more.
    pub audio_slots: u32,
    pub video_slots: u32,
    /// How to trust a `wss` server.
    pub tls: Option<Arc<TlsConfig>>,
}

impl Options {
    /// Returns options that receive and decode all sound.
    pub fn new(url: impl Into<String>, token: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            token: token.into(),
            auto_subscribe: true,
            receive: Receive::default(),
            audio_slots: 3,
            video_slots: 3,
            tls: None,
        }
    }
}

/// The token is a secret.
impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("url", &self.url)
            .field("receive", &self.receive)
            .finish_non_exhaustive()
    }
}

/// A camera, or what takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoOptions {
    pub name: String,
    pub width: u32,
    pub height: u32,
    /// 1, or up to 3 with simulcast: each lower layer halves the size.
    pub layers: usize,
}

/// The thread for participants cannot start.
#[derive(Debug, thiserror::Error)]
#[error("the thread for participants cannot start")]
pub struct StartError(#[source] pub(crate) std::io::Error);

/// Why somebody is not in the room.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    #[error("not a WebSocket address: {0}")]
    BadUrl(String),
    /// An HTTP status: 401 for a token that is not accepted.
    #[error("the server refused with status {0}")]
    Refused(u16),
    #[error("the server cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the server did not answer in time")]
    Timeout,
    #[error("the server sent the participant away")]
    SentAway,
    #[error("the driver has stopped")]
    Stopped,
}

/// The participant has left; nothing can be sent any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the participant has left")]
pub struct ClosedError;

/// Why a track is not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    #[error("the server does not allow this track")]
    Refused,
    #[error("the server did not answer in time")]
    Timeout,
    #[error("the participant has left")]
    Closed,
    #[error("the codec cannot start")]
    Codec,
}
