//! What there is to say about an input: plain data, and the JSON of `--json` as it is.

use easyauth::Diagnosis;
use serde::Serialize;

use super::moment::Moment;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    pub(crate) input: &'static str,
    pub(crate) now: String,
    /// The API that was asked for.
    pub(crate) api: Option<String>,
    /// One for a request or a token, one for each session of `/.auth/me`.
    pub(crate) accounts: Vec<Account>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Account {
    pub(crate) principal: Option<Principal>,
    pub(crate) tokens: Vec<Token>,
    /// When the access token expires, as the platform says it.
    pub(crate) expires_on: Option<Moment>,
    pub(crate) renewal: Option<Advice>,
    pub(crate) diagnosis: Option<Diagnosis>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Principal {
    pub(crate) provider: String,
    pub(crate) format: &'static str,
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) object_id: Option<String>,
    pub(crate) tenant_id: Option<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) claims: Vec<Claim>,
}

#[derive(Serialize)]
pub(crate) struct Claim {
    #[serde(rename = "type")]
    pub(crate) typ: String,
    pub(crate) value: String,
}

/// A token without its text.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) length: usize,
    /// Sent by the client in `Authorization`, and not from the token store.
    pub(crate) from_client: bool,
    pub(crate) claims: Option<TokenClaims>,
    /// Why it cannot be decoded; the kinds that are never JWTs have neither claims nor this.
    pub(crate) error: Option<String>,
}

#[derive(Serialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    Access,
    Id,
    Refresh,
    AccessSecret,
    Authentication,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenClaims {
    pub(crate) audiences: Vec<Audience>,
    pub(crate) scopes: Vec<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) caller: &'static str,
    pub(crate) client_id: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) issued_at: Option<Moment>,
    pub(crate) not_before: Option<Moment>,
    pub(crate) expires_at: Option<Moment>,
    pub(crate) is_protected: bool,
    pub(crate) is_id_token: bool,
    pub(crate) is_bound_to_key: bool,
}

#[derive(Serialize)]
pub(crate) struct Audience {
    pub(crate) identifier: String,
    pub(crate) name: Option<String>,
}

/// Something to do: a word for programs and a sentence for people.
#[derive(Serialize)]
pub(crate) struct Advice {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Report {
    /// Whether an access token opens what was asked for.
    pub(crate) fn opens(&self) -> bool {
        let mut diagnoses = self.accounts.iter().filter_map(|account| account.diagnosis.as_ref());
        diagnoses.any(Diagnosis::opens)
    }
}
