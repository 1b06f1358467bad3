//! A principal made of the claims of a verified token, and of nothing else.

use super::{EasyAuthPrincipal, Membership, OfToken, PrincipalFormat, claims::ClaimSpan};
use crate::{
    groups::Groups,
    issuer,
    json::{JsonError, Kind, Reader, Span},
    jwt::{Token, members::Value},
    provider::IdentityProvider,
};

impl EasyAuthPrincipal {
    /// The caller of a token, by the token alone. The caller checked the token before.
    pub(crate) fn of_token<T>(token: &Token<T>) -> Self {
        let mut list = ClaimList::default();
        for (name, value) in token.claim_list() {
            list.push(name, &value);
        }
        let is_microsoft = token.issuer().is_some_and(issuer::is_microsoft);
        let provider =
            if is_microsoft { IdentityProvider::ENTRA } else { IdentityProvider::UNKNOWN };
        let groups = match token.groups() {
            Groups::Listed(_) => Membership::Listed,
            Groups::Overage => Membership::Overage,
            Groups::Absent => Membership::Absent,
        };
        Self {
            format: PrincipalFormat::Token,
            text: list.text,
            claims: list.claims,
            of_token: Some(OfToken { caller: token.caller(), groups }),
            ..Self::without_object(provider)
        }
    }
}

/// Claims that are being listed: a list is one claim for each of its elements, as the platform does.
#[derive(Default)]
struct ClaimList {
    text: String,
    claims: Vec<ClaimSpan>,
}

impl ClaimList {
    fn push(&mut self, name: &str, value: &Value<'_>) {
        match value {
            Value::Text(value) | Value::Number(value) => self.push_one(name, value),
            Value::Bool(true) => self.push_one(name, "true"),
            Value::Bool(false) => self.push_one(name, "false"),
            Value::List(values) => values.clone().for_each(|value| self.push_one(name, value)),
            Value::Other(json) => {
                // The token was read before, so its JSON is valid.
                if self.push_elements(name, json).is_err() {
                    self.push_one(name, json);
                }
            }
        }
    }

    /// A list with elements that are no strings. An error says that it is an object.
    fn push_elements(&mut self, name: &str, json: &str) -> Result<(), JsonError> {
        let mut json = Reader::new(json);
        json.array(|json| -> Result<(), JsonError> {
            match json.kind()? {
                Kind::Null => drop(json.skip()?),
                Kind::String => {
                    let value = json.string()?;
                    self.push_one(name, json.str(value));
                }
                _ => self.push_one(name, json.skip()?),
            }
            Ok(())
        })
    }

    fn push_one(&mut self, name: &str, value: &str) {
        let typ = Span::append(&mut self.text, name);
        let val = Span::append(&mut self.text, value);
        self.claims.extend(typ.zip(val).map(|(typ, val)| ClaimSpan { typ, val }));
    }
}
