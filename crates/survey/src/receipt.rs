//! A receipt: 48 bits of the response's time and 32 bits of a MAC over its whole id, as sixteen
//! characters of base 32 without I, L, O, U, in four groups. Who makes the MAC holds the key.

/// Digits that nobody confuses when reading aloud or copying by hand (Crockford's).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Sixteen characters of five bits.
const LENGTH: usize = 16;
/// Typed with blanks, dashes and more; beyond this it is something else.
const TYPED_BYTES_MAX: usize = 64;

/// What a receipt says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Milliseconds since 1970 at which the response's id was minted; 48 bits.
    pub time_ms: u64,
    pub mac: u32,
}

/// The text is not a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a receipt")]
pub struct NotAReceipt;

impl Receipt {
    /// Returns the receipt of the response whose id (a UUIDv7) is given.
    pub fn new(response: u128, mac: u32) -> Self {
        Self { time_ms: u64::try_from(response >> 80).unwrap_or(0), mac }
    }
}

impl std::fmt::Display for Receipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bits = (u128::from(self.time_ms) << 32) | u128::from(self.mac);
        for at in 0..LENGTH {
            if at > 0 && at % 4 == 0 {
                f.write_str(" ")?;
            }
            let digit = usize::try_from((bits >> (75 - 5 * at)) & 31).unwrap_or(0);
            write!(f, "{}", char::from(ALPHABET[digit]))?;
        }
        Ok(())
    }
}

impl std::str::FromStr for Receipt {
    type Err = NotAReceipt;

    /// Takes small letters, blanks and dashes anywhere, and I, L, O for what they look like.
    fn from_str(text: &str) -> Result<Self, NotAReceipt> {
        if text.len() > TYPED_BYTES_MAX {
            return Err(NotAReceipt);
        }
        let mut bits: u128 = 0;
        let mut n = 0;
        for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let c = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                c => c,
            };
            let digit = ALPHABET.iter().position(|known| char::from(*known) == c);
            let digit = digit.ok_or(NotAReceipt)? as u128;
            n += 1;
            if n > LENGTH {
                return Err(NotAReceipt);
            }
            bits = (bits << 5) | digit;
        }
        if n < LENGTH {
            return Err(NotAReceipt);
        }
        let time_ms = u64::try_from(bits >> 32).map_err(|_| NotAReceipt)?;
        let mac = u32::try_from(bits & u128::from(u32::MAX)).map_err(|_| NotAReceipt)?;
        Ok(Self { time_ms, mac })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECEIPT: Receipt = Receipt { time_ms: 0x0197_5000_1234, mac: 0xdead_beef };

    #[test]
    fn a_receipt_is_four_groups_of_four() {
        assert_eq!(RECEIPT.to_string(), "06BN 000J 6KFA VFQF");
        assert_eq!(RECEIPT.to_string().parse(), Ok(RECEIPT));
    }

    #[test]
    fn a_receipt_is_read_as_people_type_it() {
        assert_eq!("o6bn-OoOj 6kfa  vfqf".parse(), Ok(RECEIPT));
    }

    #[test]
    fn what_is_too_short_too_long_or_has_a_u_is_refused() {
        assert_eq!("06BN 000J 6KFA VFQ".parse::<Receipt>(), Err(NotAReceipt));
        assert_eq!("06BN 000J 6KFA VFQF 1".parse::<Receipt>(), Err(NotAReceipt));
        assert_eq!("06BN 000J 6KFA VFQU".parse::<Receipt>(), Err(NotAReceipt));
        assert_eq!("0".repeat(1_000).parse::<Receipt>(), Err(NotAReceipt));
    }

    #[test]
    fn the_time_is_that_of_the_responses_id() {
        let id = 0x0197_5000_1234_7000_8000_0000_0000_0000_u128;

        assert_eq!(Receipt::new(id, 1).time_ms, 0x0197_5000_1234);
    }
}
