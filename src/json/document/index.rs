//! Where everything stands in a text: made in one pass over it.

use crate::json::{MAX_DEPTH, plain_run};

/// A value. Those inside of it follow it, and `after` is behind the last of them.
#[derive(Clone, Copy)]
pub(crate) struct Node {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Where the name of a member begins, with its quote; 0 for what has no name.
    pub(crate) name: u32,
    /// The place of the node behind this one and all that is in it.
    pub(crate) after: u32,
}

/// How long a value and its name are in a usual document without white space, rounded down: room for
/// all values is made at once.
const BYTES_PER_VALUE: usize = 16;

/// How many more values there is room for when the room is used up, at least.
const LEAST_GROWTH: usize = 32;

/// Lists the values of a text that is JSON by its grammar. `None` for what [`crate::json`] does not
/// take for JSON all the same: too deep, or half a surrogate pair in a string.
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
    /// The nodes that have not ended, and whether they are objects.
    open: Vec<(usize, bool)>,
}

impl Indexer<'_> {
    fn read(&mut self) -> Option<()> {
        // A string that turns out to be the name of a member.
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

    /// Adds a value, which ends here unless something is in it.
    fn push(&mut self, start: usize, name: Option<u32>) -> Option<()> {
        if self.nodes.len() == self.nodes.capacity() {
            // Doubling would take twice the memory of what is needed, at worst.
            self.nodes.reserve_exact((self.nodes.len() / 4).max(LEAST_GROWTH));
        }
        let after = position(self.nodes.len().checked_add(1)?)?;
        let (start, end) = (position(start)?, position(self.at)?);
        self.nodes.push(Node { start, end, name: name.unwrap_or_default(), after });
        Some(())
    }

    /// Passes over a string.
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
