//! Codes in addresses: unambiguous base 32, short enough to read out on the telephone.

/// Crockford's alphabet: no i, l, o, u.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// 40 bits: with a million codes in use, one guess in a million hits, and guesses are slowed down.
const CODE_LETTERS: usize = 8;

/// Returns a fresh code.
pub(crate) fn fresh() -> String {
    let mut bytes = [0_u8; CODE_LETTERS];
    rand::fill(&mut bytes);
    bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

/// Returns a code as it is stored, of what somebody typed: case, hyphens, and letters that look
/// like figures do not matter. `None` if it cannot be a code.
pub(crate) fn read(typed: &str) -> Option<String> {
    let mut code = String::with_capacity(CODE_LETTERS);
    for letter in typed.chars().filter(|letter| *letter != '-' && *letter != ' ') {
        let letter = match letter.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        };
        let is_known = u8::try_from(letter).is_ok_and(|byte| LETTERS.contains(&byte));
        if !is_known || code.len() == CODE_LETTERS {
            return None;
        }
        code.push(letter);
    }
    (code.len() == CODE_LETTERS).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(read("7KQ2-M4TO"), Some("7kq2m4t0".to_owned()));
        assert_eq!(read("il000000"), Some("11000000".to_owned()));
    }

    #[test]
    fn what_cannot_be_a_code_is_not_looked_up() {
        for typed in ["", "7kq2m4t", "7kq2m4t00", "7kq2m4tu", "../../etc", "é0000000"] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_fresh_code_is_a_code() {
        let code = fresh();

        assert_eq!(read(&code), Some(code));
    }
}
