//! `platform`, `globalValidation`, `httpSettings` and what is beside them.

#[allow(clippy::wildcard_imports, unused_imports)] // what the macro needs
use super::prelude::*;
use crate::settings::{ForwardProxyConvention, UnauthenticatedAction};

objects! {
    /// `platform`: whether Easy Auth is on, and where its settings are.
    Platform, PlatformMut {
        /// Whether Easy Auth is on. Off by default.
        "enabled": flag, enabled, set_enabled, clear_enabled;
        /// The version of the middleware: `~1`, the newest, by default; `1.x.y` pins one.
        "runtimeVersion": text, runtime_version, set_runtime_version, clear_runtime_version;
        /// The path of a settings file (`auth.json`) that is read instead of this document: absolute,
        /// or on Windows relative to the root of the site. Not in Container Apps.
        "configFilePath": text, config_file_path, set_config_file_path, clear_config_file_path;
    }

    /// `globalValidation`: what happens to requests of nobody.
    GlobalValidation, GlobalValidationMut {
        /// Whether a request needs somebody signed in. Not in Container Apps.
        "requireAuthentication": flag,
            require_authentication, set_require_authentication, clear_require_authentication;
        /// What happens to a request of nobody: by default it is sent to sign in.
        "unauthenticatedClientAction": choice(UnauthenticatedAction),
            unauthenticated_client_action,
            set_unauthenticated_client_action,
            clear_unauthenticated_client_action;
        /// The provider to sign in with: `azureactivedirectory`, `apple`, `facebook`, `github`,
        /// `google`, `twitter`, or the name of a custom one, in any case.
        "redirectToProvider": text,
            redirect_to_provider, set_redirect_to_provider, clear_redirect_to_provider;
        /// Paths that need nobody signed in. A `*` may be the last segment: `/api/public/*`.
        "excludedPaths": texts, excluded_paths, set_excluded_paths, clear_excluded_paths;
    }

    /// `httpSettings`: what the platform does with addresses.
    HttpSettings, HttpSettingsMut {
        /// Whether plain HTTP is refused. It is, by default.
        "requireHttps": flag, require_https, set_require_https, clear_require_https;
        objects {
            /// `routes`: where the platform's own pages are.
            "routes": HttpRoutes, HttpRoutesMut, routes, routes_mut;
            /// `forwardProxy`: which headers of a proxy are believed.
            "forwardProxy": ForwardProxy, ForwardProxyMut, forward_proxy, forward_proxy_mut;
        }
    }

    /// `httpSettings.routes`.
    HttpRoutes, HttpRoutesMut {
        /// What the platform's own paths begin with: `/.auth` by default.
        "apiPrefix": text, api_prefix, set_api_prefix, clear_api_prefix;
    }

    /// `httpSettings.forwardProxy`: how to know the address that the browser asked for.
    ForwardProxy, ForwardProxyMut {
        /// Which headers are believed: none by default.
        "convention": choice(ForwardProxyConvention), convention, set_convention, clear_convention;
        /// The header with the host, for [`ForwardProxyConvention::Custom`].
        "customHostHeaderName": text,
            custom_host_header_name, set_custom_host_header_name, clear_custom_host_header_name;
        /// The header with the scheme, for [`ForwardProxyConvention::Custom`].
        "customProtoHeaderName": text,
            custom_proto_header_name, set_custom_proto_header_name, clear_custom_proto_header_name;
    }

    /// `encryptionSettings` of Container Apps: own keys for cookies and tokens, by names of secrets.
    EncryptionSettings, EncryptionSettingsMut {
        /// The secret that encrypts.
        "containerAppAuthEncryptionSecretName": setting,
            encryption_secret_name, set_encryption_secret_name, clear_encryption_secret_name;
        /// The secret that signs.
        "containerAppAuthSigningSecretName": setting,
            signing_secret_name, set_signing_secret_name, clear_signing_secret_name;
    }

    /// `legacyProperties`: only in the document that the platform gives to its middleware.
    LegacyProperties, LegacyPropertiesMut {
        /// The version of the settings.
        "configVersion": text, config_version, set_config_version, clear_config_version;
        /// The version before.
        "legacyVersion": text, legacy_version, set_legacy_version, clear_legacy_version;
    }
}
