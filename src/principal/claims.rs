//! The claims of a principal, in the order in which the platform wrote them.

use std::{fmt, slice};

use crate::{
    debug::debug,
    escape::{Escaped, MAX_NAMES},
    json::{Span, Text},
};

/// One claim of a principal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Claim<'a> {
    typ: &'a str,
    val: &'a str,
}

impl<'a> Claim<'a> {
    /// The claim's type as written, short (`oid`) or long (a URI).
    #[must_use]
    pub fn typ(&self) -> &'a str {
        self.typ
    }

    /// The claim's value. A value that is not a string is returned as written in JSON.
    #[must_use]
    pub fn val(&self) -> &'a str {
        self.val
    }
}

debug! { Claim<'_>, |own| "Claim({})", Escaped(own.typ) }

/// The claims of a principal in their order, including repeated types. See
/// [`EasyAuthPrincipal::claims`](crate::EasyAuthPrincipal::claims).
#[derive(Clone)]
pub struct Claims<'a> {
    text: &'a Text,
    spans: slice::Iter<'a, ClaimSpan>,
}

impl<'a> Claims<'a> {
    pub(super) fn new(text: &'a Text, spans: &'a [ClaimSpan]) -> Self {
        Self { text, spans: spans.iter() }
    }

    /// The values of the claims with one of these types.
    pub(super) fn values(self, is_type: impl Fn(&str) -> bool) -> impl Iterator<Item = &'a str> {
        let Self { text, spans } = self;
        spans.filter(move |span| is_type(text.at(span.typ))).map(|span| text.at(span.val))
    }
}

impl<'a> Iterator for Claims<'a> {
    type Item = Claim<'a>;

    fn next(&mut self) -> Option<Claim<'a>> {
        let span = self.spans.next()?;
        Some(Claim { typ: self.text.at(span.typ), val: self.text.at(span.val) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.spans.size_hint()
    }
}

impl ExactSizeIterator for Claims<'_> {}

impl fmt::Debug for Claims<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut claims = self.clone();
        let mut list = f.debug_list();
        list.entries(claims.by_ref().take(MAX_NAMES));
        match claims.count() {
            0 => list.finish(),
            more => list.entry(&format_args!("{more} more")).finish(),
        }
    }
}

/// The places of a claim's type and value in the principal's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClaimSpan {
    pub(super) typ: Span,
    pub(super) val: Span,
}
