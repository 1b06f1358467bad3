//! The claims of a principal, in the order in which the platform wrote them.

use std::{fmt, slice};

use crate::json::Span;

/// One claim of a principal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Claim<'a> {
    typ: &'a str,
    val: &'a str,
}

impl<'a> Claim<'a> {
    /// The claim's type as it is written, short (`oid`) or long (a URI).
    #[must_use]
    pub fn typ(&self) -> &'a str {
        self.typ
    }

    /// The claim's value; one that is not a string as it is written in JSON, with `\/` as `/`.
    #[must_use]
    pub fn val(&self) -> &'a str {
        self.val
    }
}

/// Prints the type and never the value.
impl fmt::Debug for Claim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Claim({})", crate::escape::Escaped(self.typ))
    }
}

/// The claims of a principal in their order, repeated types included. See
/// [`EasyAuthPrincipal::claims`](crate::EasyAuthPrincipal::claims).
#[derive(Clone)]
pub struct Claims<'a> {
    text: &'a str,
    spans: slice::Iter<'a, ClaimSpan>,
}

impl<'a> Claims<'a> {
    pub(super) fn new(text: &'a str, spans: &'a [ClaimSpan]) -> Self {
        Self { text, spans: spans.iter() }
    }
}

impl<'a> Iterator for Claims<'a> {
    type Item = Claim<'a>;

    fn next(&mut self) -> Option<Claim<'a>> {
        let span = self.spans.next()?;
        Some(Claim { typ: span.typ.of(self.text), val: span.val.of(self.text) })
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
        list.entries(claims.by_ref().take(crate::escape::MAX_NAMES));
        match claims.count() {
            0 => list.finish(),
            more => list.entry(&format_args!("{more} more")).finish(),
        }
    }
}

/// Where the type and the value of a claim stand in the principal's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClaimSpan {
    pub(super) typ: Span,
    pub(super) val: Span,
}
