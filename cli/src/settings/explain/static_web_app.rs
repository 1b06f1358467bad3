//! Static Web Apps, where routes decide.

use easyauth::settings::{AuthSettingsV2, Form, sections};
use serde_json::Value;

use super::{Chapter, all_of, providers, shown};

/// The most routes that are listed.
const MAX_ROUTES: usize = 20;

pub(super) fn chapters(settings: &AuthSettingsV2) -> Vec<Chapter> {
    let providers = providers::set_up(settings);
    let mut user = vec![providers::sentence(settings, &providers)];
    user.push(
        "The functions under /api get X-MS-CLIENT-PRINCIPAL with the roles, but without the claims, \
         which only /.auth/me has."
            .to_owned(),
    );
    user.push(match settings.get(sections::ROLES_SOURCE).filter(|path| !path.is_empty()) {
        Some(path) => {
            format!("The function {} assigns the roles at each sign-in.", shown(&path))
        }
        None => "The roles are anonymous, authenticated, and those of invitations.".to_owned(),
    });
    user.push(
        "No X-MS-TOKEN-* header is sent: static web apps keep no tokens for the application."
            .to_owned(),
    );
    user.push("No setting says how long the session lasts.".to_owned());
    vec![
        Chapter {
            title: "Easy Auth",
            sentences: vec![
                "Easy Auth is always on in static web apps. Routes decide who may do what.".to_owned(),
            ],
        },
        Chapter { title: "A visitor who is not signed in", sentences: visitor(settings) },
        Chapter { title: "A user who signed in with a browser", sentences: user },
        Chapter {
            title: "A caller with a bearer token",
            sentences: vec![
                "No bearer token is accepted: the platform uses Authorization for its own requests to \
                 the functions."
                    .to_owned(),
            ],
        },
        Chapter {
            title: "What the document does not tell",
            sentences: vec![
                "Whether the application settings that it names exist, and whether their values are \
                 still valid."
                    .to_owned(),
                "Which users were invited with which roles.".to_owned(),
            ],
        },
    ]
}

fn visitor(settings: &AuthSettingsV2) -> Vec<String> {
    if settings.form() == Form::StaticWebAppSection {
        return vec!["The routes are not in this document.".to_owned()];
    }
    let routes: Value = read(settings, "/routes");
    let routes: Vec<String> = routes.as_array().into_iter().flatten().filter_map(guarded).collect();
    let mut sentences = Vec::new();
    if routes.is_empty() {
        sentences.push("No route requires a role, so no path needs a sign-in.".to_owned());
    } else {
        sentences.extend(routes.iter().take(MAX_ROUTES).cloned());
        if routes.len() > MAX_ROUTES {
            sentences.push(format!("And {} more.", routes.len().saturating_sub(MAX_ROUTES)));
        }
        let covers_all = routes.iter().any(|route| route.starts_with("/* is for"));
        sentences.push(if covers_all {
            "No other path is open, because /* covers all of them.".to_owned()
        } else {
            "All other paths need no sign-in.".to_owned()
        });
        let redirect = read(settings, "/responseOverrides/401/redirect");
        sentences.push(match redirect.as_str() {
            Some(path) => format!("A visitor without the role is redirected to {}.", shown(path)),
            None => "A visitor without the role is answered 401.".to_owned(),
        });
    }
    sentences
}

fn read(settings: &AuthSettingsV2, pointer: &str) -> Value {
    let json = settings.pointer(pointer).unwrap_or("null");
    serde_json::from_str(json).unwrap_or_default()
}

/// The sentence for a route that requires a role.
fn guarded(route: &Value) -> Option<String> {
    let roles = route.get("allowedRoles")?.as_array()?.iter().filter_map(Value::as_str);
    let roles: Vec<String> = roles.map(shown).collect();
    let is_open = roles.is_empty() || roles.iter().any(|role| role == "anonymous");
    let path = shown(route.get("route")?.as_str()?);
    let methods = route.get("methods").and_then(Value::as_array).into_iter().flatten();
    let methods: Vec<String> = methods.filter_map(Value::as_str).map(shown).collect();
    let methods = match methods.as_slice() {
        [] => String::new(),
        methods => format!(" ({})", all_of(methods, "or")),
    };
    (!is_open).then(|| format!("{path}{methods} is for {}.", all_of(&roles, "or")))
}
