//! What a token says, whether or not its signature was checked. Not generic, so that it is compiled once and
//! not for each kind of token.

use std::time::SystemTime;

use super::TokenHeader;
use crate::{
    json::members::{Members, Texts, Value},
    resource::Audience,
};

pub(super) struct Content {
    pub(super) header: TokenHeader,
    pub(super) claims: Members,
    pub(super) expires_at: Option<SystemTime>,
    pub(super) not_before: Option<SystemTime>,
    pub(super) issued_at: Option<SystemTime>,
}

impl Content {
    pub(super) fn list(&self, name: &str) -> Strings<'_> {
        match self.claims.get(name) {
            Some(Value::Text(text)) => Strings::One(Some(text)),
            Some(Value::List(list)) => Strings::Many(list),
            _ => Strings::One(None),
        }
    }

    pub(super) fn scopes(&self) -> impl Iterator<Item = &str> {
        let all = self.list("scp").flat_map(|scopes| scopes.split(' '));
        all.filter(|scope| !matches!(*scope, "" | "/"))
    }

    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.scopes().any(|own| own == scope)
    }

    pub(super) fn has_app_role(&self, role: &str) -> bool {
        self.list("roles").any(|own| own == role)
    }

    pub(super) fn is_for(&self, audience: Audience<'_>) -> bool {
        self.list("aud").any(|own| audience.matches(own))
    }
}

/// The strings of a claim that is a string or a list. With a chain of the standard iterators, each loop over
/// them takes four times the code.
pub(super) enum Strings<'a> {
    One(Option<&'a str>),
    Many(Texts<'a>),
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
