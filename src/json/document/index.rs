//! An index of all values of a JSON document, built in one pass.

use crate::json::{MAX_DEPTH, plain_run};

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

/// Lists the values of grammatically valid JSON. Returns `None` for what [`crate::json`]
/// also rejects: nesting that is too deep, or half a surrogate pair in a string.
pub(crate) fn index(text: &str) -> Option<Vec<Node>> {
    let nodes = Vec::with_capacity(text.len() / BYTES_PER_VALUE);
    let mut indexer = Indexer { bytes: text.as_bytes(), at: 0, nodes, open: Vec::new() };
    indexer.read()?;
    Some(indexer.nodes)
}

struct Indexer<'a> {
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    /// The nodes that have not ended, and whether each is an object.
    open: Vec<(usize, bool)>,
}

impl Indexer<'_> {
    fn read(&mut self) -> Option<()> {
        // The start of a string that is the name of a member.
        let mut name = None;
        while let Some(byte) = self.bytes.get(self.at).copied() {
            match byte {
                b'"' => {
                    let start = self.at;
                    self.string()?;
                    if name.is_none() && self.open.last().is_some_and(|(_, is_object)| *is_object) {
                        name = Some(position(start)?);
                    } else {
                        self.push(start, name.take())?;
                    }
                }
                b'{' | b'[' => {
                    if self.open.len() >= usize::from(MAX_DEPTH) {
                        return None;
                    }
                    self.open.push((self.nodes.len(), byte == b'{'));
                    self.push(self.at, name.take())?;
                    self.at = self.at.checked_add(1)?;
                }
                b'}' | b']' => {
                    self.at = self.at.checked_add(1)?;
                    let (end, after) = (position(self.at)?, position(self.nodes.len())?);
                    let node = self.nodes.get_mut(self.open.pop()?.0)?;
                    (node.end, node.after) = (end, after);
                }
                b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' => self.at = self.at.checked_add(1)?,
                _ => {
                    let start = self.at;
                    let rest = self.bytes.get(start..)?;
                    let ends = |byte: &u8| {
                        matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t')
                    };
                    let length = rest.iter().position(ends).unwrap_or(rest.len());
                    self.at = self.at.checked_add(length)?;
                    self.push(start, name.take())?;
                }
            }
        }
        Some(())
    }

    /// Adds a value, which ends here unless it has values inside.
    fn push(&mut self, start: usize, name: Option<u32>) -> Option<()> {
        if self.nodes.len() == self.nodes.capacity() {
            // Once, because doubling could allocate twice the necessary memory.
            self.nodes.reserve_exact(self.rest()?);
        }
        let after = position(self.nodes.len().checked_add(1)?)?;
        let (start, end) = (position(start)?, position(self.at)?);
        self.nodes.push(Node { start, end, name: name.unwrap_or_default(), after });
        Some(())
    }

    /// An upper bound of the number of values from here: each is the first in its container, or follows a
    /// comma.
    fn rest(&self) -> Option<usize> {
        let mut rest =
            Indexer { bytes: self.bytes, at: self.at, nodes: Vec::new(), open: Vec::new() };
        let mut values: usize = 1;
        while let Some(byte) = rest.bytes.get(rest.at) {
            let next = rest.at.checked_add(1)?;
            let is_empty = || matches!(rest.bytes.get(next), Some(b']' | b'}'));
            let is_value = *byte == b',' || (matches!(byte, b'[' | b'{') && !is_empty());
            values = values.saturating_add(usize::from(is_value));
            if *byte == b'"' {
                rest.string()?;
            } else {
                rest.at = next;
            }
        }
        Some(values)
    }

    /// Skips a string.
    fn string(&mut self) -> Option<()> {
        self.at = self.at.checked_add(1)?;
        loop {
            let run = plain_run(self.bytes.get(self.at..)?);
            self.at = self.at.checked_add(run)?;
            match self.bytes.get(self.at)? {
                b'\\' => self.escape()?,
                _ => break self.at = self.at.checked_add(1)?,
            }
        }
        Some(())
    }

    fn escape(&mut self) -> Option<()> {
        let rest = self.bytes.get(self.at..)?;
        let is_high = |escape: &[u8]| {
            matches!(
                escape,
                [b'\\', b'u', b'd' | b'D', b'8' | b'9' | b'a' | b'b' | b'A' | b'B', ..]
            )
        };
        let is_low = |escape: &[u8]| {
            matches!(escape, [b'\\', b'u', b'd' | b'D', b'c'..=b'f' | b'C'..=b'F', ..])
        };
        let length = if is_high(rest) {
            // A pair of surrogates, or half of one.
            is_low(rest.get(6..)?).then_some(12)?
        } else if is_low(rest) {
            return None;
        } else {
            2
        };
        self.at = self.at.checked_add(length)?;
        Some(())
    }
}

fn position(at: usize) -> Option<u32> {
    u32::try_from(at).ok()
}
