//! How a verifier is put together, and which mistakes are refused.

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

/// How far clocks may differ unless a verifier is told otherwise: the default of Microsoft's own token
/// library (`TokenValidationParameters.DefaultClockSkew`).
pub const DEFAULT_CLOCK_SKEW: Duration = Duration::from_secs(300);

/// How far clocks may be said to differ: three times the default. Beyond, expiry means little.
pub const MAX_CLOCK_SKEW: Duration = Duration::from_secs(900);

/// Collects what a verifier demands: see [`Verifier::builder`].
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

    /// Accepts tokens of both versions for the application with this client ID, a GUID: `aud` is the
    /// client ID itself in version 2.0, and in version 1.0 usually `api://` and the client ID.
    ///
    /// Which version an API gets is a setting of its registration (`api.requestedAccessTokenVersion`),
    /// whatever endpoint its clients use. If the App ID URI has another name and the tokens are of
    /// version 1.0, add it with [`audience`](Self::audience).
    pub fn application(mut self, client_id: impl Into<String>) -> Self {
        let client_id = client_id.into();
        self.audiences.push(OwnedAudience::Identifier(format!("api://{client_id}")));
        self.audiences.push(OwnedAudience::Identifier(client_id.clone()));
        self.applications.push(client_id);
        self
    }

    /// Accepts tokens for this audience exactly: an App ID URI, the client ID of an issuer other than
    /// Entra, or a [`Resource`](crate::resource::Resource) of your own. Called more than once, any of
    /// them will do. At least one audience or [`application`](Self::application) is needed.
    ///
    /// Version 2.0 tokens of Entra never have an App ID URI in `aud`, but the client ID.
    pub fn audience<'a>(mut self, audience: impl Into<Audience<'a>>) -> Self {
        self.audiences.push(audience.into().into());
        self
    }

    /// Accepts ID tokens that are for this audience as well. Without a call, an ID token must be for
    /// the application alone: with a second audience another application could have passed it on
    /// (OpenID Connect Core section 3.1.3.7). For ID tokens alone.
    pub fn trusted_audience<'a>(mut self, audience: impl Into<Audience<'a>>) -> Self {
        self.trusted_audiences.push(audience.into().into());
        self
    }

    /// Accepts only tokens of the applications with these client IDs (`azp`, `appid`): GUIDs, if the
    /// issuer is Microsoft's. Without a call, all are accepted. Called more than once, any of them will
    /// do. This comes on top of everything else: a client alone permits nothing.
    pub fn client(mut self, client_id: impl Into<String>) -> Self {
        self.clients.push(client_id.into());
        self
    }

    /// The cloud whose Entra signs; [`Cloud::Public`] without a call. No effect on fixed issuers.
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// Accepts these algorithms, in the place of [`Algorithm::Rs256`] alone.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// How far clocks may differ: [`DEFAULT_CLOCK_SKEW`] without a call, at most [`MAX_CLOCK_SKEW`].
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.clock_skew = skew;
        self
    }

    /// Rejects tokens that live longer than this, from `iat` to `exp`. Entra's access tokens live 60 to
    /// 90 minutes, and up to 28 hours if the client supports continuous access evaluation. ID tokens of
    /// organizations live about an hour, those of personal Microsoft accounts 24 hours and 5 minutes.
    pub fn max_lifetime(mut self, longest: Duration) -> Self {
        self.max_lifetime = Some(longest);
        self
    }

    /// Accepts access tokens with neither scopes nor roles.
    ///
    /// Every application in the tenant can get such a token for your API, permitted or not. So each
    /// request must then be checked against a list of client ids: see [`client`](Self::client). That
    /// is what Microsoft's library calls "authorization by ACL".
    pub fn allow_tokens_without_permissions(mut self) -> Self {
        self.without_permissions = WithoutPermissions::Accept;
        self
    }

    /// Accepts one of Microsoft's own APIs as an audience.
    ///
    /// Tokens for Microsoft Graph, Azure Resource Manager and the like are for nobody but these APIs:
    /// their format can change any day, some cannot be verified at all, and a service that accepts
    /// them takes tokens that were never meant for it ("confused deputy": "Access tokens in the
    /// Microsoft identity platform"). If you want to know whether a token opens such an API, you want
    /// [`UnverifiedToken`](crate::UnverifiedToken).
    pub fn dangerously_accept_microsoft_audiences(mut self) -> Self {
        self.microsoft_audiences = MicrosoftAudiences::Accept;
        self
    }

    /// A verifier for access tokens.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if something is missing or contradicts itself.
    pub fn build(self) -> Result<Verifier, BuildError> {
        if !self.trusted_audiences.is_empty() {
            return Err(BuildError::OnlyForIdTokens);
        }
        self.policy().map(Verifier::new)
    }

    /// A verifier for ID tokens: the audience is the client id of the application that signs people in.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if something is missing or contradicts itself.
    pub fn build_for_id_tokens(self) -> Result<IdTokenVerifier, BuildError> {
        let is_about_access =
            !self.clients.is_empty() || self.without_permissions == WithoutPermissions::Accept;
        if is_about_access {
            return Err(BuildError::OnlyForAccessTokens);
        }
        self.policy().map(IdTokenVerifier::new)
    }

    fn policy(self) -> Result<Policy, BuildError> {
        self.check_audiences()?;
        self.check_issuers()?;
        self.check_clients()?;
        if self.algorithms.is_empty() {
            return Err(BuildError::NoAlgorithm);
        }
        if self.clock_skew > MAX_CLOCK_SKEW {
            return Err(BuildError::ClockSkewTooLong);
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

    fn check_audiences(&self) -> Result<(), BuildError> {
        if self.audiences.is_empty() {
            return Err(BuildError::NoAudience);
        }
        if let Some(id) = self.applications.iter().find(|id| !id.is_empty() && !is_guid(id)) {
            return Err(BuildError::NotAClientId(id.as_str().into()));
        }
        if self.applications.iter().any(String::is_empty) {
            return Err(BuildError::EmptyAudience);
        }
        for audience in self.audiences.iter().chain(&self.trusted_audiences) {
            let identifiers: Vec<&str> = match audience {
                OwnedAudience::Identifier(identifier) => vec![identifier],
                OwnedAudience::Resource(resource) => {
                    resource.audience_uris().iter().copied().chain(resource.app_id()).collect()
                }
            };
            if identifiers.is_empty() || identifiers.contains(&"") {
                return Err(BuildError::EmptyAudience);
            }
            if let Some(scope) = identifiers.iter().find(|own| is_no_audience(own)) {
                return Err(BuildError::NotAnAudience((*scope).into()));
            }
            if self.microsoft_audiences == MicrosoftAudiences::Refuse
                && let Some(own) = identifiers.into_iter().find(|own| is_microsoft(own))
            {
                return Err(BuildError::MicrosoftAudience(own.into()));
            }
        }
        Ok(())
    }

    fn check_issuers(&self) -> Result<(), BuildError> {
        match &self.authority.0 {
            AuthorityKind::Entra(tenant) if tenant.is_nobody() => Err(BuildError::NoTenant),
            AuthorityKind::Entra(_) => Ok(()),
            AuthorityKind::Fixed { issuers, .. } => {
                issuers.iter().try_for_each(|issuer| check_issuer(issuer))
            }
        }
    }

    fn check_clients(&self) -> Result<(), BuildError> {
        let is_microsoft = match &self.authority.0 {
            AuthorityKind::Entra(_) => true,
            AuthorityKind::Fixed { issuers, .. } => {
                issuers.iter().all(|issuer| issuer::family(issuer).is_some())
            }
        };
        match self.clients.iter().find(|id| id.is_empty() || (is_microsoft && !is_guid(id))) {
            Some(id) if id.is_empty() => Err(BuildError::EmptyClient),
            Some(id) => Err(BuildError::NotAClientId(id.as_str().into())),
            None => Ok(()),
        }
    }
}

/// An issuer is a URL, or the name of a host (Google). What stands for every tenant is in no token.
fn check_issuer(issuer: &str) -> Result<(), BuildError> {
    if issuer.is_empty() {
        return Err(BuildError::EmptyIssuer);
    }
    let of_any_tenant = ["common", "organizations", "consumers"];
    let is_of_microsoft = issuer::family(issuer).is_some();
    if issuer.contains(TENANT_PLACEHOLDER)
        || (is_of_microsoft && issuer.split('/').any(|part| of_any_tenant.contains(&part)))
    {
        return Err(BuildError::IssuerOfAnyTenant(issuer.into()));
    }
    let rest = issuer.strip_prefix("https://").or_else(|| issuer.strip_prefix("http://"));
    let host = rest.unwrap_or(issuer).split('/').next().unwrap_or_default();
    let is_host = !host.is_empty() && (rest.is_some() || (host == issuer && host.contains('.')));
    let is_plain = issuer.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\"<>".contains(&byte));
    let is_document = issuer.contains("/.well-known/");
    if is_host && is_plain && !is_document {
        Ok(())
    } else {
        Err(BuildError::NotAnIssuer(issuer.into()))
    }
}

/// Returns `true` for what no token has in `aud`: text with whitespace or control characters, and a
/// scope that ends in `/.default`.
fn is_no_audience(identifier: &str) -> bool {
    identifier.chars().any(|character| character.is_whitespace() || character.is_control())
        || identifier.ends_with("/.default")
}

/// What workload identities exchange tokens at: "AAD Token Exchange Endpoint". Its tokens say who a
/// managed identity is, to Entra, and are for nobody else.
const TOKEN_EXCHANGE_APP: &str = "fb60f99c-7a34-4190-8149-302f77469936";

/// Its audience in the public cloud, and the start of those in the others (`...USGov`, `...China`,
/// `...France`, `...Germany`, `...USNat`, `...USSec`).
const TOKEN_EXCHANGE: &str = "api://azureadtokenexchange";

/// Returns `true` if one of Microsoft's own APIs has this audience, in any cloud and whatever its case.
fn is_microsoft(identifier: &str) -> bool {
    let lower = identifier.to_ascii_lowercase();
    // Version 1.0 tokens can name an application by its ID after `api://` or `spn:`.
    let id = ["api://", "spn:"].iter().find_map(|prefix| lower.strip_prefix(prefix));
    let id = id.unwrap_or(&lower).trim_end_matches('/');
    id == TOKEN_EXCHANGE_APP
        || lower.starts_with(TOKEN_EXCHANGE)
        // Whatever slash is at the end: also what a strict API rejects is not the audience of another.
        || [identifier, &lower, id].into_iter().any(Resource::is_of_microsoft)
}

/// A verifier that cannot be built: a mistake in the program or its configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No audience was given: every token of the tenant would be accepted, whatever API it is for.
    #[error("no audience: say which API the tokens are for")]
    NoAudience,
    /// An audience is the empty string.
    #[error("an audience is empty")]
    EmptyAudience,
    /// The audience has whitespace, or is the scope of a token request.
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
    /// An issuer is neither a URL nor the name of a host, or it is the address of a document.
    #[error("{:?} is not an issuer: use the iss of a token, or Authority::from_metadata", Escaped(.0))]
    NotAnIssuer(Box<str>),
    /// The issuer is that of a tenant-independent document of Entra (`{tenantid}`, `common`,
    /// `organizations`, `consumers`), which is in no token.
    #[error("the issuer {} stands for every tenant: use a Tenant in its place", Escaped(.0))]
    IssuerOfAnyTenant(Box<str>),
    /// A client ID is the empty string.
    #[error("a client id is empty")]
    EmptyClient,
    /// A client ID of Microsoft's is not a GUID.
    #[error("expected a client ID (GUID), found {:?}", Escaped(.0))]
    NotAClientId(Box<str>),
    /// No algorithm is accepted.
    #[error("no algorithm is accepted")]
    NoAlgorithm,
    /// The clock skew is over [`MAX_CLOCK_SKEW`].
    #[error("the clock skew is over 15 minutes")]
    ClockSkewTooLong,
    /// A list of clients, or tokens without permissions: ID tokens have neither.
    #[error("clients and permissions are demands on access tokens, not on ID tokens")]
    OnlyForAccessTokens,
    /// Trusted audiences are about ID tokens: an access token may be for any number of APIs.
    #[error("trusted audiences are for ID tokens, not for access tokens")]
    OnlyForIdTokens,
}
