//! The identity providers: their names, sign-in paths and headers.

use easyauth::Service;
use easyauth::settings::{AuthSettingsV2, http, sections};

use super::shown;

/// A configured provider.
pub(super) struct Provider {
    /// The display name.
    pub(super) name: String,
    /// The name in documents: in lower case, or as written for a custom provider.
    pub(super) key: String,
    /// The last segment of the path of its sign-in page, if it has one.
    pub(super) address: Option<String>,
    /// The middle and the ends of the names of its token headers.
    pub(super) tokens: Option<(String, &'static str)>,
}

/// The name in documents, the display name, the name in paths, and the names in headers.
const BUILT_IN: [(&str, &str, &str, &str, &str); 8] = [
    ("azureactivedirectory", "Microsoft Entra", "aad", "AAD", ""),
    ("apple", "Apple", "apple", "", ""),
    ("facebook", "Facebook", "facebook", "FACEBOOK", "ACCESS-TOKEN and EXPIRES-ON"),
    ("github", "GitHub", "github", "GITHUB", "ACCESS-TOKEN"),
    ("google", "Google", "google", "GOOGLE", "ID-TOKEN, ACCESS-TOKEN and EXPIRES-ON"),
    ("twitter", "Twitter", "twitter", "TWITTER", "ACCESS-TOKEN and ACCESS-TOKEN-SECRET"),
    (
        "legacymicrosoftaccount",
        "the older Microsoft account",
        "microsoftaccount",
        "MICROSOFTACCOUNT",
        "ACCESS-TOKEN, EXPIRES-ON and AUTHENTICATION-TOKEN",
    ),
    ("azurestaticwebapps", "the static web app in front", "", "", ""),
];

pub(super) const ENTRA: &str = "azureactivedirectory";

/// Every configured provider that users can sign in with.
pub(super) fn set_up(settings: &AuthSettingsV2) -> Vec<Provider> {
    settings.configured_providers().iter().map(|key| provider(key)).collect()
}

/// The providers of a static web app that configures none (Static Web Apps docs, "Authenticate and authorize").
pub(super) fn managed() -> Vec<Provider> {
    [ENTRA, "github"].map(provider).into()
}

fn provider(key: &str) -> Provider {
    let built_in = BUILT_IN.iter().find(|(own, ..)| *own == key);
    match built_in {
        Some((_, name, address, header, ends)) => Provider {
            name: (*name).to_owned(),
            key: key.to_owned(),
            address: (!address.is_empty()).then(|| (*address).to_owned()),
            tokens: (!ends.is_empty()).then(|| ((*header).to_owned(), *ends)),
        },
        None => Provider {
            name: shown(key),
            key: key.to_owned(),
            address: Some(shown(key)),
            tokens: Some((shown(&key.to_ascii_uppercase()), "ID-TOKEN and ACCESS-TOKEN")),
        },
    }
}

/// Finds the provider that unauthenticated callers are redirected to, by its name in the document.
pub(super) fn named<'a>(providers: &'a [Provider], name: &str) -> Option<&'a Provider> {
    let name = match name {
        name if name.eq_ignore_ascii_case("microsoftaccount") => "legacymicrosoftaccount",
        name => name,
    };
    providers.iter().find(|provider| provider.key.eq_ignore_ascii_case(name))
}

/// `Users can sign in with ...`.
pub(super) fn sentence(settings: &AuthSettingsV2, providers: &[Provider]) -> String {
    let prefix = settings.get(http::API_PREFIX).filter(|prefix| !prefix.is_empty());
    let prefix = prefix.map_or_else(|| "/.auth".to_owned(), |prefix| shown(&prefix));
    let prefix = match settings.form().service() {
        Service::StaticWebApps => "/.auth",
        _ => prefix.trim_end_matches('/'),
    };
    let with = |provider: &Provider| match &provider.address {
        Some(address) => format!("{} ({prefix}/login/{address})", provider.name),
        None => provider.name.clone(),
    };
    let all: Vec<String> = providers.iter().map(with).collect();
    match all.as_slice() {
        [] if super::is_unknown(settings, sections::IDENTITY_PROVIDERS) => {
            super::unknown_is("Which provider users can sign in with")
        }
        [] => "No user can sign in: no provider has a client ID.".to_owned(),
        all => format!("Users can sign in with {}.", super::all_of(all, "or")),
    }
}
