//! Users who signed in with a browser.

use easyauth::{
    Service,
    resource::{GRAPH, Resource, Scope},
    settings::{AuthSettingsV2, Form, LoginParameters, Setting, SettingsErrorKind, entra, login},
};

use super::{
    Chapter, all_of, lasting,
    providers::{self, ENTRA},
    shown,
};
use crate::settings::add_scope::requests_code;

pub(super) fn chapter(settings: &AuthSettingsV2) -> Chapter {
    let providers = providers::set_up(settings);
    let mut sentences = vec![providers::sentence(settings, &providers)];
    if !providers.is_empty() {
        sentences.push(principal(settings).to_owned());
        tokens(settings, &providers, &mut sentences);
        sentences.push(session(settings));
    }
    Chapter { title: "A user who signed in with a browser", sentences }
}

fn principal(settings: &AuthSettingsV2) -> &'static str {
    match settings.form().service() {
        Service::ContainerApps => {
            "Requests carry X-MS-CLIENT-PRINCIPAL-ID and -NAME, as documented. \
             X-MS-CLIENT-PRINCIPAL (the claims) and -IDP were seen too."
        }
        _ => {
            "Requests carry X-MS-CLIENT-PRINCIPAL (the claims), and -ID, -NAME and -IDP (the user)."
        }
    }
}

fn tokens(
    settings: &AuthSettingsV2,
    providers: &[providers::Provider],
    sentences: &mut Vec<String>,
) {
    if super::is_unknown(settings, login::TOKEN_STORE_ENABLED) {
        sentences
            .push(super::unknown_is("Whether X-MS-TOKEN-* headers are sent (the token store)"));
        return;
    }
    if settings.get(login::TOKEN_STORE_ENABLED) != Some(true) {
        let text = "No X-MS-TOKEN-* header is sent, because the token store is off. /.auth/me has no \
                    tokens, and /.auth/refresh renews none. According to the documentation, claims \
                    are not mapped either.";
        sentences.push(text.to_owned());
        return;
    }
    let is_named =
        |setting: Setting<'_, String>| settings.get(setting).is_some_and(|name| !name.is_empty());
    let has_blob = is_named(login::TOKEN_STORE_SAS_URL_SETTING_NAME)
        || is_named(login::TOKEN_STORE_CONTAINER_URI);
    if settings.form().service() == Service::ContainerApps && !has_blob {
        let text = "No X-MS-TOKEN-* header is sent: the token store is on, but a container app keeps \
                    tokens in blob storage only, and the document names none.";
        sentences.push(text.to_owned());
        return;
    }
    if providers.iter().any(|provider| provider.key == ENTRA) {
        of_entra(settings, sentences);
    }
    for (header, ends) in providers.iter().filter_map(|provider| provider.tokens.as_ref()) {
        sentences.push(format!("X-MS-TOKEN-{header}-* has {ends}, as far as is known."));
    }
}

/// The tokens of Microsoft Entra in the token store.
fn of_entra(settings: &AuthSettingsV2, sentences: &mut Vec<String>) {
    let is_open = super::is_unknown(settings, entra::CLIENT_SECRET_SETTING_NAME);
    if !settings.has_entra_credential() && !is_open {
        let text = "X-MS-TOKEN-AAD-ID-TOKEN is sent, but no access token: the registration has no \
                    secret and no certificate.";
        sentences.push(text.to_owned());
        return;
    }
    let Ok(parameters) = settings.read(entra::LOGIN_PARAMETERS) else {
        sentences.push(super::unknown_is("Which tokens are sent (loginParameters)"));
        return;
    };
    let parameters = parameters.unwrap_or_default();
    if let Some(problem) = parameters.problems().first() {
        sentences.push(format!("Signing in will probably fail: {problem}."));
    }
    if !requests_code(&parameters) {
        let text =
            "X-MS-TOKEN-AAD-ID-TOKEN is sent, but no access token: `response_type` requests none.";
        sentences.push(text.to_owned());
        return;
    }
    sentences.push(
        "X-MS-TOKEN-AAD-ID-TOKEN, -ACCESS-TOKEN and -EXPIRES-ON are sent. The access token usually \
         expires after about an hour. The headers carry the expired token until it is renewed."
            .to_owned(),
    );
    sentences.push(access_token(&parameters));
    let has_refresh = parameters.scopes().any(|scope| scope.as_str() == "offline_access");
    sentences.push(if has_refresh { refresh(settings) } else { NO_REFRESH.to_owned() });
}

const NO_REFRESH: &str = "No refresh token is sent, because the sign-in does not request \
    offline_access. /.auth/refresh answers 403: only a new sign-in renews the access token.";

fn refresh(settings: &AuthSettingsV2) -> String {
    let time = match settings.read(login::TOKEN_REFRESH_EXTENSION) {
        Ok(Some(time)) => lasting(time),
        Err(_) => "an unreadable time".to_owned(),
        Ok(None) => "72 hours".to_owned(),
    };
    format!(
        "X-MS-TOKEN-AAD-REFRESH-TOKEN is sent, and /.auth/refresh renews the access token until \
         {time} after the end of the session."
    )
}

/// The API that the access token is for.
fn access_token(parameters: &LoginParameters) -> String {
    let scopes: Vec<&Scope> = parameters.scopes().filter(|scope| !scope.is_openid()).collect();
    let name = |resource: Option<Resource>, identifier: &str| match resource {
        Some(resource) => resource.to_string(),
        None => shown(identifier),
    };
    if let Some(first) = scopes.first() {
        let api = name(first.resource(), first.api().unwrap_or_default());
        let names: Vec<String> = scopes.iter().map(|scope| shown(scope.name())).collect();
        format!(
            "The access token is for {api}, with {}, and opens no other API.",
            all_of(&names, "and")
        )
    } else if let Some(resource) = parameters.get("resource") {
        let api = name(Resource::of_audience(resource), resource);
        format!("The access token is for {api}, as `resource` says, and opens no other API.")
    } else {
        format!(
            "The access token is for {GRAPH}, because the sign-in names no other API. Azure Resource \
             Manager and all other APIs answer it with 401. `easyauth settings add-scope` requests \
             a token for another API."
        )
    }
}

fn session(settings: &AuthSettingsV2) -> String {
    let Ok(convention) = settings.read(login::COOKIE_CONVENTION) else {
        return super::unknown_is("How long the session lasts");
    };
    match convention.as_deref().unwrap_or("FixedTime") {
        "FixedTime" => match settings.read(login::COOKIE_EXPIRATION) {
            Ok(Some(time)) => format!("The session lasts {}.", lasting(time)),
            Err(unknown) if unknown.kind() != SettingsErrorKind::Expression => {
                "How long the session lasts is unknown: timeToExpiration is not hh:mm:ss."
                    .to_owned()
            }
            Err(_) => super::unknown_is("How long the session lasts"),
            Ok(None) => "The session lasts 8 hours, the default.".to_owned(),
        },
        "IdentityProviderDerived" => {
            "The session lasts as long as the provider's token.".to_owned()
        }
        // The documentation of settings files calls it so.
        text if settings.form() == Form::File && text.eq_ignore_ascii_case("IdentityDerived") => {
            "The session lasts as long as the provider's token.".to_owned()
        }
        other => format!(
            "How long the session lasts is unknown: {} is not one of the two conventions.",
            shown(other),
        ),
    }
}
