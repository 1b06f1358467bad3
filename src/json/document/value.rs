//! One value of a JSON document.

use std::{borrow::Cow, ops::Range};

use super::{Path, index::Node};
use crate::json::{Kind, Reader};

/// A value in a valid JSON text.
#[derive(Clone, Copy)]
pub(crate) struct Json<'a> {
    text: &'a str,
    nodes: &'a [Node],
    /// The index of its node.
    at: usize,
}

impl<'a> Json<'a> {
    pub(crate) fn root(text: &'a str, nodes: &'a [Node]) -> Self {
        Self { text, nodes, at: 0 }
    }

    /// The value as it is written.
    pub(crate) fn as_written(self) -> &'a str {
        self.text.get(self.range()).unwrap_or_default()
    }

    /// Its range in the whole text.
    pub(crate) fn range(self) -> Range<usize> {
        self.node().map_or(0..0, |node| range(node.start, node.end))
    }

    pub(crate) fn kind(self) -> Kind {
        let start = self.node().and_then(|node| usize::try_from(node.start).ok());
        match start.and_then(|start| self.text.as_bytes().get(start)) {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') | None => Kind::Null,
            Some(_) => Kind::Number,
        }
    }

    pub(crate) fn is_object(self) -> bool {
        self.kind() == Kind::Object
    }

    pub(crate) fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// The characters of a string.
    pub(crate) fn as_str(self) -> Option<Cow<'a, str>> {
        (self.kind() == Kind::String).then(|| decoded(self.as_written()))
    }

    /// The digits of a number.
    pub(crate) fn as_number(self) -> Option<&'a str> {
        (self.kind() == Kind::Number).then(|| self.as_written())
    }

    pub(crate) fn as_bool(self) -> Option<bool> {
        match self.as_written() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The path from the root of the text.
    pub(crate) fn path(self) -> Path {
        let mut path = Path::default();
        let mut json = Self { at: 0, ..self };
        while json.at < self.at {
            let is_list = json.kind() == Kind::Array;
            let inner =
                json.inner().enumerate().take_while(|(_, inner)| inner.at <= self.at).last();
            let Some((index, inner)) = inner else { break };
            path.push(if is_list { index.to_string() } else { inner.name().into_owned() });
            json = inner;
        }
        path
    }

    /// The place among all values of the text, in their order.
    pub(crate) fn place(self) -> usize {
        self.at
    }

    /// Returns `true` for an object or an array.
    pub(crate) fn is_container(self) -> bool {
        matches!(self.kind(), Kind::Object | Kind::Array)
    }

    /// The elements of an array; none if it is something else.
    pub(crate) fn list(self) -> impl Iterator<Item = Self> + Clone {
        self.inner_if(self.kind() == Kind::Array)
    }

    /// The elements of an array; `None` if it is something else.
    pub(crate) fn elements(self) -> Option<impl Iterator<Item = Self>> {
        (self.kind() == Kind::Array).then(|| self.inner())
    }

    /// The values of an object's members, in their order; none for another value.
    pub(crate) fn values(self) -> impl Iterator<Item = Self> + Clone {
        self.inner_if(self.is_object())
    }

    /// A member of an object by its name, in any case, as the platform reads it. Of duplicates, the last.
    pub(crate) fn get(self, name: &str) -> Option<Self> {
        if self.is_object() {
            self.inner().filter(|value| value.is_named(name)).last()
        } else {
            None
        }
    }

    /// The nesting depth of arrays and objects.
    pub(crate) fn depth(self) -> usize {
        if matches!(self.kind(), Kind::Object | Kind::Array) {
            self.inner().map(Self::depth).max().unwrap_or_default().saturating_add(1)
        } else {
            0
        }
    }

    /// The number of values, including those inside.
    pub(crate) fn size(self) -> usize {
        let end = self.node().map_or(0, |node| usize::try_from(node.after).unwrap_or(usize::MAX));
        end.saturating_sub(self.at)
    }

    /// The value and all values inside, in their order.
    pub(crate) fn all(self) -> impl Iterator<Item = Self> {
        let end = self.node().map_or(0, |node| usize::try_from(node.after).unwrap_or(usize::MAX));
        (self.at..end).map(move |at| Self { at, ..self })
    }

    /// The values directly inside, in their order.
    fn inner(self) -> impl Iterator<Item = Self> + Clone {
        self.inner_if(true)
    }

    /// The values directly inside, or none. `Option::into_iter().flatten()` instead would be compiled again for
    /// each loop.
    fn inner_if(self, wanted: bool) -> impl Iterator<Item = Self> + Clone {
        let place = |place: u32| usize::try_from(place).unwrap_or(usize::MAX);
        let end = self.node().filter(|_| wanted).map_or(0, |node| place(node.after));
        let mut next = self.at.saturating_add(1);
        std::iter::from_fn(move || {
            let value = Self { at: next, ..self };
            next = place(value.node()?.after);
            (value.at < end).then_some(value)
        })
    }

    /// The decoded name of a member; empty for other values.
    pub(crate) fn name(self) -> Cow<'a, str> {
        let Some(node) = self.node().filter(|node| node.name > 0) else { return "".into() };
        let written = self.text.get(range(node.name, node.start)).unwrap_or_default();
        #[cfg(test)]
        super::steps::count(written.len());
        decoded(written.trim_ascii_end().trim_end_matches(':').trim_ascii_end())
    }

    /// Returns `true` for the member of this name, in any case. The first letter rules out most names.
    pub(crate) fn is_named(self, name: &str) -> bool {
        let Some(node) = self.node().filter(|node| node.name > 0) else { return false };
        // From the first letter, with the closing quote and the colon.
        let Range { start, end } = range(node.name.saturating_add(1), node.start);
        let written = self.text.as_bytes().get(start..end).unwrap_or_default();
        let first = written.first().copied().unwrap_or_default();
        let wanted = name.as_bytes().first().copied().unwrap_or(b'"');
        // Equal letters differ only in the bit of the case; an escape can be any letter.
        if (first ^ wanted) & !0x20 != 0 && first != b'\\' {
            return false;
        }
        match written.split_at_checked(name.len()) {
            // A backslash begins an escape.
            Some((own, [b'"', ..])) if own.eq_ignore_ascii_case(name.as_bytes()) => {
                !own.contains(&b'\\') || self.name().eq_ignore_ascii_case(name)
            }
            // A name with escapes is longer than what it stands for.
            Some(_) => written.contains(&b'\\') && self.name().eq_ignore_ascii_case(name),
            None => false,
        }
    }

    fn node(self) -> Option<&'a Node> {
        #[cfg(test)]
        super::steps::count(1);
        self.nodes.get(self.at)
    }
}

fn range(start: u32, end: u32) -> Range<usize> {
    let place = |place: u32| usize::try_from(place).unwrap_or(usize::MAX);
    place(start)..place(end)
}

/// The characters of a string without escapes.
fn plain(string: &str) -> Option<&str> {
    let text = string.strip_prefix('"')?.strip_suffix('"')?;
    (!text.contains('\\')).then_some(text)
}

/// The characters of a string, borrowed if it has no escapes.
fn decoded(string: &str) -> Cow<'_, str> {
    if let Some(plain) = plain(string) {
        return Cow::Borrowed(plain);
    }
    let mut reader = Reader::new(string);
    let text = reader.string().map(|span| reader.str(span).to_owned());
    Cow::Owned(text.unwrap_or_default())
}
