//! A principal made only of the claims of a verified token.

use super::{Content, EasyAuthPrincipal, Membership, OfToken, PrincipalFormat, claims::ClaimSpan};
use crate::{
    issuer,
    json::{JsonError, Kind, Reader, Text, members::Value},
    jwt::{Groups, Token},
    provider::IdentityProvider,
};

impl EasyAuthPrincipal {
    /// The caller that a token describes. The token must have been verified.
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
        Self::from(Content {
            format: PrincipalFormat::Token,
            text: list.text,
            claims: list.claims,
            of_token: Some(OfToken { caller: token.caller(), actor: token.actor(), groups }),
            ..Content::of(provider)
        })
    }
}

/// The claims of a token as the platform writes them: one claim for each element of a list.
#[derive(Default)]
struct ClaimList {
    text: Text,
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
                // The JSON is valid, so an error means that it is an object.
                if self.push_elements(name, json).is_err() {
                    self.push_one(name, json);
                }
            }
        }
    }

    /// Adds a list with elements that are not strings. Returns an error for an object.
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
        let typ = self.text.push(name);
        let val = self.text.push(value);
        self.claims.extend(typ.zip(val).map(|(typ, val)| ClaimSpan { typ, val }));
    }
}
