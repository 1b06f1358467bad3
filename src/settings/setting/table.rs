//! The table of settings: one row for each that Microsoft documents, and those that services answer.
//!
//! Sources: the specification of `Microsoft.Web/sites/config` (api-version 2026-03-15) and
//! `Microsoft.App/containerApps/authConfigs` (2026-07-01), "File-based configuration" of App Service,
//! "Custom authentication" of Static Web Apps, and recorded answers of the services.

use std::time::Duration;

use super::{AnySetting, Keyed, Object, Row, Services, Setting, kind::codecs};
use crate::{
    login_parameters::LoginParameters,
    settings::{Guid, UnauthenticatedAction},
};

/// Defines a module of constants for each provider or section, and [`ALL_SETTINGS`].
///
/// `NAME: type = CODEC "path", SERVICES, "description";` is a row.
macro_rules! settings {
    ($(
        $(#[doc = $module_doc:literal])+
        $module:ident: $setting:ident in $base:literal $(, envelope = $in_envelope:literal)? {
            $($name:ident: $type:ty = $codec:ident $path:literal, $services:ident, $doc:literal;)+
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
                    #[doc = $doc]
                    #[doc(alias = $path)]
                    pub const $name: settings!(@type $setting $type) = $setting::new(
                        &Row {
                            path: concat!($base, $path),
                            kind: codecs::$codec.kind,
                            services: Services::$services,
                            in_envelope: IN_ENVELOPE,
                            doc: $doc,
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
        PLATFORM: Object = OBJECT "platform", SITES, "Whether Easy Auth is on, and where its settings are.";
        GLOBAL_VALIDATION: Object = OBJECT "globalValidation", SITES, "What happens to anonymous requests.";
        IDENTITY_PROVIDERS: Object = OBJECT "identityProviders", ALL, "The identity providers.";
        LOGIN: Object = OBJECT "login", SITES, "Sessions, redirects and the token store.";
        HTTP_SETTINGS: Object = OBJECT "httpSettings", SITES, "What the platform does with addresses.";
        CLEAR_INBOUND_CLAIMS_MAPPING: bool = TEXT_FLAG "clearInboundClaimsMapping", SITES, "Whether claim names stay as they are in the token. The service answers the string `\"false\"`.";
        ROLES_SOURCE: String = TEXT "rolesSource", SWA, "The function that Static Web Apps asks for a user's roles.";
        CONFIG_VERSION: String = TEXT "legacyProperties/configVersion", SITES, "The version of the settings, in the document that the platform gives to its middleware.";
        LEGACY_VERSION: String = TEXT "legacyProperties/legacyVersion", SITES, "The version before, in the document that the platform gives to its middleware.";
    }

    /// `platform`: whether Easy Auth is on, and where its settings are.
    platform: Setting in "platform/" {
        ENABLED: bool = FLAG "enabled", SITES, "Whether Easy Auth is on. Off by default.";
        RUNTIME_VERSION: String = TEXT "runtimeVersion", SITES, "The version of the middleware: `~1`, the newest, by default; `1.x.y` pins one.";
        CONFIG_FILE_PATH: String = TEXT "configFilePath", APP, "The path of a settings file (`auth.json`) that is read instead of this document: absolute, or on Windows relative to the root of the site.";
    }

    /// `globalValidation`: what happens to anonymous requests.
    global_validation: Setting in "globalValidation/" {
        REQUIRE_AUTHENTICATION: bool = FLAG "requireAuthentication", APP, "Whether a request needs an authenticated user.";
        UNAUTHENTICATED_CLIENT_ACTION: UnauthenticatedAction = ACTION "unauthenticatedClientAction", SITES, "What happens to an anonymous request: by default it is redirected to sign-in.";
        REDIRECT_TO_PROVIDER: String = TEXT "redirectToProvider", SITES, "The provider to sign in with: `azureactivedirectory`, `apple`, `facebook`, `github`, `google`, `twitter`, or the name of a custom one, in any case.";
        EXCLUDED_PATHS: Vec<String> = TEXTS "excludedPaths", SITES, "Paths that need no authenticated user. A `*` may be the last segment: `/api/public/*`.";
    }

    /// `identityProviders.azureActiveDirectory`: Microsoft Entra ID.
    entra: Setting in "identityProviders/azureActiveDirectory/" {
        ENABLED: bool = FLAG "enabled", ALL, "Whether it is on. The platform answers `true` for providers that were never set up: a client ID tells.";
        OPEN_ID_ISSUER: String = TEXT "registration/openIdIssuer", ALL, "The issuer: `https://login.microsoftonline.com/<tenant>/v2.0`. Its case matters.";
        CLIENT_ID: Guid = GUID "registration/clientId", SITES, "The client ID of the app registration.";
        CLIENT_ID_SETTING_NAME: String = NAME "registration/clientIdSettingName", SWA, "The name of the setting that has the client ID.";
        CLIENT_SECRET_SETTING_NAME: String = NAME "registration/clientSecretSettingName", ALL, "The name of the application setting (a secret, in Container Apps) that has the client secret: never the secret itself.";
        CERTIFICATE_THUMBPRINT: String = TEXT "registration/clientSecretCertificateThumbprint", ALL, "The thumbprint of a certificate, instead of a secret.";
        CERTIFICATE_SUBJECT_ALTERNATIVE_NAME: String = TEXT "registration/clientSecretCertificateSubjectAlternativeName", ALL, "The subject alternative name of a certificate, instead of its thumbprint.";
        CERTIFICATE_ISSUER: String = TEXT "registration/clientSecretCertificateIssuer", ALL, "The issuer of a certificate, beside its subject alternative name.";
        CERTIFICATE_KEY_VAULT_REFERENCE: String = TEXT "registration/clientSecretCertificateKeyVaultReference", SWA, "The Key Vault reference of a certificate.";
        LOGIN_PARAMETERS: LoginParameters = PARAMETERS "login/loginParameters", ALL, "What is added to the address of the sign-in page.";
        DISABLE_WWW_AUTHENTICATE: bool = FLAG "login/disableWWWAuthenticate", ALL, "Whether a 401 has no `WWW-Authenticate` header. It has one by default.";
        ALLOWED_AUDIENCES: Vec<String> = TEXTS "validation/allowedAudiences", SITES, "The audiences of tokens that are accepted, beside the client ID.";
        ALLOWED_APPLICATIONS: Vec<Guid> = GUIDS "validation/defaultAuthorizationPolicy/allowedApplications", SITES, "The client IDs of applications (`azp`, `appid`) whose tokens are accepted.";
        GROUPS: Vec<Guid> = GUIDS "validation/defaultAuthorizationPolicy/allowedPrincipals/groups", SITES, "The object IDs of groups whose members are accepted.";
        IDENTITIES: Vec<Guid> = GUIDS "validation/defaultAuthorizationPolicy/allowedPrincipals/identities", SITES, "The object IDs of users who are accepted.";
        CLAIM_CHECKS_GROUPS: Vec<Guid> = GUIDS "validation/jwtClaimChecks/allowedGroups", SITES, "The older check of groups, of which one must be in the token.";
        CLAIM_CHECKS_APPLICATIONS: Vec<Guid> = GUIDS "validation/jwtClaimChecks/allowedClientApplications", SITES, "The older check of client applications, of which one must have requested the token.";
        IS_AUTO_PROVISIONED: bool = FLAG "isAutoProvisioned", ALL, "The portal's own mark of a registration that it made.";
        USER_DETAILS_CLAIM: String = TEXT "userDetailsClaim", SWA, "The claim that Static Web Apps takes the user's name from.";
    }

    /// `identityProviders.facebook`.
    facebook: Setting in "identityProviders/facebook/" {
        ENABLED: bool = FLAG "enabled", ALL, "Whether it is on.";
        GRAPH_API_VERSION: String = TEXT "graphApiVersion", ALL, "The version of the Graph API: `v3.3`.";
        APP_ID: String = TEXT "registration/appId", SITES, "The ID of the app.";
        APP_ID_SETTING_NAME: String = NAME "registration/appIdSettingName", SWA, "The name of the setting that has the app ID.";
        APP_SECRET_SETTING_NAME: String = NAME "registration/appSecretSettingName", ALL, "The name of the setting that has the secret.";
        SCOPES: Vec<String> = TEXTS "login/scopes", ALL, "The scopes to request, one each.";
        USER_DETAILS_CLAIM: String = TEXT "userDetailsClaim", SWA, "The claim that Static Web Apps takes the user's name from.";
    }

    /// `identityProviders.gitHub` (`github` in Static Web Apps).
    github: Setting in "identityProviders/gitHub/" {
        ENABLED: bool = FLAG "enabled", ALL, "Whether it is on.";
        CLIENT_ID: String = TEXT "registration/clientId", SITES, "The client ID.";
        CLIENT_ID_SETTING_NAME: String = NAME "registration/clientIdSettingName", SWA, "The name of the setting that has the client ID.";
        CLIENT_SECRET_SETTING_NAME: String = NAME "registration/clientSecretSettingName", ALL, "The name of the setting that has the client secret.";
        SCOPES: Vec<String> = TEXTS "login/scopes", ALL, "The scopes to request, one each.";
        USER_DETAILS_CLAIM: String = TEXT "userDetailsClaim", SWA, "The claim that Static Web Apps takes the user's name from.";
    }

    /// `identityProviders.google`.
    google: Setting in "identityProviders/google/" {
        ENABLED: bool = FLAG "enabled", ALL, "Whether it is on.";
        CLIENT_ID: String = TEXT "registration/clientId", SITES, "The client ID.";
        CLIENT_ID_SETTING_NAME: String = NAME "registration/clientIdSettingName", SWA, "The name of the setting that has the client ID.";
        CLIENT_SECRET_SETTING_NAME: String = NAME "registration/clientSecretSettingName", ALL, "The name of the setting that has the client secret.";
        SCOPES: Vec<String> = TEXTS "login/scopes", ALL, "The scopes to request, one each.";
        ALLOWED_AUDIENCES: Vec<String> = TEXTS "validation/allowedAudiences", SITES, "The audiences of tokens that are accepted.";
        USER_DETAILS_CLAIM: String = TEXT "userDetailsClaim", SWA, "The claim that Static Web Apps takes the user's name from.";
    }

    /// `identityProviders.twitter`.
    twitter: Setting in "identityProviders/twitter/" {
        ENABLED: bool = FLAG "enabled", ALL, "Whether it is on.";
        CONSUMER_KEY: String = TEXT "registration/consumerKey", SITES, "The consumer key.";
        CONSUMER_KEY_SETTING_NAME: String = NAME "registration/consumerKeySettingName", SWA, "The name of the setting that has the consumer key.";
        CONSUMER_SECRET_SETTING_NAME: String = NAME "registration/consumerSecretSettingName", ALL, "The name of the setting that has the secret.";
        USER_DETAILS_CLAIM: String = TEXT "userDetailsClaim", SWA, "The claim that Static Web Apps takes the user's name from.";
    }

    /// `identityProviders.legacyMicrosoftAccount`, which Microsoft Entra ID has replaced.
    microsoft_account: Setting in "identityProviders/legacyMicrosoftAccount/" {
        ENABLED: bool = FLAG "enabled", APP, "Whether it is on.";
        CLIENT_ID: String = TEXT "registration/clientId", APP, "The client ID.";
        CLIENT_SECRET_SETTING_NAME: String = NAME "registration/clientSecretSettingName", APP, "The name of the setting that has the client secret.";
        SCOPES: Vec<String> = TEXTS "login/scopes", APP, "The scopes to request, one each.";
        ALLOWED_AUDIENCES: Vec<String> = TEXTS "validation/allowedAudiences", APP, "The audiences of tokens that are accepted.";
    }

    /// `identityProviders.apple`.
    apple: Setting in "identityProviders/apple/" {
        ENABLED: bool = FLAG "enabled", ALL, "Whether it is on.";
        CLIENT_ID: String = TEXT "registration/clientId", SITES, "The client ID.";
        CLIENT_ID_SETTING_NAME: String = NAME "registration/clientIdSettingName", SWA, "The name of the setting that has the client ID.";
        CLIENT_SECRET_SETTING_NAME: String = NAME "registration/clientSecretSettingName", ALL, "The name of the setting that has the client secret.";
        SCOPES: Vec<String> = TEXTS "login/scopes", ALL, "The scopes to request, one each.";
        USER_DETAILS_CLAIM: String = TEXT "userDetailsClaim", SWA, "The claim that Static Web Apps takes the user's name from.";
    }

    /// `identityProviders.azureStaticWebApps`: Static Web Apps as the provider of the Functions behind it.
    static_web_apps: Setting in "identityProviders/azureStaticWebApps/" {
        ENABLED: bool = FLAG "enabled", SITES, "Whether it is on.";
        CLIENT_ID: String = TEXT "registration/clientId", SITES, "The client ID.";
    }

    /// Custom OpenID Connect providers, by their names: `identityProviders.customOpenIdConnectProviders`
    /// (`openIdConnectProviders` in a settings file).
    custom: Keyed in "identityProviders/customOpenIdConnectProviders/" {
        PROVIDER: Object = OBJECT "*", ALL, "The whole provider.";
        ENABLED: bool = FLAG "*/enabled", ALL, "Whether it is on.";
        CLIENT_ID: String = TEXT "*/registration/clientId", SITES, "The client ID.";
        CLIENT_ID_SETTING_NAME: String = NAME "*/registration/clientIdSettingName", SWA, "The name of the setting that has the client ID.";
        CLIENT_CREDENTIAL_METHOD: String = TEXT "*/registration/clientCredential/method", ALL, "How the client authenticates: `ClientSecretPost` is the only way.";
        CLIENT_SECRET_SETTING_NAME: String = NAME "*/registration/clientCredential/clientSecretSettingName", ALL, "The name of the setting that has the client secret.";
        WELL_KNOWN_CONFIGURATION: String = TEXT "*/registration/openIdConnectConfiguration/wellKnownOpenIdConfiguration", ALL, "The address of the provider's metadata: `https://.../.well-known/openid-configuration`. With it, the other addresses are ignored.";
        AUTHORIZATION_ENDPOINT: String = TEXT "*/registration/openIdConnectConfiguration/authorizationEndpoint", ALL, "The authorization endpoint.";
        TOKEN_ENDPOINT: String = TEXT "*/registration/openIdConnectConfiguration/tokenEndpoint", ALL, "The token endpoint.";
        ISSUER: String = TEXT "*/registration/openIdConnectConfiguration/issuer", ALL, "The issuer.";
        CERTIFICATION_URI: String = TEXT "*/registration/openIdConnectConfiguration/certificationUri", ALL, "The address of the keys (JWKS).";
        NAME_CLAIM_TYPE: String = TEXT "*/login/nameClaimType", ALL, "The claim with the user's name.";
        SCOPES: Vec<String> = TEXTS "*/login/scopes", ALL, "The scopes to request, one each.";
        LOGIN_PARAMETER_NAMES: Vec<String> = TEXTS "*/login/loginParameterNames", ALL, "What is added to the address of the sign-in page, `key=value` each: only in a settings file and in Static Web Apps.";
        USER_DETAILS_CLAIM: String = TEXT "*/userDetailsClaim", SWA, "The claim that Static Web Apps takes the user's name from.";
    }

    /// `login`: sessions, redirects and the token store.
    login: Setting in "login/" {
        LOGOUT_ENDPOINT: String = TEXT "routes/logoutEndpoint", SITES, "Where the application itself signs out.";
        TOKEN_STORE_ENABLED: bool = FLAG "tokenStore/enabled", SITES, "Whether the platform keeps the providers' tokens. It does not by default. Without them there are no `X-MS-TOKEN-*` headers and no `/.auth/refresh`.";
        TOKEN_REFRESH_EXTENSION: Duration = HOURS "tokenStore/tokenRefreshExtensionHours", SITES, "How long after its end a session can be refreshed: 72 hours by default. Written in hours.";
        TOKEN_STORE_DIRECTORY: String = TEXT "tokenStore/fileSystem/directory", APP, "A directory to keep tokens in.";
        TOKEN_STORE_SAS_URL_SETTING_NAME: String = NAME "tokenStore/azureBlobStorage/sasUrlSettingName", SITES, "The name of the setting that has the address of a blob container with its signature (SAS).";
        TOKEN_STORE_CONTAINER_URI: String = TEXT "tokenStore/azureBlobStorage/blobContainerUri", ACA, "The address of a blob container, for a managed identity.";
        TOKEN_STORE_CLIENT_ID: Guid = GUID "tokenStore/azureBlobStorage/clientId", ACA, "The client ID of the managed identity that opens the blob container.";
        TOKEN_STORE_MANAGED_IDENTITY: String = TEXT "tokenStore/azureBlobStorage/managedIdentityResourceId", ACA, "The resource ID of the managed identity that opens the blob container.";
        PRESERVE_URL_FRAGMENTS: bool = FLAG "preserveUrlFragmentsForLogins", SITES, "Whether the part of the address behind `#` survives a sign-in. It does not by default.";
        ALLOWED_EXTERNAL_REDIRECT_URLS: Vec<String> = TEXTS "allowedExternalRedirectUrls", SITES, "Addresses outside the site that a sign-in or a sign-out may redirect to.";
        COOKIE_CONVENTION: String = COOKIE "cookieExpiration/convention", SITES, "What ends a session: `FixedTime`, the default, or `IdentityProviderDerived`, the end of the provider's token.";
        COOKIE_EXPIRATION: Duration = TIME "cookieExpiration/timeToExpiration", SITES, "How long a session lasts: eight hours by default. Written as `hh:mm:ss`.";
        VALIDATE_NONCE: bool = FLAG "nonce/validateNonce", SITES, "Whether the nonce of a sign-in is checked. It is by default, and should be.";
        NONCE_EXPIRATION: Duration = TIME "nonce/nonceExpirationInterval", SITES, "How long a nonce is valid: five minutes by default. Written as `hh:mm:ss`.";
    }

    /// `httpSettings`: what the platform does with addresses.
    http: Setting in "httpSettings/" {
        REQUIRE_HTTPS: bool = FLAG "requireHttps", SITES, "Whether plain HTTP is rejected. It is by default.";
        API_PREFIX: String = TEXT "routes/apiPrefix", SITES, "What the platform's own paths begin with: `/.auth` by default.";
        PROXY_CONVENTION: String = PROXY "forwardProxy/convention", SITES, "Which headers of a proxy have the address that the browser requested: `NoProxy`, the default, `Standard` (`X-Forwarded-Host` and `X-Forwarded-Proto`) or `Custom`.";
        PROXY_HOST_HEADER: String = TEXT "forwardProxy/customHostHeaderName", SITES, "The header with the host, if the convention is `Custom`.";
        PROXY_PROTO_HEADER: String = TEXT "forwardProxy/customProtoHeaderName", SITES, "The header with the scheme, if the convention is `Custom`.";
    }

    /// `encryptionSettings` of Container Apps: your own keys for cookies and tokens, by names of secrets.
    encryption: Setting in "encryptionSettings/" {
        ENCRYPTION_SECRET_NAME: String = NAME "containerAppAuthEncryptionSecretName", ACA, "The secret that encrypts.";
        SIGNING_SECRET_NAME: String = NAME "containerAppAuthSigningSecretName", ACA, "The secret that signs.";
    }

    /// The envelope of Azure Resource Manager.
    envelope: Setting in "", envelope = true {
        ID: String = TEXT "id", SITES, "The resource ID.";
        NAME: String = TEXT "name", SITES, "The name of the resource: `authsettingsV2` or `current`.";
        TYPE: String = TEXT "type", SITES, "The type of the resource.";
        KIND: String = TEXT "kind", SITES, "The kind of the resource. No recorded answer has it.";
        LOCATION: String = TEXT "location", SITES, "The display name of the region: `East US`.";
        TAGS: Object = OBJECT "tags", SITES, "The tags of the site.";
        SYSTEM_DATA: Object = OBJECT "systemData", SITES, "Who made and changed it.";
    }
}

pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    ALL_SETTINGS.iter().map(|setting| setting.0)
}
