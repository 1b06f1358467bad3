//! The input formats: those in which users find a request when something fails.

mod json;
mod nested;
mod scan;
mod token;
mod value;

use easyauth::{error_codes::ErrorExplanation, headers};

use crate::{input::without_bom, secret::is_token_letter};

/// The input, recognized by its content.
pub(super) enum Content {
    /// Headers of a request.
    Headers(Vec<Header>),
    /// An answer of `/.auth/me`.
    Me(Vec<u8>),
    /// One token.
    Token(String),
    /// The claims of a decoded token, in a token with a placeholder for the signature.
    Decoded(String),
    /// The tokens of an answer of a token endpoint.
    Tokens { access: Option<String>, id: Option<String>, refresh: Option<String> },
    /// An error message with codes.
    Error(ErrorExplanation),
}

pub(super) type Header = (String, Vec<u8>);

/// The content, and what the user must know about it.
pub(super) struct Input {
    pub(super) content: Content,
    pub(super) note: Option<&'static str>,
}

impl From<Content> for Input {
    fn from(content: Content) -> Self {
        Self { content, note: None }
    }
}

impl Input {
    pub(super) fn recognize(bytes: &[u8]) -> Result<Self, String> {
        let input = Self::of_bytes(bytes)?;
        if let Content::Headers(headers) = &input.content {
            headers.iter().try_for_each(check_not_redacted)?;
        }
        Ok(input)
    }

    fn of_bytes(bytes: &[u8]) -> Result<Self, String> {
        let bytes = without_bom(bytes, "the input")?;
        if bytes.trim_ascii().is_empty() {
            return Err("the input is empty".to_owned());
        }
        // A header can have a value that is not UTF-8.
        let Ok(text) = std::str::from_utf8(bytes) else {
            let headers = headers_of(bytes).map_err(|error| error.unwrap_or_else(|| unknown("")));
            return headers.map(|headers| Content::Headers(headers).into());
        };
        if text.trim_start().starts_with(['{', '[']) {
            return json::recognize(text.trim());
        }
        if let Some(input) = token::recognize(text) {
            return Ok(input);
        }
        Self::of_lines(text)
    }

    /// Headers in any layout, or an error message.
    fn of_lines(text: &str) -> Result<Self, String> {
        let without_bullets = scan::without_bullets(text);
        let text = without_bullets.as_deref().unwrap_or(text);
        let strict = match headers_of(text.as_bytes()) {
            Err(Some(error)) => return Err(error),
            strict => strict.ok(),
        };
        let (strict, without_token) = match strict {
            Some(headers) if headers.iter().any(has_headers_in_value) => (None, None),
            Some(headers) if has_only_other_schemes(&headers) => (None, Some(headers)),
            strict => (strict, None),
        };
        if let Some(mut headers) = strict {
            headers.retain(|(name, value)| !is_ours(name) || !value::is_null(value));
            // `name: [value]`, as .NET prints it.
            for (name, value) in &mut headers {
                if let Some(inner) = in_brackets(value).filter(|_| is_ours(name)) {
                    *value = inner;
                }
            }
            return Ok(Content::Headers(headers).into());
        }
        if let Some(input) = scanned(text)? {
            return Ok(input);
        }
        if let Some(explanation) = ErrorExplanation::from_text(text) {
            return Ok(Content::Error(explanation).into());
        }
        if let Some(token) = token::find(text) {
            return Ok(Content::Token(token).into());
        }
        without_token.map(|headers| Content::Headers(headers).into()).ok_or_else(|| unknown(text))
    }
}

/// Returns `true` for several headers on one line.
fn has_headers_in_value((name, value): &Header) -> bool {
    let found = std::str::from_utf8(value).map(scan::find);
    is_ours(name) && found.is_ok_and(|found| !found.is_ok_and(|headers| headers.is_empty()))
}

/// Returns an error for `[Redacted]` in a header that only the platform sets.
fn check_not_redacted((name, value): &Header) -> Result<(), String> {
    let name = name.to_ascii_uppercase();
    let value = in_brackets(value).unwrap_or_else(|| value.trim_ascii().to_owned());
    if name.starts_with("X-MS-") && value.eq_ignore_ascii_case(b"redacted") {
        return Err(format!(
            "the value of {name} was redacted by the tool that printed it; in ASP.NET Core, add the \
             name to HttpLoggingOptions.RequestHeaders"
        ));
    }
    Ok(())
}

fn in_brackets(value: &[u8]) -> Option<Vec<u8>> {
    let inner = value.trim_ascii().strip_prefix(b"[")?.strip_suffix(b"]")?;
    Some(inner.to_owned())
}

/// Finds headers of Easy Auth anywhere in the input.
fn scanned(text: &str) -> Result<Option<Input>, String> {
    // JSON in a log: .NET escapes `+`, PHP `/`.
    let text = text.replace(r"\u002B", "+").replace(r"\u002b", "+").replace(r"\/", "/");
    Ok(of_found(scan::find(&text)?))
}

fn of_found(headers: Vec<Header>) -> Option<Input> {
    (!headers.is_empty()).then(|| Content::Headers(headers).into())
}

const NOT_OURS: &str = "none of the headers is from Easy Auth; expected X-MS-CLIENT-PRINCIPAL, \
                        X-MS-TOKEN-* or Authorization";

/// Names the format of an unusable input, and says what to copy instead.
fn unknown(text: &str) -> String {
    let expected = "copy the headers of a request, an answer of /.auth/me, or one token";
    let start = text.trim_start().get(..5).unwrap_or_default();
    let found = if start.eq_ignore_ascii_case("<html") || start.eq_ignore_ascii_case("<!doc") {
        "an HTML page without an error code; copy the text of the page with its AADSTS code, or"
    } else if text.contains("AppServiceAuthSession") || text.contains("AppServiceAuth") {
        "a session cookie, which only the platform can read; open /.auth/me in the same browser and"
    } else if text.contains("System.Security.SecureString") {
        return "this is a SecureString, which PowerShell prints without the token; use \
                `(Get-AzAccessToken).Token | ConvertFrom-SecureString -AsPlainText`"
            .to_owned();
    } else if text.contains("-----BEGIN ") {
        "a key or certificate;"
    } else if text.contains("SAMLResponse") || text.contains("<saml") {
        "a SAML response, which Easy Auth does not use;"
    } else if scan::has_headers(text) {
        return NOT_OURS.to_owned();
    } else {
        return "expected the headers of a request, an answer of /.auth/me, or one token"
            .to_owned();
    };
    format!("this is {found} {expected}")
}

/// Reads headers as a proxy or `curl -v` prints them. Skips other lines, such as a request line, but not
/// right after a header: there they are the rest of a value that was folded or cut. The error is `None`
/// for other layouts.
fn headers_of(bytes: &[u8]) -> Result<Vec<Header>, Option<String>> {
    let mut found: Vec<Header> = Vec::new();
    let mut after_header = false;
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        let line = without_mark(line.trim_ascii_end());
        // Wireshark prints line breaks.
        let line = line.strip_suffix(br"\r\n").unwrap_or(line);
        let pair = header(line);
        if pair.is_none() && after_header && !line.is_empty() {
            // Browsers print the value on the line after `name:`.
            let is_empty = found.last().is_some_and(|(_, value)| value.trim_ascii().is_empty());
            let has_ours = found.iter().any(|(name, _)| is_ours(name));
            return Err((!is_empty && has_ours && is_piece(line)).then(|| {
                format!(
                    "line {number} is not a header; is it the rest of a value that was broken in two?"
                )
            }));
        }
        after_header = pair.is_some();
        found.extend(pair);
    }
    if found.iter().any(|(name, _)| is_ours(name)) { Ok(found) } else { Err(None) }
}

/// Returns `true` for a line that can be the rest of a value: it is indented, or has only letters of tokens and is
/// not a single word.
fn is_piece(line: &[u8]) -> bool {
    let is_word = || line.iter().skip(1).all(u8::is_ascii_lowercase);
    line.starts_with(b" ")
        || line.starts_with(b"\t")
        || (line.iter().all(|byte| is_token_letter(char::from(*byte))) && !is_word())
}

/// Removes the mark of `curl -v` from a line. Its notes become empty lines.
fn without_mark(line: &[u8]) -> &[u8] {
    if matches!(line, b">" | b"<" | [b'*', ..]) {
        return &[];
    }
    line.strip_prefix(b"> ").or_else(|| line.strip_prefix(b"< ")).unwrap_or(line)
}

fn header(line: &[u8]) -> Option<Header> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at_checked(colon)?;
    let name = std::str::from_utf8(name).ok()?;
    let is_name = !name.is_empty() && name.bytes().all(is_token_byte);
    is_name.then_some((name.to_owned(), value.strip_prefix(b":")?.to_owned()))
}

/// `tchar` of RFC 9110 section 5.6.2, without the marks of Markdown.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'+-.^_|~".contains(&byte)
}

/// Returns `true` if the headers of interest are `Authorization` without a bearer token. An error code
/// beside them explains more.
fn has_only_other_schemes(headers: &[Header]) -> bool {
    headers.iter().filter(|(name, _)| is_ours(name)).all(|(name, value)| {
        name.eq_ignore_ascii_case("Authorization") && !is_bearer(value.trim_ascii())
    })
}

fn is_bearer(value: &[u8]) -> bool {
    value.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"Bearer "))
}

/// Returns `true` for a header that the tool reads.
fn is_ours(name: &str) -> bool {
    let prefix = name.get(..headers::TOKEN_PREFIX.len());
    prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(headers::TOKEN_PREFIX))
        || name.eq_ignore_ascii_case("Authorization")
        || headers::ALL.iter().any(|own| own.eq_ignore_ascii_case(name))
}
