//! Somebody who is signed in, as headers.

use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::{OBJECT_ID, TENANT_ID};
use crate::{ClaimType, IdentityProvider, base64, headers};

/// What the platform says of the role claim, whatever the claims are.
const ROLE_TYPE: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";

/// Somebody who is signed in, as the platform would describe them in headers.
///
/// ```
/// use easyauth::{EasyAuthPrincipal, testing::TestCaller};
///
/// let visitor = TestCaller::static_web_apps("github").name("sample").role("editor");
/// let user = EasyAuthPrincipal::from_headers(&visitor.headers())?.expect("somebody");
/// assert!(user.is_in_role("editor") && user.is_in_role("authenticated"));
/// # Ok::<(), easyauth::PrincipalError>(())
/// ```
#[derive(Clone)]
pub struct TestCaller {
    provider: IdentityProvider,
    is_static_web_apps: bool,
    id: String,
    name: String,
    claims: Vec<(String, String)>,
    roles: Vec<String>,
    tokens: Vec<(&'static str, String)>,
}

impl TestCaller {
    /// A user of Microsoft Entra, behind App Service, Functions or Container Apps.
    #[must_use]
    pub fn entra() -> Self {
        Self::of("aad")
            .claim("iss", format!("https://login.microsoftonline.com/{TENANT_ID}/v2.0"))
            .tenant_id(TENANT_ID)
            .object_id(OBJECT_ID)
            .claim(ClaimType::SUB, "subject-of-the-sample-user")
            .claim("ver", "2.0")
    }

    /// A user of this provider, `google` for instance, behind App Service, Functions or Container Apps.
    #[must_use]
    pub fn of(provider: &str) -> Self {
        Self {
            provider: IdentityProvider::new(provider),
            is_static_web_apps: false,
            id: "subject-of-the-sample-user".to_owned(),
            name: "sample@contoso.example".to_owned(),
            claims: Vec::new(),
            roles: Vec::new(),
            tokens: Vec::new(),
        }
    }

    /// A visitor of a Static Web App, signed in with this provider, `aad` or `github` for instance.
    #[must_use]
    pub fn static_web_apps(provider: &str) -> Self {
        let caller = Self { is_static_web_apps: true, ..Self::of(provider) };
        caller.id("d75b260a64504067bfc5b2905e3b8182").role("anonymous").role("authenticated")
    }

    /// The identifier in `X-MS-CLIENT-PRINCIPAL-ID`: the user id of a visitor of a Static Web App.
    #[must_use]
    pub fn id(self, id: impl Into<String>) -> Self {
        Self { id: id.into(), ..self }
    }

    /// The name in `X-MS-CLIENT-PRINCIPAL-NAME` and in the claims.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// The object id, as claim and as [`id`](Self::id).
    #[must_use]
    pub fn object_id(self, id: impl Into<String>) -> Self {
        let id = id.into();
        self.without(ClaimType::OID).claim(ClaimType::OID, id.clone()).id(id)
    }

    /// The tenant.
    #[must_use]
    pub fn tenant_id(self, id: impl Into<String>) -> Self {
        self.without(ClaimType::TID).claim(ClaimType::TID, id)
    }

    /// One more role.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.roles.push(role.into());
        self
    }

    /// One more claim, by its short or its long name: it is written as the platform does.
    #[must_use]
    pub fn claim(mut self, typ: impl AsRef<str>, value: impl Into<String>) -> Self {
        self.claims.push((written(typ.as_ref()).to_owned(), value.into()));
        self
    }

    fn without(mut self, typ: impl AsRef<str>) -> Self {
        let typ = written(typ.as_ref()).to_owned();
        self.claims.retain(|(own, _)| *own != typ);
        self
    }

    /// The access token in the token store, and when it expires.
    #[must_use]
    pub fn access_token(self, token: impl Into<String>, expires_on: SystemTime) -> Self {
        self.token("ACCESS-TOKEN", token.into()).token("EXPIRES-ON", iso_8601(expires_on))
    }

    /// The ID token in the token store.
    #[must_use]
    pub fn id_token(self, token: impl Into<String>) -> Self {
        self.token("ID-TOKEN", token.into())
    }

    /// The refresh token in the token store.
    #[must_use]
    pub fn refresh_token(self, token: impl Into<String>) -> Self {
        self.token("REFRESH-TOKEN", token.into())
    }

    fn token(mut self, kind: &'static str, value: String) -> Self {
        self.tokens.retain(|(own, _)| *own != kind);
        self.tokens.push((kind, value));
        self
    }

    /// The value of `X-MS-CLIENT-PRINCIPAL`.
    #[must_use]
    pub fn principal(&self) -> String {
        base64::encode(&self.json().to_string())
    }

    fn json(&self) -> Value {
        if self.is_static_web_apps {
            return json!({
                "identityProvider": self.provider.as_str(),
                "userId": self.id,
                "userDetails": self.name,
                "userRoles": self.roles,
            });
        }
        let name = (ClaimType::EMAIL.long().to_owned(), self.name.clone());
        let roles = self.roles.iter().map(|role| ("roles".to_owned(), role.clone()));
        let claims: Vec<Value> = [name]
            .into_iter()
            .chain(self.claims.iter().cloned())
            .chain(roles)
            .map(|(typ, val)| json!({"typ": typ, "val": val}))
            .collect();
        json!({
            "auth_typ": self.provider.as_str(),
            "claims": claims,
            "name_typ": ClaimType::EMAIL.long(),
            "role_typ": ROLE_TYPE,
        })
    }

    /// All identity headers: the principal, what is beside it, and the tokens. Those with tokens are
    /// marked as sensitive. A Static Web App sends no tokens.
    #[must_use]
    pub fn headers(&self) -> HeaderMap {
        let provider = self.provider.as_str();
        let mut map = HeaderMap::new();
        let mut insert = |name: &str, value: &str, is_sensitive| {
            let name = HeaderName::try_from(name).expect("the name of a header");
            let mut value =
                HeaderValue::from_bytes(value.as_bytes()).expect("the value of a header");
            value.set_sensitive(is_sensitive);
            map.insert(name, value);
        };
        insert(headers::CLIENT_PRINCIPAL, &self.principal(), false);
        insert(headers::CLIENT_PRINCIPAL_ID, &self.id, false);
        insert(headers::CLIENT_PRINCIPAL_NAME, &self.name, false);
        insert(headers::CLIENT_PRINCIPAL_IDP, provider, false);
        if !self.is_static_web_apps {
            for (kind, value) in &self.tokens {
                let name = format!("{}{provider}-{kind}", headers::TOKEN_PREFIX);
                insert(&name, value, *kind != "EXPIRES-ON");
            }
        }
        map
    }
}

/// The name under which the platform writes a claim: the long one, except for roles, which its default
/// mapping leaves out (Microsoft Learn: `WEBSITE_AUTH_USE_LEGACY_CLAIMS`).
fn written(typ: &str) -> &str {
    let known = ClaimType::ALL.iter().find(|own| own.short() == typ);
    known.filter(|_| typ != "roles").map_or(typ, |own| own.long())
}

/// As the platform writes times. Whole seconds, because that is what tokens have.
fn iso_8601(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.0000000Z")
}

/// The day of the Gregorian calendar that is so many days after 1970-01-01.
fn date(days: u64) -> (u64, u64, u64) {
    let (mut year, mut rest) = (1970, days);
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while rest >= 365 + u64::from(is_leap(year)) {
        rest -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if rest < length {
            break;
        }
        rest -= length;
        month += 1;
    }
    (year, month, rest + 1)
}

/// Prints no name, no claim and no token.
impl fmt::Debug for TestCaller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestCaller").field("provider", &self.provider).finish_non_exhaustive()
    }
}
