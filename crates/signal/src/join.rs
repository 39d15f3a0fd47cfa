//! Join requests: the query of `/rtc` (v0) and the wrapped message of `/rtc/v1`.

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::Compression as Effort;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use prost::Message as _;

use crate::protocol::wrapped_join_request::Compression;
use crate::protocol::{ClientInfo, ConnectionSettings, JoinRequest, WrappedJoinRequest};

/// What servers accept as a URL; the request is a part of one.
pub const JOIN_TEXT_BYTES_MAX: usize = 64 * 1024;

/// A first offer with a hundred m-lines is about 100 kB; what unpacks to more is an attack.
pub const JOIN_BYTES_MAX: usize = 512 * 1024;

/// Clients differ in whether they pad.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a join request cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    #[error("the join request is too large")]
    TooLarge,
    #[error("the join request is not base64 of a wrapped join request")]
    Malformed,
}

/// Reads the parameter `join_request` of `/rtc/v1`.
pub fn read_wrapped(text: &str) -> Result<JoinRequest, JoinError> {
    if text.len() > JOIN_TEXT_BYTES_MAX {
        return Err(JoinError::TooLarge);
    }
    let bytes = BASE64.decode(text).map_err(|_| JoinError::Malformed)?;
    let wrapped = WrappedJoinRequest::decode(&bytes[..]).map_err(|_| JoinError::Malformed)?;
    let request = match Compression::try_from(wrapped.compression) {
        Ok(Compression::None) => wrapped.join_request,
        Ok(Compression::Gzip) => unpack(&wrapped.join_request)?,
        Err(_) => return Err(JoinError::Malformed),
    };
    JoinRequest::decode(&request[..]).map_err(|_| JoinError::Malformed)
}

/// Writes what [`read_wrapped`] reads, packed: an offer with many m-lines would not fit into a URL.
///
/// # Panics
/// Never: writing to memory does not fail.
pub fn write_wrapped(request: &JoinRequest) -> String {
    let mut packer = GzEncoder::new(Vec::new(), Effort::default());
    packer.write_all(&request.encode_to_vec()).expect("memory takes all bytes");
    let packed = packer.finish().expect("memory takes all bytes");
    let wrapped =
        WrappedJoinRequest { compression: Compression::Gzip.into(), join_request: packed };
    BASE64.encode(wrapped.encode_to_vec())
}

/// Reads the query of `/rtc`, as pairs that are decoded already. Unknown names are ignored.
pub fn read_query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> JoinRequest {
    let mut client = ClientInfo::default();
    let mut settings = ConnectionSettings { auto_subscribe: true, ..Default::default() };
    let mut request = JoinRequest::default();
    for (name, value) in pairs {
        match name {
            "auto_subscribe" => settings.auto_subscribe = is_true(value),
            "adaptive_stream" => settings.adaptive_stream = is_true(value),
            "reconnect" => request.reconnect = is_true(value),
            "sid" => value.clone_into(&mut request.participant_sid),
            "protocol" => client.protocol = value.parse().unwrap_or(0),
            "version" => value.clone_into(&mut client.version),
            _ => {}
        }
    }
    request.client_info = Some(client);
    request.connection_settings = Some(settings);
    request
}

fn is_true(value: &str) -> bool {
    matches!(value, "1" | "true")
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, JoinError> {
    let limit = u64::try_from(JOIN_BYTES_MAX).unwrap_or(u64::MAX);
    let mut request = Vec::new();
    GzDecoder::new(packed)
        .take(limit + 1)
        .read_to_end(&mut request)
        .map_err(|_| JoinError::Malformed)?;
    if request.len() > JOIN_BYTES_MAX { Err(JoinError::TooLarge) } else { Ok(request) }
}
