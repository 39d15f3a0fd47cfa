//! Reads the local user name out of a STUN binding request: which peer it is for.

const HEADER: usize = 20;
const MAGIC: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const BINDING_REQUEST: [u8; 2] = [0x00, 0x01];
const USERNAME: u16 = 0x0006;

/// Returns the part before the colon of USERNAME, if these bytes are a binding request.
pub fn user(bytes: &[u8]) -> Option<&str> {
    let header = bytes.get(..HEADER)?;
    if header[..2] != BINDING_REQUEST || header[4..8] != MAGIC {
        return None;
    }
    let mut rest = &bytes[HEADER..];
    while let [kind_high, kind_low, length_high, length_low, body @ ..] = rest {
        let kind = u16::from_be_bytes([*kind_high, *kind_low]);
        let length = usize::from(u16::from_be_bytes([*length_high, *length_low]));
        let value = body.get(..length)?;
        if kind == USERNAME {
            return std::str::from_utf8(value).ok()?.split(':').next();
        }
        rest = body.get(length.next_multiple_of(4)..)?;
    }
    None
}

/// Whether these bytes are a STUN message (RFC 7983: the first byte is 0 to 3).
pub fn is_stun(bytes: &[u8]) -> bool {
    bytes.len() >= HEADER && bytes[0] < 4 && bytes[4..8] == MAGIC
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(attributes: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 1, 0, u8::try_from(attributes.len()).expect("short")];
        bytes.extend(MAGIC);
        bytes.extend([7; 12]);
        bytes.extend(attributes);
        bytes
    }

    #[test]
    fn the_local_user_is_found_behind_another_attribute() {
        let attributes = [&[0, 0x24, 0, 4, 1, 2, 3, 4][..], &[0, 6, 0, 5], b"ab:cd\0\0\0"].concat();

        assert_eq!(user(&request(&attributes)), Some("ab"));
    }

    #[test]
    fn a_length_beyond_the_end_is_no_request() {
        assert_eq!(user(&request(&[0, 6, 0, 200, b'a', b':', b'b', 0])), None);
    }
}
