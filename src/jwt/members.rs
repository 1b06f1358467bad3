//! The members of a JSON object, found by name.

use super::{MemberName, SegmentError};
use crate::json::{JsonError, Kind, Reader, Span};

/// Claims that Microsoft's own token library accepts in one spelling only (IDX40011).
const ONE_SPELLING: [&str; 5] = ["aud", "iss", "oid", "sub", "tid"];

/// The members of an object in their order.
#[derive(Clone)]
pub(crate) struct Members {
    /// The object, and behind it the decoded strings.
    text: String,
    /// The length of the object.
    json_len: usize,
    list: Vec<Member>,
    /// The elements of the lists of strings.
    elements: Vec<Span>,
}

#[derive(Clone)]
pub(crate) struct Member {
    name: Span,
    /// See [`mark`].
    mark: usize,
    value: Stored,
}

#[derive(Clone)]
enum Stored {
    Text(Span),
    Number(Span),
    Bool(bool),
    Null,
    /// From and to which of the elements.
    List(usize, usize),
    /// An object, or a list with an element that is no string.
    Other(Span),
}

/// The value of a member.
#[derive(Clone)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    /// As it is written.
    Number(&'a str),
    Bool(bool),
    /// A list of strings.
    List(Texts<'a>),
    /// JSON as it is written.
    Other(&'a str),
}

impl Members {
    /// Reads an object in which no name is there twice.
    pub(crate) fn parse(text: String) -> Result<Self, SegmentError> {
        let members = Self::read(text)?;
        members.refuse_duplicates()?;
        Ok(members)
    }

    /// Reads an object.
    pub(crate) fn read(mut text: String) -> Result<Self, SegmentError> {
        // Entra's claims are some 30 bytes long on average; a list that is longer grows.
        const USUAL_MEMBER_LEN: usize = 24;
        let mut json = Reader::new(&text);
        if json.kind()? != Kind::Object {
            json.skip()?;
            json.end()?;
            return Err(SegmentError::NotAnObject);
        }
        let mut members = Vec::with_capacity(text.len() / USUAL_MEMBER_LEN);
        let mut elements = Vec::new();
        json.object(|json, name| -> Result<(), SegmentError> {
            let value = match json.kind()? {
                Kind::String => Stored::Text(json.string()?),
                Kind::Number => Stored::Number(json.raw()?),
                Kind::Bool => Stored::Bool(json.skip()? == "true"),
                Kind::Null => json.skip().map(|_| Stored::Null)?,
                Kind::Array => list(json, &mut elements)?,
                Kind::Object => Stored::Other(json.raw()?),
            };
            members.push(Member { name, mark: 0, value });
            Ok(())
        })?;
        let decoded = json.finish()?;
        let json_len = text.len();
        text.push_str(&decoded);
        // Not before the text is whole: a loop of its own is faster, too.
        for member in &mut members {
            member.mark = mark(member.name.of(&text));
        }
        Ok(Self { text, json_len, list: members, elements })
    }

    fn refuse_duplicates(&self) -> Result<(), SegmentError> {
        match self.name_twice().or_else(|| self.spelled_twice()) {
            Some(name) => Err(SegmentError::Duplicate(MemberName::new(name))),
            None => Ok(()),
        }
    }

    /// A name that is there twice.
    fn name_twice(&self) -> Option<&str> {
        // Most objects have no two names with the same mark, and need not be sorted.
        let mut marks = [0_u64; MARKS / 64];
        let mut alike = false;
        for member in &self.list {
            if let Some(word) = marks.get_mut(member.mark / 64) {
                let bit = 1_u64 << (member.mark % 64);
                alike |= *word & bit != 0;
                *word |= bit;
            }
        }
        if !alike {
            return None;
        }
        let mut names: Vec<&str> = self.names().collect();
        names.sort_unstable();
        names.windows(2).find_map(|pair| match pair {
            [one, other] if one == other => Some(*one),
            _ => None,
        })
    }

    /// One of [`ONE_SPELLING`] that is there in two.
    fn spelled_twice(&self) -> Option<&'static str> {
        let mut seen = [false; ONE_SPELLING.len()];
        for name in self.names().filter(|name| name.len() == 3) {
            for (claim, seen) in ONE_SPELLING.into_iter().zip(&mut seen) {
                if name.eq_ignore_ascii_case(claim) && std::mem::replace(seen, true) {
                    return Some(claim);
                }
            }
        }
        None
    }

    /// The object as it was read.
    pub(crate) fn json(&self) -> &str {
        self.text.get(..self.json_len).unwrap_or_default()
    }

    /// The names, in their order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    /// The members with their names, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Member)> {
        self.list.iter().map(|member| (member.name.of(&self.text), member))
    }

    fn member(&self, name: &str) -> Option<&Member> {
        let mark = mark(name);
        self.list.iter().find(|member| member.mark == mark && member.name.of(&self.text) == name)
    }

    /// The value of a member; `None` if it is absent or null.
    pub(crate) fn get(&self, name: &str) -> Option<Value<'_>> {
        self.value(self.member(name)?)
    }

    /// The value of one of these members; `None` if it is null.
    pub(crate) fn value(&self, member: &Member) -> Option<Value<'_>> {
        Some(match member.value {
            Stored::Text(span) => Value::Text(span.of(&self.text)),
            Stored::Number(span) => Value::Number(span.of(&self.text)),
            Stored::Bool(value) => Value::Bool(value),
            Stored::Null => return None,
            Stored::List(start, end) => Value::List(Texts {
                text: &self.text,
                spans: self.elements.get(start..end).unwrap_or_default().iter(),
            }),
            Stored::Other(span) => Value::Other(span.of(&self.text)),
        })
    }

    /// The value of a member that is a string.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

fn list(json: &mut Reader<'_>, elements: &mut Vec<Span>) -> Result<Stored, JsonError> {
    let start = elements.len();
    let strings = json.attempt(|json| {
        json.array(|json| -> Result<(), JsonError> {
            elements.push(json.string()?);
            Ok(())
        })
        .ok()
    });
    if strings.is_some() {
        return Ok(Stored::List(start, elements.len()));
    }
    elements.truncate(start);
    Ok(Stored::Other(json.raw()?))
}

/// How many marks there are: with the 40 names of a large token, one token in 20 is sorted for
/// nothing.
const MARKS: usize = 16 * 1024;

/// A number below [`MARKS`] that is the same for the same name: of its first bytes and its length, by
/// Fibonacci hashing.
fn mark(name: &str) -> usize {
    let start = match name.as_bytes().first_chunk::<8>() {
        Some(start) => u64::from_be_bytes(*start),
        None => name.bytes().fold(0_u64, |start, byte| (start << 8) | u64::from(byte)),
    };
    let length = u64::try_from(name.len()).unwrap_or_default();
    let hash = (start ^ (length << 56)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(hash >> 50).unwrap_or_default() % MARKS
}

/// The strings of a list.
#[derive(Clone)]
pub(crate) struct Texts<'a> {
    text: &'a str,
    spans: std::slice::Iter<'a, Span>,
}

impl<'a> Iterator for Texts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.spans.next().map(|span| span.of(self.text))
    }
}
