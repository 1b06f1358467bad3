//! Tokens before they are signed.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{CLIENT_ID, OBJECT_ID, TestIssuer};
use crate::{base64, resource::Resource};

/// How long tokens live, unless they say otherwise: Entra's are for an hour or a little more.
const LIFETIME: Duration = Duration::from_secs(3600);

/// A token of a [`TestIssuer`] before it is [signed](Self::sign).
#[must_use = "a token is made by signing it"]
#[derive(Clone)]
pub struct TestToken<'a> {
    issuer: &'a TestIssuer,
    issued_at: SystemTime,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

impl<'a> TestToken<'a> {
    fn new(issuer: &'a TestIssuer, now: SystemTime) -> Self {
        let (header, claims) = (Map::new(), Map::new());
        let tenant = issuer.tenant();
        Self { issuer, issued_at: now, header, claims }
            .header("typ", "JWT")
            .header("alg", "RS256")
            .header("kid", issuer.key_id())
            .claim("iss", format!("https://login.microsoftonline.com/{tenant}/v2.0"))
            .claim("tid", tenant)
            .claim("ver", "2.0")
            .claim("oid", OBJECT_ID)
            .claim("sub", "subject-of-the-sample-user")
            .claim("uti", "test-token")
            .issued_at(now)
    }

    pub(super) fn access(issuer: &'a TestIssuer, now: SystemTime) -> Self {
        Self::new(issuer, now).claim("azp", CLIENT_ID).claim("azpacr", "1")
    }

    pub(super) fn access_v1(issuer: &'a TestIssuer, now: SystemTime) -> Self {
        Self::new(issuer, now)
            .claim("ver", "1.0")
            .claim("iss", format!("https://sts.windows.net/{}/", issuer.tenant()))
            .claim("appid", CLIENT_ID)
            .claim("appidacr", "1")
    }

    pub(super) fn app(issuer: &'a TestIssuer, now: SystemTime) -> Self {
        Self::access(issuer, now).claim("sub", OBJECT_ID).claim("idtyp", "app")
    }

    pub(super) fn id(issuer: &'a TestIssuer, now: SystemTime) -> Self {
        Self::new(issuer, now)
            .claim("name", "Sample User")
            .claim("preferred_username", "sample@contoso.example")
    }

    /// Whom the token is for: `api://my-api`, or the client id of the application.
    pub fn audience(self, audience: impl Into<String>) -> Self {
        self.claim("aud", audience.into())
    }

    /// For an API of Microsoft's. Tokens for Microsoft Graph get what makes them unverifiable for
    /// others: a nonce in the header, which was hashed before it was signed.
    pub fn resource(self, resource: Resource) -> Self {
        let audience = resource.audience_uris().first().copied().or(resource.app_id());
        let token = self.audience(audience.unwrap_or_default());
        if resource == crate::resource::GRAPH { token.header("nonce", "test-nonce") } else { token }
    }

    /// One more delegated permission.
    pub fn scope(self, scope: &str) -> Self {
        let scopes = match self.claims.get("scp").and_then(Value::as_str) {
            Some(scopes) => format!("{scopes} {scope}"),
            None => scope.to_owned(),
        };
        self.claim("scp", scopes)
    }

    /// One more role: an application permission in an access token of an application.
    pub fn role(self, role: &str) -> Self {
        let mut roles = self.claims.get("roles").cloned().unwrap_or_else(|| json!([]));
        if let Value::Array(list) = &mut roles {
            list.push(role.into());
        }
        self.claim("roles", roles)
    }

    /// The application that the token was issued to.
    pub fn client_id(self, id: &str) -> Self {
        let name = if self.claims.contains_key("appid") { "appid" } else { "azp" };
        self.claim(name, id)
    }

    /// The object id of the user or the service principal.
    pub fn object_id(self, id: &str) -> Self {
        self.claim("oid", id)
    }

    /// When the token was issued, and begins to be valid. It expires an hour later.
    pub fn issued_at(mut self, time: SystemTime) -> Self {
        self.issued_at = time;
        self.claim("iat", seconds(time)).claim("nbf", seconds(time)).expires_in(LIFETIME)
    }

    /// How long after it was issued the token expires.
    pub fn expires_in(self, lifetime: Duration) -> Self {
        let time = self.issued_at + lifetime;
        self.claim("exp", seconds(time))
    }

    /// A token that was issued two hours before, and expired an hour before.
    pub fn expired(self) -> Self {
        let time = self.issued_at;
        self.issued_at(time - 2 * LIFETIME)
    }

    /// Any claim. Said twice, the last counts.
    pub fn claim(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).expect("a claim is JSON");
        self.claims.insert(name.to_owned(), value);
        self
    }

    /// Any member of the header. Said twice, the last counts.
    pub fn header(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).expect("a member is JSON");
        self.header.insert(name.to_owned(), value);
        self
    }

    /// Takes a claim away.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Signs the token (RFC 7515 section 3.1).
    #[must_use]
    pub fn sign(&self) -> String {
        let segment = |map: &Map<String, Value>| {
            base64::encode_segment(serde_json::to_vec(map).expect("JSON"))
        };
        let message = format!("{}.{}", segment(&self.header), segment(&self.claims));
        // What is signed has the hash of the nonce, which only its API can tell from the nonce.
        let is_protected = self.header.contains_key("nonce");
        let signed = if is_protected { format!("hashed-{message}") } else { message.clone() };
        let signature = self.issuer.sign(&signed);
        format!("{message}.{signature}")
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).expect("a time after 1970").as_secs()
}

/// Prints the names of claims and no value.
impl fmt::Debug for TestToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestToken").field("claims", &self.claims.keys()).finish_non_exhaustive()
    }
}
