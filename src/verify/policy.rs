//! What a verifier demands of the claims of a token whose signature is valid.

use std::time::{Duration, SystemTime};

use super::{
    Algorithm, Key, KeySource, Tenant, VerifyError, VerifyErrorKind,
    authority::{AuthorityKind, SignIn, TENANT_PLACEHOLDER},
    signed::{self, Signed},
};
use crate::{
    jwt::{TimeForm, Token},
    resource::{OwnedAudience, is_guid},
};

/// The demands, checked by the builder.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    pub(super) issuers: Issuers,
    pub(super) audiences: Vec<OwnedAudience>,
    pub(super) clients: Vec<String>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) clock_skew: Duration,
    pub(super) max_lifetime: Option<Duration>,
    pub(super) without_permissions: WithoutPermissions,
}

/// What becomes of an access token with neither scopes nor roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WithoutPermissions {
    Refuse,
    Accept,
}

/// Which kind of token is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Access,
    Id,
}

impl Kind {
    /// What `typ` may be: `JWT` from Entra, `at+jwt` in access tokens of issuers that follow RFC 9068
    /// (section 4).
    fn types(self) -> &'static [&'static str] {
        match self {
            Self::Access => &["JWT", "at+jwt", "application/at+jwt"],
            Self::Id => &["JWT"],
        }
    }
}

/// Until when a token is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expiry {
    /// Until `exp` (RFC 7519 section 4.1.4).
    Claim,
    /// Until this age, counted from `iat`, whatever `exp` says.
    Age(Duration),
}

/// Who may have signed: an authority, and where Entra signs in if it is one of Entra's.
#[derive(Clone)]
pub(super) struct Issuers {
    pub(super) authority: AuthorityKind,
    pub(super) sign_in: &'static SignIn,
}

impl Issuers {
    /// Checks who signed: the key's issuer and cloud, the token's issuer, its tenant.
    fn check<T>(&self, token: &Token<T>, key: &Key, kind: Kind) -> Result<(), VerifyError> {
        let issuer = token.issuer().ok_or_else(|| missing("iss"))?;
        match &self.authority {
            AuthorityKind::Entra(tenant) => {
                check_entra(token, issuer, key, tenant, self.sign_in, kind)
            }
            AuthorityKind::Fixed { issuers, cloud_instance_name } => {
                let is_ours = |own: &str| is_issuer_of_key(own, token.tenant_id(), issuer);
                check_key(key, is_ours, cloud_instance_name.as_deref())?;
                if issuers.iter().any(|own| own == issuer) {
                    return Ok(());
                }
                let kind = VerifyErrorKind::WrongIssuer;
                Err(VerifyError::identifiers(kind, issuers.join(" or "), issuer.to_owned()))
            }
        }
    }

    /// Whether Entra's own rules about the shape of tokens apply.
    fn is_entra(&self) -> bool {
        matches!(self.authority, AuthorityKind::Entra(_))
    }
}

impl std::fmt::Debug for Issuers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.authority {
            AuthorityKind::Entra(tenant) => write!(f, "Entra({tenant} at {})", self.sign_in.host),
            AuthorityKind::Fixed { issuers, .. } => f.debug_list().entries(issuers).finish(),
        }
    }
}

fn check_entra<T>(
    token: &Token<T>,
    issuer: &str,
    key: &Key,
    expected: &Tenant,
    sign_in: &SignIn,
    kind: Kind,
) -> Result<(), VerifyError> {
    let version = token.version().ok_or_else(|| missing("ver"))?;
    let tenant = match (token.tenant_id(), kind) {
        (Some(tenant), _) => Some(tenant),
        (None, Kind::Access) => None,
        // ID tokens have `tid` only if the sign-in asked for the scope `profile`; their issuer has it.
        (None, Kind::Id) => sign_in.tenant_of(version, issuer),
    };
    let tenant = tenant.ok_or_else(|| missing("tid"))?;
    // Nothing else may be put into the pattern of an issuer.
    if !is_guid(tenant) {
        return Err(VerifyError::member(VerifyErrorKind::InvalidClaim, "tid"));
    }
    // Keys know the version 2.0 issuer alone, also for tokens of version 1.0.
    let is_ours = |own: &str| {
        let named = sign_in.tenant_of("2.0", own);
        named.is_some_and(|named| named == TENANT_PLACEHOLDER || named == tenant)
    };
    check_key(key, is_ours, Some(sign_in.instance_name))?;
    if sign_in.tenant_of(version, issuer) != Some(tenant) {
        return Err(match sign_in.issuer(version, tenant) {
            Some(own) => {
                let kind = VerifyErrorKind::WrongIssuer;
                VerifyError::identifiers(kind, own, issuer.to_owned())
            }
            None => VerifyError::member(VerifyErrorKind::InvalidClaim, "ver"),
        });
    }
    if !expected.includes(tenant) {
        return Err(VerifyError::identifiers(
            VerifyErrorKind::WrongTenant,
            expected.to_string(),
            tenant.to_owned(),
        ));
    }
    Ok(())
}

/// Whether the issuer that a key names, filled with the tenant, is that of the token.
fn is_issuer_of_key(own: &str, tenant: Option<&str>, issuer: &str) -> bool {
    let Some((start, end)) = own.split_once(TENANT_PLACEHOLDER) else { return own == issuer };
    let named = issuer.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
    named.is_some() && named == tenant
}

/// The key signs for this issuer, in this cloud, as far as it says.
fn check_key(
    key: &Key,
    is_ours: impl FnOnce(&str) -> bool,
    cloud_instance_name: Option<&str>,
) -> Result<(), VerifyError> {
    if key.issuer().is_some_and(|own| !is_ours(own)) {
        return Err(VerifyErrorKind::WrongKeyIssuer.into());
    }
    match (key.cloud_instance_name(), cloud_instance_name) {
        (Some(own), Some(expected)) if own != expected => {
            Err(VerifyErrorKind::WrongKeyCloud.into())
        }
        _ => Ok(()),
    }
}

impl Policy {
    /// What holds for every kind of token, in the order of the rules. `T` says what is left to check.
    pub(super) fn open<T>(
        &self,
        token: &str,
        kind: Kind,
        expiry: Expiry,
        keys: &impl KeySource,
        now: SystemTime,
    ) -> Result<Token<T>, VerifyError> {
        let Signed { header, payload, key } =
            signed::check(token, kind.types(), &self.algorithms, keys, now)?;
        let token = Token::new(header, payload, TimeForm::Number).map_err(VerifyError::decode)?;
        self.issuers.check(&token, &key, kind)?;
        self.check_audience(&token)?;
        self.check_times(&token, expiry, now)?;
        if token.is_bound_to_key() {
            return Err(VerifyErrorKind::BoundToKey.into());
        }
        Ok(token)
    }

    fn check_audience<T>(&self, token: &Token<T>) -> Result<(), VerifyError> {
        if !token.has_claim("aud") {
            return Err(missing("aud"));
        }
        if self.audiences.iter().any(|own| token.has_audience(own.audience())) {
            return Ok(());
        }
        let expected: Vec<&str> = self.audiences.iter().map(OwnedAudience::identifier).collect();
        let actual: Vec<&str> = token.audiences().collect();
        let kind = VerifyErrorKind::WrongAudience;
        Err(VerifyError::identifiers(kind, expected.join(" or "), actual.join(" and ")))
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
        // An age beyond what the clock can tell would never end.
        if end.is_none_or(|end| has_come(end.checked_add(self.clock_skew), now)) {
            return Err(VerifyErrorKind::Expired.into());
        }
        let is_future = |time: Option<SystemTime>| {
            time.is_some_and(|time| !has_come(time.checked_sub(self.clock_skew), now))
        };
        if is_future(token.not_before()) {
            return Err(VerifyErrorKind::NotYetValid.into());
        }
        if is_future(token.issued_at()) {
            return Err(VerifyErrorKind::IssuedInFuture.into());
        }
        if token.not_before().is_some_and(|start| expires_at <= start) {
            return Err(VerifyErrorKind::InvalidLifetime.into());
        }
        if let Some(longest) = self.max_lifetime {
            let start = token.issued_at().ok_or_else(|| missing("iat"))?;
            if expires_at.duration_since(start).is_ok_and(|lifetime| lifetime > longest) {
                return Err(VerifyErrorKind::LifetimeTooLong.into());
            }
        }
        Ok(())
    }

    /// What holds for access tokens: some permission, and an allowed client.
    pub(super) fn check_access<T>(&self, token: &Token<T>) -> Result<(), VerifyError> {
        // Every access token of Entra names its client, and no ID token does.
        let is_anonymous = self.issuers.is_entra() && token.client_id().is_none();
        if token.is_id_token() || is_anonymous {
            return Err(VerifyErrorKind::IdToken.into());
        }
        let has_role = token.app_roles().any(|role| !role.is_empty());
        let has_permission = token.scopes().next().is_some() || has_role;
        if !has_permission && self.without_permissions == WithoutPermissions::Refuse {
            return Err(VerifyErrorKind::NoPermissions.into());
        }
        let client = token.client_id().unwrap_or_default();
        if self.clients.is_empty()
            || self.clients.iter().any(|own| own.eq_ignore_ascii_case(client))
        {
            return Ok(());
        }
        let kind = VerifyErrorKind::ClientNotAllowed;
        Err(VerifyError::identifiers(kind, self.clients.join(" or "), client.to_owned()))
    }

    /// What holds for ID tokens.
    pub(super) fn check_id<T>(
        &self,
        token: &Token<T>,
        nonce: Option<&str>,
    ) -> Result<(), VerifyError> {
        // `azp` may be in the ID tokens of other issuers (OpenID Connect Core section 2), Google's for
        // instance.
        let of_access_tokens: &[&str] =
            if self.issuers.is_entra() { &["appid", "azp"] } else { &["appid"] };
        let is_access_token = token.scopes().next().is_some()
            || of_access_tokens.iter().any(|name| token.has_claim(name));
        if is_access_token {
            return Err(VerifyErrorKind::AccessToken.into());
        }
        match nonce {
            Some(nonce) if token.claim("nonce") != Some(nonce) => {
                Err(VerifyErrorKind::WrongNonce.into())
            }
            _ => Ok(()),
        }
    }
}

/// Whether this point in time has come. One that is beyond what the clock can tell has not.
fn has_come(time: Option<SystemTime>, now: SystemTime) -> bool {
    time.is_some_and(|time| now >= time)
}

fn missing(claim: &str) -> VerifyError {
    VerifyError::member(VerifyErrorKind::MissingClaim, claim)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use super::{Expiry, Policy};
    use crate::{
        jwt::{TimeForm, Token, TokenHeader, Unverified},
        verify::{IdTokenVerifier, Tenant, Verifier, VerifyErrorKind},
    };

    const ISSUED: u64 = 1_773_325_000;
    const HOUR: u64 = 3600;
    const SESSION: Duration = Duration::from_secs(8 * HOUR);

    fn verifier() -> IdTokenVerifier {
        let tenant = Tenant::single("b811a652-39e6-4a0c-b563-4279a1dd5012").unwrap();
        let builder = Verifier::builder(tenant).audience("00000006-0000-4000-8000-000000000006");
        builder.build_for_id_tokens().unwrap()
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// What becomes of a payload with these times at `now`.
    #[track_caller]
    fn check(payload: &str, expiry: Expiry, now: u64, expected: Result<(), VerifyErrorKind>) {
        let header = TokenHeader::parse("{}".to_owned()).unwrap();
        let token: Token<Unverified> =
            Token::new(header, payload.to_owned(), TimeForm::Number).unwrap();
        let policy: &Policy = &verifier().0;
        let result = policy.check_times(&token, expiry, at(now)).map_err(|error| error.kind());
        assert_eq!(result, expected);
    }

    /// A browser session outlives its ID token: `/.auth/refresh` does not renew it.
    #[test]
    fn an_age_takes_the_place_of_the_expiry() {
        let payload = format!(r#"{{"iat":{ISSUED},"nbf":{ISSUED},"exp":{}}}"#, ISSUED + HOUR);
        let age = Expiry::Age(SESSION);
        let expired = Err(VerifyErrorKind::Expired);
        check(&payload, Expiry::Claim, ISSUED + HOUR + 299, Ok(()));
        check(&payload, Expiry::Claim, ISSUED + HOUR + 300, expired);
        check(&payload, age, ISSUED + HOUR + 300, Ok(()));
        check(&payload, age, ISSUED + 8 * HOUR + 299, Ok(()));
        check(&payload, age, ISSUED + 8 * HOUR + 300, expired);
        // A shorter age than that of the token ends it earlier.
        check(&payload, Expiry::Age(Duration::ZERO), ISSUED + 299, Ok(()));
        check(&payload, Expiry::Age(Duration::ZERO), ISSUED + 300, expired);
        check(&payload, Expiry::Age(Duration::MAX), ISSUED, expired);
    }

    #[test]
    fn an_age_replaces_no_other_rule() {
        let age = Expiry::Age(SESSION);
        let missing = Err(VerifyErrorKind::MissingClaim);
        check(&format!(r#"{{"exp":{}}}"#, ISSUED + HOUR), age, ISSUED, missing);
        check(&format!(r#"{{"iat":{ISSUED}}}"#), age, ISSUED, missing);
        let early = format!(r#"{{"iat":{ISSUED},"nbf":{},"exp":{}}}"#, ISSUED + 301, ISSUED + HOUR);
        check(&early, age, ISSUED, Err(VerifyErrorKind::NotYetValid));
        let future = format!(r#"{{"iat":{},"exp":{}}}"#, ISSUED + 301, ISSUED + HOUR);
        check(&future, age, ISSUED, Err(VerifyErrorKind::IssuedInFuture));
        let backwards = format!(r#"{{"iat":{ISSUED},"nbf":{ISSUED},"exp":{ISSUED}}}"#);
        check(&backwards, age, ISSUED + HOUR, Err(VerifyErrorKind::InvalidLifetime));
    }
}
