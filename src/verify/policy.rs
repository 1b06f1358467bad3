//! The rules about the claims of a token whose signature is valid.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    Algorithm, Key, KeySource, VerifyError, VerifyErrorKind,
    issuers::Issuers,
    signed::{self, Signed},
};
use crate::{
    issuer,
    jwt::{TimeForm, Token, TokenHeader},
    resource::{OwnedAudience, Resource, is_guid},
};

/// The settings of a verifier, validated by the builder.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    pub(super) issuers: Issuers,
    pub(super) audiences: Vec<OwnedAudience>,
    /// Other audiences that an ID token may have.
    pub(super) trusted_audiences: Vec<OwnedAudience>,
    pub(super) clients: Vec<String>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) clock_skew: Duration,
    pub(super) max_lifetime: Option<Duration>,
    pub(super) without_permissions: WithoutPermissions,
}

/// Whether an access token with neither scopes nor roles is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WithoutPermissions {
    Reject,
    Accept,
}

/// Which kind of token is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Access,
    Id,
}

/// Until when a token is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expiry {
    /// Until `exp` (RFC 7519 section 4.1.4).
    Claim,
    /// Until this age, counted from `iat`, whatever `exp` says.
    Age(Duration),
}

/// A token that met the rules for both kinds, and the key that signed it.
pub(super) struct Opened<T> {
    pub(super) token: Token<T>,
    pub(super) key: Arc<Key>,
}

impl Policy {
    /// Checks the rules for both kinds of token, in their order. The caller checks the rules for `T`.
    pub(super) fn open<T>(
        &self,
        token: &str,
        kind: Kind,
        expiry: Expiry,
        keys: &impl KeySource,
        now: SystemTime,
    ) -> Result<Opened<T>, VerifyError> {
        let Signed { header, payload, key } = signed::check(token, &self.algorithms, keys, now)?;
        let token = Token::new(header, payload, TimeForm::Number).map_err(VerifyError::decode)?;
        self.check(&token, &key, kind, expiry, now)?;
        Ok(Opened { token, key })
    }

    /// Checks the rules about claims that both kinds of token have.
    pub(super) fn check<T>(
        &self,
        token: &Token<T>,
        key: &Key,
        kind: Kind,
        expiry: Expiry,
        now: SystemTime,
    ) -> Result<(), VerifyError> {
        self.issuers.check(token, key, kind)?;
        self.check_audience(token, kind)?;
        self.check_times(token, expiry, now)?;
        if token.is_bound_to_key() {
            return Err(VerifyErrorKind::BoundToKey.error());
        }
        Ok(())
    }

    /// The algorithm and the key that the header of a token names.
    pub(super) fn find_key(
        &self,
        header: &TokenHeader,
        keys: &impl KeySource,
        now: SystemTime,
    ) -> Result<(Algorithm, Arc<Key>), VerifyError> {
        signed::find_key(header, &self.algorithms, keys, now)
    }

    /// Returns `true` if the token names one of the issuers and one of the audiences.
    pub(super) fn is_responsible_for<T>(&self, token: &Token<T>, kind: Kind) -> bool {
        self.issuers.check_claims(token, kind).is_ok() && self.has_own_audience(token)
    }

    /// The audiences and issuers of [`is_responsible_for`](Self::is_responsible_for), for a message.
    pub(super) fn expectation(&self) -> String {
        format!("{} from {}", join(&self.audiences), self.issuers)
    }

    /// The version 2.0 issuer and the client ID, if this is for one API in one tenant of Entra.
    pub(super) fn api(&self) -> Option<(String, &str)> {
        let issuer = self.issuers.only()?;
        let mut ids = self.audiences.iter().map(OwnedAudience::identifier).filter(|id| is_guid(id));
        let id = ids.next()?;
        ids.all(|other| other.eq_ignore_ascii_case(id)).then_some((issuer, id))
    }

    fn has_own_audience<T>(&self, token: &Token<T>) -> bool {
        self.audiences.iter().any(|own| token.has_audience(own.audience()))
    }

    fn check_audience<T>(&self, token: &Token<T>, kind: Kind) -> Result<(), VerifyError> {
        if !self.has_own_audience(token) {
            if !token.has_claim("aud") {
                return Err(missing("aud"));
            }
            let actual: Vec<&str> = token.audiences().collect();
            let (kind, expected) = (VerifyErrorKind::WrongAudience, join(&self.audiences));
            let error = VerifyError::identifiers(kind, expected, actual.join(" and "));
            return Err(error.with_advice(self.advice(token.version(), &actual)));
        }
        match kind {
            // An access token may be for several APIs (RFC 9068 section 2.2).
            Kind::Access => Ok(()),
            Kind::Id => self.check_every_audience(token),
        }
    }

    /// An ID token for an audience that is not trusted must be rejected (OpenID Connect Core section
    /// 3.1.3.7, rule 3): that audience could have passed it on.
    fn check_every_audience<T>(&self, token: &Token<T>) -> Result<(), VerifyError> {
        let trusted = || self.audiences.iter().chain(&self.trusted_audiences);
        let is_trusted = |audience: &str| trusted().any(|own| own.audience().matches(audience));
        match token.audiences().find(|audience| !is_trusted(audience)) {
            None => Ok(()),
            Some(other) => {
                let kind = VerifyErrorKind::UntrustedAudience;
                Err(VerifyError::identifiers(kind, join(trusted()), other.to_owned()))
            }
        }
    }

    /// What to change if the audience is that of the other token version ("Access tokens in the Microsoft identity
    /// platform", token formats): an API's version 2.0 tokens carry its client ID, those of version 1.0
    /// usually its App ID URI.
    fn advice(&self, version: Option<&str>, actual: &[&str]) -> Option<&'static str> {
        let [actual] = *actual else { return None };
        let names_client = self.audiences.iter().any(|own| is_guid(own.identifier()));
        let is_own_uri = self
            .audiences
            .iter()
            .any(|own| actual.strip_prefix("api://").is_some_and(|id| own.audience().matches(id)));
        match version {
            _ if Resource::of_audience(actual).is_some() => None,
            Some("2.0") if is_guid(actual) && !names_client => {
                Some("v2.0 tokens carry the client ID; use .application(...)")
            }
            Some("1.0") if is_own_uri => {
                Some("v1.0 tokens carry the App ID URI; use .application(...)")
            }
            Some("1.0") if !is_guid(actual) && self.names_only_clients() => {
                Some("v1.0 tokens carry the App ID URI; if it is yours, add .audience(...)")
            }
            _ => None,
        }
    }

    fn names_only_clients(&self) -> bool {
        self.audiences.iter().all(|own| {
            let own = own.identifier();
            is_guid(own.strip_prefix("api://").unwrap_or(own))
        })
    }

    /// RFC 7519 sections 4.1.4 to 4.1.6. The skew allows for clocks that differ.
    fn check_times<T>(
        &self,
        token: &Token<T>,
        expiry: Expiry,
        now: SystemTime,
    ) -> Result<(), VerifyError> {
        let expires_at = token.expires_at().ok_or_else(|| missing("exp"))?;
        let end = match expiry {
            Expiry::Claim => Some(expires_at),
            Expiry::Age(longest) => {
                token.issued_at().ok_or_else(|| missing("iat"))?.checked_add(longest)
            }
        };
        // An end that `SystemTime` cannot represent would never come, so the token counts as expired.
        if end.is_none_or(|end| has_come(end.checked_add(self.clock_skew), now)) {
            return Err(VerifyErrorKind::Expired.error());
        }
        let is_future = |time: Option<SystemTime>| {
            time.is_some_and(|time| !has_come(time.checked_sub(self.clock_skew), now))
        };
        if is_future(token.not_before()) {
            return Err(VerifyErrorKind::NotYetValid.error());
        }
        if is_future(token.issued_at()) {
            return Err(VerifyErrorKind::IssuedInFuture.error());
        }
        if token.not_before().is_some_and(|start| expires_at <= start) {
            return Err(VerifyErrorKind::InvalidLifetime.error());
        }
        if let Some(longest) = self.max_lifetime {
            let start = token.issued_at().ok_or_else(|| missing("iat"))?;
            if expires_at.duration_since(start).is_ok_and(|lifetime| lifetime > longest) {
                return Err(VerifyErrorKind::LifetimeTooLong.error());
            }
        }
        Ok(())
    }

    /// Checks the rules for access tokens: some permission, and an allowed client.
    pub(super) fn check_access<T>(&self, token: &Token<T>) -> Result<(), VerifyError> {
        // Every access token of Microsoft's services names its client, and no ID token does.
        let is_anonymous = token.client_id().is_none() && is_microsoft(token);
        if token.is_id_token() || is_anonymous {
            return Err(VerifyErrorKind::IdToken.error());
        }
        let has_role = || token.app_roles().any(|role| !role.is_empty());
        let has_permission = token.scopes().next().is_some() || has_role();
        if !has_permission && self.without_permissions == WithoutPermissions::Reject {
            return Err(VerifyErrorKind::NoPermissions.error());
        }
        if self.clients.is_empty() {
            return Ok(());
        }
        let client = token.client_id().unwrap_or_default();
        if self.clients.iter().any(|own| own.eq_ignore_ascii_case(client)) {
            return Ok(());
        }
        let kind = VerifyErrorKind::ClientNotAllowed;
        Err(VerifyError::identifiers(kind, self.clients.join(" or "), client.to_owned()))
    }

    /// Checks the rules for ID tokens.
    pub(super) fn check_id<T>(token: &Token<T>, nonce: Option<&str>) -> Result<(), VerifyError> {
        // `azp` may be in the ID tokens of other issuers (OpenID Connect Core section 2), Google's for
        // instance.
        let of_access_tokens: &[&str] =
            if is_microsoft(token) { &["appid", "azp"] } else { &["appid"] };
        let is_access_token = token.scopes().next().is_some()
            || token.claim("idtyp") == Some("app")
            || of_access_tokens.iter().any(|name| token.has_claim(name));
        if is_access_token {
            return Err(VerifyErrorKind::AccessToken.error());
        }
        match nonce {
            Some(nonce) if token.claim("nonce") != Some(nonce) => {
                Err(VerifyErrorKind::WrongNonce.error())
            }
            _ => Ok(()),
        }
    }
}

/// Returns `true` if one of Microsoft's services issued the token, whose issuer was checked.
fn is_microsoft<T>(token: &Token<T>) -> bool {
    token.issuer().and_then(issuer::family).is_some()
}

/// The audiences in a message.
fn join<'a>(audiences: impl IntoIterator<Item = &'a OwnedAudience>) -> String {
    let names: Vec<&str> = audiences.into_iter().map(OwnedAudience::identifier).collect();
    names.join(" or ")
}

/// Returns `true` if this point in time has come. One that `SystemTime` cannot represent has not.
fn has_come(time: Option<SystemTime>, now: SystemTime) -> bool {
    time.is_some_and(|time| now >= time)
}

pub(super) fn missing(claim: &str) -> VerifyError {
    VerifyError::member(VerifyErrorKind::MissingClaim, claim)
}
