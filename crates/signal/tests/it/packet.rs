use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use model::Timestamp;
use signal::packet::{
    self, STREAM_BYTES_MAX, STREAMS_MAX, StreamError, Text, TextReader, write_text,
};
use signal::protocol::data_packet::Value;
use signal::protocol::data_stream::header::ContentHeader;
use signal::protocol::data_stream::{ByteHeader, Chunk, Header, TextHeader, Trailer};

#[test]
fn a_text_of_any_script_and_length_is_put_together_again() {
    let text = text(&"日本語 и русский 🙂 ".repeat(3_000));
    let mut reader = TextReader::default();

    let packets = write_text(&text, Timestamp::from_seconds(1));

    assert!(packets.len() > 5, "more than one chunk");
    assert_eq!(feed(&mut reader, packets), Ok(Some(text)));
}

#[test]
fn an_empty_text_is_a_text() {
    let text = text("");

    assert_eq!(
        feed(&mut TextReader::default(), write_text(&text, Timestamp::from_seconds(1))),
        Ok(Some(text))
    );
}

#[test]
fn a_text_in_the_header_is_read() {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
    packer.write_all(b"packed words").expect("memory");
    let inline = Header {
        inline_content: Some(packer.finish().expect("memory")),
        compression: 1,
        ..header("a")
    };
    let packets = vec![Value::StreamHeader(inline), trailer("a")];

    let read =
        feed(&mut TextReader::default(), packets).expect("a good stream").expect("a whole text");

    assert_eq!(read.text, "packed words");
}

#[test]
fn a_packed_bomb_is_refused() {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
    packer.write_all(&vec![b'a'; 50_000_000]).expect("memory");
    let inline = Header {
        inline_content: Some(packer.finish().expect("memory")),
        compression: 1,
        ..header("a")
    };

    let read = feed(&mut TextReader::default(), vec![Value::StreamHeader(inline), trailer("a")]);

    assert_eq!(read, Err(StreamError::TooLong));
}

#[test]
fn streams_are_limited_in_number_and_length() {
    let mut reader = TextReader::default();
    for n in 0..STREAMS_MAX {
        assert_eq!(reader.header(header(&n.to_string())), Ok(()));
    }

    assert_eq!(reader.header(header("one more")), Err(StreamError::TooMany));
    assert_eq!(reader.chunk(&chunk("0", 0, STREAM_BYTES_MAX)), Ok(()));
    assert_eq!(reader.chunk(&chunk("0", 1, 1)), Err(StreamError::TooLong));
    assert!(!reader.is_open("0"), "and forgotten");
}

#[test]
fn a_repeated_chunk_is_passed_over_and_a_missing_one_ends_the_stream() {
    let mut reader = TextReader::default();
    reader.header(header("a")).expect("the first");
    reader.chunk(&chunk("a", 0, 3)).expect("in order");

    assert_eq!(reader.chunk(&chunk("a", 0, 3)), Ok(()));
    assert_eq!(reader.chunk(&chunk("a", 2, 3)), Err(StreamError::Malformed));
    assert_eq!(reader.chunk(&chunk("unknown", 9, 3)), Ok(()));
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let bytes = Header {
        content_header: Some(ContentHeader::ByteHeader(ByteHeader::default())),
        ..header("a")
    };
    let mut reader = TextReader::default();
    reader.header(header("b")).expect("the first");
    let broken =
        Chunk { stream_id: "b".to_owned(), content: vec![0xff, 0xfe], ..Default::default() };
    reader.chunk(&broken).expect("any bytes");

    assert_eq!(reader.header(bytes), Err(StreamError::Malformed));
    assert_eq!(feed(&mut reader, vec![trailer("b")]), Err(StreamError::Malformed));
}

#[test]
fn a_packet_that_is_too_long_is_no_packet() {
    assert_eq!(packet::read(&vec![0; 100_000]), Err(packet::NotAPacket));
    assert_eq!(packet::read(&[0xff; 10]), Err(packet::NotAPacket));
}

fn feed(reader: &mut TextReader, packets: Vec<Value>) -> Result<Option<Text>, StreamError> {
    let mut text = None;
    for packet in packets {
        match packet {
            Value::StreamHeader(header) => reader.header(header)?,
            Value::StreamChunk(chunk) => reader.chunk(&chunk)?,
            Value::StreamTrailer(trailer) => text = reader.trailer(trailer)?,
            other => panic!("not of a stream: {other:?}"),
        }
    }
    Ok(text)
}

fn text(words: &str) -> Text {
    Text {
        id: "st-1".to_owned(),
        topic: "notes".to_owned(),
        attributes: BTreeMap::from([("a".to_owned(), "b".to_owned())]),
        text: words.to_owned(),
    }
}

fn header(id: &str) -> Header {
    let text = Some(ContentHeader::TextHeader(TextHeader::default()));
    Header { stream_id: id.to_owned(), content_header: text, ..Default::default() }
}

fn chunk(id: &str, chunk_index: u64, bytes: usize) -> Chunk {
    Chunk {
        stream_id: id.to_owned(),
        chunk_index,
        content: vec![b'x'; bytes],
        ..Default::default()
    }
}

fn trailer(id: &str) -> Value {
    Value::StreamTrailer(Trailer { stream_id: id.to_owned(), ..Default::default() })
}
