//! Parsers of `language`.

use language::{Message, UN, negotiate};

/// A message of a catalogue, parsed and formatted.
pub(crate) fn fuzz_message(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(message) = Message::parse(text) {
        message.format(language::Tag::AR, &[("n", 2.into())]);
    }
}

/// An `Accept-Language` header.
pub(crate) fn fuzz_negotiate(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    negotiate(text, &UN);
}
