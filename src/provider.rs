//! The identity provider that signed the caller in.

use std::{
    borrow::Cow,
    hash::{Hash, Hasher},
};

use crate::debug::debug;

/// The name of an identity provider as the platform writes it: `aad`, `google`, or the name that the
/// site's settings give to a custom OpenID Connect provider.
///
/// Names are compared case-insensitively, because the platform itself varies the case. The names of built-in
/// providers in settings and `WEBSITE_AUTH_DEFAULT_PROVIDER` mean the same providers.
///
/// ```
/// use easyauth::IdentityProvider;
///
/// assert_eq!(IdentityProvider::new("AAD").as_str(), "aad");
/// assert_eq!(IdentityProvider::new("azureActiveDirectory").as_str(), "aad");
/// ```
#[derive(Clone)]
pub struct IdentityProvider(Cow<'static, str>);

macro_rules! providers {
    ($($(#[$doc:meta])+ $constant:ident = $name:literal;)+) => {
        impl IdentityProvider {
            $($(#[$doc])+ pub const $constant: Self = Self(Cow::Borrowed($name));)+

            /// Every built-in provider.
            pub const ALL: &[Self] = &[$(Self::$constant),+];
        }
    };
}

providers! {
    /// Microsoft Entra ID (Azure Active Directory): `aad`.
    ENTRA = "aad";
    /// Apple: `apple`.
    APPLE = "apple";
    /// Facebook: `facebook`.
    FACEBOOK = "facebook";
    /// GitHub: `github`.
    GITHUB = "github";
    /// Google: `google`.
    GOOGLE = "google";
    /// A Microsoft account, with the older provider: `microsoftaccount`.
    MICROSOFT_ACCOUNT = "microsoftaccount";
    /// Twitter, now X: `twitter`. The sign-in page also has the address `/.auth/login/x` (Microsoft Learn, April
    /// 2025); no source shows that name in a header.
    TWITTER = "twitter";
    /// The value of `X-MS-CLIENT-PRINCIPAL-IDP` on a Function that is linked to a Static Web App. The principal
    /// itself names the provider where the caller signed in.
    STATIC_WEB_APPS = "azureStaticWebApps";
}

impl IdentityProvider {
    /// The provider is unknown: see [`EasyAuthPrincipal::provider`](crate::EasyAuthPrincipal::provider).
    /// [`as_str`](Self::as_str) is empty.
    pub const UNKNOWN: Self = Self(Cow::Borrowed(""));

    /// The provider with this name: a built-in provider, by its name in headers or in settings, or a custom
    /// provider.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let known = Self::ALL.iter().find(|known| known.as_str().eq_ignore_ascii_case(name));
        let by_settings_name = || {
            let mut names = SETTINGS_NAMES.iter();
            names.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, known)| known)
        };
        match known.or_else(by_settings_name) {
            Some(known) => known.clone(),
            None => Self(Cow::Owned(name.to_owned())),
        }
    }

    /// The name as the platform writes it in headers: `github` for `gitHub` in settings. Empty for
    /// [`UNKNOWN`](Self::UNKNOWN).
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names of built-in providers in settings that differ from those in addresses and headers (authSettingsV2
/// schema, `identityProviders`; MicrosoftDocs/azure-docs#83082). Custom providers cannot have these names.
const SETTINGS_NAMES: &[(&str, IdentityProvider)] = &[
    ("azureActiveDirectory", IdentityProvider::ENTRA),
    ("gitHub", IdentityProvider::GITHUB),
    ("legacyMicrosoftAccount", IdentityProvider::MICROSOFT_ACCOUNT),
];

/// Returns `true` if a custom provider can have this name: letters, digits and `_` ("Configure an OpenID
/// Connect provider", 2025-07-10: no hyphen, use an underscore; MicrosoftDocs/azure-docs#104897).
pub(crate) fn is_custom_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl PartialEq for IdentityProvider {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for IdentityProvider {}

impl Hash for IdentityProvider {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for byte in self.0.bytes() {
            state.write_u8(byte.to_ascii_lowercase());
        }
        state.write_u8(0xff);
    }
}

debug! { IdentityProvider, |own| "IdentityProvider({})", crate::escape::Escaped(&own.0) }
