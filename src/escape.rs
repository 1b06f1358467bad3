//! How text appears in messages and in addresses.

use std::fmt;

/// The longest name or identifier that a message repeats, in characters. An Entra issuer with its
/// GUID has 75, an App ID URI at most 255 (Microsoft Entra: application manifest, `identifierUris`);
/// what is cut is marked with `...`.
pub(crate) const MAX_SHOWN: usize = 256;

/// Text from a peer, printed so that it cannot break a line or a terminal, and cut at [`MAX_SHOWN`].
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

/// How many names of a peer's a `Debug` form repeats: a captured request of Easy Auth has some 30 headers, an
/// Entra token some 25 claims.
pub(crate) const MAX_NAMES: usize = 64;

/// Names from a peer as a list, each [`Escaped`], cut after [`MAX_NAMES`].
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

/// A key or a value in a query or a form: all but the unreserved characters of RFC 3986 section 2.3 are encoded.
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

#[cfg(test)]
mod tests {
    use super::{Escaped, EscapedNames, MAX_NAMES, MAX_SHOWN};

    #[test]
    fn lists_are_cut() {
        let debug = |count| format!("{:?}", EscapedNames(|| std::iter::repeat_n("a\n", count)));
        assert_eq!(debug(0), "[]");
        assert_eq!(debug(2), r#"["a\u{a}", "a\u{a}"]"#);
        assert!(debug(MAX_NAMES).ends_with(r#", "a\u{a}"]"#));
        assert!(debug(MAX_NAMES + 3).ends_with(r#", "a\u{a}", 3 more]"#));
    }

    #[test]
    fn cannot_break_a_line_and_is_cut() {
        assert_eq!(Escaped("api://a b~").to_string(), "api://a b~");
        assert_eq!(Escaped("a\r\n\u{1b}[31mé").to_string(), r"a\u{d}\u{a}\u{1b}[31m\u{e9}");
        assert_eq!(format!("{:?}", Escaped("a\n")), r#""a\u{a}""#);
        let exact = "x".repeat(MAX_SHOWN);
        assert_eq!(Escaped(&exact).to_string(), exact);
        assert_eq!(Escaped(&format!("{exact}y")).to_string(), format!("{exact}..."));
    }
}
