//! Client-directed sign-in: a client with a token of the provider gets a session.

use http::{HeaderValue, Method, Request, Uri, header};
use zeroize::Zeroizing;

use super::Endpoints;
use crate::{
    debug::debug,
    escape::{Escaped, host_of},
    json::{JsonError, Kind, Reader},
    jwt::MAX_TOKEN_LEN,
    kinds::debug_by_display,
    provider::IdentityProvider,
    tokens::{AccessToken, AccessTokenSecret, IdToken, RefreshToken},
};

/// The room for the names of the members, and for quotes.
const MEMBERS_LEN: usize = 128;

/// A sign-in with a token that the client got from the provider itself, such as a mobile app (App Service
/// docs, "Customize sign-ins and sign-outs": client-directed sign-in). The response has a
/// [`ClientSession`].
///
/// ```
/// use easyauth::{AccessToken, endpoints::{ClientSession, ClientSignIn, Endpoints}};
///
/// let token = AccessToken::new("eyJ...");
/// let request = ClientSignIn::entra(&token).build("https://app.contoso.com", &Endpoints::default())?;
/// assert_eq!(request.uri(), "https://app.contoso.com/.auth/login/aad");
/// assert_eq!(request.body(), br#"{"access_token":"eyJ..."}"#);
///
/// // The body of the response.
/// let body = br#"{"authenticationToken":"eyJ...","user":{"userId":"sid:1"}}"#;
/// let session = ClientSession::parse(body)?;
/// let header = session.to_zumo_auth()?; // X-ZUMO-AUTH, for the requests to come
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct ClientSignIn<'a> {
    provider: IdentityProvider,
    access_token: Option<&'a AccessToken>,
    access_token_secret: Option<&'a AccessTokenSecret>,
    id_token: Option<&'a IdToken>,
    refresh_token: Option<&'a RefreshToken>,
}

impl<'a> ClientSignIn<'a> {
    /// With an access token of Microsoft Entra for this site.
    pub fn entra(access_token: &'a AccessToken) -> Self {
        Self { access_token: Some(access_token), ..Self::of(IdentityProvider::ENTRA) }
    }

    /// With an ID token of Google.
    pub fn google(id_token: &'a IdToken) -> Self {
        Self { id_token: Some(id_token), ..Self::of(IdentityProvider::GOOGLE) }
    }

    /// With an access token of Facebook.
    pub fn facebook(access_token: &'a AccessToken) -> Self {
        Self { access_token: Some(access_token), ..Self::of(IdentityProvider::FACEBOOK) }
    }

    /// With an access token of Twitter and its secret.
    pub fn twitter(access_token: &'a AccessToken, secret: &'a AccessTokenSecret) -> Self {
        Self {
            access_token: Some(access_token),
            access_token_secret: Some(secret),
            ..Self::of(IdentityProvider::TWITTER)
        }
    }

    fn of(provider: IdentityProvider) -> Self {
        Self {
            provider,
            access_token: None,
            access_token_secret: None,
            id_token: None,
            refresh_token: None,
        }
    }

    /// Adds the tokens that the token store keeps for the session. Only Entra takes them.
    pub fn keep_tokens(
        self,
        id_token: &'a IdToken,
        refresh_token: Option<&'a RefreshToken>,
    ) -> Self {
        if self.provider != IdentityProvider::ENTRA {
            return self;
        }
        Self { id_token: Some(id_token), refresh_token, ..self }
    }

    /// Builds the request to the site, such as `https://app.contoso.com`.
    ///
    /// **Its body is a secret**: it has the tokens, which the `Debug` form of [`http::Request`] prints.
    ///
    /// # Errors
    ///
    /// [`InvalidSite`] if the site is not an `https` origin. `http` is for loopback only.
    pub fn build(
        &self,
        site: &str,
        endpoints: &Endpoints,
    ) -> Result<Request<Vec<u8>>, InvalidSite> {
        let invalid = || InvalidSite(Escaped(site).to_string());
        let path = format!("{}/login/{}", endpoints.prefix, self.provider.as_str());
        let uri = uri(site, &path).ok_or_else(invalid)?;
        let mut request = Request::new(self.body());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(header::CONTENT_TYPE, json.clone());
        request.headers_mut().insert(header::ACCEPT, json);
        Ok(request)
    }

    fn body(&self) -> Vec<u8> {
        let members = [
            ("access_token", self.access_token.map(AccessToken::expose_secret)),
            ("access_token_secret", self.access_token_secret.map(AccessTokenSecret::expose_secret)),
            ("id_token", self.id_token.map(IdToken::expose_secret)),
            ("refresh_token", self.refresh_token.map(RefreshToken::expose_secret)),
        ];
        // Sized up front, so that growing it leaves no copy of a token behind.
        let length = members.iter().flat_map(|(_, value)| value).map(|value| value.len()).sum();
        let mut body = Vec::with_capacity(MEMBERS_LEN.saturating_add(length));
        for (name, value) in members.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            body.extend_from_slice(if body.is_empty() { b"{\"" } else { b",\"" });
            body.extend_from_slice(name.as_bytes());
            body.extend_from_slice(b"\":");
            // Writing a string to memory does not fail.
            let _ = serde_json::to_writer(&mut body, value);
        }
        body.push(b'}');
        body
    }
}

fn uri(site: &str, path: &str) -> Option<Uri> {
    let origin: Uri = site.parse().ok()?;
    let authority = origin.authority()?.as_str();
    let is_loopback = matches!(host_of(authority)?, "localhost" | "127.0.0.1" | "[::1]");
    let is_safe = match origin.scheme_str()? {
        "https" => true,
        "http" => is_loopback,
        _ => false,
    };
    let is_origin = matches!(origin.path(), "" | "/") && origin.query().is_none();
    if !is_safe || !is_origin || site.contains('#') {
        return None;
    }
    format!("{}://{authority}{path}", origin.scheme_str()?).parse().ok()
}

/// The session that a client-directed sign-in creates. Its token is a secret.
pub struct ClientSession {
    token: Zeroizing<String>,
    user_id: String,
}

impl ClientSession {
    /// Reads the body of the response.
    ///
    /// # Errors
    ///
    /// [`InvalidClientSession`] if it is not `{"authenticationToken": "...", "user": {"userId": "..."}}`.
    /// Other members are ignored.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidClientSession> {
        const INVALID: InvalidClientSession = InvalidClientSession(());
        if body.len() > MAX_TOKEN_LEN {
            return Err(INVALID);
        }
        let mut json = Reader::new(std::str::from_utf8(body).map_err(|_| INVALID)?);
        let (mut token, mut user) = (None, None);
        json.object(|json, name| -> Result<(), InvalidClientSession> {
            let kind = json.kind()?;
            match (json.str(name), kind) {
                ("authenticationToken", Kind::String) if token.is_none() => {
                    token = Some(json.secret()?);
                }
                ("user", Kind::Object) if user.is_none() => user = Some(user_id(json)?),
                ("authenticationToken" | "user", _) => return Err(INVALID),
                _ => drop(json.skip()?),
            }
            Ok(())
        })?;
        json.end()?;
        match (token, user.flatten()) {
            (Some(token), Some(user_id)) if !token.is_empty() => Ok(Self { token, user_id }),
            _ => Err(INVALID),
        }
    }

    /// The ID of the user at this site: `sid:` and a hash.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// The value of the header `X-ZUMO-AUTH`, marked as sensitive.
    ///
    /// # Errors
    ///
    /// [`InvalidClientSession`] if a header cannot contain the token.
    pub fn to_zumo_auth(&self) -> Result<HeaderValue, InvalidClientSession> {
        let value = HeaderValue::from_str(&self.token);
        let mut value = value.map_err(|_| InvalidClientSession(()))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

fn user_id(json: &mut Reader<'_>) -> Result<Option<String>, InvalidClientSession> {
    let mut id = None;
    json.object(|json, name| -> Result<(), InvalidClientSession> {
        let kind = json.kind()?;
        match (json.str(name), kind) {
            ("userId", Kind::String) if id.is_none() => {
                let value = json.string()?;
                id = Some(json.str(value).to_owned());
            }
            ("userId", _) => return Err(InvalidClientSession(())),
            _ => drop(json.skip()?),
        }
        Ok(())
    })?;
    Ok(id)
}

debug! { ClientSession, |own| "ClientSession({} bytes)", own.token.len() }

/// The site is not an origin that tokens may be sent to.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an https origin, such as https://app.contoso.com, found \"{0}\"")]
pub struct InvalidSite(String);

debug_by_display!(InvalidSite);

/// The response to a client-directed sign-in is not a session. Contains nothing of the response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an authenticationToken and a user with a userId in the response")]
pub struct InvalidClientSession(());

impl From<JsonError> for InvalidClientSession {
    fn from(_: JsonError) -> Self {
        Self(())
    }
}
