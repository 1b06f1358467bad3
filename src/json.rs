//! A strict JSON reader (RFC 8259) for headers and tokens: it hands out places in one text buffer
//! instead of a value for each string.
//!
//! It accepts exactly what `serde_json` reads into its `Value`, but for numbers outside the range of
//! an `f64`, which are kept as text here. The fuzz targets hold it to that.

use std::mem;

use zeroize::Zeroizing;

/// How deep arrays and objects may nest: the limit of `serde_json`, which refuses the 128th level.
const MAX_DEPTH: u8 = 127;

/// The text is not JSON from this byte on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JsonError {
    pub(crate) position: usize,
}

/// The place of a string in the buffer that [`Reader::finish`] returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The text at this place of `buffer`.
    pub(crate) fn of(self, buffer: &str) -> &str {
        let start = usize::try_from(self.start).unwrap_or(usize::MAX);
        let end = usize::try_from(self.end).unwrap_or(usize::MAX);
        buffer.get(start..end).unwrap_or_default()
    }

    fn new(start: usize, end: usize) -> Option<Self> {
        let start = u32::try_from(start).ok()?;
        let end = u32::try_from(end).ok()?;
        Some(Self { start, end })
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
    text: &'a str,
    at: usize,
    depth: u8,
    buffer: String,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        // A decoded string is never longer than its JSON form, so the buffer never grows.
        Self { text, at: 0, depth: 0, buffer: String::with_capacity(text.len()) }
    }

    /// Ends the text: only white space may follow.
    pub(crate) fn end(&mut self) -> Result<(), JsonError> {
        self.skip_whitespace();
        if self.at == self.text.len() { Ok(()) } else { Err(self.error()) }
    }

    /// Ends the text and returns the buffer that the spans point into.
    pub(crate) fn finish(mut self) -> Result<String, JsonError> {
        self.end()?;
        Ok(self.buffer)
    }

    /// Reads a part of the text into a buffer of its own, which is returned.
    pub(crate) fn apart<T, E>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<(T, String), E> {
        let kept = mem::take(&mut self.buffer);
        let result = read(self);
        let own = mem::replace(&mut self.buffer, kept);
        Ok((result?, own))
    }

    /// The text at `span`, while reading goes on.
    pub(crate) fn str(&self, span: Span) -> &str {
        span.of(&self.buffer)
    }

    pub(crate) fn text_len(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn error(&self) -> JsonError {
        JsonError { position: self.at }
    }

    pub(crate) fn kind(&mut self) -> Result<Kind, JsonError> {
        self.skip_whitespace();
        match self.peek() {
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
            json.skip_whitespace();
            let name = json.string()?;
            json.skip_whitespace();
            json.byte(b':')?;
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
        self.skip_whitespace();
        self.byte(open)?;
        self.depth = match self.depth.checked_add(1) {
            Some(depth) if depth <= MAX_DEPTH => depth,
            _ => return Err(self.error().into()),
        };
        self.skip_whitespace();
        if self.peek() == Some(close) {
            self.advance(1);
        } else {
            loop {
                element(self)?;
                self.skip_whitespace();
                match self.peek() {
                    Some(b',') => self.advance(1),
                    Some(byte) if byte == close => break self.advance(1),
                    _ => return Err(self.error().into()),
                }
            }
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    /// Reads a string into the buffer.
    pub(crate) fn string(&mut self) -> Result<Span, JsonError> {
        let start = self.buffer.len();
        let mut buffer = mem::take(&mut self.buffer);
        let result = self.decode_string(Some(&mut buffer));
        self.buffer = buffer;
        result?;
        Span::new(start, self.buffer.len()).ok_or_else(|| self.error())
    }

    /// Reads a string that must be in one place only: into a buffer of its own, which has the room
    /// from the start, so that no copy stays behind where it grew.
    pub(crate) fn secret(&mut self) -> Result<Zeroizing<String>, JsonError> {
        let start = self.at;
        self.decode_string(None)?;
        let room = self.at.saturating_sub(start);
        self.at = start;
        let mut secret = Zeroizing::new(String::with_capacity(room));
        self.decode_string(Some(&mut secret))?;
        Ok(secret)
    }

    fn decode_string(&mut self, mut out: Option<&mut String>) -> Result<(), JsonError> {
        self.skip_whitespace();
        self.byte(b'"')?;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let run = plain_run(rest.as_bytes());
            if let Some(out) = &mut out {
                out.push_str(rest.get(..run).unwrap_or_default());
            }
            self.advance(run);
            match self.peek() {
                Some(b'"') => break self.advance(1),
                Some(b'\\') => {
                    let character = self.escape()?;
                    if let Some(out) = &mut out {
                        out.push(character);
                    }
                }
                _ => return Err(self.error()),
            }
        }
        Ok(())
    }

    /// Reads any value into the buffer as it is written.
    pub(crate) fn raw(&mut self) -> Result<Span, JsonError> {
        let raw = self.skip()?;
        let start = self.buffer.len();
        self.buffer.push_str(raw);
        Span::new(start, self.buffer.len()).ok_or_else(|| self.error())
    }

    /// Reads ahead: afterwards the reader stands where it stood.
    pub(crate) fn lookahead<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, JsonError>,
    ) -> Result<T, JsonError> {
        let start = self.at;
        let result = read(self)?;
        self.at = start;
        Ok(result)
    }

    /// Reads any value and returns it as it is written.
    pub(crate) fn skip(&mut self) -> Result<&'a str, JsonError> {
        let mark = self.buffer.len();
        let kind = self.kind()?;
        let start = self.at;
        match kind {
            Kind::Object => self.object(|json, _| json.skip().map(drop))?,
            Kind::Array => self.array(|json| json.skip().map(drop))?,
            Kind::String => self.decode_string(None)?,
            Kind::Number => self.number()?,
            Kind::Bool if self.peek() == Some(b't') => self.word("true")?,
            Kind::Bool => self.word("false")?,
            Kind::Null => self.word("null")?,
        }
        self.buffer.truncate(mark);
        Ok(self.text.get(start..self.at).unwrap_or_default())
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

    fn word(&mut self, word: &str) -> Result<(), JsonError> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.advance(word.len());
            Ok(())
        } else {
            Err(self.error())
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
}

/// How many bytes stand in front of the next quote, backslash or control character.
///
/// Looks at eight bytes at a time, as one number: adding and subtracting a pattern sets the high bit
/// of each byte that is looked for, and of no byte in front of the first such one.
fn plain_run(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word & HIGH;
    let equal = |word: u64, byte: u8| below(word ^ (ONES * u64::from(byte)), 1);

    let mut run = 0_usize;
    let mut rest = bytes;
    while let Some((chunk, tail)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let hits = below(word, 0x20) | equal(word, b'"') | equal(word, b'\\');
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
    use super::{JsonError, Kind, MAX_DEPTH, Reader, plain_run};

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
        let mut json = Reader::new(r#"["a\/b", 1.50, true, "\ud83d\ude00"]"#);
        let mut texts = Vec::new();
        json.array(|json| -> Result<(), JsonError> {
            let span = if json.kind()? == Kind::String { json.string()? } else { json.raw()? };
            texts.push(json.str(span).to_owned());
            Ok(())
        })
        .unwrap();
        assert_eq!(texts, ["a/b", "1.50", "true", "😀"]);
        assert_eq!(json.finish().unwrap(), "a/b1.50true😀");
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
