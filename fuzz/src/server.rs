//! The rim: codes, names, headers.

/// A code that was read is read again as itself.
pub(crate) fn fuzz_code(data: &[u8]) {
    let Ok(typed) = std::str::from_utf8(data) else { return };
    if let Some(code) = ::server::parser::code(typed) {
        assert_eq!(::server::parser::code(&code), Some(code));
    }
}

/// A line that was taken is short, visible and taken again as itself.
pub(crate) fn fuzz_line(data: &[u8]) {
    const CHARACTERS_MAX: usize = 80;
    let Ok(typed) = std::str::from_utf8(data) else { return };
    if let Some(line) = ::server::parser::line(typed, CHARACTERS_MAX) {
        assert!((1..=CHARACTERS_MAX).contains(&line.chars().count()));
        assert!(!line.chars().any(char::is_control));
        assert_eq!(::server::parser::line(&line, CHARACTERS_MAX), Some(line));
    }
}

/// Host, origin, cookie and forwarded address, a line each. An origin is ours only if it holds the
/// host that was asked for.
pub(crate) fn fuzz_headers(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let mut next = || lines.next().unwrap_or_default();
    let (host, origin, cookie, forwarded) = (next(), next(), next(), next());
    if ::server::parser::headers(host, origin, cookie, forwarded) {
        let (host, origin) = (host.to_ascii_lowercase(), origin.to_ascii_lowercase());
        assert!(!host.is_empty() && origin.ends_with(&host));
    }
}
