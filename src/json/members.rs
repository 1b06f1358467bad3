//! The members of any JSON object, found by name.

use super::{JsonError, Kind, ObjectError, Reader, Span, Text, whole_object};

/// Names that Microsoft's own token library accepts in one spelling only (IDX40011).
const ONE_SPELLING: [&str; 5] = ["aud", "iss", "oid", "sub", "tid"];

/// The members of an object, in their order.
#[derive(Clone)]
pub(crate) struct Members {
    text: Text,
    list: Vec<Member>,
    /// The elements of the lists of strings.
    elements: Vec<Span>,
}

#[derive(Clone)]
pub(crate) struct Member {
    name: Span,
    mark: usize,
    value: Stored,
}

#[derive(Clone)]
enum Stored {
    Text(Span),
    Number(Span),
    Bool(bool),
    Null,
    /// A range of the elements.
    List(usize, usize),
    /// An object, or a list with an element that is not a string.
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
    /// Reads an object without duplicate members. For names of [`ONE_SPELLING`], a name that differs only in case
    /// is a duplicate too.
    pub(crate) fn parse(text: String) -> Result<Self, ObjectError> {
        let members = Self::read(text)?;
        if let Some(name) = members.duplicate() {
            return Err(ObjectError::Duplicate(name.to_owned().into()));
        }
        match members.spelled_twice() {
            Some(name) => Err(ObjectError::Duplicate(name.into())),
            None => Ok(members),
        }
    }

    /// Reads an object that may have duplicate members.
    pub(crate) fn read(text: String) -> Result<Self, ObjectError> {
        // The claims of Entra tokens are about 30 bytes long on average.
        const USUAL_MEMBER_LEN: usize = 24;
        let mut list = Vec::with_capacity(text.len() / USUAL_MEMBER_LEN);
        let mut elements = Vec::new();
        let decoded = whole_object(&text, |json, name| -> Result<(), ObjectError> {
            let mark = mark(json.str(name));
            let value = match json.kind()? {
                Kind::String => Stored::Text(json.string()?),
                Kind::Number => Stored::Number(json.raw()?),
                Kind::Bool => Stored::Bool(json.skip()? == "true"),
                Kind::Null => json.skip().map(|_| Stored::Null)?,
                Kind::Array => array(json, &mut elements)?,
                Kind::Object => Stored::Other(json.raw()?),
            };
            list.push(Member { name, mark, value });
            Ok(())
        })?;
        Ok(Self { text: Text::new(text, decoded), list, elements })
    }

    /// A name that occurs twice.
    fn duplicate(&self) -> Option<&str> {
        // Names with different marks differ, so few objects need to be sorted. To sort the names of each object
        // takes a fifth more instructions for a whole token, to sort their marks 6 percent.
        let mut seen = [0_u64; MARKS / 64];
        let mut alike = false;
        for member in &self.list {
            if let Some(word) = seen.get_mut(member.mark / 64) {
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

    /// A name of [`ONE_SPELLING`] that occurs in two spellings.
    fn spelled_twice(&self) -> Option<&'static str> {
        let mut seen = [false; ONE_SPELLING.len()];
        for name in self.names().filter(|name| name.len() == 3) {
            for (own, seen) in ONE_SPELLING.into_iter().zip(&mut seen) {
                if name.eq_ignore_ascii_case(own) && std::mem::replace(seen, true) {
                    return Some(own);
                }
            }
        }
        None
    }

    /// The object as it was read.
    pub(crate) fn json(&self) -> &str {
        self.text.json()
    }

    /// The names, in their order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    /// The members with their names, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Member)> {
        self.list.iter().map(|member| (self.text.at(member.name), member))
    }

    fn member(&self, name: &str) -> Option<&Member> {
        let mark = mark(name);
        self.list.iter().find(|member| member.mark == mark && self.text.at(member.name) == name)
    }

    /// The value of a member; `None` if it is absent or null.
    pub(crate) fn get(&self, name: &str) -> Option<Value<'_>> {
        self.value(self.member(name)?)
    }

    /// The value of one of these members; `None` if it is null.
    pub(crate) fn value(&self, member: &Member) -> Option<Value<'_>> {
        Some(match member.value {
            Stored::Text(span) => Value::Text(self.text.at(span)),
            Stored::Number(span) => Value::Number(self.text.at(span)),
            Stored::Bool(value) => Value::Bool(value),
            Stored::Null => return None,
            Stored::List(start, end) => Value::List(Texts {
                text: &self.text,
                spans: self.elements.get(start..end).unwrap_or_default().iter(),
            }),
            Stored::Other(span) => Value::Other(self.text.at(span)),
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

fn array(json: &mut Reader<'_>, elements: &mut Vec<Span>) -> Result<Stored, JsonError> {
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

/// How many marks there are. Of tokens with 30 names, one in 18 has two names with the same mark.
const MARKS: usize = 8 * 1024;

/// A number below [`MARKS`] that is the same for the same name: a hash of its first bytes and its length.
/// Comparing marks first also finds a member faster.
fn mark(name: &str) -> usize {
    let start = match name.as_bytes().first_chunk::<8>() {
        Some(start) => u64::from_be_bytes(*start),
        None => name.bytes().fold(0_u64, |start, byte| (start << 8) | u64::from(byte)),
    };
    let length = u64::try_from(name.len()).unwrap_or_default();
    let hash = (start ^ (length << 56)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(hash >> 51).unwrap_or_default() % MARKS
}

/// The strings of a list.
#[derive(Clone)]
pub(crate) struct Texts<'a> {
    text: &'a Text,
    spans: std::slice::Iter<'a, Span>,
}

impl<'a> Iterator for Texts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.spans.next().map(|span| self.text.at(*span))
    }
}
