//! The caller of a request.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use easyauth::{
    AccessToken, Challenge,
    testing::{TestIssuer, TestPrincipal, TestSession},
    verify::{KeySet, Verifier},
};
use http::{HeaderMap, Response, StatusCode, header::COOKIE, header::WWW_AUTHENTICATE};

use super::{
    headers::PERSONA,
    pages::{self, Body},
    personas::Persona,
};

/// The platform's name for its cookie.
pub(super) const COOKIE_NAME: &str = "AppServiceAuthSession";

/// The cookie that binds a sign-in to the browser that saw the sign-in page.
pub(super) const STATE_COOKIE: &str = "StandInState";

/// The most sessions that are kept. One more ends all others.
const MAX_SESSIONS: usize = 1000;

/// The caller of a request.
pub(super) enum Caller {
    Anonymous,
    SignedIn {
        persona: Persona,
        session: TestSession,
        /// The value of the cookie; `None` if the request chose its persona by header.
        id: Option<String>,
    },
    /// A client that sent a bearer token.
    Client(TestPrincipal),
}

impl Caller {
    /// The headers that the platform adds to the request.
    pub(super) fn headers(&self) -> HeaderMap {
        match self {
            Self::Anonymous => HeaderMap::new(),
            Self::SignedIn { session, .. } => session.headers(),
            // The request already has its token.
            Self::Client(principal) => principal.headers(),
        }
    }
}

/// Identifies callers.
pub(super) struct Callers {
    pub(super) issuer: TestIssuer,
    pub(super) personas: Vec<Persona>,
    /// For the tokens that clients send.
    verifier: Verifier,
    keys: KeySet,
    authenticated: Mutex<HashMap<String, (Persona, TestSession)>>,
}

impl Callers {
    pub(super) fn new(issuer: TestIssuer, personas: Vec<Persona>, verifier: Verifier) -> Self {
        let keys = issuer.key_set();
        Self { issuer, personas, verifier, keys, authenticated: Mutex::default() }
    }

    /// Identifies the caller by the header [`PERSONA`], a bearer token or the cookie. The error is the
    /// answer to a request with more than one of the first two, or an invalid one.
    pub(super) fn identify(
        &self,
        headers: &HeaderMap,
        now: SystemTime,
    ) -> Result<Caller, Box<Response<Body>>> {
        let reject = |line: &str| Box::new(pages::text(StatusCode::BAD_REQUEST, line));
        let token = AccessToken::from_authorization(headers)
            .map_err(|error| Box::new(unauthorized(&error.challenge(), &error.to_string())))?;
        let mut chosen = headers.get_all(PERSONA).iter();
        let Some(name) = chosen.next() else {
            return match token {
                Some(token) => self.client(&token, now),
                None => Ok(self.by_cookie(headers)),
            };
        };
        if chosen.next().is_some() || token.is_some() {
            return Err(reject("the request names its caller twice"));
        }
        let persona = self.personas.iter().find(|persona| name == persona.id);
        let persona = persona.ok_or_else(|| reject("unknown persona"))?;
        let session = self.issue(persona, now);
        Ok(Caller::SignedIn { persona: persona.clone(), session, id: None })
    }

    fn client(&self, token: &AccessToken, now: SystemTime) -> Result<Caller, Box<Response<Body>>> {
        let token = self
            .verifier
            .verify(token, &self.keys, now)
            .map_err(|error| Box::new(unauthorized(&error.challenge(), &error.to_string())))?;
        match TestPrincipal::of_token(&token) {
            Ok(principal) => Ok(Caller::Client(principal)),
            Err(error) => Err(Box::new(pages::text(StatusCode::BAD_REQUEST, &error.to_string()))),
        }
    }

    fn by_cookie(&self, headers: &HeaderMap) -> Caller {
        let authenticated = self.authenticated();
        let found = cookies(headers, COOKIE_NAME).find_map(|id| Some((id, authenticated.get(id)?)));
        match found {
            Some((id, (persona, session))) => Caller::SignedIn {
                persona: persona.clone(),
                session: session.clone(),
                id: Some(id.to_owned()),
            },
            None => Caller::Anonymous,
        }
    }

    /// Signs a persona in. Returns the value of the cookie, or `None` if the system has no randomness.
    pub(super) fn sign_in(&self, persona: &Persona, now: SystemTime) -> Option<String> {
        let id = random_id()?;
        let session = self.issue(persona, now);
        let mut authenticated = self.authenticated();
        if authenticated.len() >= MAX_SESSIONS {
            authenticated.clear();
        }
        authenticated.insert(id.clone(), (persona.clone(), session));
        Some(id)
    }

    /// Gives a session fresh tokens.
    pub(super) fn refresh(&self, id: &str, now: SystemTime) {
        if let Some((persona, session)) = self.authenticated().get_mut(id) {
            *session = (persona.session)(&self.issuer, now);
        }
    }

    pub(super) fn sign_out(&self, headers: &HeaderMap) {
        let mut authenticated = self.authenticated();
        for id in cookies(headers, COOKIE_NAME) {
            authenticated.remove(id);
        }
    }

    fn issue(&self, persona: &Persona, now: SystemTime) -> TestSession {
        (persona.session)(&self.issuer, now.checked_sub(persona.age).unwrap_or(now))
    }

    fn authenticated(&self) -> MutexGuard<'_, HashMap<String, (Persona, TestSession)>> {
        // Poisoning is harmless here: each change of the map is one call.
        self.authenticated.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A random string for a session ID or the state of a sign-in. `None` if the system has no randomness.
pub(super) fn random_id() -> Option<String> {
    let mut id = [0; 16];
    getrandom::getrandom(&mut id).ok()?;
    Some(BASE64URL.encode(id))
}

/// The values of the cookies with this name.
pub(super) fn cookies<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim_ascii().split_once('='))
        .filter(move |(own, _)| *own == name)
        .map(|(_, value)| value)
}

/// The answer to a rejected token. The line is for the developer, and does not contain the token.
fn unauthorized(challenge: &Challenge, line: &str) -> Response<Body> {
    let mut answer = pages::text(StatusCode::UNAUTHORIZED, line);
    if let Some(value) = challenge.www_authenticate() {
        answer.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    answer
}
