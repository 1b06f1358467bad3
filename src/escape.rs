//! Text from a peer: which bytes it may have, how it appears in messages and addresses, how it is read from
//! an address, and the host in an address.

use std::fmt;

/// The position of the first byte that is not allowed.
///
/// Checks all bytes before it searches: a loop that does not stop early is vectorized. The headers of one
/// request take 4,000 instructions this way, and 50,000 byte by byte.
pub(crate) fn first_not(bytes: &[u8], is_allowed: impl Fn(u8) -> bool) -> Option<usize> {
    // Not a fold of `bool`, which is vectorized for some tests only.
    let invalid = bytes.iter().fold(0, |invalid, byte| invalid | u8::from(!is_allowed(*byte)));
    if invalid == 0 {
        return None;
    }
    bytes.iter().position(|byte| !is_allowed(*byte))
}

/// The position of the first byte that is not printable ASCII. Three instructions check 16 bytes; [`first_not`]
/// takes ten.
pub(crate) fn first_not_printable(bytes: &[u8]) -> Option<usize> {
    let above_space = |byte: &u8| byte.wrapping_sub(b' ');
    let highest = bytes.iter().fold(0, |highest, byte| above_space(byte).max(highest));
    if highest <= above_space(&b'~') {
        return None;
    }
    bytes.iter().position(|byte| !matches!(byte, b' '..=b'~'))
}

/// The longest name or identifier that a message repeats, in characters. An Entra issuer with its
/// GUID has 75, an App ID URI at most 255 (Microsoft Entra: application manifest, `identifierUris`).
/// Longer text is truncated, marked with `...`.
pub(crate) const MAX_SHOWN: usize = 256;

/// Text from a peer, printed so that it cannot break a line or a terminal, and truncated at [`MAX_SHOWN`].
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = self.0.chars();
        for character in characters.by_ref().take(MAX_SHOWN) {
            if character == ' ' || character.is_ascii_graphic() {
                write!(f, "{character}")?;
            } else {
                write!(f, "{}", character.escape_unicode())?;
            }
        }
        if characters.next().is_some() { f.write_str("...") } else { Ok(()) }
    }
}

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// Owned text from a peer that is not a secret: an identifier, or the name of a member. Prints [`Escaped`].
#[cfg(feature = "verify")]
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct EscapedText(pub(crate) Box<str>);

#[cfg(feature = "verify")]
impl fmt::Display for EscapedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.0).fmt(f)
    }
}

#[cfg(feature = "verify")]
impl fmt::Debug for EscapedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.0).fmt(f)
    }
}

/// The longest code of an error that is kept, in bytes: `InvalidAuthenticationTokenAudience` of Azure Resource
/// Manager has 34, `temporarily_unavailable` of Entra 23.
const MAX_CODE_LEN: usize = 64;

/// Returns `true` for the code of a server's error: one word, which is safe to print. A longer string, or one
/// with other characters, could be anything.
pub(crate) fn is_code(text: &str) -> bool {
    (1..=MAX_CODE_LEN).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// How many names from a peer a `Debug` form repeats: a captured request has about 30 headers, an Entra
/// token about 25 claims.
pub(crate) const MAX_NAMES: usize = 64;

/// Names from a peer as a list, each [`Escaped`], truncated after [`MAX_NAMES`].
pub(crate) struct EscapedNames<F>(pub(crate) F);

impl<'a, I: Iterator<Item = &'a str>, F: Fn() -> I> fmt::Debug for EscapedNames<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = (self.0)();
        let mut list = f.debug_list();
        list.entries(names.by_ref().take(MAX_NAMES).map(Escaped));
        match names.count() {
            0 => list.finish(),
            more => list.entry(&format_args!("{more} more")).finish(),
        }
    }
}

/// A key or a value in a query or a form. Encodes all but the unreserved characters of RFC 3986 section 2.3.
pub(crate) struct Encoded<'a>(pub(crate) &'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

/// Replaces each `%` and two digits with their byte, once.
pub(crate) fn percent_decoded(mut bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    while let Some((byte, rest)) = bytes.split_first() {
        bytes = rest;
        let encoded = rest.split_first_chunk().filter(|_| *byte == b'%');
        match encoded.and_then(|(digits, after)| Some((from_hex(*digits)?, after))) {
            Some((byte, after)) => {
                decoded.push(byte);
                bytes = after;
            }
            None => decoded.push(*byte),
        }
    }
    decoded
}

fn from_hex(digits: [u8; 2]) -> Option<u8> {
    let digits = std::str::from_utf8(&digits).ok().filter(|digits| !digits.starts_with('+'))?;
    u8::from_str_radix(digits, 16).ok()
}

/// The host of an authority: a host and an optional port.
///
/// Strict, because libraries disagree about malformed authorities, and the library that connects decides:
/// `http` reads the host of `[::1].example` as `[::1]`.
pub(crate) fn host_of(authority: &str) -> Option<&str> {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let is_of_address = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let (host, is_host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        let length = address.len().checked_add(2)?;
        let is_host = !address.is_empty() && address.bytes().all(is_of_address);
        (authority.get(..length)?, is_host, port)
    } else {
        let length = authority.find(':').unwrap_or(authority.len());
        let (name, port) = authority.split_at_checked(length)?;
        // A dot at the end is the same host to DNS, but another host to every rule that compares names.
        let is_host = name.bytes().all(is_of_name) && name.split('.').all(|part| !part.is_empty());
        (name, is_host, port)
    };
    let is_port = match port.strip_prefix(':') {
        None => port.is_empty(),
        Some(digits) => {
            digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok()
        }
    };
    (is_host && is_port).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::{Escaped, EscapedNames, MAX_NAMES, MAX_SHOWN, first_not};

    #[test]
    fn finds_the_first_byte_that_is_not_allowed() {
        let first = |text: &str| first_not(text.as_bytes(), |byte| byte.is_ascii_digit());
        assert_eq!(
            (first(""), first("12"), first("1a2b"), first("a")),
            (None, None, Some(1), Some(0))
        );
    }

    #[test]
    fn lists_are_truncated() {
        let debug = |count| format!("{:?}", EscapedNames(|| std::iter::repeat_n("a\n", count)));
        assert_eq!(debug(0), "[]");
        assert_eq!(debug(2), r#"["a\u{a}", "a\u{a}"]"#);
        assert!(debug(MAX_NAMES).ends_with(r#", "a\u{a}"]"#));
        assert!(debug(MAX_NAMES + 3).ends_with(r#", "a\u{a}", 3 more]"#));
    }

    #[test]
    fn escapes_line_breaks_and_truncates() {
        assert_eq!(Escaped("api://a b~").to_string(), "api://a b~");
        assert_eq!(Escaped("a\r\n\u{1b}[31mé").to_string(), r"a\u{d}\u{a}\u{1b}[31m\u{e9}");
        assert_eq!(format!("{:?}", Escaped("a\n")), r#""a\u{a}""#);
        let exact = "x".repeat(MAX_SHOWN);
        assert_eq!(Escaped(&exact).to_string(), exact);
        assert_eq!(Escaped(&format!("{exact}y")).to_string(), format!("{exact}..."));
    }
}
