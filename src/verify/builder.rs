//! Building a verifier, and the configuration mistakes that are rejected.

use std::time::Duration;

use super::{
    Algorithm, Authority, IdTokenVerifier, Verifier,
    authority::AuthorityKind,
    issuers::Issuers,
    policy::{Policy, WithoutPermissions},
};
use crate::{
    escape::Escaped,
    issuer::{self, SignIn, TENANT_PLACEHOLDER},
    resource::{Audience, Cloud, OwnedAudience, Resource, is_guid},
};

/// The clock skew that is tolerated by default: the default of Microsoft's own token library
/// (`TokenValidationParameters.DefaultClockSkew`).
pub const DEFAULT_CLOCK_SKEW: Duration = Duration::from_secs(300);

/// The largest clock skew that can be set: three times the default. With more, expiry means little.
pub const MAX_CLOCK_SKEW: Duration = Duration::from_secs(900);

/// Collects the requirements of a verifier: see [`Verifier::builder`].
#[derive(Debug, Clone)]
#[must_use]
pub struct VerifierBuilder {
    authority: Authority,
    cloud: Cloud,
    audiences: Vec<OwnedAudience>,
    applications: Vec<String>,
    trusted_audiences: Vec<OwnedAudience>,
    clients: Vec<String>,
    algorithms: Vec<Algorithm>,
    clock_skew: Duration,
    max_lifetime: Option<Duration>,
    without_permissions: WithoutPermissions,
    microsoft_audiences: MicrosoftAudiences,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MicrosoftAudiences {
    Refuse,
    Accept,
}

impl VerifierBuilder {
    pub(super) fn new(authority: Authority) -> Self {
        Self {
            authority,
            cloud: Cloud::Public,
            audiences: Vec::new(),
            applications: Vec::new(),
            trusted_audiences: Vec::new(),
            clients: Vec::new(),
            algorithms: vec![Algorithm::Rs256],
            clock_skew: DEFAULT_CLOCK_SKEW,
            max_lifetime: None,
            without_permissions: WithoutPermissions::Refuse,
            microsoft_audiences: MicrosoftAudiences::Refuse,
        }
    }

    /// Accepts tokens of both versions for the application with this client ID, a GUID. In version 2.0
    /// `aud` is the client ID. In version 1.0 it is usually `api://` and the client ID.
    ///
    /// The registration of an API sets its token version (`api.requestedAccessTokenVersion`); the
    /// endpoint that clients use has no influence. For version 1.0 tokens with another App ID URI, add
    /// that with [`audience`](Self::audience).
    pub fn application(mut self, client_id: impl Into<String>) -> Self {
        let client_id = client_id.into();
        self.audiences.push(OwnedAudience::Identifier(format!("api://{client_id}")));
        self.audiences.push(OwnedAudience::Identifier(client_id.clone()));
        self.applications.push(client_id);
        self
    }

    /// Accepts tokens for exactly this audience: an App ID URI, the client ID of an issuer other than
    /// Entra, or your own [`Resource`]. If called more than once, any of them
    /// is accepted. At least one audience or [`application`](Self::application) is required.
    ///
    /// Version 2.0 tokens of Entra never have an App ID URI in `aud`; they have the client ID.
    pub fn audience<'a>(mut self, audience: impl Into<Audience<'a>>) -> Self {
        self.audiences.push(audience.into().into());
        self
    }

    /// Accepts ID tokens that are also for this audience. Applies to ID tokens only.
    ///
    /// By default an ID token must be for the application alone. With a second audience, another
    /// application could have passed it on (OpenID Connect Core section 3.1.3.7).
    pub fn trusted_audience<'a>(mut self, audience: impl Into<Audience<'a>>) -> Self {
        self.trusted_audiences.push(audience.into().into());
        self
    }

    /// Accepts only tokens of the applications with these client IDs (`azp`, `appid`): GUIDs, if the
    /// issuer is Microsoft's. By default all are accepted. If called more than once, any of them is
    /// accepted. All other requirements still apply: a client ID alone permits nothing.
    pub fn client(mut self, client_id: impl Into<String>) -> Self {
        self.clients.push(client_id.into());
        self
    }

    /// Sets the cloud whose Entra signs: [`Cloud::Public`] by default. No effect on fixed issuers.
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// Accepts these algorithms instead of [`Algorithm::Rs256`] alone.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Sets the tolerated clock skew: [`DEFAULT_CLOCK_SKEW`] by default, at most [`MAX_CLOCK_SKEW`].
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.clock_skew = skew;
        self
    }

    /// Rejects tokens with a longer lifetime, from `iat` to `exp`. Entra's access tokens live 60 to 90
    /// minutes, and up to 28 hours if the client supports continuous access evaluation. ID tokens of
    /// organizations live about an hour; those of personal Microsoft accounts live 24 hours and 5
    /// minutes.
    pub fn max_lifetime(mut self, longest: Duration) -> Self {
        self.max_lifetime = Some(longest);
        self
    }

    /// Accepts access tokens with neither scopes nor roles.
    ///
    /// Every application in the tenant can get such a token for your API without any permission. So you
    /// must check each request against a list of client IDs: see [`client`](Self::client). Microsoft's
    /// library calls this "authorization by ACL".
    pub fn allow_tokens_without_permissions(mut self) -> Self {
        self.without_permissions = WithoutPermissions::Accept;
        self
    }

    /// Accepts one of Microsoft's own APIs as an audience.
    ///
    /// Tokens for Microsoft Graph, Azure Resource Manager and other Microsoft APIs are only for those
    /// APIs. Their format can change at any time, and some cannot be verified at all. A service that
    /// accepts them accepts tokens that were issued for another service ("confused deputy": "Access
    /// tokens in the Microsoft identity platform"). To find out whether a token opens such an API, use
    /// [`UnverifiedToken`](crate::UnverifiedToken).
    pub fn dangerously_accept_microsoft_audiences(mut self) -> Self {
        self.microsoft_audiences = MicrosoftAudiences::Accept;
        self
    }

    /// Builds a verifier for access tokens.
    ///
    /// # Errors
    ///
    /// [`VerifierBuildError`] if a setting is missing, invalid or contradictory.
    pub fn build(self) -> Result<Verifier, VerifierBuildError> {
        if !self.trusted_audiences.is_empty() {
            return Err(VerifierBuildError::OnlyForIdTokens);
        }
        self.policy().map(Verifier::new)
    }

    /// Builds a verifier for ID tokens. The audience is the client ID of the application that users sign
    /// in to.
    ///
    /// # Errors
    ///
    /// [`VerifierBuildError`] if a setting is missing, invalid or contradictory.
    pub fn build_for_id_tokens(self) -> Result<IdTokenVerifier, VerifierBuildError> {
        let is_about_access =
            !self.clients.is_empty() || self.without_permissions == WithoutPermissions::Accept;
        if is_about_access {
            return Err(VerifierBuildError::OnlyForAccessTokens);
        }
        self.policy().map(IdTokenVerifier::new)
    }

    fn policy(self) -> Result<Policy, VerifierBuildError> {
        self.check_audiences()?;
        self.check_issuers()?;
        self.check_clients()?;
        if self.algorithms.is_empty() {
            return Err(VerifierBuildError::NoAlgorithm);
        }
        if self.clock_skew > MAX_CLOCK_SKEW {
            return Err(VerifierBuildError::ClockSkewTooLong);
        }
        Ok(Policy {
            issuers: Issuers { authority: self.authority.0, sign_in: SignIn::of(self.cloud) },
            audiences: self.audiences,
            trusted_audiences: self.trusted_audiences,
            clients: self.clients,
            algorithms: self.algorithms,
            clock_skew: self.clock_skew,
            max_lifetime: self.max_lifetime,
            without_permissions: self.without_permissions,
        })
    }

    fn check_audiences(&self) -> Result<(), VerifierBuildError> {
        if self.audiences.is_empty() {
            return Err(VerifierBuildError::NoAudience);
        }
        if let Some(id) = self.applications.iter().find(|id| !id.is_empty() && !is_guid(id)) {
            return Err(VerifierBuildError::NotAClientId(id.as_str().into()));
        }
        if self.applications.iter().any(String::is_empty) {
            return Err(VerifierBuildError::EmptyAudience);
        }
        for audience in self.audiences.iter().chain(&self.trusted_audiences) {
            let identifiers: Vec<&str> = match audience {
                OwnedAudience::Identifier(identifier) => vec![identifier],
                OwnedAudience::Resource(resource) => {
                    resource.audience_uris().iter().copied().chain(resource.app_id()).collect()
                }
            };
            if identifiers.is_empty() || identifiers.contains(&"") {
                return Err(VerifierBuildError::EmptyAudience);
            }
            if let Some(scope) = identifiers.iter().find(|own| is_no_audience(own)) {
                return Err(VerifierBuildError::NotAnAudience((*scope).into()));
            }
            if self.microsoft_audiences == MicrosoftAudiences::Refuse
                && let Some(own) = identifiers.into_iter().find(|own| is_microsoft(own))
            {
                return Err(VerifierBuildError::MicrosoftAudience(own.into()));
            }
        }
        Ok(())
    }

    fn check_issuers(&self) -> Result<(), VerifierBuildError> {
        match &self.authority.0 {
            AuthorityKind::Entra(tenant) if tenant.is_nobody() => Err(VerifierBuildError::NoTenant),
            AuthorityKind::Entra(_) => Ok(()),
            AuthorityKind::Fixed { issuers, .. } => {
                issuers.iter().try_for_each(|issuer| check_issuer(issuer))
            }
        }
    }

    fn check_clients(&self) -> Result<(), VerifierBuildError> {
        let is_microsoft = match &self.authority.0 {
            AuthorityKind::Entra(_) => true,
            AuthorityKind::Fixed { issuers, .. } => {
                issuers.iter().all(|issuer| issuer::family(issuer).is_some())
            }
        };
        match self.clients.iter().find(|id| id.is_empty() || (is_microsoft && !is_guid(id))) {
            Some(id) if id.is_empty() => Err(VerifierBuildError::EmptyClient),
            Some(id) => Err(VerifierBuildError::NotAClientId(id.as_str().into())),
            None => Ok(()),
        }
    }
}

/// An issuer is a URL or a host name (Google). No token has the issuer of a tenant-independent document.
fn check_issuer(issuer: &str) -> Result<(), VerifierBuildError> {
    if issuer.is_empty() {
        return Err(VerifierBuildError::EmptyIssuer);
    }
    let of_any_tenant = ["common", "organizations", "consumers"];
    let is_of_microsoft = issuer::family(issuer).is_some();
    if issuer.contains(TENANT_PLACEHOLDER)
        || (is_of_microsoft && issuer.split('/').any(|part| of_any_tenant.contains(&part)))
    {
        return Err(VerifierBuildError::IssuerOfAnyTenant(issuer.into()));
    }
    let rest = issuer.strip_prefix("https://").or_else(|| issuer.strip_prefix("http://"));
    let host = rest.unwrap_or(issuer).split('/').next().unwrap_or_default();
    let is_host = !host.is_empty() && (rest.is_some() || (host == issuer && host.contains('.')));
    let is_plain = issuer.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\"<>".contains(&byte));
    let is_document = issuer.contains("/.well-known/");
    if is_host && is_plain && !is_document {
        Ok(())
    } else {
        Err(VerifierBuildError::NotAnIssuer(issuer.into()))
    }
}

/// Returns `true` for strings that no token has in `aud`: those with whitespace or control characters,
/// and scopes that end in `/.default`.
fn is_no_audience(identifier: &str) -> bool {
    identifier.chars().any(|character| character.is_whitespace() || character.is_control())
        || identifier.ends_with("/.default")
}

/// "AAD Token Exchange Endpoint", where workload identities exchange tokens. Its tokens identify a
/// managed identity to Entra and are for no other service.
const TOKEN_EXCHANGE_APP: &str = "fb60f99c-7a34-4190-8149-302f77469936";

/// Its audience in the public cloud, and the start of those in the others (`...USGov`, `...China`,
/// `...France`, `...Germany`, `...USNat`, `...USSec`).
const TOKEN_EXCHANGE: &str = "api://azureadtokenexchange";

/// Returns `true` if one of Microsoft's own APIs has this audience, in any cloud and in any case.
fn is_microsoft(identifier: &str) -> bool {
    let lower = identifier.to_ascii_lowercase();
    // Version 1.0 tokens can name an application by its ID after `api://` or `spn:`.
    let id = ["api://", "spn:"].iter().find_map(|prefix| lower.strip_prefix(prefix));
    let id = id.unwrap_or(&lower).trim_end_matches('/');
    id == TOKEN_EXCHANGE_APP
        || lower.starts_with(TOKEN_EXCHANGE)
        // With or without a slash at the end: an audience that a strict API rejects is still not another
        // API's.
        || [identifier, &lower, id].into_iter().any(Resource::is_of_microsoft)
}

/// A verifier that cannot be built: a mistake in the program or its configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifierBuildError {
    /// No audience was given: every token of the tenant would be accepted, whatever API it is for.
    #[error("no audience: say which API the tokens are for")]
    NoAudience,
    /// An audience is the empty string.
    #[error("an audience is empty")]
    EmptyAudience,
    /// The audience contains whitespace, or is the scope of a token request.
    #[error(
        "{:?} is not an audience: use the client ID or the App ID URI, without a scope",
        Escaped(.0)
    )]
    NotAnAudience(Box<str>),
    /// The audience is one of Microsoft's own APIs: see
    /// [`dangerously_accept_microsoft_audiences`](VerifierBuilder::dangerously_accept_microsoft_audiences).
    #[error(
        "the audience {} is one of Microsoft's own APIs, whose tokens nobody else can rely on",
        Escaped(.0)
    )]
    MicrosoftAudience(Box<str>),
    /// The list of tenants is empty.
    #[error("no tenant: say whose users are let in")]
    NoTenant,
    /// An issuer is the empty string.
    #[error("an issuer is empty")]
    EmptyIssuer,
    /// An issuer is neither a URL nor a host name, or is the address of a metadata document.
    #[error("{:?} is not an issuer: use the iss of a token, or Authority::from_metadata", Escaped(.0))]
    NotAnIssuer(Box<str>),
    /// The issuer is that of a tenant-independent document of Entra (`{tenantid}`, `common`,
    /// `organizations`, `consumers`). No token has such an issuer.
    #[error("the issuer {} stands for every tenant: use a Tenant in its place", Escaped(.0))]
    IssuerOfAnyTenant(Box<str>),
    /// A client ID is the empty string.
    #[error("a client id is empty")]
    EmptyClient,
    /// A client ID is not a GUID, although the issuer is Microsoft's.
    #[error("expected a client ID (GUID), found {:?}", Escaped(.0))]
    NotAClientId(Box<str>),
    /// The list of algorithms is empty.
    #[error("no algorithm is accepted")]
    NoAlgorithm,
    /// The clock skew is over [`MAX_CLOCK_SKEW`].
    #[error("the clock skew is over 15 minutes")]
    ClockSkewTooLong,
    /// A list of clients, or tokens without permissions, was set: both apply to access tokens only.
    #[error("clients and permissions are demands on access tokens, not on ID tokens")]
    OnlyForAccessTokens,
    /// A trusted audience was set for access tokens, which may be for any number of APIs.
    #[error("trusted audiences are for ID tokens, not for access tokens")]
    OnlyForIdTokens,
}
