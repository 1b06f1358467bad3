//! `identityProviders`, but for Entra.

use std::collections::HashSet;

use super::entra::{Entra, EntraMut, is_configured};
#[allow(clippy::wildcard_imports, unused_imports)] // what the macro needs
use super::prelude::*;
use crate::settings::form::CUSTOM_PROVIDERS;

objects! {
    /// Facebook.
    Facebook, FacebookMut {
        /// Whether it is on.
        "enabled": flag, enabled, set_enabled, clear_enabled;
        /// The version of the Graph API: `v3.3`.
        "graphApiVersion": text, graph_api_version, set_graph_api_version, clear_graph_api_version;
        /// The claim that Static Web Apps takes the user's name from.
        "userDetailsClaim" [StaticWebApps]: text,
            user_details_claim, set_user_details_claim, clear_user_details_claim;
        objects {
            /// `registration`: which app.
            "registration": FacebookRegistration, FacebookRegistrationMut,
                registration, registration_mut;
            /// `login`: the scopes to ask for.
            "login": ScopesLogin, ScopesLoginMut, login, login_mut;
        }
    }

    /// `registration` of Facebook.
    FacebookRegistration, FacebookRegistrationMut {
        /// The id of the app.
        "appId": text, app_id, set_app_id, clear_app_id;
        /// The name of the setting that has the id, in Static Web Apps.
        "appIdSettingName" [StaticWebApps]: setting,
            app_id_setting_name, set_app_id_setting_name, clear_app_id_setting_name;
        /// The name of the setting that has the secret.
        "appSecretSettingName": setting,
            app_secret_setting_name, set_app_secret_setting_name, clear_app_secret_setting_name;
    }

    /// GitHub or Apple.
    OAuthProvider, OAuthProviderMut {
        /// Whether it is on.
        "enabled": flag, enabled, set_enabled, clear_enabled;
        /// The claim that Static Web Apps takes the user's name from.
        "userDetailsClaim" [StaticWebApps]: text,
            user_details_claim, set_user_details_claim, clear_user_details_claim;
        objects {
            /// `registration`: which client.
            "registration": ClientRegistration, ClientRegistrationMut,
                registration, registration_mut;
            /// `login`: the scopes to ask for.
            "login": ScopesLogin, ScopesLoginMut, login, login_mut;
        }
    }

    /// Google or the older Microsoft account.
    AudienceProvider, AudienceProviderMut {
        /// Whether it is on.
        "enabled": flag, enabled, set_enabled, clear_enabled;
        /// The claim that Static Web Apps takes the user's name from.
        "userDetailsClaim" [StaticWebApps]: text,
            user_details_claim, set_user_details_claim, clear_user_details_claim;
        objects {
            /// `registration`: which client.
            "registration": ClientRegistration, ClientRegistrationMut,
                registration, registration_mut;
            /// `login`: the scopes to ask for.
            "login": ScopesLogin, ScopesLoginMut, login, login_mut;
            /// `validation`: whose tokens are let in.
            "validation": AudienceValidation, AudienceValidationMut, validation, validation_mut;
        }
    }

    /// `registration` of GitHub, Google, Apple and the older Microsoft account.
    ClientRegistration, ClientRegistrationMut {
        /// The client id.
        "clientId": text, client_id, set_client_id, clear_client_id;
        /// The name of the setting that has the client id, in Static Web Apps.
        "clientIdSettingName" [StaticWebApps]: setting,
            client_id_setting_name, set_client_id_setting_name, clear_client_id_setting_name;
        /// The name of the setting that has the client secret.
        "clientSecretSettingName": setting,
            client_secret_setting_name,
            set_client_secret_setting_name,
            clear_client_secret_setting_name;
    }

    /// `login` of the providers that take scopes.
    ScopesLogin, ScopesLoginMut {
        /// The scopes to ask for, one each.
        "scopes": texts, scopes, set_scopes, clear_scopes;
    }

    /// `validation` of Google and the older Microsoft account.
    AudienceValidation, AudienceValidationMut {
        /// The audiences of tokens that are let in.
        "allowedAudiences": texts,
            allowed_audiences, set_allowed_audiences, clear_allowed_audiences;
    }

    /// Twitter.
    Twitter, TwitterMut {
        /// Whether it is on.
        "enabled": flag, enabled, set_enabled, clear_enabled;
        /// The claim that Static Web Apps takes the user's name from.
        "userDetailsClaim" [StaticWebApps]: text,
            user_details_claim, set_user_details_claim, clear_user_details_claim;
        objects {
            /// `registration`: which app.
            "registration": TwitterRegistration, TwitterRegistrationMut,
                registration, registration_mut;
        }
    }

    /// `registration` of Twitter.
    TwitterRegistration, TwitterRegistrationMut {
        /// The consumer key.
        "consumerKey": text, consumer_key, set_consumer_key, clear_consumer_key;
        /// The name of the setting that has the key, in Static Web Apps.
        "consumerKeySettingName" [StaticWebApps]: setting,
            consumer_key_setting_name,
            set_consumer_key_setting_name,
            clear_consumer_key_setting_name;
        /// The name of the setting that has the secret.
        "consumerSecretSettingName": setting,
            consumer_secret_setting_name,
            set_consumer_secret_setting_name,
            clear_consumer_secret_setting_name;
    }

    /// Static Web Apps as a provider, for the Functions behind it.
    StaticWebApps, StaticWebAppsMut {
        /// Whether it is on.
        "enabled": flag, enabled, set_enabled, clear_enabled;
        objects {
            /// `registration`: which app.
            "registration": StaticWebAppsRegistration, StaticWebAppsRegistrationMut,
                registration, registration_mut;
        }
    }

    /// `registration` of Static Web Apps.
    StaticWebAppsRegistration, StaticWebAppsRegistrationMut {
        /// The client id.
        "clientId": text, client_id, set_client_id, clear_client_id;
    }

    /// A custom OpenID Connect provider.
    CustomProvider, CustomProviderMut {
        /// Whether it is on.
        "enabled": flag, enabled, set_enabled, clear_enabled;
        /// The claim that Static Web Apps takes the user's name from.
        "userDetailsClaim" [StaticWebApps]: text,
            user_details_claim, set_user_details_claim, clear_user_details_claim;
        objects {
            /// `registration`: which client of which issuer.
            "registration": CustomRegistration, CustomRegistrationMut,
                registration, registration_mut;
            /// `login`: what to ask for.
            "login": CustomLogin, CustomLoginMut, login, login_mut;
        }
    }

    /// `registration` of a custom provider.
    CustomRegistration, CustomRegistrationMut {
        /// The client id.
        "clientId": text, client_id, set_client_id, clear_client_id;
        /// The name of the setting that has the client id, in Static Web Apps.
        "clientIdSettingName" [StaticWebApps]: setting,
            client_id_setting_name, set_client_id_setting_name, clear_client_id_setting_name;
        objects {
            /// `clientCredential`: how the client proves itself.
            "clientCredential": ClientCredential, ClientCredentialMut,
                client_credential, client_credential_mut;
            /// `openIdConnectConfiguration`: where the provider is.
            "openIdConnectConfiguration": OpenIdConnectConfiguration, OpenIdConnectConfigurationMut,
                open_id_connect_configuration, open_id_connect_configuration_mut;
        }
    }

    /// `clientCredential` of a custom provider.
    ClientCredential, ClientCredentialMut {
        /// The way of the secret: `ClientSecretPost` is the only one.
        "method": text, method, set_method, clear_method;
        /// The name of the setting that has the client secret.
        "clientSecretSettingName": setting,
            client_secret_setting_name,
            set_client_secret_setting_name,
            clear_client_secret_setting_name;
    }

    /// `openIdConnectConfiguration` of a custom provider: the address of its metadata, or each of its
    /// addresses. With the first, the others do not count.
    OpenIdConnectConfiguration, OpenIdConnectConfigurationMut {
        /// Where to sign in.
        "authorizationEndpoint": text,
            authorization_endpoint, set_authorization_endpoint, clear_authorization_endpoint;
        /// Where codes are redeemed.
        "tokenEndpoint": text, token_endpoint, set_token_endpoint, clear_token_endpoint;
        /// The issuer.
        "issuer": text, issuer, set_issuer, clear_issuer;
        /// Where its keys are.
        "certificationUri": text, certification_uri, set_certification_uri, clear_certification_uri;
        /// Where its metadata is: `https://.../.well-known/openid-configuration`.
        "wellKnownOpenIdConfiguration": text,
            well_known_open_id_configuration,
            set_well_known_open_id_configuration,
            clear_well_known_open_id_configuration;
    }

    /// `login` of a custom provider.
    CustomLogin, CustomLoginMut {
        /// The claim with the user's name.
        "nameClaimType": text, name_claim_type, set_name_claim_type, clear_name_claim_type;
        /// The scopes to ask for, one each.
        "scopes": texts, scopes, set_scopes, clear_scopes;
        /// What is added to the address of the sign-in page, `key=value` each: only in a settings file
        /// and in Static Web Apps.
        "loginParameterNames": texts,
            login_parameter_names, set_login_parameter_names, clear_login_parameter_names;
    }
}

/// The providers by their names in a document.
macro_rules! providers {
    ($($(#[$doc:meta])+ $name:literal $([$only:ident])?: $view:ident, $edit:ident, $get:ident, $get_mut:ident;)+) => {
        /// `identityProviders`.
        #[derive(Clone, Copy)]
        pub struct IdentityProviders<'a>(pub(super) Option<Json<'a>>);

        impl<'a> IdentityProviders<'a> {
            const NAMES: &'static [&'static str] = &[$($name,)+];
            pub(in crate::settings) const SCHEMA: Schema = Schema {
                members: &[
                    $(Field {
                        name: $name,
                        shape: Shape::Object(&$view::SCHEMA),
                        only: only!($($only)?),
                    },)+
                    Field {
                        name: CUSTOM_PROVIDERS[0],
                        shape: Shape::Map(&CustomProvider::SCHEMA),
                        only: None,
                    },
                ],
            };

            /// The object as it is written; `None` if it is not there.
            #[must_use]
            pub fn as_json(self) -> Option<&'a str> {
                self.0.map(Json::as_written)
            }

            $(
                $(#[$doc])+
                #[must_use]
                pub fn $get(self) -> $view<'a> {
                    $view(self.0.and_then(|json| json.get($name)))
                }
            )+
        }

        /// Sets what [`IdentityProviders`] reads.
        pub struct IdentityProvidersMut<'a>(pub(super) Place<'a>);

        impl IdentityProvidersMut<'_> {
            $(
                #[doc = concat!(
                    "To set what [`IdentityProviders::", stringify!($get), "`] reads.",
                )]
                pub fn $get_mut(&mut self) -> $edit<'_> {
                    let name = self.0.settings.form().provider($name);
                    $edit(self.0.inner(name))
                }
            )+
        }
    };
}

providers! {
    /// Microsoft Entra.
    "azureActiveDirectory": Entra, EntraMut, azure_active_directory, azure_active_directory_mut;
    /// Facebook.
    "facebook": Facebook, FacebookMut, facebook, facebook_mut;
    /// GitHub.
    "gitHub": OAuthProvider, OAuthProviderMut, git_hub, git_hub_mut;
    /// Google.
    "google": AudienceProvider, AudienceProviderMut, google, google_mut;
    /// Twitter.
    "twitter": Twitter, TwitterMut, twitter, twitter_mut;
    /// The older Microsoft account, for which Entra stands today. Not in Container Apps.
    "legacyMicrosoftAccount": AudienceProvider, AudienceProviderMut,
        legacy_microsoft_account, legacy_microsoft_account_mut;
    /// Apple.
    "apple": OAuthProvider, OAuthProviderMut, apple, apple_mut;
    /// Static Web Apps.
    "azureStaticWebApps": StaticWebApps, StaticWebAppsMut,
        azure_static_web_apps, azure_static_web_apps_mut;
}

/// What is not in the table of providers: the names that two of them have in addresses.
const ALIASES: [&str; 2] = ["aad", "microsoftaccount"];

/// Whether a name is taken, so that no custom provider can have it.
pub(in crate::settings) fn is_built_in(name: &str) -> bool {
    let mut taken = IdentityProviders::NAMES.iter().chain(&ALIASES);
    taken.any(|own| own.eq_ignore_ascii_case(name))
}

impl<'a> IdentityProviders<'a> {
    /// A custom OpenID Connect provider, by its name.
    #[must_use]
    pub fn custom(self, name: &str) -> CustomProvider<'a> {
        CustomProvider(self.customs().filter_map(|customs| customs.get(name)).last())
    }

    /// The custom OpenID Connect providers with their names, in their order. Of several with one name
    /// only the last counts.
    pub fn all_custom(self) -> impl Iterator<Item = (Cow<'a, str>, CustomProvider<'a>)> {
        let mut members: Vec<_> = self.customs().flat_map(Json::members).collect();
        let mut seen = HashSet::new();
        members.reverse();
        members.retain(|member| seen.insert(member.name.to_ascii_lowercase()));
        members.into_iter().rev().map(|own| (own.name, CustomProvider(Some(own.value))))
    }

    /// The names of the providers that are set up, as `redirectToProvider` has them: in lower case,
    /// and custom ones as they are written.
    #[must_use]
    pub fn configured(self) -> Vec<String> {
        let built_in = Self::NAMES
            .iter()
            .filter(|name| is_configured(self.0.and_then(|providers| providers.get(name))))
            .map(|name| name.to_ascii_lowercase());
        let custom = self
            .all_custom()
            .filter(|(_, provider)| is_configured(provider.0))
            .map(|(name, _)| name.into_owned());
        built_in.chain(custom).collect()
    }

    /// The objects that have custom providers: one, unless somebody has mixed two forms.
    fn customs(self) -> impl Iterator<Item = Json<'a>> {
        CUSTOM_PROVIDERS.iter().filter_map(move |name| self.0?.get(name))
    }
}

impl IdentityProvidersMut<'_> {
    /// To set a custom OpenID Connect provider, which is added with its first member.
    pub fn custom_mut(&mut self, name: impl Into<String>) -> CustomProviderMut<'_> {
        let name = name.into();
        let customs = self.customs_with(&name).next();
        let customs = customs.unwrap_or_else(|| self.0.settings.form().custom_providers());
        let path = self.0.path.join(customs).join(name);
        CustomProviderMut(Place { settings: self.0.settings, path })
    }

    /// Removes a custom OpenID Connect provider.
    pub fn remove_custom(&mut self, name: impl Into<String>) -> &mut Self {
        let name = name.into();
        let all: Vec<_> = self.customs_with(&name).collect();
        for customs in all {
            self.0.inner(customs).clear(name.clone());
        }
        self
    }

    /// The names of the objects that have a custom provider, that which is read first.
    fn customs_with(&self, name: &str) -> impl Iterator<Item = &'static str> {
        let text = self.0.settings.text();
        let has = move |customs: &&'static str| {
            let customs = text.get(&self.0.path.join(*customs));
            customs.is_some_and(|customs| customs.get(name).is_some())
        };
        CUSTOM_PROVIDERS.into_iter().rev().filter(has)
    }
}

impl fmt::Debug for IdentityProviders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.0.is_some() { "present" } else { "absent" };
        write!(f, "IdentityProviders({what})")
    }
}

impl fmt::Debug for IdentityProvidersMut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityProvidersMut")
    }
}
