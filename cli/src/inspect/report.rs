//! The report on an input. `--json` prints it as it is.

use easyauth::Diagnosis;
use serde::Serialize;

use super::site::{Joined, SiteSettings};
use crate::{api::Api, times::Moment};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    pub(super) input: &'static str,
    pub(super) now: String,
    /// The API of `--for`.
    pub(super) api: Option<String>,
    /// One for a request or a token, one for each session of `/.auth/me`.
    pub(super) accounts: Vec<Account>,
    /// The codes in an error message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) explanation: Option<serde_json::Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Account {
    pub(super) principal: Option<Principal>,
    pub(super) tokens: Vec<Token>,
    /// When the access token expires, according to the platform.
    pub(super) expires_on: Option<Moment>,
    pub(super) renewal: Option<Advice>,
    pub(super) diagnosis: Option<Diagnosis>,
    /// What `--settings` means for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) settings: Option<Joined>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Principal {
    pub(super) provider: String,
    pub(super) format: &'static str,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) object_id: Option<String>,
    pub(super) tenant_id: Option<String>,
    pub(super) roles: Vec<String>,
    pub(super) claims: Vec<Claim>,
}

#[derive(Serialize)]
pub(super) struct Claim {
    #[serde(rename = "type")]
    pub(super) typ: String,
    pub(super) value: String,
}

/// What is known about a token.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) length: usize,
    /// `true` if the client sent it in `Authorization`, `false` if it is from the token store.
    pub(super) from_client: bool,
    pub(super) claims: Option<TokenClaims>,
    /// Why it cannot be decoded. Kinds that are never JWTs have neither claims nor an error.
    pub(super) error: Option<String>,
    #[cfg(feature = "serve")]
    #[serde(skip)]
    pub(super) details: super::web::Details,
}

#[derive(Serialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(super) enum Kind {
    Access,
    Id,
    Refresh,
    AccessSecret,
    Authentication,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TokenClaims {
    pub(super) audiences: Vec<Audience>,
    pub(super) scopes: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) caller: &'static str,
    pub(super) client_id: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) issued_at: Option<Moment>,
    pub(super) not_before: Option<Moment>,
    pub(super) expires_at: Option<Moment>,
    pub(super) is_protected: bool,
    pub(super) is_id_token: bool,
    pub(super) is_bound_to_key: bool,
}

#[derive(Serialize)]
pub(super) struct Audience {
    pub(super) identifier: String,
    pub(super) name: Option<String>,
}

/// Advice: a machine-readable code and a sentence.
#[derive(Serialize)]
pub(super) struct Advice {
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Report {
    /// Adapts each diagnosis to the settings of the site.
    pub(super) fn join(&mut self, site: &SiteSettings, api: &Api) {
        for account in &mut self.accounts {
            account.settings =
                account.diagnosis.as_ref().map(|diagnosis| site.join(diagnosis, api));
        }
    }

    /// Returns `true` if an access token opens the API of `--for`.
    pub(super) fn opens(&self) -> bool {
        let mut diagnoses = self.accounts.iter().filter_map(|account| account.diagnosis.as_ref());
        diagnoses.any(Diagnosis::opens)
    }
}
