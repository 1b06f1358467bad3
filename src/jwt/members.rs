//! The members of a JSON object, found by name.

use std::ops::Range;

use super::{MemberName, SegmentError};
use crate::json::{JsonError, Kind, Reader, Span};

/// Claims that Microsoft's own token library accepts in one spelling only (IDX40011).
const ONE_SPELLING: [&str; 5] = ["aud", "iss", "oid", "sub", "tid"];

/// The members of an object in their order, with strings decoded into one buffer.
pub(super) struct Members {
    buffer: String,
    list: Vec<Member>,
    /// The elements of the lists of strings.
    elements: Vec<Span>,
}

struct Member {
    name: Span,
    value: Stored,
}

enum Stored {
    Text(Span),
    Number(Span),
    Bool(bool),
    Null,
    List(Range<usize>),
    /// An object, or a list with an element that is no string.
    Other(Span),
}

/// The value of a member.
#[derive(Clone)]
pub(super) enum Value<'a> {
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
    pub(super) fn parse(text: &str) -> Result<Self, SegmentError> {
        // Entra's claims are some 30 bytes long on average; a list that is longer grows.
        const USUAL_MEMBER_LEN: usize = 24;
        let mut json = Reader::new(text);
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
            members.push(Member { name, value });
            Ok(())
        })?;
        let members = Self { buffer: json.finish()?, list: members, elements };
        members.refuse_duplicates()?;
        Ok(members)
    }

    fn refuse_duplicates(&self) -> Result<(), SegmentError> {
        let mut names: Vec<&str> = self.names().collect();
        names.sort_unstable();
        let twice = names.windows(2).find_map(|pair| match pair {
            [one, other] if one == other => Some(*one),
            _ => None,
        });
        let spelled_twice = || {
            ONE_SPELLING.into_iter().find(|claim| {
                names.iter().filter(|name| name.eq_ignore_ascii_case(claim)).count() > 1
            })
        };
        match twice.or_else(spelled_twice) {
            Some(name) => Err(SegmentError::Duplicate(MemberName::new(name))),
            None => Ok(()),
        }
    }

    /// The names, in their order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|member| member.name.of(&self.buffer))
    }

    /// The value of a member; `None` if it is absent or null.
    pub(super) fn get(&self, name: &str) -> Option<Value<'_>> {
        let member = self.list.iter().find(|member| member.name.of(&self.buffer) == name)?;
        Some(match &member.value {
            Stored::Text(span) => Value::Text(span.of(&self.buffer)),
            Stored::Number(span) => Value::Number(span.of(&self.buffer)),
            Stored::Bool(value) => Value::Bool(*value),
            Stored::Null => return None,
            Stored::List(range) => Value::List(Texts {
                buffer: &self.buffer,
                spans: self.elements.get(range.clone()).unwrap_or_default().iter(),
            }),
            Stored::Other(span) => Value::Other(span.of(&self.buffer)),
        })
    }

    /// The value of a member that is a string.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

fn list(json: &mut Reader<'_>, elements: &mut Vec<Span>) -> Result<Stored, JsonError> {
    let start = elements.len();
    let raw = json.lookahead(|json| {
        let mut strings = true;
        json.array(|json| -> Result<(), JsonError> {
            strings &= json.kind()? == Kind::String;
            json.skip().map(drop)
        })?;
        Ok(strings)
    })?;
    if !raw {
        return Ok(Stored::Other(json.raw()?));
    }
    json.array(|json| -> Result<(), JsonError> {
        elements.push(json.string()?);
        Ok(())
    })?;
    Ok(Stored::List(start..elements.len()))
}

/// The strings of a list.
#[derive(Clone)]
pub(super) struct Texts<'a> {
    buffer: &'a str,
    spans: std::slice::Iter<'a, Span>,
}

impl<'a> Iterator for Texts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.spans.next().map(|span| span.of(self.buffer))
    }
}
