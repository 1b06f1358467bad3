//! Typed views of the sections: every documented member, read and set.
//!
//! [`AuthSettingsV2`] hands them out: [`platform`](AuthSettingsV2::platform) to read what is in
//! `platform`, and [`platform_mut`](AuthSettingsV2::platform_mut) to set it. What has no method is
//! reached by [`get`](AuthSettingsV2::get) and [`set`](AuthSettingsV2::set).
//!
//! ```
//! use std::time::Duration;
//! use easyauth::settings::{AuthSettingsV2, UnauthenticatedAction};
//!
//! let mut settings: AuthSettingsV2 = r#"{"properties":{"login":{"nonce":{}}}}"#.parse()?;
//! settings
//!     .global_validation_mut()
//!     .set_unauthenticated_client_action(UnauthenticatedAction::Return401)
//!     .set_excluded_paths(["/health"]);
//! settings.login_mut().nonce_mut().set_nonce_expiration_interval(Duration::from_secs(600));
//! assert_eq!(settings.login().nonce().as_json(), Some(r#"{"nonceExpirationInterval":"00:10:00"}"#));
//! # Ok::<(), easyauth::settings::SettingsError>(())
//! ```

#[macro_use]
mod objects;
mod document;
mod entra;
pub(super) mod field;
mod login;
mod place;
mod providers;
mod site;

#[cfg(doc)]
use super::AuthSettingsV2;
use super::Service;

pub use document::{Envelope, EnvelopeMut, Properties, PropertiesMut};
pub use entra::{
    AllowedPrincipals, AllowedPrincipalsMut, AuthorizationPolicy, AuthorizationPolicyMut, Entra,
    EntraLogin, EntraLoginMut, EntraMut, EntraRegistration, EntraRegistrationMut, EntraValidation,
    EntraValidationMut, JwtClaimChecks, JwtClaimChecksMut,
};
pub use login::{
    BlobStorage, BlobStorageMut, CookieExpiration, CookieExpirationMut, FileSystem, FileSystemMut,
    Login, LoginMut, LoginRoutes, LoginRoutesMut, Nonce, NonceMut, TokenStore, TokenStoreMut,
};
pub(super) use providers::is_built_in;
pub use providers::{
    AudienceProvider, AudienceProviderMut, AudienceValidation, AudienceValidationMut,
    ClientCredential, ClientCredentialMut, ClientRegistration, ClientRegistrationMut, CustomLogin,
    CustomLoginMut, CustomProvider, CustomProviderMut, CustomRegistration, CustomRegistrationMut,
    Facebook, FacebookMut, FacebookRegistration, FacebookRegistrationMut, IdentityProviders,
    IdentityProvidersMut, OAuthProvider, OAuthProviderMut, OpenIdConnectConfiguration,
    OpenIdConnectConfigurationMut, ScopesLogin, ScopesLoginMut, StaticWebApps, StaticWebAppsMut,
    StaticWebAppsRegistration, StaticWebAppsRegistrationMut, Twitter, TwitterMut,
    TwitterRegistration, TwitterRegistrationMut,
};
pub use site::{
    EncryptionSettings, EncryptionSettingsMut, ForwardProxy, ForwardProxyMut, GlobalValidation,
    GlobalValidationMut, HttpRoutes, HttpRoutesMut, HttpSettings, HttpSettingsMut,
    LegacyProperties, LegacyPropertiesMut, Platform, PlatformMut,
};

/// What the tables of views need.
mod prelude {
    pub(super) use std::{borrow::Cow, fmt, time::Duration};

    pub(super) use serde_json::Value;

    pub(super) use super::{
        super::{Service, json::Json, timespan},
        field::{self, Field, Schema, Shape},
        place::Place,
    };
}
