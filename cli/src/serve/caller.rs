//! Who a request is from.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use aws_lc_rs::rand;
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
pub(crate) const COOKIE_NAME: &str = "AppServiceAuthSession";

/// The cookie that ties a sign-in to the browser that saw the sign-in page.
pub(crate) const STATE_COOKIE: &str = "StandInState";

/// How many browsers can be signed in at once. One more, and all have to sign in again.
const MAX_SESSIONS: usize = 1000;

/// Who a request is from.
pub(crate) enum Caller {
    Nobody,
    SignedIn {
        persona: Persona,
        session: TestSession,
        /// What the cookie says; `None` if the request chose its persona by header.
        id: Option<String>,
    },
    /// A client that sent a token itself.
    Client(TestPrincipal),
}

impl Caller {
    /// What the platform adds to the request.
    pub(crate) fn headers(&self) -> HeaderMap {
        match self {
            Self::Nobody => HeaderMap::new(),
            Self::SignedIn { session, .. } => session.headers(),
            // Its token is in the request, and stays there.
            Self::Client(principal) => principal.headers(),
        }
    }
}

/// Tells callers apart.
pub(crate) struct Callers {
    pub(crate) issuer: TestIssuer,
    pub(crate) personas: Vec<Persona>,
    /// For the tokens that clients send themselves.
    verifier: Verifier,
    keys: KeySet,
    authenticated: Mutex<HashMap<String, (Persona, TestSession)>>,
}

impl Callers {
    pub(crate) fn new(issuer: TestIssuer, personas: Vec<Persona>, verifier: Verifier) -> Self {
        let keys = issuer.key_set();
        Self { issuer, personas, verifier, keys, authenticated: Mutex::default() }
    }

    /// Who a request is from: it says so by the header [`PERSONA`], by a token, or by the cookie. The
    /// answer to a request that cannot be told is an error.
    pub(crate) fn identify(
        &self,
        headers: &HeaderMap,
        now: SystemTime,
    ) -> Result<Caller, Box<Response<Body>>> {
        let refuse = |line: &str| Box::new(pages::text(StatusCode::BAD_REQUEST, line));
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
            return Err(refuse("the request says in two ways who it is from"));
        }
        let persona = self.personas.iter().find(|persona| name == persona.id);
        let persona = persona.ok_or_else(|| refuse("there is no such persona"))?;
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
            None => Caller::Nobody,
        }
    }

    /// Signs a persona in. Returns what the cookie has to say, or `None` without randomness.
    pub(crate) fn sign_in(&self, persona: &Persona, now: SystemTime) -> Option<String> {
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
    pub(crate) fn refresh(&self, id: &str, now: SystemTime) {
        if let Some((persona, session)) = self.authenticated().get_mut(id) {
            *session = (persona.session)(&self.issuer, now);
        }
    }

    pub(crate) fn sign_out(&self, headers: &HeaderMap) {
        let mut authenticated = self.authenticated();
        for id in cookies(headers, COOKIE_NAME) {
            authenticated.remove(id);
        }
    }

    fn issue(&self, persona: &Persona, now: SystemTime) -> TestSession {
        (persona.session)(&self.issuer, now.checked_sub(persona.age).unwrap_or(now))
    }

    fn authenticated(&self) -> MutexGuard<'_, HashMap<String, (Persona, TestSession)>> {
        // Nothing that holds the lock leaves the map half done.
        self.authenticated.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A random string: the ID of a session, or the state of a sign-in. `None` if the system has no randomness.
pub(crate) fn random_id() -> Option<String> {
    let mut id = [0; 16];
    rand::fill(&mut id).ok()?;
    Some(BASE64URL.encode(id))
}

/// What the cookies of this name say.
pub(crate) fn cookies<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim_ascii().split_once('='))
        .filter(move |(own, _)| *own == name)
        .map(|(_, value)| value)
}

/// A token that is not taken. The line is for the developer, and has no token in it.
fn unauthorized(challenge: &Challenge, line: &str) -> Response<Body> {
    let mut answer = pages::text(StatusCode::UNAUTHORIZED, line);
    if let Some(value) = challenge.www_authenticate() {
        answer.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    answer
}
