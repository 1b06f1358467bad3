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

/// The default user of the tokens.
const USER: &str = "00000003-0000-4000-8000-000000000003";
const APPLICATION: &str = "00000004-0000-4000-8000-000000000004";
const CLIENT: &str = "00000005-0000-4000-8000-000000000005";

/// The lifetime of an access token: Entra's live between 60 and 90 minutes ("Access tokens in the
/// Microsoft identity platform", token lifetime).
const LIFETIME: Duration = Duration::from_secs(3600);

/// The nonce in the header of a token for Microsoft Graph. Entra's is random.
const PROTECTED_NONCE: &str = "nonce-of-a-test-nonce-of-a-test-nonce-of-a-";

/// The SHA-256 of [`PROTECTED_NONCE`], in base64url.
const HASHED_NONCE: &str = "lXtzEH2xkiKdtZXp5EzZepGr91CC4FCggP9qSLvcgTs";

/// An unsigned token of a [`TestIssuer`]. By default it is one that Entra could have issued. Each method
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
            // Sign-ins that name no API get this token.
            OwnedAudience::Resource(api) if is_graph(api) => {
                api.app_id().unwrap_or_else(|| api.identifier())
            }
            audience => audience.identifier(),
        };
        let microsofts = Resource::of_audience(identifier);
        Self {
            // "Access tokens in the Microsoft identity platform", token formats: in version 2.0 the
            // audience is always a client ID. Microsoft's own APIs request version 1.0.
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

    /// Makes it a version 1.0 token: `appid` instead of `azp`, and the version 1.0 issuer.
    pub fn v1(mut self) -> Self {
        self.version = "1.0";
        self
    }

    /// Makes it a version 2.0 token. For `api://` and a client ID, the audience is that client ID. Entra
    /// issues no such token for an App ID URI with another name.
    pub fn v2(mut self) -> Self {
        self.version = "2.0";
        self
    }

    /// Sets how long it is valid after it was issued, in whole seconds. Verifiers accept it for five more minutes,
    /// because clocks differ. So for an expired token, set the time of issue two hours ago.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Sets another tenant. Entra uses the same keys for all tenants.
    pub fn tenant_id(mut self, id: impl Into<String>) -> Self {
        self.tenant = id.into();
        self
    }

    /// Sets the client that requested the token (`azp`, `appid`). Entra's ID tokens name no client, so
    /// an ID token with one is invalid.
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.client = Some(id.into());
        self
    }

    /// Sets the object ID of the user or the application (`oid`).
    pub fn object_id(self, id: impl Into<String>) -> Self {
        let id: String = id.into();
        self.claim("oid", id)
    }

    /// Adds a scope (`scp`).
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// Adds a role (`roles`): a permission of an application, or an app role of a user.
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.roles.push(role.into());
        self
    }

    /// Makes it a token that an agent uses, with the client IDs of the agent and of its blueprint
    /// ([`Token::agent`](crate::Token::agent)). A user's token is then one on behalf of that user, and an
    /// application's token that of the agent itself.
    pub fn agent(self, client_id: impl Into<String>, blueprint_id: impl Into<String>) -> Self {
        let blueprint_id: String = blueprint_id.into();
        let is_app = self.claims.get("idtyp").is_some_and(|kind| kind == "app");
        let (kind, subject) = if is_app { ("app", "9 3 11") } else { ("user", "9 3") };
        // "Token claims reference for agents": its sample has these facets, in this order.
        self.client_id(client_id)
            .claim("idtyp", kind)
            .claim("xms_act_fct", "3 9 11")
            .claim("xms_sub_fct", subject)
            .claim("xms_par_app_azp", blueprint_id)
    }

    /// Like [`agent`](Self::agent), for an agent that acts through the agent's user account.
    pub fn agent_user(self, client_id: impl Into<String>, blueprint_id: impl Into<String>) -> Self {
        self.agent(client_id, blueprint_id).claim("idtyp", "user").claim("xms_sub_fct", "13 9 3")
    }

    /// Sets a claim to this value and replaces any other value. A value that cannot be JSON becomes
    /// `null`.
    ///
    /// It overrides every other method, so that a token can have claims that Entra would not issue.
    pub fn claim(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        self.claims.insert(name.into(), value);
        self
    }

    /// Names a key (`kid`) other than the one that signs: for a forged token.
    pub fn key_id(mut self, id: impl Into<String>) -> Self {
        self.key_id = Some(id.into());
        self
    }

    /// Signs the token with the issuer's key (RS256).
    ///
    /// If the cryptographic back end cannot sign, the signature is empty, and verifiers reject the
    /// token.
    #[must_use]
    pub fn sign(&self) -> String {
        let payload = base64::encode_segment(self.payload().to_string().as_bytes());
        let message = |nonce: Option<&str>| {
            let header = base64::encode_segment(self.header(nonce).as_bytes());
            format!("{header}.{payload}")
        };
        if !self.is_protected {
            let message = message(None);
            return format!("{message}.{}", self.issuer.signature(&message));
        }
        // Entra signs the hash of the nonce instead of the nonce, so that an API that receives the token
        // cannot pass it on. Only that API knows how to check it.
        let signed = message(Some(HASHED_NONCE));
        format!("{}.{}", message(Some(PROTECTED_NONCE)), self.issuer.signature(&signed))
    }

    /// The header, with its members in the order in which Entra writes them.
    fn header(&self, nonce: Option<&str>) -> String {
        let key_id = json!(self.key_id.as_deref().unwrap_or(self.issuer.key_id()));
        let nonce = nonce.map_or_else(String::new, |nonce| format!(r#""nonce":{},"#, json!(nonce)));
        let x5t = if self.version == "1.0" { format!(r#""x5t":{key_id},"#) } else { String::new() };
        format!(r#"{{"typ":"JWT",{nonce}"alg":"RS256",{x5t}"kid":{key_id}}}"#)
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
            // "1": the client authenticated with a secret.
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

/// Prints the `Debug` form of the issuer and the names of the claims, but no values.
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
