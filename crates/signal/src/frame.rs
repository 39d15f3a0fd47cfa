//! Frames of the signalling WebSocket: protobuf in binary ones, its JSON form in text ones.

use prost::Message as _;

use crate::protocol::{SignalRequest, SignalResponse};

/// An offer with a hundred m-lines is about 100 kB; nothing else comes near.
pub const FRAME_BYTES_MAX: usize = 512 * 1024;

/// The frame is no message of the protocol, or too long for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a message of the protocol")]
pub struct NotAMessage;

pub fn read_request(frame: &[u8]) -> Result<SignalRequest, NotAMessage> {
    if frame.len() > FRAME_BYTES_MAX {
        return Err(NotAMessage);
    }
    SignalRequest::decode(frame).map_err(|_| NotAMessage)
}

/// Reads the JSON form, which some clients send in text frames.
pub fn read_request_text(frame: &str) -> Result<SignalRequest, NotAMessage> {
    if frame.len() > FRAME_BYTES_MAX {
        return Err(NotAMessage);
    }
    serde_json::from_str(frame).map_err(|_| NotAMessage)
}

pub fn write_response(response: &SignalResponse) -> Vec<u8> {
    response.encode_to_vec()
}

pub fn write_request(request: &SignalRequest) -> Vec<u8> {
    request.encode_to_vec()
}

pub fn read_response(frame: &[u8]) -> Result<SignalResponse, NotAMessage> {
    SignalResponse::decode(frame).map_err(|_| NotAMessage)
}
