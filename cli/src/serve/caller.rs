//! The caller of a request.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use easyauth::{
    AccessToken, Challenge,
    testing::{TestIssuer, TestPrincipal, TestSession},
    verify::{KeySet, Verifier},
};
use http::{HeaderMap, StatusCode, header::COOKIE};

use super::{
    headers::{PERSONA, is_fetched_from},
    personas::Persona,
    session::{self, Issued},
};

/// The platform's name for its cookie.
pub(super) const COOKIE_NAME: &str = "AppServiceAuthSession";

/// The cookie that binds a sign-in to the browser that saw the sign-in page.
pub(super) const STATE_COOKIE: &str = "StandInState";

/// The most sessions that are kept. One more ends all others.
const MAX_SESSIONS: usize = 1000;

/// How long a session lasts, and how long after that `/.auth/refresh` renews it (Microsoft Learn: "Work
/// with OAuth tokens in Azure App Service authentication", session token expiration).
const SESSION_LIFETIME: Duration = Duration::from_secs(8 * 3600);
const RENEWAL_PERIOD: Duration = Duration::from_secs(72 * 3600);

/// The caller of a request.
pub(super) enum Caller {
    Anonymous,
    SignedIn {
        persona: Persona,
        session: TestSession,
    },
    /// A client that sends a bearer token.
    Client {
        /// Absent if the client got its token itself.
        persona: Option<Persona>,
        principal: TestPrincipal,
        token: AccessToken,
    },
}

impl Caller {
    /// The headers that the platform adds to the request.
    pub(super) fn headers(&self) -> HeaderMap {
        match self {
            Self::Anonymous => HeaderMap::new(),
            Self::SignedIn { session, .. } => session.headers(),
            Self::Client { principal, token, .. } => {
                principal.headers_with_bearer(token.expose_secret())
            }
        }
    }

    /// For the log.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Anonymous => "anonymous",
            Self::SignedIn { persona, .. } | Self::Client { persona: Some(persona), .. } => {
                persona.id()
            }
            Self::Client { persona: None, .. } => "bearer",
        }
    }
}

/// Why a request has no caller. The lines are for the developer, and contain no token.
pub(super) enum Unidentified {
    /// It names an unknown caller, or more than one, or comes from another site.
    Request(StatusCode, String),
    /// Its bearer token is malformed or invalid.
    Token(Challenge, String),
}

/// A session of a browser.
struct Session {
    persona: Persona,
    issued: Issued,
    /// The sign-in or the last refresh: the cookie is valid from then on.
    renewed: SystemTime,
    tokens: TestSession,
}

/// Identifies callers.
pub(super) struct Callers {
    pub(super) issuer: TestIssuer,
    pub(super) personas: Vec<Persona>,
    /// The API whose tokens clients can get and send.
    pub(super) audience: String,
    /// How old sessions look when they begin.
    session_age: Duration,
    /// For the tokens that clients send.
    verifier: Verifier,
    keys: KeySet,
    sessions: Mutex<HashMap<String, Session>>,
}

impl Callers {
    pub(super) fn new(
        issuer: TestIssuer,
        personas: Vec<Persona>,
        audience: String,
        session_age: Duration,
        verifier: Verifier,
    ) -> Self {
        let keys = issuer.key_set();
        let sessions = Mutex::default();
        Self { issuer, personas, audience, session_age, verifier, keys, sessions }
    }

    /// Identifies the caller by the header [`PERSONA`], a bearer token or the cookie.
    pub(super) fn identify(
        &self,
        headers: &HeaderMap,
        now: SystemTime,
    ) -> Result<Caller, Unidentified> {
        let reject = |line: &str| Unidentified::Request(StatusCode::BAD_REQUEST, line.to_owned());
        let token = AccessToken::from_authorization(headers)
            .map_err(|error| Unidentified::Token(error.challenge(), error.to_string()))?;
        let mut chosen = headers.get_all(PERSONA).iter();
        let Some(name) = chosen.next() else {
            return match token {
                Some(token) => self.client(token, None, now),
                None => Ok(self.by_cookie(headers, now)),
            };
        };
        // Without this check a page of another site could act as any persona, if the service allows CORS.
        if !is_fetched_from(headers, &["same-origin", "same-site", "none"]) {
            let line = "another site chose the persona";
            return Err(Unidentified::Request(StatusCode::FORBIDDEN, line.to_owned()));
        }
        if chosen.next().is_some() || token.is_some() {
            return Err(reject("the request names its caller twice"));
        }
        let persona = self.personas.iter().find(|own| name == own.id());
        let persona = persona.ok_or_else(|| reject(&self.unknown_persona()))?;
        let issued_at = self.issued_at(persona, now);
        let members = persona.members();
        if let Some(token) = session::bearer(members, &self.issuer, &self.audience, issued_at) {
            return self.client(AccessToken::new(token), Some(persona), now);
        }
        let issued = Issued { signed_in: issued_at, refreshed: issued_at };
        match session::session(members, &self.issuer, issued) {
            Some(session) => Ok(Caller::SignedIn { persona: persona.clone(), session }),
            None => Err(reject("the persona has claims that no token can have")),
        }
    }

    fn unknown_persona(&self) -> String {
        let ids: Vec<&str> = self.personas.iter().map(Persona::id).collect();
        format!("unknown persona; expected one of {}", ids.join(", "))
    }

    fn client(
        &self,
        token: AccessToken,
        persona: Option<&Persona>,
        now: SystemTime,
    ) -> Result<Caller, Unidentified> {
        let verified = self
            .verifier
            .verify(&token, &self.keys, now)
            .map_err(|error| Unidentified::Token(error.challenge(), error.to_string()))?;
        match TestPrincipal::of_token(&verified) {
            Ok(principal) => Ok(Caller::Client { persona: persona.cloned(), principal, token }),
            Err(error) => Err(Unidentified::Request(StatusCode::BAD_REQUEST, error.to_string())),
        }
    }

    fn by_cookie(&self, headers: &HeaderMap, now: SystemTime) -> Caller {
        let sessions = self.sessions();
        let found = cookies(headers, COOKIE_NAME)
            .filter_map(|id| sessions.get(id))
            .find(|session| age(session.renewed, now) < SESSION_LIFETIME);
        match found {
            Some(Session { persona, tokens, .. }) => {
                Caller::SignedIn { persona: persona.clone(), session: tokens.clone() }
            }
            None => Caller::Anonymous,
        }
    }

    /// Signs a persona in. Returns the value of the cookie.
    pub(super) fn sign_in(&self, persona: &Persona, now: SystemTime) -> Option<String> {
        let id = random_id()?;
        let issued_at = self.issued_at(persona, now);
        let issued = Issued { signed_in: issued_at, refreshed: issued_at };
        let tokens = session::session(persona.members(), &self.issuer, issued)?;
        let mut sessions = self.sessions();
        if sessions.len() >= MAX_SESSIONS {
            sessions.clear();
        }
        let persona = persona.clone();
        sessions.insert(id.clone(), Session { persona, issued, renewed: now, tokens });
        Some(id)
    }

    /// Renews a session and its access token. Returns `None` if there is none to renew.
    pub(super) fn refresh<T>(
        &self,
        headers: &HeaderMap,
        now: SystemTime,
        may: impl FnOnce(&Persona, &TestSession) -> Result<(), T>,
    ) -> Option<Result<(), T>> {
        let mut sessions = self.sessions();
        let id = cookies(headers, COOKIE_NAME).find(|id| sessions.contains_key(*id))?;
        let session = sessions.get_mut(id)?;
        if age(session.renewed, now) >= SESSION_LIFETIME.saturating_add(RENEWAL_PERIOD) {
            return None;
        }
        if let Err(error) = may(&session.persona, &session.tokens) {
            return Some(Err(error));
        }
        session.issued.refreshed = now;
        session.renewed = now;
        session.tokens = session::session(session.persona.members(), &self.issuer, session.issued)?;
        Some(Ok(()))
    }

    pub(super) fn sign_out(&self, headers: &HeaderMap) {
        let mut sessions = self.sessions();
        for id in cookies(headers, COOKIE_NAME) {
            sessions.remove(id);
        }
    }

    /// Lets all sessions look older, as if this time had passed.
    pub(super) fn grow_older(&self, by: Duration) {
        for session in self.sessions().values_mut() {
            let earlier = |time: SystemTime| time.checked_sub(by).unwrap_or(time);
            session.issued = Issued {
                signed_in: earlier(session.issued.signed_in),
                refreshed: earlier(session.issued.refreshed),
            };
            session.renewed = earlier(session.renewed);
            let tokens = session::session(session.persona.members(), &self.issuer, session.issued);
            session.tokens = tokens.unwrap_or_else(|| session.tokens.clone());
        }
    }

    fn issued_at(&self, persona: &Persona, now: SystemTime) -> SystemTime {
        let age = self.session_age.saturating_add(persona.members().age);
        now.checked_sub(age).unwrap_or(now)
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        // Poisoning is harmless here: each change of the map is one call.
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn age(from: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(from).unwrap_or_default()
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
