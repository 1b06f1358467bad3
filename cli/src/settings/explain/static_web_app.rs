//! Static Web Apps, where routes decide.

use easyauth::settings::{AuthSettingsV2, Form, sections};
use serde_json::Value;

use super::{
    Chapter, all_of,
    providers::{self, Provider},
    shown,
};

/// The most routes that are listed.
const MAX_ROUTES: usize = 20;

pub(super) fn chapters(settings: &AuthSettingsV2) -> Vec<Chapter> {
    let mut user = vec![sign_in(settings)];
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
    let routes = routes(settings);
    // The first route that matches a request wins.
    let all = routes.iter().position(is_for_all);
    let reached = all.and_then(|all| routes.get(..=all)).unwrap_or(&routes);
    let closes_all = all.and_then(|all| routes.get(all)).is_some_and(is_guarded);
    // Open routes matter only before a guarded one.
    let last = reached.iter().rposition(is_guarded);
    let Some(listed) = last.and_then(|last| reached.get(..=last)) else {
        let why = if routes.iter().any(is_guarded) {
            "/* is open, and routes after it have no effect"
        } else {
            "no route requires a role"
        };
        return vec![format!("No path needs a sign-in: {why}.")];
    };
    let mut sentences: Vec<String> = listed.iter().filter_map(sentence).collect();
    let more = sentences.len().saturating_sub(MAX_ROUTES);
    sentences.truncate(MAX_ROUTES);
    if more > 0 {
        sentences.push(format!("And {more} more."));
    }
    sentences.push(if closes_all {
        "No other path is open, because /* covers all of them.".to_owned()
    } else {
        "All other paths need no sign-in.".to_owned()
    });
    let redirect = read(settings, "/responseOverrides/401/redirect");
    sentences.push(match redirect.as_str() {
        Some(path) => format!("A visitor without the role is redirected to {}.", shown(path)),
        None => "A visitor without the role is answered 401.".to_owned(),
    });
    sentences
}

/// The providers with a sign-in page that no route blocks.
fn sign_in(settings: &AuthSettingsV2) -> String {
    let routes = routes(settings);
    let is_blocked = |provider: &Provider| {
        let address = provider.address.as_deref().unwrap_or_default();
        routes.iter().any(|route| blocks(route, address))
    };
    let set_up = providers::set_up(settings);
    let is_managed = set_up.is_empty();
    let all = if is_managed { providers::managed() } else { set_up };
    let open: Vec<Provider> = all.into_iter().filter(|own| !is_blocked(own)).collect();
    if open.is_empty() {
        return "No user can sign in: routes block the sign-in page of every provider.".to_owned();
    }
    let sentence = providers::sentence(settings, &open);
    if is_managed {
        let sentence = sentence.trim_end_matches('.');
        format!("{sentence}: a static web app that configures no provider has this by default.")
    } else {
        sentence
    }
}

/// Returns `true` if the route answers for the sign-in page of the provider.
fn blocks(route: &Value, address: &str) -> bool {
    let name = path(route).and_then(|path| path.strip_prefix("/.auth/login/"));
    let name = name.map(|name| name.trim_end_matches('*'));
    let methods = methods(route);
    let is_sign_in =
        methods.is_empty() || methods.iter().any(|own| own.eq_ignore_ascii_case("GET"));
    is_sign_in
        && route.get("statusCode").and_then(Value::as_u64) == Some(404)
        && name.is_some_and(|name| name.eq_ignore_ascii_case(address))
}

fn read(settings: &AuthSettingsV2, pointer: &str) -> Value {
    let json = settings.pointer(pointer).unwrap_or("null");
    serde_json::from_str(json).unwrap_or_default()
}

fn routes(settings: &AuthSettingsV2) -> Vec<Value> {
    match read(settings, "/routes") {
        Value::Array(routes) => routes,
        _ => Vec::new(),
    }
}

fn path(route: &Value) -> Option<&str> {
    route.get("route")?.as_str()
}

fn methods(route: &Value) -> Vec<&str> {
    strings(route, "methods")
}

fn strings<'a>(route: &'a Value, name: &str) -> Vec<&'a str> {
    let all = route.get(name).and_then(Value::as_array).into_iter().flatten();
    all.filter_map(Value::as_str).collect()
}

fn is_for_all(route: &Value) -> bool {
    path(route) == Some("/*") && methods(route).is_empty()
}

fn is_guarded(route: &Value) -> bool {
    let roles = strings(route, "allowedRoles");
    path(route).is_some() && !roles.is_empty() && !roles.contains(&"anonymous")
}

/// Who may use a route. `None` for a route that answers an error.
fn sentence(route: &Value) -> Option<String> {
    let listed = |all: Vec<&str>| all_of(&all.into_iter().map(shown).collect::<Vec<_>>(), "or");
    let methods = methods(route);
    let methods =
        if methods.is_empty() { String::new() } else { format!(" ({})", listed(methods)) };
    let path = shown(path(route)?);
    if is_guarded(route) {
        return Some(format!("{path}{methods} is for {}.", listed(strings(route, "allowedRoles"))));
    }
    let is_error = route.get("statusCode").and_then(Value::as_u64).is_some_and(|own| own >= 400);
    (!is_error).then(|| format!("{path}{methods} needs no sign-in."))
}
