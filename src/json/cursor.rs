//! Reads JSON scalars at a position in the input.

/// The text is not valid JSON from this byte on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JsonError {
    pub(crate) position: usize,
}

/// A position in a JSON text.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn error(&self) -> JsonError {
        JsonError { position: self.at }
    }

    pub(super) fn remaining(&self) -> usize {
        self.text.len().saturating_sub(self.at)
    }

    /// How many bytes are left of the string that is being read.
    pub(super) fn rest_of_string(&self) -> usize {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let mut is_escaped = false;
        let end = rest.iter().position(|byte| {
            let is_end = *byte == b'"' && !is_escaped;
            is_escaped = *byte == b'\\' && !is_escaped;
            is_end
        });
        end.unwrap_or(rest.len())
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Moves over bytes that were looked at.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.at = self.at.wrapping_add(bytes);
    }

    pub(super) fn skip_whitespace(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.advance(1);
        }
    }

    pub(super) fn byte(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.peek() == Some(byte) {
            self.advance(1);
            Ok(())
        } else {
            Err(self.error())
        }
    }

    pub(super) fn word(&mut self, word: &str) -> Result<(), JsonError> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.advance(word.len());
            Ok(())
        } else {
            Err(self.error())
        }
    }

    /// Reads a string without escapes and exactly `end`: its closing quote and what follows. Returns where
    /// the string starts, and its bytes. Otherwise reads nothing.
    #[inline]
    pub(super) fn plain_string<const N: usize>(
        &mut self,
        end: [u8; N],
    ) -> Option<(usize, &'a [u8])> {
        let rest = self.text.as_bytes().get(self.at..)?.strip_prefix(b"\"")?;
        let (string, rest) = rest.split_at_checked(plain_run(rest))?;
        if !rest.starts_with(&end) {
            return None;
        }
        let start = self.at.wrapping_add(1);
        self.at = start.wrapping_add(string.len()).wrapping_add(N);
        Some((start, string))
    }

    /// Reads the rest of a string with escapes, after its opening quote. Not inlined, so that reading plain
    /// strings stays short.
    #[inline(never)]
    pub(super) fn decode_rest(&mut self, out: &mut String) -> Result<(), JsonError> {
        let mut rest = self.text.get(self.at..).unwrap_or_default();
        loop {
            let (plain, end) =
                rest.split_at_checked(plain_run(rest.as_bytes())).unwrap_or_default();
            out.push_str(plain);
            // The escape that the platform writes. To read its slash as a plain character takes 1.4 percent of the
            // instructions off a principal.
            if end.starts_with("\\/") {
                rest = end.get(1..).unwrap_or_default();
                continue;
            }
            self.at = self.text.len().saturating_sub(end.len());
            match self.peek() {
                Some(b'"') => break self.advance(1),
                Some(b'\\') => out.push(self.escape()?),
                _ => return Err(self.error()),
            }
            rest = self.text.get(self.at..).unwrap_or_default();
        }
        Ok(())
    }

    /// Reads an escape (RFC 8259 section 7). A lone surrogate is an error.
    pub(super) fn escape(&mut self) -> Result<char, JsonError> {
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

    pub(super) fn number(&mut self) -> Result<(), JsonError> {
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

    /// Reads one or more digits.
    fn digits(&mut self) -> Result<(), JsonError> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let run = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.advance(run);
        if run == 0 { Err(self.error()) } else { Ok(()) }
    }
}

/// The number of bytes before the next quote, backslash or control character.
///
/// Checks eight bytes at a time, as one number. A subtraction sets the high bit of each byte that matches, and of
/// no byte before the first match. With its second bit flipped, a quote follows the control characters, and no
/// other character comes between.
#[inline]
pub(super) fn plain_run(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    const SECOND_BITS: u64 = ONES << 1;
    const AFTER_QUOTES: u64 = ONES * 0x21;
    const BACKSLASHES: u64 = ONES * 0x5c;

    let (words, _) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let quotes = (word ^ SECOND_BITS).wrapping_sub(AFTER_QUOTES);
        let backslashes = (word ^ BACKSLASHES).wrapping_sub(ONES);
        // A byte that is not ASCII looks like a match here.
        let hits = (quotes | backslashes) & HIGH;
        if hits != 0 && hits & !word != 0 {
            let byte = usize::try_from((hits & !word).trailing_zeros() / 8).unwrap_or_default();
            return index.wrapping_mul(8).wrapping_add(byte);
        }
    }
    last_plain_run(bytes)
}

/// The same if the words have no match. Not inlined, so that the loop over words stays short.
#[inline(never)]
fn last_plain_run(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    let special = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    let run = rest.iter().position(special).unwrap_or(rest.len());
    words.len().wrapping_mul(8).wrapping_add(run)
}

#[cfg(test)]
mod tests {
    use super::plain_run;

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
