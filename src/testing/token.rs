//! Tokens before they are signed.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{TestIssuer, issuer::issuer};
use crate::{
    base64,
    resource::{Audience, GRAPH, OwnedAudience, Resource, is_guid},
};

/// Who the tokens are of, unless something else is said.
const USER: &str = "00000003-0000-4000-8000-000000000003";
const APPLICATION: &str = "00000004-0000-4000-8000-000000000004";
const CLIENT: &str = "00000005-0000-4000-8000-000000000005";

/// How long an access token lives: Entra's live between 60 and 90 minutes ("Access tokens in the
/// Microsoft identity platform", token lifetime).
const LIFETIME: Duration = Duration::from_secs(3600);

/// What Entra puts into the header of a token for Microsoft Graph, where it is random.
const PROTECTED_NONCE: &str = "nonce-of-a-test-nonce-of-a-test-nonce-of-a-";

/// The SHA-256 of [`PROTECTED_NONCE`], in base64url.
const HASHED_NONCE: &str = "lXtzEH2xkiKdtZXp5EzZepGr91CC4FCggP9qSLvcgTs";

/// A token of a [`TestIssuer`] before it is signed. It is one that Entra could have made; each method
/// changes a claim.
#[derive(Clone)]
#[must_use]
pub struct TestToken<'a> {
    issuer: &'a TestIssuer,
    key_id: Option<String>,
    tenant: String,
    version: &'static str,
    issued_at: u64,
    lifetime: Duration,
    client: Option<String>,
    scopes: Vec<String>,
    roles: Vec<String>,
    is_protected: bool,
    claims: Map<String, Value>,
}

impl<'a> TestToken<'a> {
    pub(super) fn of_user(
        issuer: &'a TestIssuer,
        audience: Audience<'_>,
        issued_at: SystemTime,
    ) -> Self {
        Self::access(issuer, audience, issued_at)
            .object_id(USER)
            .claim("sub", "subject-of-a-test")
            .claim("name", "Sample User")
    }

    pub(super) fn of_app(
        issuer: &'a TestIssuer,
        audience: Audience<'_>,
        issued_at: SystemTime,
    ) -> Self {
        // Without a user, the subject is the application itself.
        Self::access(issuer, audience, issued_at)
            .object_id(APPLICATION)
            .claim("sub", APPLICATION)
            .claim("idtyp", "app")
    }

    pub(super) fn id(issuer: &'a TestIssuer, client_id: &str, issued_at: SystemTime) -> Self {
        Self::new(issuer, client_id, issued_at)
            .object_id(USER)
            .claim("sub", "subject-of-a-test")
            .claim("name", "Sample User")
            .claim("preferred_username", "sample@example.com")
    }

    fn access(issuer: &'a TestIssuer, audience: Audience<'_>, issued_at: SystemTime) -> Self {
        let audience = OwnedAudience::from(audience);
        let identifier = match &audience {
            // As sign-ins get it that name no API.
            OwnedAudience::Resource(api) if is_graph(api) => {
                api.app_id().unwrap_or_else(|| api.identifier())
            }
            audience => audience.identifier(),
        };
        let microsofts = Resource::of_audience(identifier);
        Self {
            // "Access tokens in the Microsoft identity platform", token formats: in version 2.0 the
            // audience is always a client ID, and Microsoft's own APIs ask for version 1.0.
            version: if is_guid(identifier) && microsofts.is_none() { "2.0" } else { "1.0" },
            is_protected: microsofts.is_some_and(|api| is_graph(&api)),
            client: Some(CLIENT.to_owned()),
            ..Self::new(issuer, identifier, issued_at)
        }
    }

    fn new(issuer: &'a TestIssuer, audience: &str, issued_at: SystemTime) -> Self {
        let issued_at = issued_at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let token = Self {
            issuer,
            key_id: None,
            tenant: issuer.tenant_id().to_owned(),
            version: "2.0",
            issued_at,
            lifetime: LIFETIME,
            client: None,
            scopes: Vec::new(),
            roles: Vec::new(),
            is_protected: false,
            claims: Map::new(),
        };
        token.claim("aud", audience).claim("uti", "token-of-a-test")
    }

    /// In version 1.0: `appid` in the place of `azp`, and the version 1.0 issuer.
    pub fn v1(mut self) -> Self {
        self.version = "1.0";
        self
    }

    /// In version 2.0: for `api://` and a client ID, the audience is that client ID. Entra makes no such
    /// token for an App ID URI with another name.
    pub fn v2(mut self) -> Self {
        self.version = "2.0";
        self
    }

    /// How long it is valid after it was issued, in whole seconds.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Of another tenant: Entra has the same keys for all of them.
    pub fn tenant_id(mut self, id: impl Into<String>) -> Self {
        self.tenant = id.into();
        self
    }

    /// The client that asked for the token (`azp`, `appid`). On an ID token, which names none, this
    /// makes it a token that Entra would not issue.
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.client = Some(id.into());
        self
    }

    /// The object id of the user or the application (`oid`).
    pub fn object_id(self, id: impl Into<String>) -> Self {
        let id: String = id.into();
        self.claim("oid", id)
    }

    /// One more scope (`scp`).
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// One more role (`roles`): of an application a permission, of a user an app role.
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.roles.push(role.into());
        self
    }

    /// A claim with this value, in the place of any other that it has. What cannot be JSON is `null`.
    ///
    /// Wins over every other method, so that a token can say what no token of Entra says.
    pub fn claim(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        self.claims.insert(name.into(), value);
        self
    }

    /// Names another key (`kid`) than the one that signs: that of an issuer whose token is forged.
    pub fn key_id(mut self, id: impl Into<String>) -> Self {
        self.key_id = Some(id.into());
        self
    }

    /// Signs the token with the issuer's key (RS256).
    ///
    /// If the cryptographic back end cannot sign, the signature is empty, and nothing takes the token.
    #[must_use]
    pub fn sign(&self) -> String {
        let payload = base64::encode_segment(self.payload().to_string().as_bytes());
        let message = |nonce: Option<&str>| {
            let header = base64::encode_segment(self.header(nonce).to_string().as_bytes());
            format!("{header}.{payload}")
        };
        if !self.is_protected {
            let message = message(None);
            return format!("{message}.{}", self.issuer.signature(&message));
        }
        // Entra signs the hash of the nonce in the place of the nonce, so that whoever is sent the
        // token cannot pass it on: only the API knows how to check it.
        let signed = message(Some(HASHED_NONCE));
        format!("{}.{}", message(Some(PROTECTED_NONCE)), self.issuer.signature(&signed))
    }

    fn header(&self, nonce: Option<&str>) -> Value {
        let key_id = self.key_id.as_deref().unwrap_or(self.issuer.key_id());
        let mut header = json!({"typ": "JWT", "alg": "RS256", "kid": key_id});
        if let Value::Object(members) = &mut header {
            if self.version == "1.0" {
                members.insert("x5t".to_owned(), key_id.into());
            }
            if let Some(nonce) = nonce {
                members.insert("nonce".to_owned(), nonce.into());
            }
        }
        header
    }

    fn payload(&self) -> Value {
        let mut claims = Map::new();
        let mut insert = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        insert("iss", issuer(&self.tenant, self.version).into());
        insert("tid", self.tenant.as_str().into());
        insert("ver", self.version.into());
        insert("iat", self.issued_at.into());
        insert("nbf", self.issued_at.into());
        insert("exp", self.issued_at.saturating_add(self.lifetime.as_secs()).into());
        if let Some(client) = &self.client {
            // "1": the client proved itself with a secret.
            let (name, proof) =
                if self.version == "1.0" { ("appid", "appidacr") } else { ("azp", "azpacr") };
            insert(name, client.as_str().into());
            insert(proof, "1".into());
        }
        if !self.scopes.is_empty() {
            insert("scp", self.scopes.join(" ").into());
        }
        if !self.roles.is_empty() {
            insert("roles", self.roles.clone().into());
        }
        claims.extend(self.claims.clone());
        if self.version == "2.0"
            && let Some(Value::String(audience)) = claims.get_mut("aud")
            && let Some(client_id) = audience.strip_prefix("api://").filter(|id| is_guid(id))
        {
            *audience = client_id.to_owned();
        }
        claims.into()
    }
}

fn is_graph(api: &Resource) -> bool {
    api.in_cloud(GRAPH.cloud()) == GRAPH
}

/// Prints the issuer as it prints itself and the names of the claims; no value of any.
impl fmt::Debug for TestToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let payload = self.payload();
        let names = payload.as_object().map(|claims| claims.keys().collect::<Vec<_>>());
        f.debug_struct("TestToken")
            .field("issuer", &self.issuer)
            .field("claims", &names.unwrap_or_default())
            .finish_non_exhaustive()
    }
}
