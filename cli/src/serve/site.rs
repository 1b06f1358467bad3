//! The stand-in's own answers: the platform's pages below `/.auth`, and helpers below `/.stand-in`.

use std::time::SystemTime;

use easyauth::{IdentityProvider, endpoints::ReturnTo, testing::TestSession};
use http::{Method, Response, StatusCode, header::HOST, request::Parts};

use super::{
    caller::{COOKIE_NAME, Caller, Callers, STATE_COOKIE, cookies, random_id},
    gate::Gate,
    headers::{PERSONA, is_fetched_from},
    pages::{self, Body},
    personas::{self, Persona},
};
use crate::query;

/// Returns `true` for the paths that the stand-in answers itself.
pub(super) fn is_own(path: &str) -> bool {
    let is_below = |prefix| {
        path.strip_prefix(prefix).is_some_and(|rest: &str| rest.is_empty() || rest.starts_with('/'))
    };
    is_below("/.auth") || is_below("/.stand-in")
}

/// The pages and the callers.
pub(super) struct Site {
    pub(super) callers: Callers,
    pub(super) gate: Gate,
    /// The origin of the stand-in.
    pub(super) origin: String,
}

impl Site {
    /// Answers a request for one of the stand-in's own pages.
    pub(super) fn answer(&self, request: &Parts, now: SystemTime) -> Response<Body> {
        let path: Vec<&str> = request.uri.path().split('/').skip(1).collect();
        let query = request.uri.query();
        if request.method == Method::POST && path == [".stand-in", "age"] {
            return self.grow_older(request);
        }
        if request.method != Method::GET {
            return not_found();
        }
        if let [".auth", "login", name, ..] = path.as_slice()
            && let Some(answer) = reject_name_of_settings(name)
        {
            return answer;
        }
        match path.as_slice() {
            [".auth", "login", provider] => self.choose(provider, request),
            [".auth", "login", provider, "callback"] => self.sign_in(provider, request, now),
            [".auth", "logout"] => self.sign_out(request),
            [".auth", "logout", "done"] => pages::signed_out(),
            [".auth", "me"] => self.me(request, now),
            [".auth", "refresh"] => self.refresh(request, now),
            [".stand-in", "metadata"] => {
                let keys = format!("{}/.stand-in/keys", self.origin);
                pages::json(self.callers.issuer.metadata_json(&keys))
            }
            [".stand-in", "keys"] => pages::json(self.callers.issuer.jwks_json()),
            [".stand-in", "token"] => self.token(query, now),
            [".stand-in", "style.css"] => pages::style(),
            _ => not_found(),
        }
    }

    /// The caller of a request, or the answer to one without a valid caller.
    pub(super) fn caller(
        &self,
        request: &Parts,
        now: SystemTime,
    ) -> Result<Caller, Box<Response<Body>>> {
        self.gate.admit(request, self.callers.identify(&request.headers, now))
    }

    fn choose(&self, provider: &str, request: &Parts) -> Response<Body> {
        let personas: Vec<&Persona> = self.personas_of(provider).collect();
        match target(request, "post_login_redirect_uri", "/") {
            Some(_) if personas.is_empty() => not_found(),
            Some(target) => match random_id() {
                Some(state) => pages::sign_in(provider, &personas, &target, &state),
                None => no_randomness(),
            },
            None => not_local(),
        }
    }

    fn sign_in(&self, provider: &str, request: &Parts, now: SystemTime) -> Response<Body> {
        let Some(target) = target(request, "post_login_redirect_uri", "/") else {
            return not_local();
        };
        let query = request.uri.query();
        // Without this check another site could sign the browser in as any persona.
        let state = query::value(query, "state").unwrap_or_default();
        let is_own =
            !state.is_empty() && cookies(&request.headers, STATE_COOKIE).any(|own| own == state);
        if !is_own || !is_fetched_from(&request.headers, &["same-origin", "none"]) {
            return elsewhere("a sign-in starts at /.auth/login/<provider>");
        }
        let chosen = query::value(query, "persona").unwrap_or_default();
        let Some(persona) = self.personas_of(provider).find(|own| own.id() == chosen) else {
            return pages::text(StatusCode::BAD_REQUEST, "unknown persona");
        };
        match self.callers.sign_in(persona, now) {
            Some(id) => {
                let cookie = format!("{COOKIE_NAME}={id}; Path=/; HttpOnly; SameSite=Lax");
                pages::redirect(target.as_str(), Some(&cookie))
            }
            None => no_randomness(),
        }
    }

    fn sign_out(&self, request: &Parts) -> Response<Body> {
        let Some(target) = target(request, "post_logout_redirect_uri", "/.auth/logout/done") else {
            return not_local();
        };
        // From a link of the service, also on another port of this machine, or typed by a user.
        if !is_fetched_from(&request.headers, &["same-origin", "same-site", "none"]) {
            return elsewhere("another site requested the sign-out");
        }
        self.callers.sign_out(&request.headers);
        let cookie = format!("{COOKIE_NAME}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
        pages::redirect(target.as_str(), Some(&cookie))
    }

    /// Answers an anonymous request with an empty list. The answer of the platform is not documented.
    fn me(&self, request: &Parts, now: SystemTime) -> Response<Body> {
        match self.caller(request, now) {
            Err(answer) => *answer,
            Ok(Caller::Anonymous) => pages::json("[]".to_owned()),
            Ok(Caller::Client { principal, .. }) => {
                pages::json(TestSession::new(principal).me_json())
            }
            Ok(Caller::SignedIn { persona, .. }) if !persona.members().token_store => not_found(),
            Ok(Caller::SignedIn { session, .. }) => pages::json(session.me_json()),
        }
    }

    /// Answers with the statuses of [`RefreshOutcome`](easyauth::endpoints::RefreshOutcome). The ID token
    /// stays as it is (azure-docs#102509). A persona chosen by header has no session to refresh: each
    /// request gets fresh tokens.
    fn refresh(&self, request: &Parts, now: SystemTime) -> Response<Body> {
        let outcome = match self.caller(request, now) {
            Err(answer) => return *answer,
            Ok(Caller::Client { .. }) => None,
            Ok(Caller::SignedIn { persona, session }) if request.headers.contains_key(PERSONA) => {
                Some(can_refresh(&persona, &session))
            }
            Ok(Caller::SignedIn { .. } | Caller::Anonymous) => {
                self.callers.refresh(&request.headers, now, can_refresh)
            }
        };
        match outcome {
            None => pages::text(StatusCode::UNAUTHORIZED, "expected a session cookie, found none"),
            Some(Err((status, line))) => pages::text(status, line),
            Some(Ok(())) => pages::text(StatusCode::OK, "there are fresh tokens"),
        }
    }

    /// Lets all sessions look older, so that tests need not wait until tokens expire.
    fn grow_older(&self, request: &Parts) -> Response<Body> {
        if !is_fetched_from(&request.headers, &["same-origin", "none"]) {
            return elsewhere("another site requested this");
        }
        let by = query::value(request.uri.query(), "by").unwrap_or_default();
        match personas::duration(&by) {
            Ok(by) => {
                self.callers.grow_older(by);
                pages::text(StatusCode::OK, "all sessions look older now")
            }
            Err(expected) => pages::text(StatusCode::BAD_REQUEST, &format!("by: {expected}")),
        }
    }

    /// A token for a client: of a user with each `scope`, or of an application with each `role`.
    fn token(&self, query: Option<&str>, now: SystemTime) -> Response<Body> {
        let (scopes, roles) = (query::values(query, "scope"), query::values(query, "role"));
        let Callers { issuer, audience, .. } = &self.callers;
        let mut token = if scopes.is_empty() {
            issuer.access_token_of_app(audience, now)
        } else {
            issuer.access_token(audience, now)
        };
        for scope in scopes {
            token = token.scope(scope);
        }
        for role in roles {
            token = token.role(role);
        }
        pages::text(StatusCode::OK, &token.sign())
    }

    fn personas_of<'a>(&'a self, provider: &str) -> impl Iterator<Item = &'a Persona> {
        let provider = IdentityProvider::new(provider);
        self.callers.personas.iter().filter(move |persona| {
            let persona = persona.members();
            persona.kind.has_session() && persona.provider == provider
        })
    }
}

/// The answer to the name of a provider in settings: it works there only, and `/.auth/login/` needs
/// another (MicrosoftDocs/azure-docs#83082).
fn reject_name_of_settings(name: &str) -> Option<Response<Body>> {
    let provider = IdentityProvider::new(name);
    let provider = provider.as_str();
    let line =
        format!("expected /.auth/login/{provider}, found the name of this provider in settings");
    let is_rejected = !provider.eq_ignore_ascii_case(name);
    is_rejected.then(|| pages::text(StatusCode::NOT_FOUND, &line))
}

/// Whether `/.auth/refresh` succeeds for this session.
fn can_refresh(persona: &Persona, session: &TestSession) -> Result<(), (StatusCode, &'static str)> {
    let without_refresh = [IdentityProvider::FACEBOOK, IdentityProvider::TWITTER];
    let persona = persona.members();
    if !persona.token_store {
        Err((StatusCode::NOT_FOUND, "unknown page"))
    } else if without_refresh.contains(&persona.provider) {
        Err((StatusCode::BAD_REQUEST, "the provider has no refresh tokens"))
    } else if !session.has_refresh_token() {
        Err((StatusCode::FORBIDDEN, "the session has no refresh token"))
    } else {
        Ok(())
    }
}

/// The target in a parameter, or the default. `None` if it is on another site. Front ends write
/// `location.origin + "/bye"`.
fn target(request: &Parts, name: &str, default: &str) -> Option<ReturnTo> {
    let value = query::value(request.uri.query(), name);
    let target = value.as_deref().unwrap_or(default);
    let host = request.headers.get(HOST).and_then(|host| host.to_str().ok());
    let path = host
        .and_then(|host| target.strip_prefix("http://")?.strip_prefix(host))
        .map_or(target, |path| if path.is_empty() { "/" } else { path });
    ReturnTo::path(path).ok()
}

fn elsewhere(line: &str) -> Response<Body> {
    pages::text(StatusCode::FORBIDDEN, line)
}

fn no_randomness() -> Response<Body> {
    pages::text(StatusCode::INTERNAL_SERVER_ERROR, "the system has no randomness")
}

fn not_local() -> Response<Body> {
    pages::text(StatusCode::BAD_REQUEST, "the address to return to is not a path of this site")
}

fn not_found() -> Response<Body> {
    pages::text(StatusCode::NOT_FOUND, "unknown page")
}
