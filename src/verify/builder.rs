//! How a verifier is put together, and which mistakes are refused.

use std::time::Duration;

use super::{
    Algorithm, Authority, IdTokenVerifier, Verifier,
    authority::{AuthorityKind, SignIn, TENANT_PLACEHOLDER},
    policy::{Issuers, Policy, WithoutPermissions},
};
use crate::resource::{Audience, Cloud, OwnedAudience, Resource};

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
            clients: Vec::new(),
            algorithms: vec![Algorithm::Rs256],
            clock_skew: DEFAULT_CLOCK_SKEW,
            max_lifetime: None,
            without_permissions: WithoutPermissions::Refuse,
            microsoft_audiences: MicrosoftAudiences::Refuse,
        }
    }

    /// Accepts tokens for this API: an App ID URI, a client id, or a [`Resource`](crate::resource::Resource)
    /// of your own. Called more than once, any of them will do. At least one is needed.
    pub fn audience<'a>(mut self, audience: impl Into<Audience<'a>>) -> Self {
        self.audiences.push(audience.into().into());
        self
    }

    /// Accepts tokens of both versions for the application with this client id: `aud` is the client id
    /// itself in version 2.0, and in version 1.0 usually `api://` and the client id.
    pub fn application(mut self, client_id: impl Into<String>) -> Self {
        let client_id = client_id.into();
        let uri = if client_id.is_empty() { String::new() } else { format!("api://{client_id}") };
        self.audiences.push(OwnedAudience::Identifier(uri));
        self.audiences.push(OwnedAudience::Identifier(client_id));
        self
    }

    /// Lets in only the applications with these client ids (`azp`, `appid`): without a call, all.
    /// Called more than once, any of them will do. This comes on top of everything else: a client
    /// alone permits nothing.
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

    /// Refuses tokens that live longer than this, from `iat` to `exp`. Entra's live 60 to 90 minutes,
    /// and up to 28 hours if the client supports continuous access evaluation.
    pub fn max_lifetime(mut self, longest: Duration) -> Self {
        self.max_lifetime = Some(longest);
        self
    }

    /// Accepts access tokens with neither scopes nor roles.
    ///
    /// Every application in the tenant can get such a token for your API, permitted or not. So each
    /// request must then be checked against a list of client ids: see [`client`](Self::client). That
    /// is what Microsoft's library calls "authorisation by ACL".
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
        if self.clients.iter().any(String::is_empty) {
            return Err(BuildError::EmptyClient);
        }
        if self.algorithms.is_empty() {
            return Err(BuildError::NoAlgorithm);
        }
        if self.clock_skew > MAX_CLOCK_SKEW {
            return Err(BuildError::ClockSkewTooLong);
        }
        Ok(Policy {
            issuers: Issuers { authority: self.authority.0, sign_in: SignIn::of(self.cloud) },
            audiences: self.audiences,
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
        for audience in &self.audiences {
            let identifiers: Vec<&str> = match audience {
                OwnedAudience::Identifier(identifier) => vec![identifier],
                OwnedAudience::Resource(resource) => {
                    resource.audience_uris().iter().copied().chain(resource.app_id()).collect()
                }
            };
            if identifiers.is_empty() || identifiers.contains(&"") {
                return Err(BuildError::EmptyAudience);
            }
            if self.microsoft_audiences == MicrosoftAudiences::Refuse
                && identifiers.into_iter().any(Resource::is_of_microsoft)
            {
                return Err(BuildError::MicrosoftAudience);
            }
        }
        Ok(())
    }

    fn check_issuers(&self) -> Result<(), BuildError> {
        match &self.authority.0 {
            AuthorityKind::Entra(tenant) if tenant.is_nobody() => Err(BuildError::NoTenant),
            AuthorityKind::Fixed { issuers, .. } if issuers.iter().any(String::is_empty) => {
                Err(BuildError::EmptyIssuer)
            }
            AuthorityKind::Fixed { issuers, .. }
                if issuers.iter().any(|issuer| issuer.contains(TENANT_PLACEHOLDER)) =>
            {
                Err(BuildError::IssuerOfAnyTenant)
            }
            _ => Ok(()),
        }
    }
}

/// A verifier that cannot be built: a mistake in the program or its configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No audience was given: every token of the tenant would be accepted, whatever API it is for.
    #[error("no audience: say which API the tokens are for")]
    NoAudience,
    /// An audience is the empty text.
    #[error("an audience is empty")]
    EmptyAudience,
    /// The audience is one of Microsoft's own APIs: see
    /// [`dangerously_accept_microsoft_audiences`](VerifierBuilder::dangerously_accept_microsoft_audiences).
    #[error("an audience is one of Microsoft's own APIs, whose tokens nobody else can rely on")]
    MicrosoftAudience,
    /// The list of tenants is empty.
    #[error("no tenant: say whose users are let in")]
    NoTenant,
    /// An issuer is the empty text.
    #[error("an issuer is empty")]
    EmptyIssuer,
    /// The issuer is the pattern `{tenantid}` of a tenant-independent document of Entra.
    #[error("the issuer stands for every tenant: use a Tenant in its place")]
    IssuerOfAnyTenant,
    /// A client id is the empty text.
    #[error("a client id is empty")]
    EmptyClient,
    /// No algorithm is accepted.
    #[error("no algorithm is accepted")]
    NoAlgorithm,
    /// The clock skew is over [`MAX_CLOCK_SKEW`].
    #[error("the clock skew is over 15 minutes")]
    ClockSkewTooLong,
    /// A list of clients, or tokens without permissions: ID tokens have neither.
    #[error("clients and permissions are demands on access tokens, not on ID tokens")]
    OnlyForAccessTokens,
}
