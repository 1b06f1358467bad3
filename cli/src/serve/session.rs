//! What the platform would have for a persona: the headers of a session, or a bearer token.

use std::time::{Duration, SystemTime};

use easyauth::{
    IdentityProvider, UnverifiedToken,
    testing::{TestIssuer, TestPrincipal, TestSession, TestToken},
};
use serde_json::Value;

use super::personas::{Jwt, Kind, Members, Token};
use crate::api::Api;

const USER: &str = "00000003-0000-4000-8000-000000000003";
const CLIENT_ID: &str = "00000006-0000-4000-8000-000000000006";
const AGENT: &str = "00000008-0000-4000-8000-000000000008";
const BLUEPRINT: &str = "00000009-0000-4000-8000-000000000009";

/// How long the tokens of Entra live here. Real access tokens live 60 to 90 minutes.
const LIFETIME: Duration = Duration::from_secs(3600);

/// When the tokens of a session were issued.
#[derive(Debug, Clone, Copy)]
pub(super) struct Issued {
    /// The sign-in. The ID token stays that of the sign-in (azure-docs#102509).
    pub(super) signed_in: SystemTime,
    /// The sign-in or the last refresh.
    pub(super) refreshed: SystemTime,
}

/// The session of a user who signed in. `None` for a persona that has no session.
pub(super) fn session(persona: &Members, issuer: &TestIssuer, at: Issued) -> Option<TestSession> {
    match persona.kind {
        Kind::Visitor => Some(TestSession::new(described(
            TestPrincipal::static_web_apps(persona.provider.clone()),
            persona,
        ))),
        Kind::User if persona.provider == IdentityProvider::ENTRA => entra(persona, issuer, at),
        Kind::User => {
            let user = described(TestPrincipal::of(persona.provider.clone()), persona);
            let mut session = TestSession::new(user);
            if let Some(Token::Opaque(token)) = &persona.access_token {
                session = session.access_token(token);
            }
            Some(with_refresh_token(session, persona))
        }
        _ => None,
    }
}

/// A user of Entra. The principal has the claims of the ID token.
fn entra(persona: &Members, issuer: &TestIssuer, at: Issued) -> Option<TestSession> {
    let id = with_claims(issuer.id_token(CLIENT_ID, at.signed_in), persona).expires_in(LIFETIME);
    let id = id.sign();
    let principal = TestPrincipal::of_token(&UnverifiedToken::decode(&id).ok()?).ok()?;
    if !persona.token_store {
        return Some(TestSession::new(principal.without_claims_mapping()));
    }
    let session = TestSession::new(principal).id_token(id);
    let session = match &persona.access_token {
        None => return Some(session),
        Some(Token::Opaque(token)) => session.access_token(token),
        Some(Token::Jwt(Jwt { api, scopes })) => {
            let token = match api {
                Some(Api::Known(resource)) => issuer.access_token(*resource, at.refreshed),
                Some(Api::Other(identifier)) => issuer.access_token(identifier, at.refreshed),
                None => issuer.access_token(CLIENT_ID, at.refreshed),
            };
            let token = scopes.iter().fold(token, TestToken::scope);
            let token = with_identity(token, persona).expires_in(LIFETIME);
            session.access_token(token.sign())
        }
    };
    let session = match at.refreshed.checked_add(LIFETIME) {
        Some(end) => session.expires_on(end),
        None => session,
    };
    Some(with_refresh_token(session, persona))
}

/// The token that a client, an application or an agent sends. `None` for a persona with a session.
pub(super) fn bearer(
    persona: &Members,
    issuer: &TestIssuer,
    audience: &str,
    issued_at: SystemTime,
) -> Option<String> {
    let of_user = || issuer.access_token(audience, issued_at);
    let of_app = || issuer.access_token_of_app(audience, issued_at);
    let token = match persona.kind {
        Kind::User | Kind::Visitor => return None,
        Kind::Client => with_identity(of_user(), persona),
        Kind::App => of_app(),
        Kind::Agent => with_identity(of_user(), persona).agent(AGENT, BLUEPRINT),
        Kind::AutonomousAgent => of_app().agent(AGENT, BLUEPRINT),
        Kind::AgentUser => with_identity(of_user(), persona).agent_user(AGENT, BLUEPRINT),
    };
    let scopes = match &persona.access_token {
        Some(Token::Jwt(Jwt { scopes, .. })) => scopes.as_slice(),
        _ => &[],
    };
    let token = scopes.iter().fold(token, TestToken::scope);
    let token = persona.roles.iter().fold(token, TestToken::role).expires_in(LIFETIME);
    Some(with_more(token, persona).sign())
}

fn with_refresh_token(session: TestSession, persona: &Members) -> TestSession {
    if persona.refresh_token {
        session.refresh_token("refresh-token-of-a-stand-in")
    } else {
        session
    }
}

/// The claims of an ID token.
fn with_claims<'a>(token: TestToken<'a>, persona: &Members) -> TestToken<'a> {
    let email = persona.email.as_deref().unwrap_or("sample@example.com");
    let token =
        with_identity(token, persona).claim("email", email).claim("preferred_username", email);
    with_more(persona.roles.iter().fold(token, TestToken::role), persona)
}

/// Who the user is, and who says so.
fn with_identity<'a>(token: TestToken<'a>, persona: &Members) -> TestToken<'a> {
    let mut token = token
        .object_id(persona.object_id.as_deref().unwrap_or(USER))
        .claim("sub", persona.subject.as_deref().unwrap_or("subject-of-the-stand-in"))
        .claim("name", persona.name.as_deref().unwrap_or("Sample User"));
    if let Some(tenant) = &persona.tenant_id {
        token = token.tenant_id(tenant);
    }
    if let Some(issuer) = &persona.issuer {
        token = token.claim("iss", issuer);
    }
    token
}

fn with_more<'a>(token: TestToken<'a>, persona: &Members) -> TestToken<'a> {
    let claims = persona.claims.iter();
    claims.fold(token, |token, (name, value)| token.claim(name, value))
}

/// A principal of a provider whose tokens are opaque.
fn described(mut user: TestPrincipal, persona: &Members) -> TestPrincipal {
    if let Some(name) = &persona.name {
        user = user.name(name);
    }
    if let Some(email) = &persona.email {
        user = user.email(email);
    }
    if let Some(id) = &persona.object_id {
        user = user.object_id(id);
    }
    if let Some(subject) = &persona.subject {
        user = user.subject(subject);
    }
    for role in &persona.roles {
        user = user.role(role);
    }
    for (name, value) in &persona.claims {
        let values = match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        for value in values {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            user = user.claim(name, text);
        }
    }
    user
}
