//! `login`: sessions and the token store.

#[allow(clippy::wildcard_imports, unused_imports)] // what the macro needs
use super::prelude::*;
use crate::settings::{CookieConvention, Guid};

objects! {
    /// `login`: sessions, redirects and the token store.
    Login, LoginMut {
        /// Whether the part of the address behind `#` survives a sign-in. It does not, by default.
        "preserveUrlFragmentsForLogins": flag,
            preserve_url_fragments,
            set_preserve_url_fragments,
            clear_preserve_url_fragments;
        /// Addresses outside the site that a sign-in or a sign-out may lead to.
        "allowedExternalRedirectUrls": texts,
            allowed_external_redirect_urls,
            set_allowed_external_redirect_urls,
            clear_allowed_external_redirect_urls;
        objects {
            /// `routes`: where to sign out.
            "routes": LoginRoutes, LoginRoutesMut, routes, routes_mut;
            /// `tokenStore`: whether the providers' tokens are kept, and where.
            "tokenStore": TokenStore, TokenStoreMut, token_store, token_store_mut;
            /// `cookieExpiration`: how long a session lasts.
            "cookieExpiration": CookieExpiration, CookieExpirationMut,
                cookie_expiration, cookie_expiration_mut;
            /// `nonce`: what binds a sign-in to the browser that began it.
            "nonce": Nonce, NonceMut, nonce, nonce_mut;
        }
    }

    /// `login.routes`.
    LoginRoutes, LoginRoutesMut {
        /// Where the application itself signs out.
        "logoutEndpoint": text, logout_endpoint, set_logout_endpoint, clear_logout_endpoint;
    }

    /// `login.tokenStore`: without it there are no `X-MS-TOKEN-*` headers and no `/.auth/refresh`.
    TokenStore, TokenStoreMut {
        /// Whether tokens are kept. They are not, by default.
        "enabled": flag, enabled, set_enabled, clear_enabled;
        /// How long after its end a session can be refreshed: 72 hours by default. Written in hours.
        "tokenRefreshExtensionHours": hours,
            token_refresh_extension, set_token_refresh_extension, clear_token_refresh_extension;
        objects {
            /// `fileSystem`: a directory to keep them in. Not in Container Apps.
            "fileSystem": FileSystem, FileSystemMut, file_system, file_system_mut;
            /// `azureBlobStorage`: a container to keep them in.
            "azureBlobStorage": BlobStorage, BlobStorageMut,
                azure_blob_storage, azure_blob_storage_mut;
        }
    }

    /// `login.tokenStore.fileSystem`.
    FileSystem, FileSystemMut {
        /// The directory.
        "directory": text, directory, set_directory, clear_directory;
    }

    /// `login.tokenStore.azureBlobStorage`: by an address with a signature in a setting, or (Container
    /// Apps) by the container's address and a managed identity.
    BlobStorage, BlobStorageMut {
        /// The name of the setting that has the address with its signature.
        "sasUrlSettingName": setting,
            sas_url_setting_name, set_sas_url_setting_name, clear_sas_url_setting_name;
        /// The address of the container, for a managed identity.
        "blobContainerUri" [ContainerApps]: text,
            blob_container_uri, set_blob_container_uri, clear_blob_container_uri;
        /// The client id of the managed identity.
        "clientId" [ContainerApps]: guid, client_id, set_client_id, clear_client_id;
        /// The resource id of the managed identity.
        "managedIdentityResourceId" [ContainerApps]: text,
            managed_identity_resource_id,
            set_managed_identity_resource_id,
            clear_managed_identity_resource_id;
    }

    /// `login.cookieExpiration`.
    CookieExpiration, CookieExpirationMut {
        /// What decides: a fixed time by default.
        "convention": choice(CookieConvention), convention, set_convention, clear_convention;
        /// The fixed time: eight hours by default. Written as `hh:mm:ss`.
        "timeToExpiration": time,
            time_to_expiration, set_time_to_expiration, clear_time_to_expiration;
    }

    /// `login.nonce`.
    Nonce, NonceMut {
        /// Whether it is checked. It is, by default, and should be.
        "validateNonce": flag, validate_nonce, set_validate_nonce, clear_validate_nonce;
        /// How long it is good: five minutes by default. Written as `hh:mm:ss`.
        "nonceExpirationInterval": time,
            nonce_expiration_interval,
            set_nonce_expiration_interval,
            clear_nonce_expiration_interval;
    }
}
