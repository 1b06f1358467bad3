//! The members of any JSON object, found by name.

use super::{JsonError, Kind, ObjectError, Reader, Span, Text, object::whole_object_by};

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

#[derive(Clone, Copy)]
pub(crate) struct Member {
    name: Span,
    mark: u16,
    value: Stored,
}

#[derive(Clone, Copy)]
enum Stored {
    Text(Span),
    Number(Span),
    Bool(bool),
    Null,
    /// A range of the elements.
    List(Span),
    /// An object, or a list with an element that is not a string.
    Other(Span),
}

impl Member {
    /// Returns `true` if the value is a string or null.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self.value, Stored::Text(_) | Stored::Null)
    }

    /// Returns `true` if the value is a string, a list of strings, or null.
    pub(crate) fn is_text_or_list(&self) -> bool {
        self.is_text() || matches!(self.value, Stored::List(_))
    }
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
        if !members.have_same_marks() {
            return Ok(members);
        }
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
        // The claims of Entra tokens are 30 to 35 bytes long on average. Headers have 3 or 4 members.
        const USUAL_MEMBER_LEN: usize = 30;
        let mut list = Vec::with_capacity((text.len() / USUAL_MEMBER_LEN).max(4));
        let mut elements = Vec::new();
        let decoded =
            whole_object_by(&text, mark, |json, name, mark| -> Result<(), ObjectError> {
                let value = match json.plain_string() {
                    Some(text) => Stored::Text(text),
                    None => value(json, &mut elements)?,
                };
                list.push(Member { name, mark, value });
                Ok(())
            })?;
        Ok(Self { text: Text::new(text, decoded), list, elements })
    }

    /// Returns `true` if two names have the same mark. Names with different marks differ, even if case is
    /// ignored, so the names of few objects are compared. To sort the names of each object takes a fifth more
    /// instructions for a whole token, to sort their marks 4 percent.
    fn have_same_marks(&self) -> bool {
        let mut seen = [0_u64; MARKS / 64];
        let mut same = 0;
        for member in &self.list {
            if let Some(word) = seen.get_mut(usize::from(member.mark / 64)) {
                let bit = member.mark % 64;
                same |= *word >> bit;
                *word |= 1 << bit;
            }
        }
        same & 1 == 1
    }

    /// A name that occurs twice.
    fn duplicate(&self) -> Option<&str> {
        let mut names: Vec<&str> = self.names().collect();
        names.sort_unstable();
        names.windows(2).find_map(|pair| match pair {
            [one, other] if one == other => Some(*one),
            _ => None,
        })
    }

    /// A name of [`ONE_SPELLING`] that occurs in two spellings.
    fn spelled_twice(&self) -> Option<&'static str> {
        ONE_SPELLING
            .into_iter()
            .find(|own| self.names().filter(|name| name.eq_ignore_ascii_case(own)).nth(1).is_some())
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

    /// The members whose names have one of these lengths, in their order. Skipping the others takes a twentieth of
    /// the instructions off a whole token.
    pub(crate) fn of_lengths<const N: usize>(
        &self,
        lengths: [usize; N],
    ) -> impl Iterator<Item = (&[u8], &Member)> {
        let members = self.list.iter().filter(move |member| lengths.contains(&member.name.len()));
        members.map(|member| (self.text.bytes(member.name), member))
    }

    fn member(&self, name: &str) -> Option<&Member> {
        let mark = mark(name.as_bytes());
        self.list.iter().find(|member| member.mark == mark && self.text.at(member.name) == name)
    }

    /// The value of a member; `None` if it is absent or null.
    pub(crate) fn get(&self, name: &str) -> Option<Value<'_>> {
        self.value(self.member(name)?)
    }

    /// The value of one of these members; `None` if it is null.
    #[inline]
    pub(crate) fn value(&self, member: &Member) -> Option<Value<'_>> {
        Some(match member.value {
            Stored::Text(span) => Value::Text(self.text.at(span)),
            Stored::Number(span) => Value::Number(self.text.at(span)),
            Stored::Bool(value) => Value::Bool(value),
            Stored::Null => return None,
            Stored::List(range) => Value::List(Texts {
                text: &self.text,
                spans: self.elements.get(range.range()).unwrap_or_default().iter(),
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

/// Reads a value that is not a plain string.
fn value(json: &mut Reader<'_>, elements: &mut Vec<Span>) -> Result<Stored, JsonError> {
    Ok(match json.kind()? {
        Kind::String => Stored::Text(json.string()?),
        Kind::Number => Stored::Number(json.number()?),
        Kind::Bool => Stored::Bool(json.skip()? == "true"),
        Kind::Null => json.skip().map(|_| Stored::Null)?,
        Kind::Array => array(json, elements)?,
        Kind::Object => Stored::Other(json.raw()?),
    })
}

/// How many strings the lists of most tokens have together.
const USUAL_ELEMENTS: usize = 16;

fn array(json: &mut Reader<'_>, elements: &mut Vec<Span>) -> Result<Stored, JsonError> {
    let start = elements.len();
    if start == 0 {
        elements.reserve(USUAL_ELEMENTS);
    }
    let strings = json.attempt(|json| {
        json.array(|json| -> Result<(), JsonError> {
            let element = json.plain_string().map_or_else(|| json.string(), Ok);
            elements.push(element?);
            Ok(())
        })
        .ok()
    });
    if let Some(range) = strings.and_then(|()| Span::new(start, elements.len())) {
        return Ok(Stored::List(range));
    }
    elements.truncate(start);
    Ok(Stored::Other(json.raw()?))
}

/// How many marks there are. Of tokens with 30 names, one in 18 has two names with the same mark.
const MARKS: usize = 8 * 1024;

/// A number below [`MARKS`] that is the same for the same name in any case: a hash of its length and three of its
/// characters. Comparing marks first also finds a member faster.
#[inline]
fn mark(name: &[u8]) -> u16 {
    /// The bit in which upper and lower case differ.
    const CASE: u32 = u32::from_le_bytes([0, b' ', b' ', b' ']);
    let [length, ..] = name.len().to_le_bytes();
    let first = name.first().copied().unwrap_or_default();
    let middle = name.get(name.len() / 2).copied().unwrap_or_default();
    let last = name.last().copied().unwrap_or_default();
    let parts = u32::from_le_bytes([length, first, middle, last]) | CASE;
    // The 13 highest bits.
    u16::try_from(parts.wrapping_mul(0x9e37_79b9) >> 19).unwrap_or_default()
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
