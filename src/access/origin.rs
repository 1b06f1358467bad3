//! The source of a token, which determines what changes it.

use std::time::SystemTime;

use crate::{
    provider::IdentityProvider,
    tokens::{ExpiresOn, ProviderTokens, Renewal},
};

/// The source of a token.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// Unknown. Treated as a token of a sign-in with Entra.
    Unknown,
    /// The platform's token store.
    Store(Store),
    /// Static Web Apps, which send no tokens.
    StaticWebApps,
    /// The client sent it.
    Client,
    /// This service requested it from the token endpoint.
    Exchange,
}

/// What the platform's token store has for a caller.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    /// Whether the caller signed in with Entra, as far as that is known.
    pub(super) is_entra: bool,
    /// Whether the request has any token, so that the store is known to be on.
    pub(super) is_on: bool,
    pub(super) has_refresh_token: bool,
    /// When the access token expires, according to the platform.
    expires_on: Option<SystemTime>,
    pub(super) renewal: Renewal,
    /// See [`ProviderTokens::can_bring_refresh_token`].
    pub(super) can_bring_refresh_token: Option<IdentityProvider>,
}

impl Origin {
    pub(crate) fn of(tokens: &ProviderTokens) -> Self {
        if tokens.is_from_client() {
            return Self::Client;
        }
        if tokens.is_on_static_web_apps() {
            return Self::StaticWebApps;
        }
        let is_entra = tokens
            .provider()
            .is_none_or(|own| [IdentityProvider::ENTRA, IdentityProvider::UNKNOWN].contains(own));
        Self::Store(Store {
            is_entra,
            is_on: !tokens.is_empty(),
            has_refresh_token: tokens.refresh_token().is_some(),
            expires_on: tokens.access_token().and(tokens.expires_on()).map(ExpiresOn::at),
            renewal: tokens.renewal(),
            can_bring_refresh_token: tokens.can_bring_refresh_token().cloned(),
        })
    }

    pub(super) fn expires_on(&self) -> Option<SystemTime> {
        match self {
            Self::Store(store) => store.expires_on,
            Self::Unknown | Self::StaticWebApps | Self::Client | Self::Exchange => None,
        }
    }

    /// Returns `true` if the token is known to be from a provider other than Entra.
    pub(crate) fn is_other_provider(&self) -> bool {
        matches!(self, Self::Store(Store { is_entra: false, .. }))
    }
}
