//! The formats of the input.

use easyauth::headers;

/// The input, recognized by its content.
pub(super) enum Input<'a> {
    /// The headers of a request.
    Head(Vec<(&'a str, &'a [u8])>),
    /// An answer of `/.auth/me`.
    Me(&'a [u8]),
    /// One token.
    Token(&'a str),
}

impl<'a> Input<'a> {
    pub(super) fn recognize(bytes: &'a [u8]) -> Result<Self, String> {
        if bytes.starts_with(b"\xff\xfe") {
            return Err("the input is UTF-16, which PowerShell writes; save it as UTF-8".to_owned());
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match bytes.trim_ascii() {
            [] => Err("the input is empty".to_owned()),
            body @ [b'[' | b'{', ..] => Ok(Self::Me(body)),
            text => match bare_token(text) {
                Some(token) => Ok(Self::Token(token)),
                None => head(bytes).map(Self::Head),
            },
        }
    }
}

/// Reads a single word, with or without `Bearer` before it. With a colon it would be a header.
fn bare_token(text: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(text).ok()?;
    let token = match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => token.trim_ascii(),
        _ => text,
    };
    let one_word = token.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    (one_word && !token.is_empty()).then_some(token)
}

/// Reads headers as a proxy or `curl -v` prints them. Skips other lines, such as a request line, but not
/// right after a header: there they are the rest of a value that was folded or cut.
fn head(bytes: &[u8]) -> Result<Vec<(&str, &[u8])>, String> {
    let mut found = Vec::new();
    let mut after_header = false;
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        let line = without_mark(line.trim_ascii_end());
        let pair = header(line);
        if pair.is_none() && after_header && !line.is_empty() {
            return Err(format!(
                "line {number} is not a header; is it the rest of a value that was broken in two?"
            ));
        }
        after_header = pair.is_some();
        found.extend(pair);
    }
    if found.is_empty() {
        return Err(
            "expected the headers of a request, an answer of /.auth/me, or one token".into()
        );
    }
    if !found.iter().any(|(name, _)| is_ours(name)) {
        return Err("none of the headers is from Easy Auth; expected X-MS-CLIENT-PRINCIPAL, X-MS-TOKEN-* or \
             Authorization".to_owned());
    }
    Ok(found)
}

/// Removes the mark of `curl -v` from a line. Its notes become empty lines.
fn without_mark(line: &[u8]) -> &[u8] {
    if matches!(line, b">" | b"<" | [b'*', ..]) {
        return &[];
    }
    line.strip_prefix(b"> ").or_else(|| line.strip_prefix(b"< ")).unwrap_or(line)
}

fn header(line: &[u8]) -> Option<(&str, &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at_checked(colon)?;
    let name = std::str::from_utf8(name).ok()?;
    let is_name = !name.is_empty() && name.bytes().all(is_token_byte);
    is_name.then_some((name, value.strip_prefix(b":")?))
}

/// `tchar` of RFC 9110 section 5.6.2.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn is_ours(name: &str) -> bool {
    let prefix = name.get(..headers::TOKEN_PREFIX.len());
    prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(headers::TOKEN_PREFIX))
        || name.eq_ignore_ascii_case("Authorization")
        || headers::ALL.iter().any(|own| own.eq_ignore_ascii_case(name))
}
