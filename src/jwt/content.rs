//! What a token says, whether or not its signature was checked. Not generic, so that it is compiled once and
//! not for each kind of token.

use std::time::SystemTime;

use super::TokenHeader;
use crate::{
    json::members::{Member, Members, Texts, Value},
    resource::Audience,
};

pub(super) struct Content {
    pub(super) header: TokenHeader,
    pub(super) claims: Members,
    pub(super) usual: Usual,
    pub(super) expires_at: Option<SystemTime>,
    pub(super) not_before: Option<SystemTime>,
    pub(super) issued_at: Option<SystemTime>,
}

/// The claims that every verification reads, found while all claims are checked. To search for each of them
/// takes a quarter of the instructions of a remembered verification.
#[derive(Default)]
pub(super) struct Usual {
    pub(super) aud: Option<Member>,
    pub(super) iss: Option<Member>,
    pub(super) tid: Option<Member>,
    pub(super) ver: Option<Member>,
    pub(super) azp: Option<Member>,
    pub(super) appid: Option<Member>,
    pub(super) scp: Option<Member>,
    pub(super) cnf: Option<Member>,
}

impl Content {
    /// The value of one of the [`Usual`] claims.
    pub(super) fn value(&self, claim: Option<Member>) -> Option<Value<'_>> {
        self.claims.value(&claim?)
    }

    pub(super) fn text(&self, claim: Option<Member>) -> Option<&str> {
        match self.value(claim)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn audiences(&self) -> Strings<'_> {
        Strings::of(self.value(self.usual.aud))
    }

    pub(super) fn list(&self, name: &str) -> Strings<'_> {
        Strings::of(self.claims.get(name))
    }

    pub(super) fn scopes(&self) -> impl Iterator<Item = &str> {
        let all = self.scope_lists().flat_map(|scopes| scopes.split(' '));
        all.filter(|scope| is_scope(scope))
    }

    /// Compares bytes: to search a string for spaces takes twice the instructions, because scopes are short.
    pub(super) fn has_scope(&self, scope: &str) -> bool {
        let is_same = |own: &[u8]| own == scope.as_bytes();
        let has = |scopes: &str| scopes.as_bytes().split(|byte| *byte == b' ').any(is_same);
        is_scope(scope) && self.scope_lists().any(has)
    }

    fn scope_lists(&self) -> Strings<'_> {
        Strings::of(self.value(self.usual.scp))
    }

    pub(super) fn has_app_role(&self, role: &str) -> bool {
        self.list("roles").any(|own| own == role)
    }

    pub(super) fn is_for(&self, audience: Audience<'_>) -> bool {
        self.audiences().any(|own| audience.matches(own))
    }
}

fn is_scope(text: &str) -> bool {
    !matches!(text, "" | "/")
}

/// The strings of a claim that is a string or a list. With a chain of the standard iterators, each loop over
/// them takes four times the code.
pub(super) enum Strings<'a> {
    One(Option<&'a str>),
    Many(Texts<'a>),
}

impl<'a> Strings<'a> {
    fn of(value: Option<Value<'a>>) -> Self {
        match value {
            Some(Value::Text(text)) => Self::One(Some(text)),
            Some(Value::List(list)) => Self::Many(list),
            _ => Self::One(None),
        }
    }
}

impl<'a> Iterator for Strings<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        match self {
            Self::One(one) => one.take(),
            Self::Many(many) => many.next(),
        }
    }
}
