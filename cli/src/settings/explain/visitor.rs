//! Unauthenticated callers.

use easyauth::Service;
use easyauth::settings::{
    AuthSettingsV2, UnauthenticatedAction as Action, entra, global_validation, http, sections,
};

use super::{
    Chapter, all_of,
    providers::{self, Provider},
    shown,
};

/// The most paths that are listed.
const MAX_PATHS: usize = 20;

pub(super) fn chapter(settings: &AuthSettingsV2) -> Chapter {
    let mut sentences = outcome(settings);
    excluded(settings, &mut sentences);
    let written = settings.json(global_validation::REQUIRE_AUTHENTICATION);
    if written.is_some() && settings.form().service() == Service::ContainerApps {
        let text = "requireAuthentication is not a setting of Container Apps, and has no effect.";
        sentences.push(text.to_owned());
    }
    if settings.get(http::REQUIRE_HTTPS) == Some(false) {
        sentences
            .push("Plain HTTP is allowed, so sessions and tokens can be intercepted.".to_owned());
    }
    Chapter { title: "A visitor who is not signed in", sentences }
}

/// What the platform does with an unauthenticated request. `None` if the document does not decide it.
pub(super) fn action(settings: &AuthSettingsV2) -> Option<Action> {
    let written = settings.read(global_validation::UNAUTHENTICATED_CLIENT_ACTION);
    let has_it = settings.form().service() == Service::AppService;
    if has_it && super::is_unknown(settings, global_validation::REQUIRE_AUTHENTICATION) {
        return None;
    }
    match written {
        _ if is_required(settings) == Some(false) => Some(Action::AllowAnonymous),
        Ok(Some(action)) => Some(action),
        Ok(None) => Some(Action::RedirectToLoginPage),
        Err(_) => None,
    }
}

/// `requireAuthentication`, which Container Apps do not have.
fn is_required(settings: &AuthSettingsV2) -> Option<bool> {
    let has_it = settings.form().service() == Service::AppService;
    settings.get(global_validation::REQUIRE_AUTHENTICATION).filter(|_| has_it)
}

fn outcome(settings: &AuthSettingsV2) -> Vec<String> {
    let written = settings.get(global_validation::UNAUTHENTICATED_CLIENT_ACTION);
    let Some(action) = action(settings) else {
        return vec![super::unknown_is("What happens to the request")];
    };
    match action {
        Action::RedirectToLoginPage => redirected(settings),
        Action::AllowAnonymous => {
            let mut sentences = vec![
                "The request reaches the application without the platform's headers: the application \
                 decides."
                    .to_owned(),
            ];
            match written {
                Some(Action::AllowAnonymous) if is_required(settings) == Some(true) => {
                    let text = "The document both requires authentication and allows anonymous \
                                requests. Anonymous requests then reach the application.";
                    sentences.push(text.to_owned());
                }
                Some(Action::AllowAnonymous) | None => {}
                Some(action) => sentences.push(format!(
                    "The document also says {}, which probably has no effect, because \
                     authentication is not required.",
                    shown(action.as_str()),
                )),
            }
            sentences
        }
        Action::Return401 => {
            let hides = settings.get(entra::DISABLE_WWW_AUTHENTICATE) == Some(true);
            let header = if hides { "without" } else { "with" };
            vec![format!("The answer is 401, {header} WWW-Authenticate, and no sign-in page.")]
        }
        Action::Return403 => vec!["The answer is 403, and no sign-in page.".to_owned()],
        Action::Return404 => vec!["The answer is 404, and no sign-in page.".to_owned()],
        other => vec![format!(
            "What the platform does is unknown: {} is not one of its five actions.",
            shown(other.as_str()),
        )],
    }
}

fn redirected(settings: &AuthSettingsV2) -> Vec<String> {
    let providers = providers::set_up(settings);
    let name = settings.get(global_validation::REDIRECT_TO_PROVIDER);
    let name = name.filter(|name| !name.is_empty());
    if providers.is_empty() && super::is_unknown(settings, sections::IDENTITY_PROVIDERS) {
        return vec![super::unknown_is("Which provider a browser is redirected to (302)")];
    }
    if providers.is_empty() {
        return vec![
            "The answer would be 302 to a sign-in page, but no provider has a client ID: no visitor \
             reaches the application."
                .to_owned(),
        ];
    }
    let mut sentences = Vec::new();
    sentences.push(match name {
        Some(name) => match providers::named(&providers, &name) {
            Some(provider) => {
                format!("A browser is redirected (302) to the sign-in page of {}.", provider.name)
            }
            None => format!(
                "The answer would be 302 to the sign-in page of {}, but no provider of that name \
                 is configured: no visitor reaches a sign-in page.",
                shown(&name),
            ),
        },
        None => unnamed(&providers),
    });
    sentences.push(
        "A program may get 401 instead, because the platform treats browsers differently."
            .to_owned(),
    );
    sentences
}

fn unnamed(providers: &[Provider]) -> String {
    let names: Vec<String> = providers.iter().map(|provider| provider.name.clone()).collect();
    format!(
        "The answer should be 302 to a sign-in page, but redirectToProvider does not say of which \
         provider; configured is {}. According to a report, the answer is then 401 \
         (azure-docs#90689).",
        all_of(&names, "and"),
    )
}

fn excluded(settings: &AuthSettingsV2, sentences: &mut Vec<String>) {
    if action(settings) == Some(Action::AllowAnonymous) {
        return;
    }
    if super::is_unknown(settings, global_validation::EXCLUDED_PATHS) {
        sentences.push(super::unknown_is("Which paths need no sign-in"));
        return;
    }
    let paths = settings.get(global_validation::EXCLUDED_PATHS).unwrap_or_default();
    let mut listed: Vec<String> = paths.iter().take(MAX_PATHS).map(|path| shown(path)).collect();
    if paths.len() > MAX_PATHS {
        listed.push(format!("{} more", paths.len().saturating_sub(MAX_PATHS)));
    }
    sentences.push(match listed.as_slice() {
        [] => "This applies to all paths.".to_owned(),
        paths => format!("These paths need no sign-in: {}.", all_of(paths, "and")),
    });
    if let Some(path) = paths.iter().find(|path| !path.starts_with('/')) {
        sentences.push(format!(
            "Of these, {} probably matches no request: it does not start with a slash.",
            shown(path)
        ));
    }
}
