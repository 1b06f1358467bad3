//! The response of `/.auth/me`.

use super::{Content, EasyAuthPrincipal, PrincipalError, PrincipalFormat, contradiction, parse};
use crate::{
    debug::debug,
    json::{JsonError, Kind, Once, Reader, scalar, secret, string},
    kinds::{Place, from_json, kinds},
    provider::IdentityProvider,
    tokens::{ExpiresOn, ProviderTokens, TokenKind},
};

/// The longest response that is read, in bytes. It has room for the tokens of several providers, each within
/// the limit of Microsoft's own token library (250 KiB, `DefaultMaximumTokenSizeInBytes`).
pub const MAX_ME_LEN: usize = 1024 * 1024;

/// How many accounts are read. A session has one for each provider that the user signed in with. The limit
/// bounds memory: an account takes some hundred bytes, but its JSON form can be much shorter.
const MAX_SESSIONS: usize = 100;

/// One signed-in account of a session, as `/.auth/me` describes it.
///
/// On App Service and Container Apps the endpoint needs the token store. Without it, it responds with 404.
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
/// assert!(Session::parse_me(br#"{"clientPrincipal":null}"#)?.is_empty()); // not signed in
/// # Ok::<(), easyauth::MeError>(())
/// ```
pub struct Session {
    principal: EasyAuthPrincipal,
    user_id: Option<String>,
    tokens: ProviderTokens,
}

impl Session {
    /// Parses the body of a response of `/.auth/me`: the array of App Service, Functions and Container Apps, or
    /// the object of Static Web Apps. The list is empty if the user is not signed in.
    ///
    /// # Errors
    ///
    /// [`MeError`] if the body is anything else. An empty body, and an HTML page such as that of a sign-in,
    /// have separate kinds.
    pub fn parse_me(body: &[u8]) -> Result<Vec<Self>, MeError> {
        if body.len() > MAX_ME_LEN {
            let place = Place::Length { limit: MAX_ME_LEN, found: body.len() };
            return Err(MeError::new(MeErrorKind::TooLong, place));
        }
        match body.trim_ascii_start() {
            [] => return Err(MeErrorKind::Empty.error()),
            [b'<', ..] => return Err(MeErrorKind::Html.error()),
            _ => {}
        }
        let body = std::str::from_utf8(body)
            .map_err(|error| JsonError { position: error.valid_up_to() })?;
        let mut json = Reader::new(body);
        let mut sessions = Vec::new();
        match json.kind()? {
            Kind::Array => json.array(|json| -> Result<(), MeError> {
                if sessions.len() >= MAX_SESSIONS {
                    return Err(MeErrorKind::TooManySessions.error());
                }
                sessions.push(app_service(json)?);
                Ok(())
            })?,
            Kind::Object => static_web_apps(&mut json, &mut sessions)?,
            _ => {
                json.skip()?;
                json.end()?;
                return Err(MeErrorKind::UnknownFormat.error());
            }
        }
        json.end()?;
        Ok(sessions)
    }

    /// The signed-in user.
    #[must_use]
    pub fn principal(&self) -> &EasyAuthPrincipal {
        &self.principal
    }

    /// The member `user_id`. For Entra this is the user principal name, unlike [`EasyAuthPrincipal::id`].
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }

    /// The tokens of the session. Static Web Apps have none.
    #[must_use]
    pub fn tokens(&self) -> &ProviderTokens {
        &self.tokens
    }

    /// Returns the tokens of the session.
    #[must_use]
    pub fn into_tokens(self) -> ProviderTokens {
        self.tokens
    }
}

debug! { Session, |own| principal: own.principal, tokens: own.tokens, .. }

/// One element of the array of App Service.
fn app_service(json: &mut Reader<'_>) -> Result<Session, MeError> {
    if json.kind()? != Kind::Object {
        return Err(MeErrorKind::UnknownFormat.error());
    }
    let (mut provider, mut user_id, mut user_claims) =
        (Once::default(), Once::default(), Once::default());
    let mut expires_on = Once::default();
    let mut secrets = TokenKind::ALL.map(|kind| (kind, Once::default()));
    json.object(|json, name| -> Result<(), MeError> {
        match json.str(name) {
            "provider_name" => provider.read(json, "provider_name", string)?,
            "user_id" => user_id.read(json, "user_id", scalar)?,
            "expires_on" => expires_on.read(json, "expires_on", scalar)?,
            // Claims are copied, so that the principal does not keep the text of the tokens.
            "user_claims" => {
                let claims = parse::claim_list(json.skip()?.to_owned(), "user_claims")
                    .map_err(MeError::principal)?;
                user_claims.put("user_claims", Some(claims))?;
            }
            name => match secrets.iter_mut().find(|(kind, _)| kind.member() == name) {
                Some((kind, token)) => token.read(json, kind.member(), secret)?,
                None => drop(json.skip()?),
            },
        }
        Ok(())
    })?;
    let provider = provider.into_value().map(|span| json.str(span).trim()).unwrap_or_default();
    if provider.is_empty() {
        return Err(MeErrorKind::MissingProvider.error());
    }
    let provider = IdentityProvider::new(provider);
    let mut tokens = ProviderTokens::default();
    tokens.set_provider(provider.clone());
    for (kind, token) in secrets {
        token.into_value().into_iter().for_each(|token| tokens.insert(kind, token));
    }
    let expires_on = expires_on.into_value().map(|span| json.str(span));
    if let Some(time) = expires_on.filter(|time| !time.is_empty()) {
        tokens.set_expires_on(
            ExpiresOn::parse(time).ok_or_else(|| MeErrorKind::InvalidTime.error())?,
        );
    }
    let (text, claims) = user_claims.into_value().unwrap_or_default();
    contradiction::check_claims(&provider, &text, &claims).map_err(MeError::principal)?;
    let format = PrincipalFormat::AppService;
    let principal = Content { format, text, claims, ..Content::of(provider) }.into();
    let user_id = user_id.into_value().map(|span| json.str(span).to_owned());
    Ok(Session { principal, user_id, tokens })
}

/// The object of Static Web Apps.
fn static_web_apps(json: &mut Reader<'_>, sessions: &mut Vec<Session>) -> Result<(), MeError> {
    const MEMBER: &str = "clientPrincipal";
    let mut found = Once::default();
    json.object(|json, name| -> Result<(), MeError> {
        if json.str(name) != MEMBER {
            return Ok(json.skip().map(drop)?);
        }
        found.read(json, MEMBER, |json, _| -> Result<_, MeError> {
            if json.kind()? == Kind::Null {
                return Ok(json.skip().map(|_| None)?);
            }
            let principal = parse::principal(json.skip()?.to_owned());
            principal.map(Some).map_err(MeError::principal)
        })
    })?;
    if !found.is_present() {
        return Err(MeErrorKind::UnknownFormat.error());
    }
    let principal = found.into_value().filter(|principal| !principal.is_anonymous());
    sessions.extend(principal.map(|principal| {
        let user_id = principal.at(principal.content.user_id).map(str::to_owned);
        Session { principal, user_id, tokens: ProviderTokens::behind_static_web_apps() }
    }));
    Ok(())
}

/// A response of `/.auth/me` that cannot be read. Says where it is invalid, never with which content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{place}", .kind.message())]
pub struct MeError {
    kind: MeErrorKind,
    place: Place,
    source: Option<PrincipalError>,
}

kinds! {
    /// What is wrong with a response of `/.auth/me`.
    pub enum MeErrorKind of MeError { place, source };
    fn message;

    /// The body is longer than [`MAX_ME_LEN`].
    TooLong = "too-long", "the response of /.auth/me is too long";
    /// The body is empty. Container Apps respond with 200 and an empty body if they find no session
    /// (microsoft/azure-container-apps#1389).
    Empty = "empty", "the response of /.auth/me is empty: check that the request has the session cookie, and \
        that the token store is on";
    /// The body is an HTML page: that of a sign-in, if the HTTP client followed a redirect, or a page of the
    /// application, if the request did not reach the platform.
    Html = "html", "the response of /.auth/me is an HTML page: check that the request has the session cookie, \
        was not redirected to a sign-in, and that Easy Auth is on";
    /// The body is not JSON in UTF-8.
    Json = "json", "the response of /.auth/me is not valid JSON";
    /// There are more accounts than a session can have.
    TooManySessions = "too-many-sessions", "the response of /.auth/me has more than 100 sessions";
    /// The body is JSON, but neither a list of sessions nor an object with `clientPrincipal`.
    UnknownFormat = "unknown-format",
        "the response of /.auth/me has neither the format of App Service nor of Static Web Apps";
    /// The identity provider (`provider_name`) is missing, null or empty.
    MissingProvider = "missing-provider", "a session does not name its identity provider";
    /// A duplicate member.
    DuplicateMember = "duplicate-member", "the response of /.auth/me has a duplicate member";
    /// A member has the wrong JSON type.
    InvalidMember = "invalid-member", "the response of /.auth/me has a member of the wrong JSON type";
    /// `expires_on` is not a point in time.
    InvalidTime = "invalid-time", "expected expires_on to be an ISO 8601 time or a number of seconds";
    /// A principal in the response is invalid. The source says why.
    Principal = "principal", "a principal in the response of /.auth/me is invalid";
}

impl MeError {
    fn principal(error: PrincipalError) -> Self {
        Self { source: Some(error), ..MeErrorKind::Principal.error() }
    }

    fn new(kind: MeErrorKind, place: Place) -> Self {
        Self { kind, place, source: None }
    }
}

from_json!(MeError, MeErrorKind, UnknownFormat);
