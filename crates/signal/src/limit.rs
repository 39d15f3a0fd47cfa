//! What a stranger may send: how long, how many. Each limit has its reason.

use std::collections::BTreeMap;

/// An identity, a room's name or a track's name: longer ones are nonsense, and they are repeated
/// in every packet.
pub(crate) const NAME_BYTES_MAX: usize = 256;

/// Metadata is sent to everybody with every change of a participant.
pub(crate) const METADATA_BYTES_MAX: usize = 8 * 1024;

/// As many attributes as an agent framework sets, several times over.
pub(crate) const ATTRIBUTES_MAX: usize = 64;

/// Keys and values of all attributes together; they travel with every update.
pub(crate) const ATTRIBUTE_BYTES_MAX: usize = 16 * 1024;

/// Whether `text` can be a name: not empty, not long, nothing that a terminal or a database
/// would stumble over.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= NAME_BYTES_MAX && !text.chars().any(is_deceiving)
}

/// Control characters, NUL among them, and those that turn the direction of what follows: in a
/// name or a caption they make something else of what stands beside it.
pub(crate) fn is_deceiving(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(letter, '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

pub(crate) fn is_within_attribute_limits(
    name: &str,
    metadata: &str,
    attributes: &BTreeMap<String, String>,
) -> bool {
    let bytes: usize = attributes.iter().map(|(key, value)| key.len() + value.len()).sum();
    name.len() <= NAME_BYTES_MAX
        && !name.chars().any(is_deceiving)
        && metadata.len() <= METADATA_BYTES_MAX
        && attributes.len() <= ATTRIBUTES_MAX
        && bytes <= ATTRIBUTE_BYTES_MAX
}
