//! Text streams: a header, chunks, a trailer.

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::DeflateDecoder;
use model::Timestamp;

use crate::protocol::data_packet::Value;
use crate::protocol::data_stream::header::ContentHeader;
use crate::protocol::data_stream::{Chunk, CompressionType, Header, TextHeader, Trailer};

/// What LiveKit's SDKs put into one chunk; a data channel message holds it with room to spare.
const CHUNK_BYTES: usize = 15_000;

/// How many streams one sender may have open at once. A caption is closed as soon as it is sent;
/// agents keep one per segment open.
pub const STREAMS_MAX: usize = 32;

/// The longest text of one stream. A caption has a few hundred bytes, a pasted page 20 kB.
pub const STREAM_BYTES_MAX: usize = 256 * 1024;

/// A whole text, as it was streamed.
#[derive(Clone, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "the text of a text is its text")]
pub struct Text {
    pub id: String,
    pub topic: String,
    pub attributes: BTreeMap<String, String>,
    pub text: String,
}

/// What is written is nobody's business in a log.
impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Text")
            .field("topic", &self.topic)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

/// Why a stream was given up. What it held is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    #[error("too many streams are open")]
    TooMany,
    #[error("the stream is too long")]
    TooLong,
    #[error("the stream is not text, or lacks a part")]
    Malformed,
}

/// Puts the text streams of one sender together. Streams it does not know are ignored.
#[derive(Debug, Default)]
pub struct TextReader {
    open: BTreeMap<String, Open>,
}

#[derive(Debug)]
struct Open {
    topic: String,
    attributes: BTreeMap<String, String>,
    is_packed: bool,
    next_chunk: u64,
    bytes: Vec<u8>,
}

impl TextReader {
    pub fn is_open(&self, id: &str) -> bool {
        self.open.contains_key(id)
    }

    /// Begins a stream. A header that carries the whole content still waits for its trailer.
    pub fn header(&mut self, header: Header) -> Result<(), StreamError> {
        if self.open.len() >= STREAMS_MAX {
            return Err(StreamError::TooMany);
        }
        let bytes = header.inline_content.unwrap_or_default();
        if bytes.len() > STREAM_BYTES_MAX {
            return Err(StreamError::TooLong);
        }
        if !matches!(header.content_header, Some(ContentHeader::TextHeader(_))) {
            return Err(StreamError::Malformed);
        }
        let open = Open {
            topic: header.topic,
            attributes: header.attributes.into_iter().collect(),
            is_packed: header.compression == i32::from(CompressionType::DeflateRaw),
            next_chunk: 0,
            bytes,
        };
        self.open.insert(header.stream_id, open);
        Ok(())
    }

    /// Adds a piece. One that came before is ignored; one too far ahead ends the stream.
    pub fn chunk(&mut self, chunk: &Chunk) -> Result<(), StreamError> {
        let Some(open) = self.open.get_mut(&chunk.stream_id) else { return Ok(()) };
        if chunk.chunk_index < open.next_chunk {
            return Ok(());
        }
        let error = if chunk.chunk_index > open.next_chunk {
            StreamError::Malformed
        } else if open.bytes.len() + chunk.content.len() > STREAM_BYTES_MAX {
            StreamError::TooLong
        } else {
            open.next_chunk += 1;
            open.bytes.extend_from_slice(&chunk.content);
            return Ok(());
        };
        self.open.remove(&chunk.stream_id);
        Err(error)
    }

    /// Ends a stream and returns its text, if the stream was known.
    pub fn trailer(&mut self, trailer: Trailer) -> Result<Option<Text>, StreamError> {
        let Some(open) = self.open.remove(&trailer.stream_id) else { return Ok(None) };
        let bytes = if open.is_packed { unpack(&open.bytes)? } else { open.bytes };
        let mut attributes = open.attributes;
        attributes.extend(trailer.attributes);
        let text = String::from_utf8(bytes).map_err(|_| StreamError::Malformed)?;
        Ok(Some(Text { id: trailer.stream_id, topic: open.topic, attributes, text }))
    }
}

/// Returns the packets of a whole text, in order, to be sent on the reliable channel.
pub fn write_text(text: &Text, now: Timestamp) -> Vec<Value> {
    let header = Header {
        stream_id: text.id.clone(),
        timestamp: now.millis(),
        topic: text.topic.clone(),
        mime_type: "text/plain".to_owned(),
        total_length: Some(text.text.len() as u64),
        attributes: text.attributes.clone().into_iter().collect(),
        content_header: Some(ContentHeader::TextHeader(TextHeader::default())),
        ..Default::default()
    };
    let mut packets = vec![Value::StreamHeader(header)];
    let mut rest = text.text.as_str();
    let mut index = 0;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(rest.floor_char_boundary(CHUNK_BYTES));
        packets.push(Value::StreamChunk(Chunk {
            stream_id: text.id.clone(),
            chunk_index: index,
            content: chunk.as_bytes().to_vec(),
            ..Default::default()
        }));
        rest = after;
        index += 1;
    }
    packets
        .push(Value::StreamTrailer(Trailer { stream_id: text.id.clone(), ..Default::default() }));
    packets
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, StreamError> {
    let mut bytes = Vec::new();
    let limit = STREAM_BYTES_MAX as u64;
    DeflateDecoder::new(packed)
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| StreamError::Malformed)?;
    if bytes.len() > STREAM_BYTES_MAX { Err(StreamError::TooLong) } else { Ok(bytes) }
}
