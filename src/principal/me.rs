//! The answer of `/.auth/me`.

use std::fmt;

use super::{
    EasyAuthPrincipal, PrincipalError, PrincipalFormat,
    parse::{self, Nullable, once, scalar, text},
};
use crate::{
    json::{JsonError, Kind, Reader},
    provider::IdentityProvider,
    tokens::{ExpiresOn, ProviderTokens, TokenKind},
};

/// The largest answer that is read, in bytes: tokens of several providers, each within the limit that
/// Microsoft's own token library sets for one (250 KiB, `DefaultMaximumTokenSizeInBytes`), fit in.
pub const MAX_ME_LEN: usize = 1024 * 1024;

/// How many accounts are read: a session has one for each provider that the visitor signed in with. Each takes
/// some hundred bytes, and its JSON form a few.
const MAX_SESSIONS: usize = 100;

const EXPIRES_ON: &str = "expires_on";

/// One signed-in account of a session, as `/.auth/me` describes it.
///
/// The endpoint needs the token store of App Service and Container Apps; it answers 404 without.
///
/// ```
/// use easyauth::Session;
///
/// let body = br#"[{"provider_name":"aad","user_id":"sample@example.com",
///     "user_claims":[{"typ":"roles","val":"Admin"}],"access_token":"eyJ..."}]"#;
/// let sessions = Session::parse_me(body)?;
/// assert!(sessions[0].principal().is_in_role("Admin"));
/// assert!(sessions[0].tokens().access_token().is_some());
///
/// assert!(Session::parse_me(br#"{"clientPrincipal":null}"#)?.is_empty()); // nobody is signed in
/// # Ok::<(), easyauth::MeError>(())
/// ```
pub struct Session {
    principal: EasyAuthPrincipal,
    user_id: Option<String>,
    tokens: ProviderTokens,
}

impl Session {
    /// Reads the body of an answer of `/.auth/me`: the array of App Service, Functions and Container
    /// Apps, or the object of Static Web Apps. The list is empty if nobody is signed in.
    ///
    /// # Errors
    ///
    /// [`MeError`] if the body is anything else. An empty body and a page of HTML, from a sign-in redirect for
    /// instance, have errors of their own.
    pub fn parse_me(body: &[u8]) -> Result<Vec<Self>, MeError> {
        if body.len() > MAX_ME_LEN {
            return Err(MeError::TooLong { length: body.len() });
        }
        match body.trim_ascii_start() {
            [] => return Err(MeError::Empty),
            [b'<', ..] => return Err(MeError::Html),
            _ => {}
        }
        let body = std::str::from_utf8(body)
            .map_err(|error| MeError::Json { position: error.valid_up_to() })?;
        let mut json = Reader::new(body);
        let mut sessions = Vec::new();
        match json.kind()? {
            Kind::Array => json.array(|json| -> Result<(), MeError> {
                if sessions.len() >= MAX_SESSIONS {
                    return Err(MeError::TooManySessions);
                }
                sessions.push(app_service(json)?);
                Ok(())
            })?,
            Kind::Object => static_web_apps(&mut json, &mut sessions)?,
            _ => {
                json.skip()?;
                json.end()?;
                return Err(MeError::UnknownShape);
            }
        }
        json.end()?;
        Ok(sessions)
    }

    /// Who is signed in.
    #[must_use]
    pub fn principal(&self) -> &EasyAuthPrincipal {
        &self.principal
    }

    /// `user_id`: with Entra the user principal name, and so not what
    /// [`EasyAuthPrincipal::id`] says.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }

    /// The tokens of the session; none on Static Web Apps.
    #[must_use]
    pub fn tokens(&self) -> &ProviderTokens {
        &self.tokens
    }

    /// The tokens of the session, to keep.
    #[must_use]
    pub fn into_tokens(self) -> ProviderTokens {
        self.tokens
    }
}

/// Prints the principal and the tokens as they print themselves, and not the user id.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("principal", &self.principal)
            .field("tokens", &self.tokens)
            .finish_non_exhaustive()
    }
}

/// One element of the array of App Service.
fn app_service(json: &mut Reader<'_>) -> Result<Session, MeError> {
    if json.kind()? != Kind::Object {
        return Err(MeError::UnknownShape);
    }
    let (mut provider, mut user_id, mut user_claims) = (None, None, None);
    let mut tokens = ProviderTokens::default();
    let mut seen = Vec::new();
    json.object(|json, name| -> Result<(), MeError> {
        match json.str(name) {
            "provider_name" => {
                Ok(once(&mut provider, "provider_name", text(json, "provider_name")?)?)
            }
            "user_id" => Ok(once(&mut user_id, "user_id", scalar(json, "user_id")?)?),
            // The claims get a text of their own, without the tokens beside them.
            "user_claims" => {
                let claims = parse::claim_list(json.skip()?, "user_claims")?;
                Ok(once(&mut user_claims, "user_claims", claims)?)
            }
            EXPIRES_ON => {
                note(&mut seen, EXPIRES_ON)?;
                expires_on(json, &mut tokens)
            }
            name => match TokenKind::ALL.iter().find(|kind| kind.member() == name) {
                Some(kind) => {
                    note(&mut seen, kind.member())?;
                    token(json, *kind, &mut tokens)
                }
                None => Ok(json.skip().map(drop)?),
            },
        }
    })?;
    let text_of = |member| Nullable::span(member).map(|span| json.str(span));
    let provider = text_of(provider).unwrap_or_default().trim();
    if provider.is_empty() {
        return Err(PrincipalError::MissingProvider.into());
    }
    let provider = IdentityProvider::new(provider);
    let user_id = text_of(user_id).map(str::to_owned);
    tokens.set_provider(provider.clone());
    let (text, claims) = user_claims.unwrap_or_default();
    let principal = EasyAuthPrincipal {
        format: PrincipalFormat::AppService,
        text,
        claims,
        ..EasyAuthPrincipal::without_object(provider)
    };
    Ok(Session { principal, user_id, tokens })
}

fn expires_on(json: &mut Reader<'_>, tokens: &mut ProviderTokens) -> Result<(), MeError> {
    let value = scalar(json, EXPIRES_ON)?;
    match Nullable::span(Some(value)).map(|span| json.str(span)) {
        None | Some("") => {}
        Some(text) => tokens.set_expires_on(ExpiresOn::parse(text).ok_or(MeError::NotATime)?),
    }
    Ok(())
}

/// One token: `null` and the empty text are no token.
fn token(
    json: &mut Reader<'_>,
    kind: TokenKind,
    tokens: &mut ProviderTokens,
) -> Result<(), MeError> {
    match json.kind()? {
        Kind::Null => drop(json.skip()?),
        Kind::String => tokens.insert(kind, json.secret()?),
        _ => return Err(PrincipalError::InvalidMember { member: kind.member() }.into()),
    }
    Ok(())
}

/// Notes that `member` was there, which it may be once.
fn note(seen: &mut Vec<&'static str>, member: &'static str) -> Result<(), PrincipalError> {
    if seen.contains(&member) {
        return Err(PrincipalError::DuplicateMember { member });
    }
    seen.push(member);
    Ok(())
}

/// One principal, from a document that has no secrets.
pub(crate) fn principal_of(document: &str) -> Result<EasyAuthPrincipal, PrincipalError> {
    parse::principal(document)
}

/// The object of Static Web Apps.
fn static_web_apps(json: &mut Reader<'_>, sessions: &mut Vec<Session>) -> Result<(), MeError> {
    const MEMBER: &str = "clientPrincipal";
    let mut found = None;
    json.object(|json, name| -> Result<(), MeError> {
        if json.str(name) != MEMBER {
            return Ok(json.skip().map(drop)?);
        }
        let principal = match json.kind()? {
            Kind::Null => json.skip().map(|_| None)?,
            _ => Some(parse::principal(json.skip()?)?),
        };
        Ok(once(&mut found, MEMBER, principal)?)
    })?;
    let principal = found.ok_or(MeError::UnknownShape)?;
    sessions.extend(principal.filter(|principal| !principal.is_anonymous()).map(|principal| {
        let user_id = principal.at(principal.user_id).map(str::to_owned);
        Session { principal, user_id, tokens: ProviderTokens::default() }
    }));
    Ok(())
}

/// An answer of `/.auth/me` that cannot be read. Says where, never what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MeError {
    /// The body is longer than [`MAX_ME_LEN`].
    #[error("the answer of /.auth/me is {length} bytes long, over the limit of {MAX_ME_LEN}")]
    TooLong {
        /// The length of the body in bytes.
        length: usize,
    },
    /// The body is empty. Container Apps answer 200 and nothing where they find no session
    /// (microsoft/azure-container-apps#1389).
    #[error(
        "the answer of /.auth/me is empty: check that the request has the cookie of the session, and that \
         the token store is on"
    )]
    Empty,
    /// The body is a page of HTML: that of the sign-in, if the HTTP client followed a redirect, or of the
    /// application, if the request did not get to the platform.
    #[error(
        "the answer of /.auth/me looks like an HTML page: check whether the request was redirected to a \
         sign-in page for want of the cookie of the session, and whether Easy Auth is on"
    )]
    Html,
    /// The body is not JSON in UTF-8.
    #[error("the answer of /.auth/me is not JSON at byte {position}")]
    Json {
        /// The offset in the body.
        position: usize,
    },
    /// There are more accounts than any session has.
    #[error("the answer of /.auth/me has more than {MAX_SESSIONS} sessions")]
    TooManySessions,
    /// The body is JSON and neither a list of sessions nor an object with `clientPrincipal`.
    #[error("the answer of /.auth/me has neither the format of App Service nor of Static Web Apps")]
    UnknownShape,
    /// `expires_on` is not a point in time.
    #[error("the answer of /.auth/me has an expires_on that is no ISO 8601 time")]
    NotATime,
    /// A principal inside the answer cannot be read.
    #[error("the answer of /.auth/me cannot be read: {0}")]
    Principal(PrincipalError),
}

impl From<JsonError> for MeError {
    fn from(error: JsonError) -> Self {
        Self::Json { position: error.position }
    }
}

impl From<PrincipalError> for MeError {
    fn from(error: PrincipalError) -> Self {
        match error {
            PrincipalError::Json { position } => Self::Json { position },
            error => Self::Principal(error),
        }
    }
}
