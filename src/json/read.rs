//! A strict JSON reader (RFC 8259) for headers and tokens: it hands out places in one text buffer
//! instead of a value for each string.
//!
//! It accepts exactly what `serde_json` reads into its `Value`, but for numbers outside the range of
//! an `f64`, which are kept as text here. The fuzz targets hold it to that.

use std::ops::Range;

use zeroize::Zeroizing;

/// How deep arrays and objects may nest: the limit of `serde_json`, which refuses the 128th level.
pub(crate) const MAX_DEPTH: u8 = 127;

/// The text is not JSON from this byte on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JsonError {
    pub(crate) position: usize,
}

/// A place in the text that was read or, for a string with escapes, behind it: decoded strings are
/// collected apart, and counted on from the end of the text. [`Reader::finish`] returns them, to be
/// put there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The text at this place of `text`, which is the text that was read and what
    /// [`Reader::finish`] returned.
    pub(crate) fn of(self, text: &str) -> &str {
        text.get(self.range(0)).unwrap_or_default()
    }

    /// Puts `piece` behind `text` and returns its place.
    #[cfg(feature = "verify")]
    pub(crate) fn append(text: &mut String, piece: &str) -> Option<Self> {
        let start = text.len();
        text.push_str(piece);
        Self::new(start, text.len())
    }

    fn new(start: usize, end: usize) -> Option<Self> {
        let start = u32::try_from(start).ok()?;
        let end = u32::try_from(end).ok()?;
        Some(Self { start, end })
    }

    /// The place in a text that starts at `offset`.
    fn range(self, offset: usize) -> Range<usize> {
        let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX).saturating_sub(offset);
        place(self.start)..place(self.end)
    }
}

/// What the next value is, by its first byte.
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

    /// Ends the text: only white space may follow.
    pub(crate) fn end(&mut self) -> Result<(), JsonError> {
        self.cursor.skip_whitespace();
        if self.remaining() == 0 { Ok(()) } else { Err(self.error()) }
    }

    /// Ends the text and returns what is to be put behind it, for the spans to be right.
    pub(crate) fn finish(mut self) -> Result<String, JsonError> {
        self.end()?;
        Ok(self.decoded)
    }

    /// The text at `span`, while reading goes on.
    pub(crate) fn str(&self, span: Span) -> &str {
        let text = self.cursor.text;
        match text.get(span.range(0)) {
            Some(text) => text,
            None => self.decoded.get(span.range(text.len())).unwrap_or_default(),
        }
    }

    /// How many bytes are left to read.
    pub(crate) fn remaining(&self) -> usize {
        self.cursor.remaining()
    }

    fn error(&self) -> JsonError {
        self.cursor.error()
    }

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

    /// Reads an object, calling `member` with each name; `member` must read the value.
    pub(crate) fn object<E: From<JsonError>>(
        &mut self,
        mut member: impl FnMut(&mut Self, Span) -> Result<(), E>,
    ) -> Result<(), E> {
        self.elements(b'{', b'}', |json| {
            let name = json.string()?;
            json.cursor.skip_whitespace();
            json.cursor.byte(b':')?;
            member(json, name)
        })
    }

    /// Reads an array, calling `element` in front of each value; `element` must read it.
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
        if self.cursor.peek() == Some(close) {
            self.cursor.advance(1);
        } else {
            loop {
                element(self)?;
                self.cursor.skip_whitespace();
                match self.cursor.peek() {
                    Some(b',') => self.cursor.advance(1),
                    Some(byte) if byte == close => break self.cursor.advance(1),
                    _ => return Err(self.error().into()),
                }
            }
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    /// Reads a string.
    pub(crate) fn string(&mut self) -> Result<Span, JsonError> {
        let start = self.decoded.len();
        if let Some(plain) = self.cursor.string(&mut self.decoded, Cursor::remaining)? {
            return Ok(plain);
        }
        let place = |at: usize| self.cursor.text.len().saturating_add(at);
        Span::new(place(start), place(self.decoded.len())).ok_or_else(|| self.error())
    }

    /// Reads a string that must be in one place only: into a text of its own, which gets its room
    /// before anything is in it, so that no copy stays behind where it grew.
    pub(crate) fn secret(&mut self) -> Result<Zeroizing<String>, JsonError> {
        let mut secret = Zeroizing::new(String::new());
        if let Some(plain) = self.cursor.string(&mut secret, Cursor::rest_of_string)? {
            secret.push_str(plain.of(self.cursor.text));
        }
        Ok(secret)
    }

    /// The shortest way to a string without escapes: if `prefix`, which ends with the opening quote,
    /// and such a string come next, reads both.
    pub(crate) fn plain_string_after(&mut self, prefix: &str) -> Option<Span> {
        self.cursor.plain_string_after(prefix)
    }

    /// Reads exactly this text.
    pub(crate) fn exactly(&mut self, text: &str) -> Option<()> {
        self.cursor.word(text).ok()
    }

    /// Reads any value and returns the place where it is written.
    pub(crate) fn raw(&mut self) -> Result<Span, JsonError> {
        self.cursor.skip_whitespace();
        let start = self.cursor.at;
        self.skip()?;
        Span::new(start, self.cursor.at).ok_or_else(|| self.error())
    }

    /// Tries to read something. If that fails, the reader stands where it stood.
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

/// A place in a JSON text, and the scalars that can be read from there.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    fn error(&self) -> JsonError {
        JsonError { position: self.at }
    }

    fn remaining(&self) -> usize {
        self.text.len().saturating_sub(self.at)
    }

    /// How many bytes are left of the string that is being read.
    fn rest_of_string(&self) -> usize {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let mut is_escaped = false;
        let end = rest.iter().position(|byte| {
            let is_end = *byte == b'"' && !is_escaped;
            is_escaped = *byte == b'\\' && !is_escaped;
            is_end
        });
        end.unwrap_or(rest.len())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn advance(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn skip_whitespace(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.advance(1);
        }
    }

    fn byte(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.peek() == Some(byte) {
            self.advance(1);
            Ok(())
        } else {
            Err(self.error())
        }
    }

    fn word(&mut self, word: &str) -> Result<(), JsonError> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.advance(word.len());
            Ok(())
        } else {
            Err(self.error())
        }
    }

    /// Reads a string. One without escapes stands in the text as it is, and its place is returned; one
    /// with escapes is decoded into `out`, which gets as much room as `room` says.
    fn string(
        &mut self,
        out: &mut String,
        room: fn(&Self) -> usize,
    ) -> Result<Option<Span>, JsonError> {
        self.skip_whitespace();
        if let Some(plain) = self.plain_string_after("\"") {
            return Ok(Some(plain));
        }
        self.byte(b'"')?;
        // A decoded string is never longer than its JSON form, so this is the only growth.
        out.reserve(room(self));
        self.decode_string(out).map(|()| None)
    }

    #[inline]
    fn plain_string_after(&mut self, prefix: &str) -> Option<Span> {
        let rest = self.text.as_bytes().get(self.at..)?.strip_prefix(prefix.as_bytes())?;
        let run = plain_run(rest);
        if rest.get(run) != Some(&b'"') {
            return None;
        }
        let start = self.at.checked_add(prefix.len())?;
        let end = start.checked_add(run)?;
        self.at = end.checked_add(1)?;
        Span::new(start, end)
    }

    /// Reads what follows the quote of a string that has escapes. Apart, to keep the way of the plain
    /// strings short.
    #[inline(never)]
    fn decode_string(&mut self, out: &mut String) -> Result<(), JsonError> {
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let run = plain_run(rest.as_bytes());
            out.push_str(rest.get(..run).unwrap_or_default());
            self.advance(run);
            match self.peek() {
                Some(b'"') => break self.advance(1),
                Some(b'\\') => out.push(self.escape()?),
                _ => return Err(self.error()),
            }
        }
        Ok(())
    }

    /// The character that the escape at this place stands for (RFC 8259 section 7). A surrogate
    /// without its partner is no character.
    fn escape(&mut self) -> Result<char, JsonError> {
        let start = self.error();
        self.advance(1);
        let letter = self.peek().ok_or(start)?;
        self.advance(1);
        Ok(match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.hex4().ok_or(start)?;
                let code = if (0xD800..0xDC00).contains(&first) {
                    self.word("\\u").map_err(|_| start)?;
                    let second = self.hex4().ok_or(start)?;
                    let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400).ok_or(start)?;
                    let high = first.wrapping_sub(0xD800);
                    (high << 10).wrapping_add(low).wrapping_add(0x1_0000)
                } else {
                    first
                };
                char::from_u32(code).ok_or(start)?
            }
            _ => return Err(start),
        })
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..)?.get(..4)?;
        // `from_str_radix` takes a sign.
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.advance(4);
        u32::from_str_radix(digits, 16).ok()
    }

    fn number(&mut self) -> Result<(), JsonError> {
        if self.peek() == Some(b'-') {
            self.advance(1);
        }
        match self.peek() {
            Some(b'0') => self.advance(1),
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.advance(1);
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.advance(1);
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.advance(1);
            }
            self.digits()?;
        }
        Ok(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), JsonError> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let run = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.advance(run);
        if run == 0 { Err(self.error()) } else { Ok(()) }
    }
}

/// The same JSON with every `\/` as `/`, which is all that the platform's serializer escapes in usual
/// claims: strings without escapes need not be copied. What is no JSON stays none.
pub(crate) fn unescape_slashes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        // Of a pair of backslashes, neither escapes what follows.
        let escaped = after.chars().next().map_or(0, char::len_utf8);
        let (escaped, after) = after.split_at_checked(escaped).unwrap_or_default();
        if escaped != "/" {
            plain.push('\\');
        }
        plain.push_str(escaped);
        rest = after;
    }
    plain.push_str(rest);
    plain
}

/// How many bytes stand in front of the next quote, backslash or control character.
///
/// Looks at eight bytes at a time, as one number. Subtracting a pattern borrows from the high bit of
/// each byte that is looked for, and of no byte in front of the first such one.
pub(crate) fn plain_run(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    const CONTROLS: u64 = ONES * 0x20;
    const QUOTES: u64 = ONES * 0x22;
    const BACKSLASHES: u64 = ONES * 0x5c;

    let mut run = 0_usize;
    let mut rest = bytes;
    while let Some((chunk, tail)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let controls = word.wrapping_sub(CONTROLS);
        let quotes = (word ^ QUOTES).wrapping_sub(ONES);
        let backslashes = (word ^ BACKSLASHES).wrapping_sub(ONES);
        let hits = (controls | quotes | backslashes) & !word & HIGH;
        if hits != 0 {
            let byte = usize::try_from(hits.trailing_zeros() / 8).unwrap_or_default();
            return run.saturating_add(byte);
        }
        run = run.saturating_add(8);
        rest = tail;
    }
    let special = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    run.saturating_add(rest.iter().position(special).unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::{JsonError, Kind, MAX_DEPTH, Reader, plain_run, unescape_slashes};

    fn skip(text: &str) -> Result<(), JsonError> {
        let mut json = Reader::new(text);
        json.skip()?;
        json.finish().map(drop)
    }

    /// Both readers must say the same, and `position` is where ours gives up.
    #[track_caller]
    fn check(text: &str, position: Option<usize>) {
        let peer = serde_json::from_str::<serde_json::Value>(text);
        assert_eq!(peer.is_err(), position.is_some(), "serde_json: {peer:?}");
        assert_eq!(skip(text).err().map(|error| error.position), position);
    }

    #[test]
    fn reads_what_serde_json_reads() {
        check("{}", None);
        check(" [ ] \r\n\t", None);
        check("[1,-0,0.5,1e5,1E+5,2.0e-7,true,false,null,\"\"]", None);
        check(r#"{"a":{"b":[{}]},"a":1}"#, None);
        check(r#""\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t""#, None);
        check("\"\u{7f}é\u{2028}\"", None);

        check("", Some(0));
        check("{", Some(1));
        check("[1,]", Some(3));
        check("[1 2]", Some(3));
        check("{\"a\" 1}", Some(5));
        check("{\"a\":1,}", Some(7));
        check("{a:1}", Some(1));
        check("[1}", Some(2));
        check("01", Some(1));
        check("1.", Some(2));
        check(".5", Some(0));
        check("+1", Some(0));
        check("-", Some(1));
        check("1e", Some(2));
        check("1e+", Some(3));
        check("tru", Some(0));
        check("nul", Some(0));
        check("falsy", Some(0));
        check("1 1", Some(2));
        check("\"a", Some(2));
        check("\"\n\"", Some(1));
        check("\"\u{1f}\"", Some(1));
        check(r#""\x""#, Some(1));
        check(r#""\u12""#, Some(1));
        check(r#""\u+123""#, Some(1));
        check(r#""\ud800""#, Some(1));
        check(r#""\ud800\n""#, Some(1));
        check(r#""\ud800\u0041""#, Some(1));
        check(r#""\ud800\ue000""#, Some(1));
        check(r#""\udc00""#, Some(1));
        check("\"\\", Some(1));
        check("\u{feff}{}", Some(0));
        check("'a'", Some(0));
        check("NaN", Some(0));
    }

    #[test]
    fn nests_as_deep_as_serde_json() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let deepest = usize::from(MAX_DEPTH);
        check(&nested(deepest), None);
        check(&nested(deepest + 1), Some(deepest + 1));
        // Depth is what is open, not what was read.
        check(&format!("[{}]", vec!["[]"; 1000].join(",")), None);
    }

    #[test]
    fn decodes_strings_and_keeps_literals() {
        let mut json = Reader::new(r#"["a\/b", "plain", 1.50, true, "\ud83d\ude00"]"#);
        let mut texts = Vec::new();
        json.array(|json| -> Result<(), JsonError> {
            let span = if json.kind()? == Kind::String { json.string()? } else { json.raw()? };
            texts.push(json.str(span).to_owned());
            Ok(())
        })
        .unwrap();
        assert_eq!(texts, ["a/b", "plain", "1.50", "true", "😀"]);
        assert_eq!(json.finish().unwrap(), "a/b😀");
    }

    #[test]
    fn unescapes_slashes_and_nothing_else() {
        let cases = [
            (r#""a\/b\/""#, r#""a/b/""#),
            (r#""\\/""#, r#""\\/""#),
            (r#""\\\/""#, r#""\\/""#),
            (r#""\"\n\u002f\/""#, r#""\"\n\u002f/""#),
            ("é\\é\\", "é\\é\\"),
            ("\\/", "/"),
            ("", ""),
        ];
        for (text, plain) in cases {
            assert_eq!(unescape_slashes(text), plain);
        }
    }

    #[test]
    fn finds_the_first_special_byte_wherever_it_is() {
        for length in 0..40 {
            for special in [b'"', b'\\', 0x00, 0x1f, b'\n'] {
                for plain in [b'a', 0x20, 0x21, 0x23, 0x5b, 0x5d, 0x7f, 0x80, 0xff] {
                    let mut bytes = vec![plain; length];
                    assert_eq!(plain_run(&bytes), length);
                    bytes.push(special);
                    bytes.extend([special; 9]);
                    assert_eq!(plain_run(&bytes), length, "{plain:#x} {special:#x}");
                }
            }
        }
    }
}
