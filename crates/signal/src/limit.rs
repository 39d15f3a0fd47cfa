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
    !text.is_empty() && text.len() <= NAME_BYTES_MAX && !text.chars().any(char::is_control)
}

pub(crate) fn is_within_attribute_limits(
    name: &str,
    metadata: &str,
    attributes: &BTreeMap<String, String>,
) -> bool {
    let bytes: usize = attributes.iter().map(|(key, value)| key.len() + value.len()).sum();
    name.len() <= NAME_BYTES_MAX
        && !name.contains('\0')
        && metadata.len() <= METADATA_BYTES_MAX
        && attributes.len() <= ATTRIBUTES_MAX
        && bytes <= ATTRIBUTE_BYTES_MAX
}
