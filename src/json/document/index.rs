//! An index of all values of a JSON document, built while its grammar is checked.

use crate::json::{
    MAX_DEPTH,
    cursor::{Cursor, JsonError, plain_run},
};

/// A value. The values inside it follow it.
#[derive(Clone, Copy)]
pub(crate) struct Node {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The start of a member's name, with its quote; 0 without a name.
    pub(crate) name: u32,
    /// The index of the first node after this one and all values inside it.
    pub(crate) after: u32,
}

/// The average length of a value with its name in a usual document without whitespace, rounded down, to
/// allocate the index at once.
const BYTES_PER_VALUE: usize = 16;

/// Checks the JSON and lists its values, with the same limits and errors as [`crate::json::Reader`].
pub(crate) fn index(text: &str) -> Result<Vec<Node>, JsonError> {
    let nodes = Vec::with_capacity(text.len() / BYTES_PER_VALUE);
    let mut indexer = Indexer { cursor: Cursor { text, at: 0 }, nodes, open: Vec::new() };
    indexer.read()?;
    Ok(indexer.nodes)
}

struct Indexer<'a> {
    cursor: Cursor<'a>,
    nodes: Vec<Node>,
    /// The containers that have not ended: the index of the node, and the byte that ends it.
    open: Vec<(usize, u8)>,
}

impl Indexer<'_> {
    fn read(&mut self) -> Result<(), JsonError> {
        self.cursor.skip_whitespace();
        self.value(0)?;
        while let Some((container, end)) = self.open.last().copied() {
            self.cursor.skip_whitespace();
            let is_empty = self.nodes.len() == container.wrapping_add(1);
            match self.cursor.peek() {
                Some(byte) if byte == end => {
                    self.cursor.advance(1);
                    self.close(container)?;
                }
                Some(b',') if !is_empty => {
                    self.cursor.advance(1);
                    self.cursor.skip_whitespace();
                    self.inner(end)?;
                }
                _ if is_empty => self.inner(end)?,
                _ => return Err(self.cursor.error()),
            }
        }
        self.cursor.skip_whitespace();
        if self.cursor.remaining() == 0 { Ok(()) } else { Err(self.cursor.error()) }
    }

    /// Reads a member of an object with its name, or an element of an array.
    fn inner(&mut self, end: u8) -> Result<(), JsonError> {
        if end == b']' {
            return self.value(0);
        }
        let name = self.position(self.cursor.at)?;
        self.string()?;
        self.cursor.skip_whitespace();
        self.cursor.byte(b':')?;
        self.cursor.skip_whitespace();
        self.value(name)
    }

    /// Reads a value. Of an object or an array, only its start.
    fn value(&mut self, name: u32) -> Result<(), JsonError> {
        let start = self.cursor.at;
        match self.cursor.peek() {
            Some(b'"') => self.string(),
            Some(b'{') => self.open(b'}'),
            Some(b'[') => self.open(b']'),
            Some(b't') => self.cursor.word("true"),
            Some(b'f') => self.cursor.word("false"),
            Some(b'n') => self.cursor.word("null"),
            _ => self.cursor.number(),
        }?;
        self.push(start, name)
    }

    fn open(&mut self, end: u8) -> Result<(), JsonError> {
        self.cursor.advance(1);
        if self.open.len() >= usize::from(MAX_DEPTH) {
            return Err(self.cursor.error());
        }
        self.open.push((self.nodes.len(), end));
        Ok(())
    }

    /// Sets where an object or an array ends.
    fn close(&mut self, container: usize) -> Result<(), JsonError> {
        let (end, after) = (self.position(self.cursor.at)?, self.position(self.nodes.len())?);
        if let Some(node) = self.nodes.get_mut(container) {
            (node.end, node.after) = (end, after);
        }
        self.open.pop();
        Ok(())
    }

    /// Adds a value, which ends here unless it has values inside.
    fn push(&mut self, start: usize, name: u32) -> Result<(), JsonError> {
        if self.nodes.len() == self.nodes.capacity() {
            // Once, because doubling could allocate twice the necessary memory.
            self.nodes.reserve_exact(self.rest());
        }
        let after = self.position(self.nodes.len().wrapping_add(1))?;
        let (start, end) = (self.position(start)?, self.position(self.cursor.at)?);
        self.nodes.push(Node { start, end, name, after });
        Ok(())
    }

    /// An upper bound of the number of values from the one that was just read: each of the others is the
    /// first in its container, or follows a comma.
    fn rest(&self) -> usize {
        let mut rest = Indexer { cursor: self.cursor, nodes: Vec::new(), open: Vec::new() };
        let mut values: usize = 2;
        while let Some(byte) = rest.cursor.peek() {
            if byte == b'"' {
                // A string that is wrong is found again when it is read.
                if rest.string().is_err() {
                    break;
                }
                continue;
            }
            rest.cursor.advance(1);
            let is_empty = || matches!(rest.cursor.peek(), Some(b']' | b'}'));
            let is_value = byte == b',' || (matches!(byte, b'[' | b'{') && !is_empty());
            values = values.saturating_add(usize::from(is_value));
        }
        values
    }

    /// Skips a string.
    fn string(&mut self) -> Result<(), JsonError> {
        self.cursor.byte(b'"')?;
        loop {
            let rest = self.cursor.text.as_bytes().get(self.cursor.at..).unwrap_or_default();
            self.cursor.advance(plain_run(rest));
            match self.cursor.peek() {
                Some(b'"') => break self.cursor.advance(1),
                Some(b'\\') => drop(self.cursor.escape()?),
                _ => return Err(self.cursor.error()),
            }
        }
        Ok(())
    }

    fn position(&self, at: usize) -> Result<u32, JsonError> {
        u32::try_from(at).map_err(|_| self.cursor.error())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::index;
    use crate::json::{JsonError, Reader};

    fn read(text: &str) -> Result<(), JsonError> {
        let mut reader = Reader::new(text);
        reader.skip()?;
        reader.end()
    }

    /// Each of these breaks one rule of the grammar, or just keeps it.
    #[test]
    fn agrees_with_the_reader_on_each_rule() {
        for text in [
            "[1 2]",
            "[1,2]",
            "[1,]",
            "[,1]",
            "[,]",
            "[1}",
            "[",
            "[1",
            "[1,",
            "{",
            "{}",
            "{,}",
            r#"{"a":1}"#,
            r#"{"a" 1}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{"a":1 "b":2}"#,
            r#"{"a":1]"#,
            "{1:1}",
            r#"{"a"}"#,
            r#"{"a":1,2}"#,
            r#"{ "a" : [ { } , [ ] ] }"#,
            "1 1",
            "{}{}",
            "[]]",
            r#""\/""#,
            r#""\x""#,
            r#""\ud83d""#,
            r#""\ud83d\ude00""#,
            "\"a",
            "\"\n\"",
            "-",
            "01",
            "tru",
            "nul",
            "falsy",
            "\u{feff}1",
            "",
            " ",
        ] {
            assert_eq!(index(text).map(drop), read(text), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// A document is valid for both readers, or wrong for both at the same byte.
        #[test]
        fn agrees_with_the_reader(
            text in "([{}\\[\\],:\" \n1-]|null|tru|true|false|\"a\"|\"b\":|\"\\\\[nu/x]\"|\\\\u|d83d|\"\\\\ud83d\\\\ude00\"|1e5|0|\\.){0,12}",
        ) {
            prop_assert_eq!(index(&text).map(drop), read(&text));
        }

        #[test]
        fn agrees_with_the_reader_on_nesting(depth in 120_usize..135, rest in 0_usize..135) {
            let text = "[".repeat(depth) + &"]".repeat(rest);
            prop_assert_eq!(index(&text).map(drop), read(&text));
        }
    }

    /// The values inside a value follow it, and each knows where it ends.
    #[test]
    fn lists_values_in_their_order() {
        let text = r#"{"a": [1, {}], "b" :"\"" }"#;
        let nodes = index(text).unwrap();
        let found = nodes.iter().map(|node| (node.start, node.end, node.name, node.after));
        let expected =
            [(0, 26, 0, 5), (6, 13, 1, 4), (7, 8, 0, 3), (10, 12, 0, 4), (20, 24, 15, 5)];
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }
}
