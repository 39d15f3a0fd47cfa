use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Timestamp;
use model::media::RoomName;
use signal::token::{Grants, TokenError, TokenKind};
use signal::{Keys, Token};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

#[test]
fn a_minted_token_is_read_back() {
    let token = token();

    let read = keys().verify(&keys().mint(&token), Some(&token.room), NOW);

    assert_eq!(read, Ok(token));
}

#[test]
fn a_token_ends_when_it_says() {
    let text = keys().mint(&token());

    assert!(keys().verify(&text, None, NOW + Duration::from_secs(599)).is_ok());
    assert_eq!(keys().verify(&text, None, NOW + Duration::from_mins(10)), Err(TokenError::Expired));
}

#[test]
fn a_token_of_another_room_is_refused() {
    let other = RoomName("elsewhere".to_owned());

    let read = keys().verify(&keys().mint(&token()), Some(&other), NOW);

    assert_eq!(read, Err(TokenError::WrongRoom));
}

#[test]
fn a_token_signed_elsewhere_is_refused() {
    let theirs = Keys { secret: "another secret that is long enough".to_owned(), ..keys() };
    let unknown_key = Keys { key: "other".to_owned(), ..keys() };

    assert_eq!(keys().verify(&theirs.mint(&token()), None, NOW), Err(TokenError::BadSignature));
    assert_eq!(
        keys().verify(&unknown_key.mint(&token()), None, NOW),
        Err(TokenError::BadSignature)
    );
}

#[test]
fn a_changed_token_is_refused() {
    let text = keys().mint(&token());
    let parts: Vec<&str> = text.split('.').collect();
    let claims = URL_SAFE_NO_PAD.decode(parts[1]).expect("base64");
    let claims = String::from_utf8(claims).expect("JSON").replace("guest", "chair");
    let changed = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims), parts[2]);

    assert_eq!(keys().verify(&changed, None, NOW), Err(TokenError::BadSignature));
}

#[test]
fn a_token_without_signature_is_refused() {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let claims = URL_SAFE_NO_PAD.encode(
        r#"{"iss":"key","sub":"anna","exp":1900000000,"video":{"room":"r","roomJoin":true}}"#,
    );

    assert_eq!(
        keys().verify(&format!("{header}.{claims}."), None, NOW),
        Err(TokenError::BadSignature)
    );
}

#[test]
fn a_token_as_livekits_sdks_write_it_is_read() {
    // Made by livekit-api 1.2 for Python: rights that are not named are given.
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let claims = URL_SAFE_NO_PAD.encode(
        r#"{"video":{"roomJoin":true,"room":"r1"},"sub":"py","iss":"key","nbf":1799999990,"exp":1800003600}"#,
    );
    let signed = jsonwebtoken_like(&format!("{header}.{claims}"));

    let read = keys().verify(&signed, None, NOW).expect("a good token");

    assert_eq!(read.identity, "py");
    assert!(read.grants.can_publish && read.grants.can_subscribe && read.grants.can_publish_data);
    assert!(!read.grants.can_update_own_metadata && !read.grants.hidden);
    assert_eq!(read.kind, TokenKind::Standard);
}

#[test]
fn a_token_that_may_not_join_is_refused() {
    let grants = Grants { room_join: false, ..Grants::taking_part() };

    let read = keys().verify(&keys().mint(&Token { grants, ..token() }), None, NOW);

    assert_eq!(read, Err(TokenError::NotAllowed));
}

#[test]
fn control_characters_and_monsters_are_no_identity() {
    let long = "x".repeat(257);
    for identity in ["", "an\0na", "an\u{202e}na", long.as_str()] {
        let token = Token { identity: identity.to_owned(), ..token() };
        assert_eq!(keys().verify(&keys().mint(&token), None, NOW), Err(TokenError::BadClaims));
    }
    let token = Token { metadata: "m".repeat(10_000), ..token() };
    assert_eq!(keys().verify(&keys().mint(&token), None, NOW), Err(TokenError::BadClaims));
}

#[test]
fn ten_megabytes_are_no_token() {
    let text = "a".repeat(10_000_000);

    assert_eq!(keys().verify(&text, None, NOW), Err(TokenError::BadSignature));
}

#[test]
fn neither_secret_nor_name_is_shown() {
    let shown = format!("{:?} {:?}", keys(), token());

    assert!(!shown.contains("a secret") && !shown.contains("Anna"), "{shown}");
}

fn keys() -> Keys {
    Keys { key: "key".to_owned(), secret: "a secret that is long enough".to_owned() }
}

fn token() -> Token {
    Token {
        room: RoomName("r1".to_owned()),
        identity: "guest-1".to_owned(),
        name: "Anna".to_owned(),
        metadata: "{}".to_owned(),
        attributes: BTreeMap::from([("plenary.read".to_owned(), "fr".to_owned())]),
        kind: TokenKind::Agent,
        grants: Grants::taking_part(),
        expires: NOW + Duration::from_mins(10),
    }
}

/// Signs as a JWT library would, without ours.
fn jsonwebtoken_like(message: &str) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, keys().secret.as_bytes());
    let signature = aws_lc_rs::hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}
