//! Building a verifier, and the configuration mistakes that are rejected.

use std::time::Duration;

use super::{
    Algorithm, Authority, IdTokenVerifier, Verifier,
    authority::AuthorityKind,
    issuers::Issuers,
    policy::{Policy, WithoutPermissions},
    tenant::advice,
};
use crate::{
    escape::Escaped,
    issuer::{self, SignIn, TENANT_PLACEHOLDER},
    kinds::{debug_by_display, kinds},
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
    Reject,
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
            without_permissions: WithoutPermissions::Reject,
            microsoft_audiences: MicrosoftAudiences::Reject,
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

    /// Accepts tokens for this audience: an App ID URI, the client ID of an issuer other than Entra, or
    /// your own [`Resource`]. If called more than once, any of them is accepted. At least one audience or
    /// [`application`](Self::application) is required.
    ///
    /// Audiences are compared as by [`has_audience`](crate::UnverifiedToken::has_audience): exactly, except
    /// for one trailing slash and the case of GUIDs.
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
            return Err(VerifierBuildErrorKind::OnlyForIdTokens.error());
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
            return Err(VerifierBuildErrorKind::OnlyForAccessTokens.error());
        }
        self.policy().map(IdTokenVerifier::new)
    }

    fn policy(self) -> Result<Policy, VerifierBuildError> {
        self.check_audiences()?;
        self.check_issuers()?;
        self.check_clients()?;
        if self.algorithms.is_empty() {
            return Err(VerifierBuildErrorKind::NoAlgorithm.error());
        }
        if self.clock_skew > MAX_CLOCK_SKEW {
            return Err(VerifierBuildErrorKind::ClockSkewTooLong.error());
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
            return Err(VerifierBuildErrorKind::NoAudience.error());
        }
        if let Some(id) = self.applications.iter().find(|id| !is_guid(id)) {
            return Err(VerifierBuildError::new(VerifierBuildErrorKind::InvalidClientId, id));
        }
        for audience in self.audiences.iter().chain(&self.trusted_audiences) {
            let identifiers: Vec<&str> = match audience {
                OwnedAudience::Identifier(identifier) => vec![identifier],
                OwnedAudience::Resource(resource) => {
                    resource.audience_uris().iter().copied().chain(resource.app_id()).collect()
                }
            };
            if identifiers.is_empty() {
                return Err(VerifierBuildErrorKind::NoAudience.error());
            }
            if let Some(given) = identifiers.iter().find(|own| !is_audience(own)) {
                let kind = VerifierBuildErrorKind::InvalidAudience;
                return Err(VerifierBuildError::new(kind, given));
            }
            if self.microsoft_audiences == MicrosoftAudiences::Reject
                && let Some(own) = identifiers.into_iter().find(|own| is_microsoft(own))
            {
                let kind = VerifierBuildErrorKind::MicrosoftAudience;
                return Err(VerifierBuildError::new(kind, own));
            }
        }
        Ok(())
    }

    fn check_issuers(&self) -> Result<(), VerifierBuildError> {
        match &self.authority.0 {
            AuthorityKind::Entra(tenant) if tenant.is_empty() => {
                Err(VerifierBuildErrorKind::NoTenant.error())
            }
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
            Some(id) => Err(VerifierBuildError::new(VerifierBuildErrorKind::InvalidClientId, id)),
            None => Ok(()),
        }
    }
}

/// An issuer is a URL or a host name (Google). No token has the issuer of a tenant-independent document.
fn check_issuer(issuer: &str) -> Result<(), VerifierBuildError> {
    let of_any_tenant = ["common", "organizations", "consumers"];
    let is_of_microsoft = issuer::family(issuer).is_some();
    if issuer.contains(TENANT_PLACEHOLDER)
        || (is_of_microsoft && issuer.split('/').any(|part| of_any_tenant.contains(&part)))
    {
        return Err(VerifierBuildError::new(
            VerifierBuildErrorKind::TenantIndependentIssuer,
            issuer,
        ));
    }
    let rest = issuer.strip_prefix("https://").or_else(|| issuer.strip_prefix("http://"));
    let host = rest.unwrap_or(issuer).split('/').next().unwrap_or_default();
    let is_host = !host.is_empty() && (rest.is_some() || (host == issuer && host.contains('.')));
    let is_plain = issuer.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\"<>".contains(&byte));
    let is_document = issuer.contains("/.well-known/");
    if is_host && is_plain && !is_document {
        Ok(())
    } else {
        Err(VerifierBuildError::new(VerifierBuildErrorKind::InvalidIssuer, issuer))
    }
}

/// Returns `false` for strings that no token has in `aud`: the empty string, strings with whitespace or
/// control characters, and scopes that end in `/.default`.
fn is_audience(identifier: &str) -> bool {
    let is_forbidden = |character: char| character.is_whitespace() || character.is_control();
    !identifier.is_empty()
        && !identifier.contains(is_forbidden)
        && !identifier.ends_with("/.default")
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

/// A verifier that cannot be built: a mistake in the program or its configuration. The message contains the
/// invalid value and says what to do.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", message.as_deref().unwrap_or(kind.message()))]
pub struct VerifierBuildError {
    kind: VerifierBuildErrorKind,
    /// The message, if it says more than the kind.
    message: Option<String>,
}

debug_by_display!(VerifierBuildError, kind.code());

kinds! {
    /// Why a verifier cannot be built.
    pub enum VerifierBuildErrorKind of VerifierBuildError { message };
    fn message;

    /// No audience was set: the verifier would accept every token of the tenant, for any API.
    NoAudience = "no-audience", "expected an audience: call .application(client_id) or .audience(app_id_uri)";
    /// An audience is empty, contains whitespace, or is a scope.
    InvalidAudience = "invalid-audience", "expected an audience: the client ID or the App ID URI, without a scope";
    /// The audience is one of Microsoft's own APIs: see
    /// [`dangerously_accept_microsoft_audiences`](VerifierBuilder::dangerously_accept_microsoft_audiences).
    MicrosoftAudience = "microsoft-audience", "expected the audience of your API, because only Microsoft can rely on tokens for its APIs";
    /// The tenant ID is not a GUID.
    InvalidTenantId = "invalid-tenant-id", "expected a tenant ID (GUID)";
    /// The [`AuthEnvironment`](crate::endpoints::AuthEnvironment) lacks a value.
    Environment = "environment", "expected a complete environment";
    /// The list of tenants is empty.
    NoTenant = "no-tenant", "expected at least one tenant, found an empty list";
    /// An issuer is neither a URL nor a host name, or is the address of a metadata document.
    InvalidIssuer = "invalid-issuer", "expected an issuer: the iss of a token, or Authority::from_metadata";
    /// The issuer is that of a tenant-independent document of Entra (`{tenantid}`, `common`,
    /// `organizations`, `consumers`). No token has such an issuer.
    TenantIndependentIssuer = "tenant-independent-issuer", "expected the issuer of one tenant; for several tenants use Tenant instead of an issuer";
    /// A client ID is empty, or is not a GUID although the issuer is Microsoft's.
    InvalidClientId = "invalid-client-id", "expected a client ID (GUID)";
    /// The list of algorithms is empty.
    NoAlgorithm = "no-algorithm", "expected at least one algorithm, found an empty list";
    /// The clock skew is over [`MAX_CLOCK_SKEW`].
    ClockSkewTooLong = "clock-skew-too-long", "expected a clock skew of at most 15 minutes";
    /// A list of clients, or tokens without permissions, was set for ID tokens.
    OnlyForAccessTokens = "only-for-access-tokens", "client and allow_tokens_without_permissions apply to access tokens only";
    /// A trusted audience was set for access tokens, which may have any number of audiences.
    OnlyForIdTokens = "only-for-id-tokens", "trusted_audience applies to ID tokens only";
}

impl VerifierBuildError {
    pub(super) fn environment(message: String) -> Self {
        Self { kind: VerifierBuildErrorKind::Environment, message: Some(message) }
    }

    pub(super) fn tenant(id: &str) -> Self {
        let kind = VerifierBuildErrorKind::InvalidTenantId;
        let message = format!("{}, found {:?}{}", kind.message(), Escaped(id), advice(id));
        Self { kind, message: Some(message) }
    }

    fn new(kind: VerifierBuildErrorKind, value: &str) -> Self {
        let message = format!("{}, found {:?}", kind.message(), Escaped(value));
        Self { kind, message: Some(message) }
    }
}
