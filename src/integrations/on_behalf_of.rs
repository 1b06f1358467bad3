//! On-behalf-of with the Azure SDK: as a credential of its clients, and with its managed identities.

use std::{sync::Arc, time::SystemTime};

use ::azure_core::{
    credentials::{AccessToken as SdkToken, TokenCredential, TokenRequestOptions},
    error::{Error as SdkError, ErrorKind},
};

use crate::{
    debug::debug,
    exchange::{CredentialSource, OnBehalfOf, TokenEndpoint, Transport},
    time::Clock,
    tokens::AccessToken,
};

/// [`OnBehalfOf`] as a [`TokenCredential`] for one caller. A client of the Azure SDK that is built with it
/// acts as that user.
///
/// # One caller, one request
///
/// Build the credential and the client for each request, after the caller's token was verified, and drop
/// them with it. The tokens are cached in [`OnBehalfOf`], which all requests share. **Never share such a
/// client or keep it in a static**: it would act as its first caller for all later requests.
///
/// The options of a request are ignored. With `azure_core` 1.x they contain no claims challenge.
///
/// ```
/// use std::sync::Arc;
/// use easyauth::{
///     AccessToken,
///     exchange::{OnBehalfOf, Transport},
///     integrations::OnBehalfOfCredential,
/// };
///
/// fn client<T>(on_behalf_of: &OnBehalfOf, bearer: &AccessToken, http: &T)
/// where
///     T: Transport + Clone + Send + Sync + 'static,
/// {
///     let credential = OnBehalfOfCredential::new(on_behalf_of, bearer, http.clone());
///     let credential = Arc::new(credential);
///     // Any client takes it: SecretClient::new(endpoint, credential, None)?
/// }
/// ```
pub struct OnBehalfOfCredential<T> {
    on_behalf_of: OnBehalfOf,
    bearer: AccessToken,
    transport: T,
    clock: Clock,
}

impl<T> OnBehalfOfCredential<T> {
    /// A credential for the caller with this verified token. Copies the token.
    #[must_use]
    pub fn new(on_behalf_of: &OnBehalfOf, bearer: &AccessToken, transport: T) -> Self {
        Self {
            on_behalf_of: on_behalf_of.clone(),
            bearer: AccessToken::new(bearer.expose_secret()),
            transport,
            clock: Clock::system(),
        }
    }

    /// Uses this clock instead of [`SystemTime::now`]: for tests.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { clock: Clock::new(clock), ..self }
    }
}

#[async_trait::async_trait]
impl<T: Transport + Clone + Send + Sync + 'static> TokenCredential for OnBehalfOfCredential<T> {
    /// Returns a token of the user for `scopes`: see [`OnBehalfOf::token`].
    ///
    /// # Errors
    ///
    /// An error of the kind `Credential`, whose source is an
    /// [`OnBehalfOfError`](crate::exchange::OnBehalfOfError).
    async fn get_token(
        &self,
        scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> ::azure_core::Result<SdkToken> {
        let Self { on_behalf_of, bearer, transport, clock } = self;
        let now = clock.now();
        let token = on_behalf_of.token(bearer, scopes, transport, now).await;
        let token = token.map_err(|error| SdkError::new(ErrorKind::Credential, error))?;
        // A token without an expiry is not cached here, and must not be cached by the client.
        let end = token.expires_at().unwrap_or(now).max(SystemTime::UNIX_EPOCH);
        Ok(SdkToken::new(token.access_token().expose_secret().to_owned(), end.into()))
    }
}

debug! { for<T> OnBehalfOfCredential, |own| on_behalf_of: own.on_behalf_of, bearer: own.bearer, .. }

impl CredentialSource {
    /// The tokens of a managed identity, which a federated credential of the app registration names:
    /// `azure_identity::ManagedIdentityCredential`, or any other credential of the Azure SDK. `endpoint`
    /// selects the audience of its cloud.
    ///
    /// The credential is asked once for each exchange; those of `azure_identity` cache their token.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use azure_core::credentials::TokenCredential;
    /// use easyauth::exchange::{CredentialSource, OnBehalfOf, TokenEndpoint};
    ///
    /// # fn set_up(identity: Arc<dyn TokenCredential>) -> Result<(), Box<dyn std::error::Error>> {
    /// let endpoint = TokenEndpoint::entra("b811a652-39e6-4a0c-b563-4279a1dd5012")?;
    /// let credential = CredentialSource::managed_identity(identity, &endpoint);
    /// let on_behalf_of =
    ///     OnBehalfOf::new(endpoint, "6e74172b-be56-4843-9ff4-e66a39bb12e3", credential);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn managed_identity(
        credential: Arc<dyn TokenCredential>,
        endpoint: &TokenEndpoint,
    ) -> Self {
        let scope: Arc<str> = format!("{}/.default", endpoint.exchange_audience()).into();
        Self::assertions(move || {
            let (credential, scope) = (Arc::clone(&credential), Arc::clone(&scope));
            async move {
                let token = credential.get_token(&[&*scope], None).await?;
                Ok::<_, SdkError>(token.token.secret().to_owned())
            }
        })
    }
}
