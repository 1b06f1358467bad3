//! A second implementation of the rules of verifiers: which tokens each of them accepts; and the verifiers of
//! the crate to compare with.
#![allow(clippy::expect_used, reason = "the keys and the verifiers are written here")]

use std::{
    sync::LazyLock,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use easyauth::{
    AccessToken, IdToken, MAX_TOKEN_LEN,
    verify::{IdTokenVerifier, KeySet, Tenant, Verifier, VerifyError},
};

use super::{
    drafts::{Token, public_parts},
    json::{Json, Refused},
    token::{Claims, has, is_guid, moment, object, text},
};

const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
const API: &str = "api://my-api";
const APP: &str = "00000006-0000-4000-8000-000000000006";

/// Tenants that are not an organization: personal accounts, and Microsoft's services.
const NO_ORGANIZATIONS: [&str; 2] =
    ["9188040d-6c67-4c5b-b112-36a304b66dad", "f8cdef31-a31e-4b4a-93e4-5f571e91255a"];

/// When tokens are verified, in seconds since 1970: ten minutes after the valid ones were issued.
const NOW: u64 = 1_773_325_600;
const SKEW: u64 = 300;

/// A key of the key set.
struct Key {
    id: &'static str,
    kind: KeyKind,
    issuer: Option<&'static str>,
    cloud: Option<&'static str>,
}

#[derive(PartialEq)]
enum KeyKind {
    /// The signing key.
    Ours,
    /// The same key, for PS256.
    OursForPss,
    Foreign,
    OnCurve,
}

impl Key {
    const fn new(id: &'static str, kind: KeyKind) -> Self {
        Self { id, kind, issuer: None, cloud: None }
    }

    const fn of(self, issuer: &'static str) -> Self {
        Self { issuer: Some(issuer), ..self }
    }

    const fn in_cloud(self, cloud: &'static str) -> Self {
        Self { cloud: Some(cloud), ..self }
    }

    fn jwk(&self) -> Json {
        let [modulus, exponent] = public_parts();
        let text = |text: &str| Json::text(text);
        let (kind, parts) = match self.kind {
            KeyKind::Ours | KeyKind::OursForPss => ("RSA", [modulus, exponent]),
            KeyKind::Foreign => ("RSA", [modulus.replace('A', "B"), exponent]),
            KeyKind::OnCurve => ("EC", ["A".repeat(43), "A".repeat(43)]),
        };
        let names = if kind == "RSA" { ["n", "e"] } else { ["x", "y"] };
        let optional = [("issuer", self.issuer), ("cloud_instance_name", self.cloud)];
        let optional = optional.map(|(name, value)| (name, value.map_or(Json::Null, Json::text)));
        let members = [("kty", text(kind)), ("kid", text(self.id)), ("crv", text("P-256"))];
        let alg = (self.kind == KeyKind::OursForPss).then_some(("alg", text("PS256")));
        let parts = names.into_iter().zip(parts.map(Json::Text));
        Json::object(members.into_iter().chain(parts).chain(optional).chain(alg))
    }
}

const SET: [Key; 10] = [
    Key::new("any-tenant", KeyKind::Ours)
        .of("https://login.microsoftonline.com/{tenantid}/v2.0")
        .in_cloud("microsoftonline.com"),
    Key::new("one-tenant", KeyKind::Ours)
        .of("https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0"),
    Key::new("personal", KeyKind::Ours)
        .of("https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"),
    Key::new("government", KeyKind::Ours).in_cloud("microsoftonline.us"),
    Key::new("version-1", KeyKind::Ours).of("https://sts.windows.net/{tenantid}/"),
    Key::new("nobody", KeyKind::Ours).of("{tenantid}"),
    Key::new("plain", KeyKind::Ours),
    Key::new("pss", KeyKind::OursForPss),
    Key::new("foreign", KeyKind::Foreign),
    Key::new("curve", KeyKind::OnCurve),
];

fn key_set(keys: &[Key]) -> KeySet {
    let list = Json::list(keys.iter().map(Key::jwk));
    let document = Json::object([("keys", list)]).to_string();
    let set = KeySet::from_jwks(document).expect("a key set");
    assert_eq!(set.len(), keys.len());
    set
}

pub(crate) static KEYS: LazyLock<KeySet> = LazyLock::new(|| key_set(&SET));
pub(crate) static NO_KEYS: LazyLock<KeySet> = LazyLock::new(|| key_set(&[]));

/// The result for a token.
#[derive(PartialEq)]
pub(crate) enum Verdict {
    Accepted,
    UnknownKey,
    Refused,
}

/// The rules of a verifier.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    audience: &'static str,
    /// `None`: any organization.
    tenant: Option<&'static str>,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Access,
    Id,
    IdFor { nonce: &'static str },
}

/// The nonce has no letters or digits, so it is the same in a masked token.
pub(crate) const RULES: [Rules; 4] = [
    Rules { audience: API, tenant: Some(TENANT), kind: Kind::Access },
    Rules { audience: API, tenant: None, kind: Kind::Access },
    Rules { audience: APP, tenant: Some(TENANT), kind: Kind::Id },
    Rules { audience: APP, tenant: None, kind: Kind::IdFor { nonce: "-_-" } },
];

/// The verifiers of the crate for one or more tenants.
struct Verifiers(Verifier, IdTokenVerifier);

static OF_TENANT: LazyLock<Verifiers> =
    LazyLock::new(|| verifiers(&Tenant::single(TENANT).expect("a tenant")));
static OF_ANY: LazyLock<Verifiers> = LazyLock::new(|| verifiers(&Tenant::any_organization()));

fn verifiers(tenant: &Tenant) -> Verifiers {
    let builder = |audience| Verifier::builder(tenant.clone()).audience(audience);
    let access = builder(API).build().expect("a verifier");
    Verifiers(access, builder(APP).build_for_id_tokens().expect("a verifier"))
}

impl Rules {
    /// The answer of the crate: what it prints of the token.
    pub(crate) fn verify(self, token: &str, keys: &KeySet) -> Result<String, VerifyError> {
        let Verifiers(access, id) = if self.tenant.is_some() { &*OF_TENANT } else { &*OF_ANY };
        let (id_token, now) = (IdToken::new(token), moment(NOW));
        let id_token = match self.kind {
            Kind::Access => {
                let token = access.verify(&AccessToken::new(token), keys, now)?;
                let challenge = token.claims_challenge("{}");
                assert_eq!(challenge.www_authenticate().is_some(), challenge.status() == 401);
                return Ok(format!("{token:?}"));
            }
            Kind::Id => id.verify(&id_token, keys, now)?,
            Kind::IdFor { nonce } => id.verify_nonce(&id_token, nonce, keys, now)?,
        };
        Ok(format!("{id_token:?}"))
    }

    /// The answer of the rules.
    pub(crate) fn verdict(self, token: &Token) -> Verdict {
        let Ok(id) = Self::key_id(&token.text) else { return Verdict::Refused };
        let Some(key) = SET.iter().find(|key| key.id == id) else { return Verdict::UnknownKey };
        let is_valid = token.is_signed && key.kind == KeyKind::Ours;
        if is_valid && self.check_claims(&token.text, key).is_ok() {
            Verdict::Accepted
        } else {
            Verdict::Refused
        }
    }

    /// The ID of the key to try, if the header is acceptable.
    pub(crate) fn key_id(token: &str) -> Result<String, Refused> {
        let segments: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = *segments else { return Err(Refused) };
        let (_, header) = object(header)?;
        let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| Refused)?;
        require(std::str::from_utf8(&payload).is_ok())?;
        require(token.len() <= MAX_TOKEN_LEN && URL_SAFE_NO_PAD.decode(signature).is_ok())?;
        for name in ["b64", "crit", "cty", "enc", "nonce", "zip"] {
            require(header.once(name)?.is_none())?;
        }
        require(match header.once("typ")? {
            None => true,
            Some(Json::Text(typ)) => typ.eq_ignore_ascii_case("jwt"),
            Some(_) => false,
        })?;
        require(text(&header, "alg") == Some("RS256"))?;
        text(&header, "kid").filter(|id| !id.is_empty()).map(str::to_owned).ok_or(Refused)
    }

    fn check_claims(self, token: &str, key: &Key) -> Result<(), Refused> {
        let claims = Claims::read(token)?;
        self.check_issuer(&claims, key)?;
        require(claims.list("aud").any(|own| is_for(own, self.audience)))?;
        // OpenID Connect Core section 3.1.3.7: reject an ID token with an untrusted audience.
        let is_access = matches!(self.kind, Kind::Access);
        require(is_access || claims.list("aud").all(|own| is_for(own, self.audience)))?;
        check_times(&claims)?;
        require(!has(&claims.payload, "cnf"))?;
        self.check_kind(&claims)
    }

    fn check_issuer(self, claims: &Claims, key: &Key) -> Result<(), Refused> {
        let issuer = text(&claims.payload, "iss").ok_or(Refused)?;
        let named = || {
            let of_version_2 = issuer
                .strip_prefix("https://login.microsoftonline.com/")
                .and_then(|rest| rest.strip_suffix("/v2.0"));
            let of_version_1 =
                || issuer.strip_prefix("https://sts.windows.net/")?.strip_suffix('/');
            of_version_2.or_else(of_version_1).filter(|_| !matches!(self.kind, Kind::Access))
        };
        let tenant = text(&claims.payload, "tid").or_else(named).ok_or(Refused)?;
        require(is_guid(tenant))?;
        let version_2 = format!("https://login.microsoftonline.com/{tenant}/v2.0");
        let of_key = key.issuer.map(|pattern| pattern.replace("{tenantid}", tenant));
        require(of_key.is_none_or(|issuer| issuer == version_2))?;
        require(key.cloud.is_none_or(|cloud| cloud == "microsoftonline.com"))?;
        let expected = match claims.version().ok_or(Refused)? {
            "1.0" => format!("https://sts.windows.net/{tenant}/"),
            "2.0" => version_2,
            _ => return Err(Refused),
        };
        let is_tenant = |id: &str| id.eq_ignore_ascii_case(tenant);
        require(issuer == expected)?;
        require(match self.tenant {
            Some(own) => is_tenant(own),
            None => !NO_ORGANIZATIONS.into_iter().any(is_tenant),
        })
    }

    fn check_kind(self, claims: &Claims) -> Result<(), Refused> {
        let has = |name: &&str| has(&claims.payload, name);
        let text = |name| text(&claims.payload, name);
        let has_scopes = claims.scopes().next().is_some();
        let has_permissions = has_scopes || claims.list("roles").any(|role| !role.is_empty());
        let is_id_token = !has_scopes && ["nonce", "at_hash", "c_hash"].iter().any(has);
        let has_client = ["azp", "appid"].iter().any(has) || text("idtyp") == Some("app");
        let clients = [text("azp"), text("appid")];
        let names_client = clients.into_iter().flatten().any(|id| !id.is_empty());
        require(match self.kind {
            Kind::Access => has_permissions && names_client && !is_id_token,
            Kind::Id => !has_scopes && !has_client,
            Kind::IdFor { nonce } => !has_scopes && !has_client && text("nonce") == Some(nonce),
        })
    }
}

/// RFC 7519 section 2: times are numbers. The clocks may differ by [`SKEW`].
fn check_times(claims: &Claims) -> Result<(), Refused> {
    for name in ["exp", "nbf", "iat"] {
        require(!matches!(claims.claim(name), Some(Json::Text(_))))?;
    }
    let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let end = claims.expires_at.map(seconds).ok_or(Refused)?;
    let (start, issued) = (claims.not_before.map(seconds), claims.issued_at.map(seconds));
    let latest = NOW.saturating_add(SKEW);
    require(end.saturating_add(SKEW) > NOW)?;
    require(start.is_none_or(|start| start <= latest && start < end))?;
    require(issued.is_none_or(|issued| issued <= latest))
}

/// Returns `true` if the audiences are equal, ignoring one trailing slash and, for a GUID, the case.
fn is_for(audience: &str, expected: &str) -> bool {
    audience == expected
        || audience.strip_suffix('/') == Some(expected)
        || (is_guid(expected) && audience.eq_ignore_ascii_case(expected))
}

fn require(holds: bool) -> Result<(), Refused> {
    if holds { Ok(()) } else { Err(Refused) }
}
