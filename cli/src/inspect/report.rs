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

impl Principal {
    pub(super) fn format_name(&self) -> &'static str {
        match self.format {
            "app-service" => "App Service",
            "static-web-apps" => "Static Web Apps",
            _ => "without X-MS-CLIENT-PRINCIPAL, which has the claims",
        }
    }
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Access => "access token",
            Self::Id => "ID token",
            Self::Refresh => "refresh token",
            Self::AccessSecret => "access token secret",
            Self::Authentication => "authentication token",
        }
    }
}

impl Token {
    /// The length, and where the token is from if it is not from the token store.
    pub(super) fn size(&self) -> String {
        let origin = if self.from_client { ", sent by the client in Authorization" } else { "" };
        format!("{} bytes{origin}", self.length)
    }

    /// What its claims mean for its use.
    pub(super) fn notes(&self) -> Vec<&'static str> {
        let Some(claims) = &self.claims else { return Vec::new() };
        let notes = [
            (claims.is_protected, "protected: only its API can verify it"),
            (
                self.kind == Kind::Id || claims.is_id_token,
                "an ID token identifies the user and opens no API",
            ),
            (claims.is_bound_to_key, "bound to a key of its client: not usable as a bearer token"),
        ];
        notes.into_iter().filter_map(|(is_true, note)| is_true.then_some(note)).collect()
    }
}

impl TokenClaims {
    pub(super) fn caller_and_client(&self) -> String {
        caller_and_client(self.caller, self.client_id.as_deref())
    }
}

/// The caller of a token, and the client that requested it.
pub(crate) fn caller_and_client(caller: &str, client_id: Option<&str>) -> String {
    let client = client_id.map(|client| format!(", by client {client}"));
    format!("{caller}{}", client.unwrap_or_default())
}

/// Items in a line of text.
pub(super) fn list(items: &[String]) -> String {
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
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
