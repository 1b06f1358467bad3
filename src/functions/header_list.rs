//! Headers of a payload, in one buffer.

use std::fmt;

use zeroize::Zeroizing;

use crate::{
    escape::EscapedNames,
    headers::{HeaderSource, source::two},
    json::{JsonError, Kind, Reader},
};

/// Names and their values, in one buffer that is wiped. It needs less than twice the size of the JSON
/// form, for any number of names and values.
pub(super) struct HeaderList {
    /// Entries: a byte for the kind, four bytes for the length, and the string.
    packed: Zeroizing<Vec<u8>>,
}

#[derive(Clone, Copy)]
enum Entry<'a> {
    Name(&'a str),
    /// A value of the name before it.
    Value(&'a str),
}

const NAME: u8 = b'N';
const VALUE: u8 = b'V';

impl HeaderList {
    /// Reads an object that maps each name to a string or a list of strings; `None` for anything else.
    pub(super) fn read(json: &mut Reader<'_>) -> Result<Option<Self>, JsonError> {
        if json.kind()? != Kind::Object {
            return json.skip().map(|_| None);
        }
        let mut length = 0;
        // Only looks ahead: `attempt` goes back to the start of the object.
        json.attempt(|json| {
            length = json.skip().ok()?.len();
            None::<()>
        });
        // An entry needs five bytes in addition to its string, and its JSON form at least three: two
        // quotes and a separator. So the buffer never grows, and growing leaves no copy of a secret
        // behind.
        let capacity = length.saturating_mul(5).saturating_div(3).saturating_add(16);
        let mut list = Self { packed: Zeroizing::new(Vec::with_capacity(capacity)) };
        let mut are_texts = true;
        json.object(|json, name| -> Result<(), JsonError> {
            are_texts &= list.push(NAME, json.str(name));
            let mut value = |json: &mut Reader<'_>| -> Result<(), JsonError> {
                if json.kind()? == Kind::String {
                    are_texts &= list.push(VALUE, &json.secret()?);
                } else {
                    json.skip()?;
                    are_texts = false;
                }
                Ok(())
            };
            if json.kind()? == Kind::Array { json.array(value) } else { value(json) }
        })?;
        Ok(are_texts.then_some(list))
    }

    /// Adds an entry; returns `false` if its length does not fit into four bytes.
    fn push(&mut self, kind: u8, text: &str) -> bool {
        let Ok(length) = u32::try_from(text.len()) else { return false };
        self.packed.push(kind);
        self.packed.extend_from_slice(&length.to_be_bytes());
        self.packed.extend_from_slice(text.as_bytes());
        true
    }

    fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut rest = self.packed.as_slice();
        std::iter::from_fn(move || {
            let (kind, after) = rest.split_first()?;
            let (length, after) = after.split_first_chunk::<4>()?;
            let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
            let (text, after) = after.split_at_checked(length)?;
            rest = after;
            let text = std::str::from_utf8(text).ok()?;
            Some(if *kind == NAME { Entry::Name(text) } else { Entry::Value(text) })
        })
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let mut is_named = false;
        self.entries().filter_map(move |entry| match entry {
            Entry::Name(own) => {
                is_named = own.eq_ignore_ascii_case(name);
                None
            }
            Entry::Value(value) => is_named.then_some(value.as_bytes()),
        })
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.entries().filter_map(|entry| match entry {
            Entry::Name(name) => Some(name),
            Entry::Value(_) => None,
        })
    }
}

impl HeaderSource for HeaderList {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        self.values(name).nth(index)
    }

    fn first_two(&self, name: &str) -> [Option<&[u8]>; 2] {
        two(self.values(name))
    }
}

/// Prints the names.
impl fmt::Debug for HeaderList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        EscapedNames(|| self.names()).fmt(f)
    }
}
