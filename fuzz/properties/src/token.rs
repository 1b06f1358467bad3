//! Tokens. The input is a token or, if it has a NUL, header, payload and signature before encoding, with a NUL
//! between them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use easyauth::{
    AccessToken, Caller, Groups, IdToken, MAX_TOKEN_LEN, Requirement, UnverifiedToken,
    access::Reason,
    resource::{ARM, GRAPH},
};

use super::{
    json::{Json, Refused},
    secrets::{masked, masked_json, printed},
};

/// The claims that a diagnosis may repeat (`aud`), and those that it depends on.
const SHOWN: [&str; 8] = ["aud", "idtyp", "iss", "exp", "nbf", "iat", "azp", "appid"];

/// Hosts of Entra for organizations, with the part after the tenant in its issuers.
const WORKFORCE: [(&str, &str); 8] = [
    ("login.microsoftonline.com", "/v2.0"),
    ("login.microsoftonline.us", "/v2.0"),
    ("login.partner.microsoftonline.cn", "/v2.0"),
    ("login.sovcloud-identity.fr", "/v2.0"),
    ("login.sovcloud-identity.de", "/v2.0"),
    ("login.sovcloud-identity.sg", "/v2.0"),
    ("sts.windows.net", "/"),
    ("sts.chinacloudapi.cn", "/"),
];

/// Domains in which only Microsoft has issuers.
const MICROSOFTS: [&str; 17] = [
    "microsoftonline.com",
    "login.windows.net",
    "login.microsoft.com",
    "sts.windows.net",
    "microsoftonline.us",
    "login.usgovcloudapi.net",
    "partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
    "sts.chinacloudapi.cn",
    "sovcloud-identity.fr",
    "sovcloud-identity.de",
    "sovcloud-identity.sg",
    "ciamlogin.com",
    "b2clogin.com",
    "b2clogin.cn",
    "b2clogin.us",
    "b2clogin.de",
];

/// The times at which tokens are checked, in seconds since 1970.
const NOW: u64 = 1_700_000_000;

/// The last second of the year 9999.
const MAX_SECONDS: f64 = 253_402_300_799.0;

/// Checks the property for this input, and panics if it does not hold.
pub fn check(input: &[u8]) {
    let Some(token) = token(input) else { return };
    let result = UnverifiedToken::decode(&token);
    match (Claims::read(&token), &result) {
        (Ok(expected), Ok(token)) => {
            expected.assert_same(token);
            check_diagnoses(token);
        }
        (expected, result) => {
            assert!(expected.is_err(), "refused: {result:?}");
            assert!(result.is_err(), "accepted {result:?}");
        }
    }
    assert_eq!(result.is_ok(), IdToken::new(&*token).decode_unverified().is_ok());
    check_printed(&token);
}

fn token(input: &[u8]) -> Option<String> {
    if !input.contains(&0) {
        return std::str::from_utf8(input).ok().map(str::to_owned);
    }
    let mut parts = input.splitn(3, |byte| *byte == 0).map(|part| URL_SAFE_NO_PAD.encode(part));
    let mut part = || parts.next().unwrap_or_default();
    Some(format!("{}.{}.{}", part(), part(), part()))
}

/// Output about a token does not change with its secrets.
fn check_printed(token: &str) {
    let mut segments = token.splitn(3, '.');
    let (Some(header), Some(payload)) = (segments.next(), segments.next()) else {
        assert_same_printed(token, &masked(token));
        return;
    };
    let rest = segments.next().map(|rest| format!(".{rest}")).unwrap_or_default();
    let json = |segment| Json::read(&URL_SAFE_NO_PAD.decode(segment).ok()?);
    let (one, other) = match json(header).zip(json(payload)) {
        Some((header, payload)) => {
            let encoded = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
            let written = |header: &Json, payload: &Json, rest: &str| {
                format!("{}.{}{rest}", encoded(header), encoded(payload))
            };
            let (masked_header, masked_payload) =
                (masked_json(&header, &["alg"]), masked_json(&payload, &SHOWN));
            (
                written(&header, &payload, &rest),
                written(&masked_header, &masked_payload, &masked(&rest)),
            )
        }
        None => (token.to_owned(), format!("{header}.{payload}{}", masked(&rest))),
    };
    assert_same_printed(&one, &other);
}

/// The output about both strings is the same if they have the same shape. The shape of a string that is not a
/// JWT shows in the reason only.
fn assert_same_printed(one: &str, other: &str) {
    let shape = |token: &str| {
        let diagnosis = AccessToken::new(token).diagnose(GRAPH, moment(NOW));
        let codes: Vec<&str> = diagnosis.reasons().iter().map(Reason::code).collect();
        codes.contains(&"not-a-token").then(|| diagnosis.to_string()).or(Some(codes.join(" ")))
    };
    if shape(one) == shape(other) {
        assert_eq!(all_printed(one), all_printed(other));
    }
}

fn all_printed(token: &str) -> Vec<String> {
    let secret = AccessToken::new(token);
    let mut all = vec![printed(&UnverifiedToken::decode(token)), format!("{secret:?}")];
    for requirement in requirements() {
        let diagnosis = secret.diagnose(&requirement, moment(NOW));
        let json = serde_json::to_string(&diagnosis);
        assert!(json.is_ok());
        all.push(format!("{diagnosis} {diagnosis:?} {json:?}"));
    }
    all
}

/// A point in time, in seconds since 1970.
pub(crate) fn moment(seconds: u64) -> SystemTime {
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap_or(UNIX_EPOCH)
}

/// The permissions have no letters or digits, so they are the same in a masked token.
fn requirements() -> [Requirement; 3] {
    [
        Requirement::any_scope(["-", "_"]).or_app_role("-").on(GRAPH),
        Requirement::all_scopes(["-", "_"]).on("api://orders").by_user(),
        Requirement::user_role("-").by_app(),
    ]
}

fn check_diagnoses(token: &UnverifiedToken) {
    for now in [UNIX_EPOCH, moment(NOW)].into_iter().chain(token.expires_at()) {
        let arm = token.diagnose(ARM.scope("user_impersonation"), now);
        if arm.opens() {
            // An app-only token has no scope: the API decides by its app roles.
            let is_permitted =
                token.has_scope("user_impersonation") || token.caller() == Caller::App;
            assert!(token.has_audience(ARM) && is_permitted);
        }
        let app = token.diagnose(Requirement::app_role("-"), now);
        if app.opens() {
            assert!(token.has_app_role("-") && token.caller() == Caller::App);
        }
        for diagnosis in [arm, app] {
            assert_eq!(diagnosis.opens(), diagnosis.reasons().is_empty());
            if diagnosis.opens() {
                assert!(!token.is_expired_at(now) && !token.is_id_token());
                assert!(!token.is_bound_to_key() && diagnosis.fixes().is_empty());
            }
        }
        let expired = token.expires_at().is_none_or(|end| now >= end);
        assert_eq!(token.is_expired_at(now), expired);
        if expired {
            let later = now.checked_add(Duration::from_secs(3600));
            assert!(later.is_some_and(|later| token.is_expired_at(later)));
        }
    }
}

/// Returns `true` if Entra writes this issuer for the tenant of an organization.
fn is_workforce(issuer: &str) -> bool {
    WORKFORCE.iter().any(|(host, end)| {
        let tenant = issuer.strip_prefix(&format!("https://{host}/"));
        tenant.and_then(|rest| rest.strip_suffix(end)).is_some_and(is_guid)
    })
}

/// Returns `true` if a Microsoft service writes this issuer: at its host, or at a customer's host with a path of
/// Azure AD B2C.
fn is_microsoft(issuer: &str) -> bool {
    let Some(rest) = issuer.strip_prefix("https://") else { return false };
    let Some((host, path)) = rest.split_once('/') else { return false };
    let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let is_in = |domain: &&str| host == **domain || host.ends_with(&format!(".{domain}"));
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let tenant = match parts.as_slice() {
        [tenant, "v2.0"] | ["te" | "tfp", tenant, _, "v2.0"] => Some(*tenant),
        _ => None,
    };
    MICROSOFTS.iter().any(is_in) || tenant.is_some_and(|id| is_guid(id) || id == "{tenantid}")
}

pub(crate) fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let is_hexadecimal = |group: &&str| group.bytes().all(|digit| digit.is_ascii_hexdigit());
    groups.iter().all(is_hexadecimal) && groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
}

/// The expected content of a token.
pub(crate) struct Claims {
    header: Json,
    pub(crate) payload: Json,
    /// The payload, byte for byte.
    text: Vec<u8>,
    pub(crate) expires_at: Option<SystemTime>,
    pub(crate) not_before: Option<SystemTime>,
    pub(crate) issued_at: Option<SystemTime>,
}

impl Claims {
    pub(crate) fn read(token: &str) -> Result<Self, Refused> {
        // The part after the payload is not checked.
        let mut segments = token.split('.');
        let (Some(header), Some(payload)) = (segments.next(), segments.next()) else {
            return Err(Refused);
        };
        if token.len() > MAX_TOKEN_LEN {
            return Err(Refused);
        }
        let (_, header) = object(header)?;
        let (text, payload) = object(payload)?;
        for name in ["iss", "sub", "tid", "oid", "azp", "appid", "idtyp"] {
            payload.nullable_text(name)?;
        }
        for name in ["aud", "scp", "roles"] {
            let claim = payload.once(name)?;
            if claim.is_some_and(|claim| *claim != Json::Null && strings(claim).is_none()) {
                return Err(Refused);
            }
        }
        Ok(Self {
            expires_at: time(&payload, "exp")?,
            not_before: time(&payload, "nbf")?,
            issued_at: time(&payload, "iat")?,
            header,
            payload,
            text,
        })
    }

    fn assert_same(&self, token: &UnverifiedToken) {
        let header = token.header();
        assert!(header.names().eq(names(&self.header)));
        for name in header.names() {
            assert_eq!(header.get(name), text(&self.header, name));
        }
        assert_eq!(header.alg(), text(&self.header, "alg"));
        assert_eq!(header.typ(), text(&self.header, "typ"));
        assert_eq!(header.kid(), text(&self.header, "kid"));
        assert_eq!(header.x5t(), text(&self.header, "x5t"));
        assert_eq!(header.is_protected(), has(&self.header, "nonce"));

        let claim = |name| text(&self.payload, name);
        assert!(token.claim_names().eq(names(&self.payload)));
        for name in token.claim_names() {
            assert_eq!(token.claim(name), claim(name));
            assert!(token.claim_values(name).eq(self.list(name)));
        }
        assert!(token.audiences().eq(self.list("aud")));
        assert!(token.audiences().filter(|own| !own.is_empty()).all(|own| token.has_audience(own)));
        assert!(token.app_roles().eq(self.list("roles")));
        assert!(token.app_roles().all(|role| token.has_app_role(role)));
        assert_eq!(token.issuer(), claim("iss"));
        assert_eq!(token.subject(), claim("sub"));
        assert_eq!(token.tenant_id(), claim("tid"));
        assert_eq!(token.object_id(), claim("oid"));
        let named = |name| claim(name).filter(|id: &&str| !id.is_empty());
        assert_eq!(token.client_id(), named("azp").or(named("appid")));
        assert_eq!(token.is_bound_to_key(), has(&self.payload, "cnf"));
        assert_eq!(token.is_email_domain_verified(), self.flag("xms_edov"));
        assert_eq!(token.version(), self.version());
        assert_eq!(token.expires_at(), self.expires_at);
        assert_eq!(token.not_before(), self.not_before);
        assert_eq!(token.issued_at(), self.issued_at);
        self.assert_same_permissions(token);
        self.assert_same_groups(token);

        let by_serde = serde_json::from_slice::<serde_json::Value>(&self.text);
        assert_eq!(token.claims_as::<serde_json::Value>().ok(), by_serde.ok());
    }

    fn assert_same_permissions(&self, token: &UnverifiedToken) {
        let scopes: Vec<&str> = self.scopes().collect();
        assert!(token.scopes().eq(scopes.iter().copied()));
        assert!(scopes.iter().all(|scope| token.has_scope(scope)));
        assert_eq!(token.has_all_scopes(&scopes), !scopes.is_empty());
        assert_eq!(token.has_any_scope(&scopes), !scopes.is_empty());

        let of_id_tokens =
            ["nonce", "at_hash", "c_hash"].iter().any(|name| has(&self.payload, name));
        let claim = |name| text(&self.payload, name);
        let names_client =
            ["azp", "appid"].into_iter().filter_map(claim).any(|id: &str| !id.is_empty());
        let is_unnamed = !names_client && claim("iss").is_some_and(is_microsoft);
        assert_eq!(token.is_id_token(), scopes.is_empty() && (of_id_tokens || is_unnamed));

        let caller = match claim("idtyp") {
            Some("app") => Caller::App,
            Some("user") => Caller::User,
            None if !scopes.is_empty() || of_id_tokens => Caller::User,
            None if claim("iss").is_some_and(is_workforce)
                && claim("sub").is_some()
                && claim("sub") == claim("oid") =>
            {
                Caller::App
            }
            _ => Caller::Unknown,
        };
        assert_eq!(token.caller(), caller);
    }

    fn assert_same_groups(&self, token: &UnverifiedToken) {
        let elsewhere = self.claim("_claim_names").is_some_and(|names| has_name(names, "groups"));
        let groups = match self.claim("groups") {
            _ if elsewhere || self.flag("hasgroups") == Some(true) => Groups::Overage,
            Some(groups) => strings(groups).map_or(Groups::Absent, Groups::Listed),
            None => Groups::Absent,
        };
        assert_eq!(token.groups(), groups);
    }

    pub(crate) fn claim(&self, name: &str) -> Option<&Json> {
        self.payload.once(name).ok()?
    }

    pub(crate) fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.claim(name).and_then(strings).into_iter().flatten()
    }

    /// An app-only token without scopes can have `/` here.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &str> {
        let scopes = self.list("scp").flat_map(|scopes| scopes.split(' '));
        scopes.filter(|scope| !scope.is_empty() && *scope != "/")
    }

    pub(crate) fn version(&self) -> Option<&str> {
        match self.claim("ver") {
            Some(Json::Text(version) | Json::Number(version)) => Some(version),
            _ => None,
        }
    }

    fn flag(&self, name: &str) -> Option<bool> {
        match self.claim(name)? {
            Json::Bool(value) => Some(*value),
            Json::Text(text) if text == "true" => Some(true),
            Json::Text(text) if text == "false" => Some(false),
            Json::Text(text) | Json::Number(text) if text == "1" => Some(true),
            Json::Text(text) | Json::Number(text) if text == "0" => Some(false),
            _ => None,
        }
    }
}

/// An object without members that could be confused.
pub(crate) fn object(segment: &str) -> Result<(Vec<u8>, Json), Refused> {
    let text = URL_SAFE_NO_PAD.decode(segment).map_err(|_| Refused)?;
    let json = Json::read(&text).ok_or(Refused)?;
    json.distinct_members()?;
    Ok((text, json))
}

fn names(json: &Json) -> impl Iterator<Item = &str> {
    json.members().unwrap_or_default().iter().map(|(name, _)| name.as_str())
}

fn has_name(json: &Json, name: &str) -> bool {
    names(json).any(|own| own == name)
}

pub(crate) fn has(json: &Json, name: &str) -> bool {
    json.all(name).any(|value| *value != Json::Null)
}

pub(crate) fn text<'a>(json: &'a Json, name: &str) -> Option<&'a str> {
    match json.all(name).next()? {
        Json::Text(text) => Some(text),
        _ => None,
    }
}

/// The strings of a list, or a single string.
fn strings(json: &Json) -> Option<Vec<&str>> {
    match json {
        Json::Text(text) => Some(vec![text]),
        Json::List(items) => items
            .iter()
            .map(|item| match item {
                Json::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// A `NumericDate`, as a number or a string, without its fraction.
fn time(payload: &Json, name: &str) -> Result<Option<SystemTime>, Refused> {
    let Some(number) = payload.once(name)?.filter(|claim| **claim != Json::Null) else {
        return Ok(None);
    };
    let (Json::Number(number) | Json::Text(number)) = number else { return Err(Refused) };
    let seconds = number.parse::<f64>().map_err(|_| Refused)?.trunc();
    if !(0.0..=MAX_SECONDS).contains(&seconds) {
        return Err(Refused);
    }
    let since_1970 = Duration::try_from_secs_f64(seconds).map_err(|_| Refused)?;
    Ok(Some(moment(since_1970.as_secs())))
}
