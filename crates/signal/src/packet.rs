//! Packets of the data channels: reading, writing, text streams.

mod text;

use prost::Message as _;

use crate::protocol::data_packet::Value;
use crate::protocol::{DataPacket, UserPacket};

pub use text::{STREAM_BYTES_MAX, STREAMS_MAX, StreamError, Text, TextReader, write_text};

/// The largest message on a data channel: what clients send at most (LiveKit's SDKs cut streams
/// at 15 kB and refuse packets above 64 kB), plus room for names.
pub const PACKET_BYTES_MAX: usize = 72 * 1024;

/// The message is no packet of the protocol, or too long for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a data packet")]
pub struct NotAPacket;

pub fn read(message: &[u8]) -> Result<DataPacket, NotAPacket> {
    if message.len() > PACKET_BYTES_MAX {
        return Err(NotAPacket);
    }
    DataPacket::decode(message).map_err(|_| NotAPacket)
}

pub fn write(packet: &DataPacket) -> Vec<u8> {
    packet.encode_to_vec()
}

/// Returns the content of a user packet: bytes under a topic.
pub fn user(topic: &str, payload: Vec<u8>) -> Value {
    Value::User(UserPacket { payload, topic: Some(topic.to_owned()), ..Default::default() })
}
