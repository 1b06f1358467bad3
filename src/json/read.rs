//! A strict JSON reader (RFC 8259) for headers and tokens. It returns places in one text buffer instead of
//! a value for each string.
//!
//! It accepts exactly what `serde_json` reads into its `Value`, except for numbers outside the range of an
//! `f64`, which are kept as they are written. The fuzz targets check this.

use std::ops::Range;

use zeroize::Zeroizing;

use super::cursor::{Cursor, JsonError};

/// How deep arrays and objects may nest: the limit of `serde_json`, which refuses the 128th level.
pub(crate) const MAX_DEPTH: u8 = 127;

/// The place of a string or value in a [`Text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    pub(super) fn new(start: usize, end: usize) -> Option<Self> {
        let start = u32::try_from(start).ok()?;
        let end = u32::try_from(end).ok()?;
        Some(Self { start, end })
    }

    #[inline]
    pub(super) fn range(self) -> Range<usize> {
        let [start, end] =
            [self.start, self.end].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
        start..end
    }

    /// How many bytes the string has.
    #[inline]
    pub(crate) fn len(self) -> usize {
        usize::try_from(self.end.wrapping_sub(self.start)).unwrap_or(usize::MAX)
    }

    /// The string in `json`, or in `decoded`, whose positions continue those of `json`.
    #[inline]
    fn of<'a>(self, json: &'a str, decoded: &'a str) -> &'a str {
        let Range { start, end } = self.range();
        let found = match start.checked_sub(json.len()) {
            None => json.get(start..end),
            Some(start) => decoded.get(start..end.saturating_sub(json.len())),
        };
        found.unwrap_or_default()
    }
}

/// A JSON text that was read, with its decoded strings: what [`Span`]s refer to.
#[derive(Clone, Default)]
pub(crate) struct Text {
    json: String,
    decoded: String,
}

impl Text {
    /// `decoded` is what [`Reader::finish`] returned for `json`.
    pub(crate) fn new(json: String, decoded: String) -> Self {
        Self { json, decoded }
    }

    /// The string at `span`.
    #[inline]
    pub(crate) fn at(&self, span: Span) -> &str {
        span.of(&self.json, &self.decoded)
    }

    /// The bytes of the string at `span`.
    #[inline]
    pub(super) fn bytes(&self, span: Span) -> &[u8] {
        let plain = self.json.as_bytes().get(span.range());
        plain.unwrap_or_else(|| self.at(span).as_bytes())
    }

    /// The text as it was read.
    pub(crate) fn json(&self) -> &str {
        &self.json
    }

    /// Adds a string that does not come from the input.
    pub(crate) fn push(&mut self, piece: &str) -> Option<Span> {
        let start = self.json.len().checked_add(self.decoded.len())?;
        self.decoded.push_str(piece);
        Span::new(start, start.checked_add(piece.len())?)
    }
}

/// The type of a value, known by its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    Number,
    Bool,
    Null,
}

/// Reads one JSON text from front to back.
pub(crate) struct Reader<'a> {
    cursor: Cursor<'a>,
    depth: u8,
    decoded: String,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { cursor: Cursor { text, at: 0 }, depth: 0, decoded: String::new() }
    }

    /// Checks that only whitespace follows.
    pub(crate) fn end(&mut self) -> Result<(), JsonError> {
        self.cursor.skip_whitespace();
        if self.remaining() == 0 { Ok(()) } else { Err(self.error()) }
    }

    /// Checks that only whitespace follows. Returns the decoded strings, for [`Text::new`].
    pub(crate) fn finish(mut self) -> Result<String, JsonError> {
        self.end()?;
        Ok(self.decoded)
    }

    /// The string at `span`.
    pub(crate) fn str(&self, span: Span) -> &str {
        span.of(self.cursor.text, &self.decoded)
    }

    /// Reads a number, after [`kind`](Self::kind). Returns the place where it is written.
    pub(super) fn number(&mut self) -> Result<Span, JsonError> {
        let start = self.cursor.at;
        self.cursor.number()?;
        Span::new(start, self.cursor.at).ok_or_else(|| self.error())
    }

    /// How many bytes are left to read.
    pub(crate) fn remaining(&self) -> usize {
        self.cursor.remaining()
    }

    fn error(&self) -> JsonError {
        self.cursor.error()
    }

    /// The type of the next value.
    pub(crate) fn kind(&mut self) -> Result<Kind, JsonError> {
        self.cursor.skip_whitespace();
        match self.cursor.peek() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::String),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'n') => Ok(Kind::Null),
            _ => Err(self.error()),
        }
    }

    /// Reads an object. Calls `member` with each name, and `member` must read the value.
    pub(crate) fn object<E: From<JsonError>>(
        &mut self,
        mut member: impl FnMut(&mut Self, Span) -> Result<(), E>,
    ) -> Result<(), E> {
        self.object_by(|_| (), |json, name, ()| member(json, name))
    }

    /// Reads an object. Calls `member` with each name, and with what `key` makes of the name.
    pub(super) fn object_by<K, E: From<JsonError>>(
        &mut self,
        key: impl Fn(&[u8]) -> K,
        mut member: impl FnMut(&mut Self, Span, K) -> Result<(), E>,
    ) -> Result<(), E> {
        self.elements(b'{', b'}', |json| {
            let (name, key) = if let Some((start, name)) = json.cursor.plain_string(*b"\":") {
                (json.span(start, name)?, key(name))
            } else {
                let name = json.name()?;
                (name, key(json.str(name).as_bytes()))
            };
            member(json, name, key)
        })
    }

    /// Reads a name in any form, and its colon.
    #[inline(never)]
    fn name(&mut self) -> Result<Span, JsonError> {
        let name = self.string()?;
        self.cursor.skip_whitespace();
        self.cursor.byte(b':')?;
        Ok(name)
    }

    /// Reads a string without escapes. Otherwise reads nothing.
    #[inline]
    pub(crate) fn plain_string(&mut self) -> Option<Span> {
        let (start, string) = self.cursor.plain_string(*b"\"")?;
        self.span(start, string).ok()
    }

    #[inline]
    fn span(&self, start: usize, string: &[u8]) -> Result<Span, JsonError> {
        Span::new(start, start.wrapping_add(string.len())).ok_or_else(|| self.error())
    }

    /// Reads an array. Calls `element` before each value, and `element` must read it.
    pub(crate) fn array<E: From<JsonError>>(
        &mut self,
        element: impl FnMut(&mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        self.elements(b'[', b']', element)
    }

    fn elements<E: From<JsonError>>(
        &mut self,
        open: u8,
        close: u8,
        mut element: impl FnMut(&mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        self.cursor.skip_whitespace();
        self.cursor.byte(open)?;
        self.depth = match self.depth.checked_add(1) {
            Some(depth) if depth <= MAX_DEPTH => depth,
            _ => return Err(self.error().into()),
        };
        self.cursor.skip_whitespace();
        if self.cursor.peek() != Some(close) {
            loop {
                element(self)?;
                // Platforms and Entra write no whitespace here.
                if self.cursor.peek() != Some(b',') {
                    self.cursor.skip_whitespace();
                    match self.cursor.peek() {
                        Some(b',') => {}
                        Some(byte) if byte == close => break,
                        _ => return Err(self.error().into()),
                    }
                }
                self.cursor.advance(1);
            }
        }
        self.cursor.advance(1);
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    /// Reads a string.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Span, JsonError> {
        self.cursor.skip_whitespace();
        match self.plain_string() {
            Some(string) => Ok(string),
            None => self.escaped_string(&[]),
        }
    }

    /// Reads a string without whitespace before it. `starts` are usual starts of strings with escapes, each as it
    /// is written and decoded.
    #[inline(never)]
    pub(crate) fn escaped_string(&mut self, starts: &[(&str, &str)]) -> Result<Span, JsonError> {
        self.cursor.byte(b'"')?;
        // A decoded string is never longer than its JSON form, so the buffer never grows again.
        self.decoded.reserve(self.remaining());
        let start = self.cursor.text.len().saturating_add(self.decoded.len());
        if let Some((_, decoded)) = starts.iter().find(|(start, _)| self.exactly(start).is_some()) {
            self.decoded.push_str(decoded);
        }
        self.cursor.decode_rest(&mut self.decoded)?;
        let end = self.cursor.text.len().saturating_add(self.decoded.len());
        Span::new(start, end).ok_or_else(|| self.error())
    }

    /// Reads a string into a buffer that is wiped, and sized up front so that growing it leaves no copy of
    /// the secret behind.
    pub(crate) fn secret(&mut self) -> Result<Zeroizing<String>, JsonError> {
        self.cursor.skip_whitespace();
        if let Some(plain) = self.plain_string() {
            return Ok(Zeroizing::new(self.str(plain).to_owned()));
        }
        self.cursor.byte(b'"')?;
        let mut secret = Zeroizing::new(String::with_capacity(self.cursor.rest_of_string()));
        self.cursor.decode_rest(&mut secret)?;
        Ok(secret)
    }

    /// Reads exactly this text.
    #[inline]
    pub(crate) fn exactly(&mut self, text: &str) -> Option<()> {
        let rest = self.cursor.text.as_bytes().get(self.cursor.at..)?;
        rest.starts_with(text.as_bytes()).then(|| self.cursor.advance(text.len()))
    }

    /// Reads any value and returns the place where it is written.
    pub(crate) fn raw(&mut self) -> Result<Span, JsonError> {
        self.cursor.skip_whitespace();
        let start = self.cursor.at;
        self.skip()?;
        Span::new(start, self.cursor.at).ok_or_else(|| self.error())
    }

    /// Tries to read something. If that fails, the reader goes back to where it was.
    pub(crate) fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let (at, depth, decoded) = (self.cursor.at, self.depth, self.decoded.len());
        let result = read(self);
        if result.is_none() {
            self.cursor.at = at;
            self.depth = depth;
            self.decoded.truncate(decoded);
        }
        result
    }

    /// Reads any value and returns it as it is written.
    pub(crate) fn skip(&mut self) -> Result<&'a str, JsonError> {
        let mark = self.decoded.len();
        let kind = self.kind()?;
        let start = self.cursor.at;
        match kind {
            Kind::Object => self.object(|json, _| json.skip().map(drop))?,
            Kind::Array => self.array(|json| json.skip().map(drop))?,
            Kind::String => drop(self.string()?),
            Kind::Number => self.cursor.number()?,
            Kind::Bool if self.cursor.peek() == Some(b't') => self.cursor.word("true")?,
            Kind::Bool => self.cursor.word("false")?,
            Kind::Null => self.cursor.word("null")?,
        }
        self.decoded.truncate(mark);
        Ok(self.cursor.text.get(start..self.cursor.at).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::Reader;

    /// A buffer that grows leaves a copy of the secret behind.
    #[test]
    fn the_buffer_of_a_secret_has_room_from_the_start() {
        for written in [r"a\/b", r#"a\"b\\"#, r"\u0041\u00e9c", r"\\"] {
            let text = format!(r#""{written}", "more""#);
            let secret = Reader::new(&text).secret().unwrap();
            assert_eq!(secret.capacity(), written.len(), "{written}");
        }
        let plain = Reader::new(r#" "plain", "more""#).secret().unwrap();
        assert_eq!(plain.capacity(), "plain".len());
    }
}
