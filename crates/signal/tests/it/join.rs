use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message as _;
use signal::join::{JoinError, read_query, read_wrapped, write_wrapped};
use signal::protocol::{JoinRequest, SessionDescription, WrappedJoinRequest};

#[test]
fn a_written_request_is_read_back() {
    let request = request();

    assert_eq!(read_wrapped(&write_wrapped(&request)), Ok(request));
}

#[test]
fn padding_and_packing_are_the_clients_choice() {
    let plain = WrappedJoinRequest { compression: 0, join_request: request().encode_to_vec() }
        .encode_to_vec();

    assert_eq!(read_wrapped(&URL_SAFE.encode(&plain)), Ok(request()));
    assert_eq!(read_wrapped(&URL_SAFE_NO_PAD.encode(&plain)), Ok(request()));
}

#[test]
fn a_gzip_bomb_is_refused() {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..64 {
        packer.write_all(&vec![0; 1 << 20]).expect("memory");
    }
    let bomb = packer.finish().expect("memory");
    let bomb = bomb[..bomb.len().min(40_000)].to_vec();
    let text =
        URL_SAFE.encode(WrappedJoinRequest { compression: 1, join_request: bomb }.encode_to_vec());

    assert!(text.len() < 64 * 1024, "it passes the first limit");
    assert_eq!(read_wrapped(&text), Err(JoinError::TooLarge));
}

#[test]
fn nonsense_is_malformed() {
    let unknown = WrappedJoinRequest { compression: 7, join_request: Vec::new() };
    let broken = WrappedJoinRequest { compression: 1, join_request: b"not gzip".to_vec() };
    let inputs = [
        "%%%".to_owned(),
        URL_SAFE.encode([0xff; 40]),
        URL_SAFE.encode(unknown.encode_to_vec()),
        URL_SAFE.encode(broken.encode_to_vec()),
    ];

    for input in inputs {
        assert_eq!(read_wrapped(&input), Err(JoinError::Malformed));
    }
    assert_eq!(read_wrapped(&"A".repeat(70_000)), Err(JoinError::TooLarge));
}

#[test]
fn the_query_of_the_older_door_is_read() {
    let request = read_query([
        ("auto_subscribe", "0"),
        ("reconnect", "1"),
        ("sid", "PA_1"),
        ("unknown", "x"),
    ]);

    assert!(request.reconnect);
    assert_eq!(request.participant_sid, "PA_1");
    assert!(!request.connection_settings.expect("always").auto_subscribe);
}

fn request() -> JoinRequest {
    let offer = SessionDescription {
        r#type: "offer".to_owned(),
        sdp: "v=0".to_owned(),
        id: 1,
        ..Default::default()
    };
    JoinRequest { publisher_offer: Some(offer), metadata: "m".to_owned(), ..Default::default() }
}
