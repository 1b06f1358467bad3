//! How a service authenticates callers: the only code that turns headers into an identity.

use std::sync::Arc;

use super::{
    accepted::Accepted,
    decision,
    identity::{Found, Identity},
};
use crate::{
    headers::HeaderSource,
    platform::Platform,
    principal::EasyAuthPrincipal,
    protected_resource::ProtectedResource,
    rejection::{LoginRedirect, Rejection, SetupError},
};
#[cfg(feature = "verify")]
use crate::{
    headers::TOKEN_PREFIX,
    provider::IdentityProvider,
    rejection::{NotConfirmed, SetupErrorKind},
    tokens::{IdToken, ProviderTokens},
    verify::{
        BearerAuth, ConfirmError, ConfirmedCaller, IdTokenAuth, VerifiedToken, VerifyErrorKind,
    },
};

/// What to do if nothing authenticates users.
macro_rules! trust_or_confirm {
    () => {
        "trust the platform (Platform::trust_container_apps, Platform::static_web_apps, \
         Platform::trusting_headers), or confirm callers by a token \
         (EasyAuthLayer::confirm_by_id_token or confirm_by_bearer; actix-web: .app_data(confirmation))"
    };
}

const TRUST_OR_CONFIRM: &str = trust_or_confirm!();

/// If a verified bearer token is enough.
#[cfg(feature = "tower")]
const OR_VERIFY: &str =
    concat!(trust_or_confirm!(), ", or verify bearer tokens (EasyAuthLayer::verify)");

/// If bearer tokens are verified, but a principal is required.
#[cfg(feature = "verify")]
const NOT_ONLY_BEARER: &str = concat!(
    "a bearer token gives no principal: take Identity or VerifiedToken, or use RequireLayer; for users, ",
    trust_or_confirm!()
);

/// How a service authenticates its callers.
#[derive(Debug, Clone)]
pub(super) struct Authentication {
    pub(super) platform: Platform,
    pub(super) login: Option<LoginRedirect>,
    /// The key of the hash that names callers in events.
    #[cfg(all(feature = "tracing", feature = "verify"))]
    pub(super) caller_key: Option<CallerKey>,
    /// Named in challenges. Only `EasyAuthLayer` sets it.
    pub(super) resource: Option<ProtectedResource>,
    #[cfg(feature = "verify")]
    pub(super) bearer: Option<BearerAuth>,
    #[cfg(feature = "verify")]
    pub(super) confirmation: Confirmation,
}

/// Names callers in events by [`Identity::caller_hash`] with this key, which is a secret: for the data of an
/// actix-web application. By default events do not name callers. With tower, use
/// `EasyAuthLayer::log_callers`.
#[cfg(all(feature = "tracing", feature = "verify"))]
#[derive(Clone)]
#[cfg_attr(not(feature = "actix-web"), allow(unreachable_pub, reason = "as with the feature"))]
pub struct CallerKey(Arc<zeroize::Zeroizing<Vec<u8>>>);

#[cfg(all(feature = "tracing", feature = "verify"))]
impl CallerKey {
    /// Wraps a key of at least 16 random bytes.
    #[cfg_attr(not(feature = "actix-web"), allow(unreachable_pub, reason = "as with the feature"))]
    #[must_use]
    pub fn new(key: impl Into<Vec<u8>>) -> Self {
        Self(Arc::new(zeroize::Zeroizing::new(key.into())))
    }
}

#[cfg(all(feature = "tracing", feature = "verify"))]
impl std::fmt::Debug for CallerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CallerKey({} bytes)", self.0.len())
    }
}

/// Selects the verified tokens that confirm the caller of the identity headers: for the data of an
/// actix-web application. Its extractors then return only values that a token confirms. With tower, use
/// `EasyAuthLayer::confirm_by_bearer` and `confirm_by_id_token`.
#[cfg(feature = "verify")]
#[derive(Debug, Clone, Default)]
#[cfg_attr(not(feature = "actix-web"), allow(unreachable_pub, reason = "as with the feature"))]
pub struct Confirmation {
    pub(super) by_bearer: bool,
    #[cfg(feature = "actix-web")]
    bearer: Option<BearerAuth>,
    pub(super) by_id_token: Option<IdTokenAuth>,
}

#[cfg(feature = "verify")]
impl Confirmation {
    fn is_on(&self) -> bool {
        self.by_bearer || self.by_id_token.is_some()
    }
}

#[cfg(all(feature = "actix-web", feature = "verify"))]
impl Confirmation {
    /// Confirms callers by the bearer token that the client sent.
    ///
    /// ```
    /// use easyauth::integrations::Confirmation;
    /// # use easyauth::verify::{BearerAuth, IdTokenAuth};
    /// # fn set_up(bearer: BearerAuth, id_token: IdTokenAuth) -> Confirmation {
    ///
    /// let confirmation = Confirmation::by_bearer(bearer).or_by_id_token(id_token);
    /// // App::new().app_data(confirmation)
    /// # confirmation
    /// # }
    /// ```
    #[must_use]
    pub fn by_bearer(auth: BearerAuth) -> Self {
        Self { by_bearer: true, bearer: Some(auth), by_id_token: None }
    }

    /// Confirms callers by the ID token that the platform injects. Needs the token store. Keep its keys fresh:
    /// spawn [`IdTokenAuth::keep_fresh`].
    #[must_use]
    pub fn by_id_token(auth: IdTokenAuth) -> Self {
        Self { by_id_token: Some(auth), ..Self::default() }
    }

    /// Confirms callers by the ID token if the request has no bearer token.
    #[must_use]
    pub fn or_by_id_token(self, auth: IdTokenAuth) -> Self {
        Self { by_id_token: Some(auth), ..self }
    }
}

/// What a request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// A caller with a principal.
    Principal,
    /// A caller with a principal, or a verified bearer token.
    #[cfg(feature = "tower")]
    Caller,
}

impl Authentication {
    pub(super) fn new(platform: Platform) -> Self {
        Self {
            platform,
            login: None,
            #[cfg(all(feature = "tracing", feature = "verify"))]
            caller_key: None,
            resource: None,
            #[cfg(feature = "verify")]
            bearer: None,
            #[cfg(feature = "verify")]
            confirmation: Confirmation::default(),
        }
    }

    /// The same, with the tokens that are verified, and those that confirm callers.
    #[cfg(all(feature = "actix-web", feature = "verify"))]
    pub(super) fn verifying(
        self,
        confirmation: Option<Confirmation>,
        bearer: Option<BearerAuth>,
    ) -> Self {
        let confirmation = confirmation.unwrap_or_default();
        Self { bearer: confirmation.bearer.clone().or(bearer), confirmation, ..self }
    }

    /// Authenticates the caller. A request without a trusted identity is anonymous.
    ///
    /// # Errors
    ///
    /// [`Rejection`] if trusted headers are malformed, a token does not verify, or the headers and the
    /// token identify different callers.
    #[cfg_attr(
        not(feature = "verify"),
        allow(clippy::unused_async, reason = "as with the feature")
    )]
    pub(super) async fn identify(
        self: &Arc<Self>,
        headers: &(impl HeaderSource + ?Sized),
        target: String,
    ) -> Result<Identity, Rejection> {
        let identity = Identity::new(self.find(headers, target).await?);
        self.log(&identity);
        Ok(identity)
    }

    #[cfg_attr(
        not(feature = "verify"),
        allow(clippy::unused_async, reason = "as with the feature")
    )]
    async fn find(
        self: &Arc<Self>,
        headers: &(impl HeaderSource + ?Sized),
        target: String,
    ) -> Result<Found, Rejection> {
        let mut found = Found::anonymous(Arc::clone(self), target);
        #[cfg(feature = "verify")]
        if let Some(auth) = &self.bearer {
            found.token = auth.token(headers).await?;
        }
        #[cfg(feature = "verify")]
        if self.confirmation.is_on() {
            Box::pin(self.confirm(&mut found, headers)).await?;
        } else {
            self.trust(&mut found, headers)?;
        }
        #[cfg(feature = "verify")]
        check_caller(found.principal.as_ref(), found.token.as_ref())?;
        #[cfg(not(feature = "verify"))]
        self.trust(&mut found, headers)?;
        Ok(found)
    }

    #[cfg_attr(
        not(all(feature = "tracing", feature = "verify")),
        allow(clippy::unused_self, reason = "as with the feature")
    )]
    fn log(&self, identity: &Identity) {
        #[cfg(all(feature = "tracing", feature = "verify"))]
        let caller = self.caller_key.as_ref().and_then(|key| identity.caller_hash(&key.0));
        #[cfg(not(all(feature = "tracing", feature = "verify")))]
        let caller: Option<String> = None;
        decision::identified(identity, caller.as_deref());
    }

    /// Authenticates the caller without verifying any token.
    #[cfg(any(feature = "axum", all(feature = "actix-web", not(feature = "verify"))))]
    pub(super) fn identify_by_headers(
        self: Arc<Self>,
        headers: &(impl HeaderSource + ?Sized),
        target: String,
    ) -> Result<Identity, Rejection> {
        let mut found = Found::anonymous(Arc::clone(&self), target);
        self.trust(&mut found, headers)?;
        let identity = Identity::new(found);
        self.log(&identity);
        Ok(identity)
    }

    /// Takes the caller from the headers, if the platform overwrites them.
    fn trust(
        &self,
        found: &mut Found,
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<(), Rejection> {
        if let Some(principal) = trusted_principal(self.platform, headers)? {
            found.accepted = Accepted::Platform(principal.provider().clone());
            found.principal = Some(principal);
        }
        Ok(())
    }

    /// Takes the caller from the token that confirms the headers, and nothing from the headers. Without
    /// such a token the request is anonymous, whatever the headers say. The ID token of a browser
    /// session expires before the session does (azure-docs#102509).
    #[cfg(feature = "verify")]
    async fn confirm(
        &self,
        found: &mut Found,
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<(), Rejection> {
        let Some(principal) = EasyAuthPrincipal::from_headers(headers)? else { return Ok(()) };
        let confirmed = if self.confirmation.by_bearer
            && let Some(token) = &found.token
        {
            principal.confirm(token)?
        } else if let Some(auth) = &self.confirmation.by_id_token {
            let tokens = ProviderTokens::from_headers(headers, principal.provider())?;
            let Some(id_token) = tokens.id_token() else {
                found.unconfirmed = Some(NotConfirmed::Missing(SetupError::new(
                    SetupErrorKind::MissingIdToken,
                    "enable the token store (login.tokenStore.enabled)",
                )));
                return Ok(());
            };
            let verified = match auth.verify_session(id_token).await {
                Err(error) if error.kind() == VerifyErrorKind::Expired => {
                    found.unconfirmed = Some(NotConfirmed::Expired(error));
                    return Ok(());
                }
                result => result?,
            };
            let confirmed = principal.confirm(&verified)?;
            found.accepted = accept_id_token(headers, id_token, &principal, &confirmed);
            confirmed
        } else {
            found.unconfirmed = Some(NotConfirmed::Missing(SetupError::new(
                SetupErrorKind::MissingBearer,
                "send the access token of the same caller, or for browsers add \
                 EasyAuthLayer::confirm_by_id_token (actix-web: Confirmation::or_by_id_token)",
            )));
            return Ok(());
        };
        found.principal = Some(confirmed.to_principal());
        found.confirmed = Some(confirmed);
        Ok(())
    }

    /// Returns an error if no request can ever meet the need. Otherwise every request would get 401
    /// forever.
    pub(super) fn check_set_up(&self, need: Need) -> Result<(), SetupError> {
        #[cfg(feature = "verify")]
        if self.has_tokens_for(need) {
            return Ok(());
        }
        let untrusted = |error| SetupError::untrusted(error, self.remedy(need));
        self.platform.require_easy_auth().map_err(untrusted)
    }

    #[cfg_attr(not(feature = "verify"), allow(clippy::unused_self, reason = "as with the feature"))]
    fn remedy(&self, need: Need) -> &'static str {
        match need {
            #[cfg(feature = "tower")]
            Need::Caller => OR_VERIFY,
            #[cfg(feature = "verify")]
            Need::Principal if self.bearer.is_some() => NOT_ONLY_BEARER,
            Need::Principal => TRUST_OR_CONFIRM,
        }
    }

    /// Returns `true` if a sign-in can authenticate a caller: it never provides a bearer token. Returns an
    /// error if the identity headers that come after it are not trusted.
    pub(super) fn check_sign_in(&self) -> Result<bool, SetupError> {
        #[cfg(feature = "verify")]
        if self.confirmation.is_on() {
            return Ok(self.confirmation.by_id_token.is_some());
        }
        match self.platform.require_easy_auth() {
            Ok(()) => Ok(true),
            Err(untrusted) => Err(SetupError::untrusted(untrusted, TRUST_OR_CONFIRM)),
        }
    }

    #[cfg(feature = "verify")]
    fn has_tokens_for(&self, need: Need) -> bool {
        match need {
            Need::Principal => self.confirmation.is_on(),
            #[cfg(feature = "tower")]
            Need::Caller => self.confirmation.is_on() || self.bearer.is_some(),
        }
    }

    /// Returns `true` if handlers get only values that a token confirms.
    #[cfg(feature = "verify")]
    pub(super) fn confirms(&self) -> bool {
        self.confirmation.is_on()
    }
}

/// The caller in the headers, if the platform overwrites them.
pub(super) fn trusted_principal(
    platform: Platform,
    headers: &(impl HeaderSource + ?Sized),
) -> Result<Option<EasyAuthPrincipal>, Rejection> {
    if platform.has_easy_auth() { Ok(EasyAuthPrincipal::from_headers(headers)?) } else { Ok(None) }
}

/// Rejects a verified token that contradicts the principal: a request is never authorized as two callers. A
/// principal without a tenant, object ID, issuer and `X-MS-CLIENT-PRINCIPAL-ID` has nothing to compare and is
/// accepted.
#[cfg(feature = "verify")]
pub(super) fn check_caller(
    principal: Option<&EasyAuthPrincipal>,
    token: Option<&VerifiedToken>,
) -> Result<(), ConfirmError> {
    match (principal, token) {
        (Some(principal), Some(token)) => principal.contradicts(token),
        _ => Ok(()),
    }
}

/// Accepts the header that contains exactly the verified token. Its name must not attribute the token to
/// a provider other than its issuer.
#[cfg(feature = "verify")]
fn accept_id_token(
    headers: &(impl HeaderSource + ?Sized),
    token: &IdToken,
    principal: &EasyAuthPrincipal,
    confirmed: &ConfirmedCaller,
) -> Accepted {
    let is_entra = *confirmed.to_principal().provider() == IdentityProvider::ENTRA;
    let providers = std::iter::once(principal.provider()).chain(IdentityProvider::ALL);
    let mut names = providers
        .filter(|provider| (**provider == IdentityProvider::ENTRA) == is_entra)
        .map(|provider| format!("{TOKEN_PREFIX}{}-ID-TOKEN", provider.as_str()));
    let is_verified = |name: &String| {
        let value = headers.header(name, 0).unwrap_or_default();
        value.trim_ascii() == token.expose_secret().as_bytes() && headers.header(name, 1).is_none()
    };
    names.find(is_verified).map_or(Accepted::Nothing, Accepted::IdToken)
}
