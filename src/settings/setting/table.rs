//! The table of settings: one row for each that Microsoft documents, and those that services answer.
//!
//! Sources: the specification of `Microsoft.Web/sites/config` (api-version 2026-03-15) and
//! `Microsoft.App/containerApps/authConfigs` (2026-07-01), "File-based configuration" of App Service,
//! "Custom authentication" of Static Web Apps, and recorded answers of the services.

use std::time::Duration;

use super::{AnySetting, Keyed, Object, Row, Services, Setting, kind::codecs};
use crate::{
    login_parameters::LoginParameters,
    settings::{CookieConvention, ForwardProxyConvention, Guid, UnauthenticatedAction},
};

/// Defines a module of constants for each provider or section, and [`ALL_SETTINGS`].
///
/// `NAME: type = CODEC "path", SERVICES;` is a row; its documentation is part of the table.
macro_rules! settings {
    ($(
        $(#[doc = $module_doc:literal])+
        $module:ident: $setting:ident in $base:literal $(, envelope = $in_envelope:literal)? {
            $($(#[doc = $doc:literal])+ $name:ident: $type:ty = $codec:ident $path:literal, $services:ident;)+
        }
    )+) => {
        $(
            $(#[doc = $module_doc])+
            pub mod $module {
                #[allow(clippy::wildcard_imports, unused_imports, reason = "what the rows need")]
                use super::*;

                const IN_ENVELOPE: bool = false $(|| $in_envelope)?;

                $(
                    #[doc = concat!("`", $base, $path, "`")]
                    #[doc = ""]
                    $(#[doc = $doc])+
                    #[doc(alias = $path)]
                    pub const $name: settings!(@type $setting $type) = $setting::new(
                        &Row {
                            path: concat!($base, $path),
                            kind: codecs::$codec.kind,
                            services: Services::$services,
                            in_envelope: IN_ENVELOPE,
                            doc: concat!($($doc,)+),
                        },
                        &codecs::$codec,
                    );
                )+
            }
        )+

        /// All settings.
        ///
        /// ```
        /// use easyauth::{Service, settings::ALL_SETTINGS};
        ///
        /// for setting in ALL_SETTINGS {
        ///     println!("{} in Container Apps: {}", setting.pointer(), setting.is_in(Service::ContainerApps));
        ///     println!("    {}", setting.doc());
        /// }
        /// ```
        pub const ALL_SETTINGS: &[AnySetting] = &[$($(AnySetting($module::$name.row),)+)+];
    };
    (@type Setting $type:ty) => { Setting<'static, $type> };
    (@type Keyed $type:ty) => { Keyed<$type> };
}

settings! {
    /// The sections as a whole, and settings beside them.
    sections: Setting in "" {
        /// Whether Easy Auth is on, and where its settings are.
        PLATFORM: Object = OBJECT "platform", SITES;
        /// What happens to anonymous requests.
        GLOBAL_VALIDATION: Object = OBJECT "globalValidation", SITES;
        /// The identity providers.
        IDENTITY_PROVIDERS: Object = OBJECT "identityProviders", ALL;
        /// Sessions, redirects and the token store.
        LOGIN: Object = OBJECT "login", SITES;
        /// What the platform does with addresses.
        HTTP_SETTINGS: Object = OBJECT "httpSettings", SITES;
        /// Whether claim names stay as they are in the token. The service answers the string `"false"`.
        CLEAR_INBOUND_CLAIMS_MAPPING: bool = TEXT_FLAG "clearInboundClaimsMapping", SITES;
        /// The function that Static Web Apps asks for a user's roles.
        ROLES_SOURCE: String = TEXT "rolesSource", SWA;
        /// The version of the settings, in the document that the platform gives to its middleware.
        CONFIG_VERSION: String = TEXT "legacyProperties/configVersion", SITES;
        /// The version before, in the document that the platform gives to its middleware.
        LEGACY_VERSION: String = TEXT "legacyProperties/legacyVersion", SITES;
    }

    /// `platform`: whether Easy Auth is on, and where its settings are.
    platform: Setting in "platform/" {
        /// Whether Easy Auth is on. Off by default.
        ENABLED: bool = FLAG "enabled", SITES;
        /// The version of the middleware: `~1`, the newest, by default; `1.x.y` pins one.
        RUNTIME_VERSION: String = TEXT "runtimeVersion", SITES;
        /// The path of a settings file (`auth.json`) that is read instead of this document: absolute, or
        /// on Windows relative to the root of the site.
        CONFIG_FILE_PATH: String = TEXT "configFilePath", APP;
    }

    /// `globalValidation`: what happens to anonymous requests.
    global_validation: Setting in "globalValidation/" {
        /// Whether a request needs an authenticated user.
        REQUIRE_AUTHENTICATION: bool = FLAG "requireAuthentication", APP;
        /// What happens to an anonymous request: by default it is redirected to sign-in.
        UNAUTHENTICATED_CLIENT_ACTION: UnauthenticatedAction = ACTION "unauthenticatedClientAction", SITES;
        /// The provider to sign in with: `azureactivedirectory`, `apple`, `facebook`, `github`, `google`,
        /// `twitter`, or the name of a custom one, in any case.
        REDIRECT_TO_PROVIDER: String = TEXT "redirectToProvider", SITES;
        /// Paths that need no authenticated user. A `*` may be the last segment: `/api/public/*`.
        EXCLUDED_PATHS: Vec<String> = TEXTS "excludedPaths", SITES;
    }

    /// `identityProviders.azureActiveDirectory`: Microsoft Entra ID.
    entra: Setting in "identityProviders/azureActiveDirectory/" {
        /// Whether it is on. The platform answers `true` for providers that were never set up: a client ID
        /// tells.
        ENABLED: bool = FLAG "enabled", ALL;
        /// The issuer: `https://login.microsoftonline.com/<tenant>/v2.0`. Its case matters.
        OPEN_ID_ISSUER: String = TEXT "registration/openIdIssuer", ALL;
        /// The client ID of the app registration.
        CLIENT_ID: Guid = GUID "registration/clientId", SITES;
        /// The name of the setting that has the client ID.
        CLIENT_ID_SETTING_NAME: String = NAME "registration/clientIdSettingName", SWA;
        /// The name of the application setting (a secret, in Container Apps) that has the client secret:
        /// never the secret itself.
        CLIENT_SECRET_SETTING_NAME: String = NAME "registration/clientSecretSettingName", ALL;
        /// The thumbprint of a certificate, instead of a secret.
        CERTIFICATE_THUMBPRINT: String = TEXT "registration/clientSecretCertificateThumbprint", ALL;
        /// The subject alternative name of a certificate, instead of its thumbprint.
        CERTIFICATE_SUBJECT_ALTERNATIVE_NAME: String = TEXT "registration/clientSecretCertificateSubjectAlternativeName", ALL;
        /// The issuer of a certificate, beside its subject alternative name.
        CERTIFICATE_ISSUER: String = TEXT "registration/clientSecretCertificateIssuer", ALL;
        /// The Key Vault reference of a certificate.
        CERTIFICATE_KEY_VAULT_REFERENCE: String = TEXT "registration/clientSecretCertificateKeyVaultReference", SWA;
        /// What is added to the address of the sign-in page.
        LOGIN_PARAMETERS: LoginParameters = PARAMETERS "login/loginParameters", ALL;
        /// Whether a 401 has no `WWW-Authenticate` header. It has one by default.
        DISABLE_WWW_AUTHENTICATE: bool = FLAG "login/disableWWWAuthenticate", ALL;
        /// The audiences of tokens that are accepted, beside the client ID.
        ALLOWED_AUDIENCES: Vec<String> = TEXTS "validation/allowedAudiences", SITES;
        /// The client IDs of applications (`azp`, `appid`) whose tokens are accepted.
        ALLOWED_APPLICATIONS: Vec<Guid> = GUIDS "validation/defaultAuthorizationPolicy/allowedApplications", SITES;
        /// The object IDs of groups whose members are accepted.
        GROUPS: Vec<Guid> = GUIDS "validation/defaultAuthorizationPolicy/allowedPrincipals/groups", SITES;
        /// The object IDs of users who are accepted.
        IDENTITIES: Vec<Guid> = GUIDS "validation/defaultAuthorizationPolicy/allowedPrincipals/identities", SITES;
        /// The older check of groups, of which one must be in the token.
        CLAIM_CHECKS_GROUPS: Vec<Guid> = GUIDS "validation/jwtClaimChecks/allowedGroups", SITES;
        /// The older check of client applications, of which one must have requested the token.
        CLAIM_CHECKS_APPLICATIONS: Vec<Guid> = GUIDS "validation/jwtClaimChecks/allowedClientApplications", SITES;
        /// The portal's own mark of a registration that it made.
        IS_AUTO_PROVISIONED: bool = FLAG "isAutoProvisioned", ALL;
        /// The claim that Static Web Apps takes the user's name from.
        USER_DETAILS_CLAIM: String = TEXT "userDetailsClaim", SWA;
    }

    /// `identityProviders.facebook`.
    facebook: Setting in "identityProviders/facebook/" {
        /// Whether it is on.
        ENABLED: bool = FLAG "enabled", ALL;
        /// The version of the Graph API: `v3.3`.
        GRAPH_API_VERSION: String = TEXT "graphApiVersion", ALL;
        /// The ID of the app.
        APP_ID: String = TEXT "registration/appId", SITES;
        /// The name of the setting that has the app ID.
        APP_ID_SETTING_NAME: String = NAME "registration/appIdSettingName", SWA;
        /// The name of the setting that has the secret.
        APP_SECRET_SETTING_NAME: String = NAME "registration/appSecretSettingName", ALL;
        /// The scopes to request, one each.
        SCOPES: Vec<String> = TEXTS "login/scopes", ALL;
        /// The claim that Static Web Apps takes the user's name from.
        USER_DETAILS_CLAIM: String = TEXT "userDetailsClaim", SWA;
    }

    /// `identityProviders.gitHub` (`github` in Static Web Apps).
    github: Setting in "identityProviders/gitHub/" {
        /// Whether it is on.
        ENABLED: bool = FLAG "enabled", ALL;
        /// The client ID.
        CLIENT_ID: String = TEXT "registration/clientId", SITES;
        /// The name of the setting that has the client ID.
        CLIENT_ID_SETTING_NAME: String = NAME "registration/clientIdSettingName", SWA;
        /// The name of the setting that has the client secret.
        CLIENT_SECRET_SETTING_NAME: String = NAME "registration/clientSecretSettingName", ALL;
        /// The scopes to request, one each.
        SCOPES: Vec<String> = TEXTS "login/scopes", ALL;
        /// The claim that Static Web Apps takes the user's name from.
        USER_DETAILS_CLAIM: String = TEXT "userDetailsClaim", SWA;
    }

    /// `identityProviders.google`.
    google: Setting in "identityProviders/google/" {
        /// Whether it is on.
        ENABLED: bool = FLAG "enabled", ALL;
        /// The client ID.
        CLIENT_ID: String = TEXT "registration/clientId", SITES;
        /// The name of the setting that has the client ID.
        CLIENT_ID_SETTING_NAME: String = NAME "registration/clientIdSettingName", SWA;
        /// The name of the setting that has the client secret.
        CLIENT_SECRET_SETTING_NAME: String = NAME "registration/clientSecretSettingName", ALL;
        /// The scopes to request, one each.
        SCOPES: Vec<String> = TEXTS "login/scopes", ALL;
        /// The audiences of tokens that are accepted.
        ALLOWED_AUDIENCES: Vec<String> = TEXTS "validation/allowedAudiences", SITES;
        /// The claim that Static Web Apps takes the user's name from.
        USER_DETAILS_CLAIM: String = TEXT "userDetailsClaim", SWA;
    }

    /// `identityProviders.twitter`.
    twitter: Setting in "identityProviders/twitter/" {
        /// Whether it is on.
        ENABLED: bool = FLAG "enabled", ALL;
        /// The consumer key.
        CONSUMER_KEY: String = TEXT "registration/consumerKey", SITES;
        /// The name of the setting that has the consumer key.
        CONSUMER_KEY_SETTING_NAME: String = NAME "registration/consumerKeySettingName", SWA;
        /// The name of the setting that has the secret.
        CONSUMER_SECRET_SETTING_NAME: String = NAME "registration/consumerSecretSettingName", ALL;
        /// The claim that Static Web Apps takes the user's name from.
        USER_DETAILS_CLAIM: String = TEXT "userDetailsClaim", SWA;
    }

    /// `identityProviders.legacyMicrosoftAccount`, which Microsoft Entra ID has replaced.
    microsoft_account: Setting in "identityProviders/legacyMicrosoftAccount/" {
        /// Whether it is on.
        ENABLED: bool = FLAG "enabled", APP;
        /// The client ID.
        CLIENT_ID: String = TEXT "registration/clientId", APP;
        /// The name of the setting that has the client secret.
        CLIENT_SECRET_SETTING_NAME: String = NAME "registration/clientSecretSettingName", APP;
        /// The scopes to request, one each.
        SCOPES: Vec<String> = TEXTS "login/scopes", APP;
        /// The audiences of tokens that are accepted.
        ALLOWED_AUDIENCES: Vec<String> = TEXTS "validation/allowedAudiences", APP;
    }

    /// `identityProviders.apple`.
    apple: Setting in "identityProviders/apple/" {
        /// Whether it is on.
        ENABLED: bool = FLAG "enabled", ALL;
        /// The client ID.
        CLIENT_ID: String = TEXT "registration/clientId", SITES;
        /// The name of the setting that has the client ID.
        CLIENT_ID_SETTING_NAME: String = NAME "registration/clientIdSettingName", SWA;
        /// The name of the setting that has the client secret.
        CLIENT_SECRET_SETTING_NAME: String = NAME "registration/clientSecretSettingName", ALL;
        /// The scopes to request, one each.
        SCOPES: Vec<String> = TEXTS "login/scopes", ALL;
        /// The claim that Static Web Apps takes the user's name from.
        USER_DETAILS_CLAIM: String = TEXT "userDetailsClaim", SWA;
    }

    /// `identityProviders.azureStaticWebApps`: Static Web Apps as the provider of the Functions behind it.
    static_web_apps: Setting in "identityProviders/azureStaticWebApps/" {
        /// Whether it is on.
        ENABLED: bool = FLAG "enabled", SITES;
        /// The client ID.
        CLIENT_ID: String = TEXT "registration/clientId", SITES;
    }

    /// Custom OpenID Connect providers, by their names: `identityProviders.customOpenIdConnectProviders`
    /// (`openIdConnectProviders` in a settings file).
    custom: Keyed in "identityProviders/customOpenIdConnectProviders/" {
        /// The whole provider.
        PROVIDER: Object = OBJECT "*", ALL;
        /// Whether it is on.
        ENABLED: bool = FLAG "*/enabled", ALL;
        /// The client ID.
        CLIENT_ID: String = TEXT "*/registration/clientId", SITES;
        /// The name of the setting that has the client ID.
        CLIENT_ID_SETTING_NAME: String = NAME "*/registration/clientIdSettingName", SWA;
        /// How the client authenticates: `ClientSecretPost` is the only way.
        CLIENT_CREDENTIAL_METHOD: String = TEXT "*/registration/clientCredential/method", ALL;
        /// The name of the setting that has the client secret.
        CLIENT_SECRET_SETTING_NAME: String = NAME "*/registration/clientCredential/clientSecretSettingName", ALL;
        /// The address of the provider's metadata: `https://.../.well-known/openid-configuration`. With it,
        /// the other addresses are ignored.
        WELL_KNOWN_CONFIGURATION: String = TEXT "*/registration/openIdConnectConfiguration/wellKnownOpenIdConfiguration", ALL;
        /// The authorization endpoint.
        AUTHORIZATION_ENDPOINT: String = TEXT "*/registration/openIdConnectConfiguration/authorizationEndpoint", ALL;
        /// The token endpoint.
        TOKEN_ENDPOINT: String = TEXT "*/registration/openIdConnectConfiguration/tokenEndpoint", ALL;
        /// The issuer.
        ISSUER: String = TEXT "*/registration/openIdConnectConfiguration/issuer", ALL;
        /// The address of the keys (JWKS).
        CERTIFICATION_URI: String = TEXT "*/registration/openIdConnectConfiguration/certificationUri", ALL;
        /// The claim with the user's name.
        NAME_CLAIM_TYPE: String = TEXT "*/login/nameClaimType", ALL;
        /// The scopes to request, one each.
        SCOPES: Vec<String> = TEXTS "*/login/scopes", ALL;
        /// What is added to the address of the sign-in page, `key=value` each: only in a settings file and
        /// in Static Web Apps.
        LOGIN_PARAMETER_NAMES: Vec<String> = TEXTS "*/login/loginParameterNames", ALL;
        /// The claim that Static Web Apps takes the user's name from.
        USER_DETAILS_CLAIM: String = TEXT "*/userDetailsClaim", SWA;
    }

    /// `login`: sessions, redirects and the token store.
    login: Setting in "login/" {
        /// Where the application itself signs out.
        LOGOUT_ENDPOINT: String = TEXT "routes/logoutEndpoint", SITES;
        /// Whether the platform keeps the providers' tokens. It does not by default. Without them there
        /// are no `X-MS-TOKEN-*` headers and no `/.auth/refresh`.
        TOKEN_STORE_ENABLED: bool = FLAG "tokenStore/enabled", SITES;
        /// How long after its end a session can be refreshed: 72 hours by default. Written in hours.
        TOKEN_REFRESH_EXTENSION: Duration = HOURS "tokenStore/tokenRefreshExtensionHours", SITES;
        /// A directory to keep tokens in.
        TOKEN_STORE_DIRECTORY: String = TEXT "tokenStore/fileSystem/directory", APP;
        /// The name of the setting that has the address of a blob container with its signature (SAS).
        TOKEN_STORE_SAS_URL_SETTING_NAME: String = NAME "tokenStore/azureBlobStorage/sasUrlSettingName", SITES;
        /// The address of a blob container, for a managed identity.
        TOKEN_STORE_CONTAINER_URI: String = TEXT "tokenStore/azureBlobStorage/blobContainerUri", ACA;
        /// The client ID of the managed identity that opens the blob container.
        TOKEN_STORE_CLIENT_ID: Guid = GUID "tokenStore/azureBlobStorage/clientId", ACA;
        /// The resource ID of the managed identity that opens the blob container.
        TOKEN_STORE_MANAGED_IDENTITY: String = TEXT "tokenStore/azureBlobStorage/managedIdentityResourceId", ACA;
        /// Whether the part of the address behind `#` survives a sign-in. It does not by default.
        PRESERVE_URL_FRAGMENTS: bool = FLAG "preserveUrlFragmentsForLogins", SITES;
        /// Addresses outside the site that a sign-in or a sign-out may redirect to.
        ALLOWED_EXTERNAL_REDIRECT_URLS: Vec<String> = TEXTS "allowedExternalRedirectUrls", SITES;
        /// What ends a session: a fixed time by default.
        COOKIE_CONVENTION: CookieConvention = COOKIE "cookieExpiration/convention", SITES;
        /// How long a session lasts: eight hours by default. Written as `hh:mm:ss`.
        COOKIE_EXPIRATION: Duration = TIME "cookieExpiration/timeToExpiration", SITES;
        /// Whether the nonce of a sign-in is checked. It is by default, and should be.
        VALIDATE_NONCE: bool = FLAG "nonce/validateNonce", SITES;
        /// How long a nonce is valid: five minutes by default. Written as `hh:mm:ss`.
        NONCE_EXPIRATION: Duration = TIME "nonce/nonceExpirationInterval", SITES;
    }

    /// `httpSettings`: what the platform does with addresses.
    http: Setting in "httpSettings/" {
        /// Whether plain HTTP is rejected. It is by default.
        REQUIRE_HTTPS: bool = FLAG "requireHttps", SITES;
        /// What the platform's own paths begin with: `/.auth` by default.
        API_PREFIX: String = TEXT "routes/apiPrefix", SITES;
        /// Which headers of a proxy are trusted: none by default.
        PROXY_CONVENTION: ForwardProxyConvention = PROXY "forwardProxy/convention", SITES;
        /// The header with the host, for [`ForwardProxyConvention::Custom`].
        PROXY_HOST_HEADER: String = TEXT "forwardProxy/customHostHeaderName", SITES;
        /// The header with the scheme, for [`ForwardProxyConvention::Custom`].
        PROXY_PROTO_HEADER: String = TEXT "forwardProxy/customProtoHeaderName", SITES;
    }

    /// `encryptionSettings` of Container Apps: your own keys for cookies and tokens, by names of secrets.
    encryption: Setting in "encryptionSettings/" {
        /// The secret that encrypts.
        ENCRYPTION_SECRET_NAME: String = NAME "containerAppAuthEncryptionSecretName", ACA;
        /// The secret that signs.
        SIGNING_SECRET_NAME: String = NAME "containerAppAuthSigningSecretName", ACA;
    }

    /// The envelope of Azure Resource Manager.
    envelope: Setting in "", envelope = true {
        /// The resource ID.
        ID: String = TEXT "id", SITES;
        /// The name of the resource: `authsettingsV2` or `current`.
        NAME: String = TEXT "name", SITES;
        /// The type of the resource.
        TYPE: String = TEXT "type", SITES;
        /// The kind of the resource. No recorded answer has it.
        KIND: String = TEXT "kind", SITES;
        /// The region, for people: `East US`.
        LOCATION: String = TEXT "location", SITES;
        /// The tags of the site.
        TAGS: Object = OBJECT "tags", SITES;
        /// Who made and changed it.
        SYSTEM_DATA: Object = OBJECT "systemData", SITES;
    }
}

pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    ALL_SETTINGS.iter().map(|setting| setting.0)
}
