//! `X-MS-CLIENT-PRINCIPAL`. The input is its JSON, and also its base64.

use std::collections::BTreeSet;

use base64::{
    Engine as _,
    engine::general_purpose::{
        STANDARD, STANDARD_NO_PAD, STANDARD_PAD_INDIFFERENT, URL_SAFE, URL_SAFE_NO_PAD,
        URL_SAFE_PAD_INDIFFERENT,
    },
};
use easyauth::{ClaimType, EasyAuthPrincipal, Groups, PrincipalFormat, headers::MAX_HEADER_LEN};

use super::{
    json::{Json, Refused},
    microsoft,
    secrets::{masked_json, printed},
};

/// The members that a message may repeat. Roles are not masked, because `anonymous` has a meaning.
const SHOWN: [&str; 4] = ["auth_typ", "identityProvider", "typ", "userRoles"];

/// The value of `auth_typ` that names no provider.
const UNNAMED: &str = "AuthenticationTypes.Federation";

/// The claims that identify the caller.
const IDENTITY: [&str; 4] = ["tid", "oid", "iss", "sub"];

/// Checks the property for this input, and panics if it does not hold.
pub fn check(input: &[u8]) {
    let expected = Principal::read_json(input, None);
    for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
        check_header(&engine.encode(input), expected.as_ref());
    }
    if let Ok(value) = std::str::from_utf8(input) {
        check_header(value, Principal::read_header(value, None).as_ref());
    }
    if let Some(json) = Json::read(input) {
        let printed = |json: &Json| printed(&EasyAuthPrincipal::parse(&encoded(json)));
        assert_eq!(printed(&json), printed(&masked_json(&json, &SHOWN)));
    }
}

fn check_header(value: &str, expected: Option<&Principal>) {
    let result = EasyAuthPrincipal::parse(value);
    let fits = value.trim_ascii().len() <= MAX_HEADER_LEN;
    let Some(expected) = expected.filter(|_| fits) else {
        assert!(result.is_err(), "accepted {result:?}");
        return;
    };
    let user = result.as_ref().ok();
    if user.is_none() && expected.is_undecided() {
        return;
    }
    assert!(user.is_some(), "refused {expected:?}: {result:?}");
    if let Some(user) = user {
        expected.assert_same(user);
        let again = EasyAuthPrincipal::parse(&encoded(&expected.rewritten(user)));
        assert_eq!(again.as_ref(), Ok(user));
    }
}

fn encoded(json: &Json) -> String {
    STANDARD.encode(json.to_string())
}

/// The claims of a principal: types and values.
type Claims = Vec<(String, String)>;

/// The expected principal.
#[derive(Debug)]
pub(crate) struct Principal {
    pub(crate) format: PrincipalFormat,
    /// Empty if it is unknown.
    pub(crate) provider: String,
    pub(crate) claims: Claims,
    pub(crate) name_type: Option<String>,
    pub(crate) role_type: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) user_details: Option<String>,
    pub(crate) user_roles: Vec<String>,
}

impl Principal {
    /// The header beside it names the front end.
    pub(crate) fn read_header(value: &str, front_end: Option<&str>) -> Option<Self> {
        let value = value.trim_ascii();
        let json = STANDARD_PAD_INDIFFERENT
            .decode(value)
            .or_else(|_| URL_SAFE_PAD_INDIFFERENT.decode(value))
            .ok()?;
        Self::read_json(&json, front_end)
    }

    fn read_json(json: &[u8], front_end: Option<&str>) -> Option<Self> {
        Self::read(&Json::read(json)?, front_end).ok()
    }

    pub(crate) fn read(json: &Json, front_end: Option<&str>) -> Result<Self, Refused> {
        const APP_SERVICE: [&str; 3] = ["auth_typ", "name_typ", "role_typ"];
        const STATIC_WEB_APPS: [&str; 4] =
            ["identityProvider", "userId", "userDetails", "userRoles"];
        let members = json.members()?;
        let has = |names: &[&str]| members.iter().any(|(name, _)| names.contains(&name.as_str()));
        let (format, provider) = match (has(&APP_SERVICE), has(&STATIC_WEB_APPS)) {
            (true, false) => (PrincipalFormat::AppService, "auth_typ"),
            (false, true) => (PrincipalFormat::StaticWebApps, "identityProvider"),
            _ => return Err(Refused),
        };
        let user_roles = json.nullable_list("userRoles")?.iter().filter_map(|role| match role {
            Json::Text(role) => Some(Ok(role.clone())),
            Json::Null => None,
            _ => Some(Err(Refused)),
        });
        let claims = claims(json, "claims")?;
        let provider = provider_name(json, provider)?;
        let is_named = !provider.eq_ignore_ascii_case(UNNAMED);
        let is_site = |name: &str| name.eq_ignore_ascii_case("azureStaticWebApps");
        let beside = front_end.filter(|name| !is_site(name)).unwrap_or_default();
        let provider = if is_named { provider } else { beside.to_owned() };
        check_claims(&provider, &claims)?;
        Ok(Self {
            format,
            provider,
            claims,
            name_type: json.nullable_text("name_typ")?,
            role_type: json.nullable_text("role_typ")?,
            user_id: json.nullable_scalar("userId")?,
            user_details: json.nullable_scalar("userDetails")?,
            user_roles: user_roles.collect::<Result<_, _>>()?,
        })
    }

    /// An unauthenticated visitor of a Static Web App.
    pub(crate) fn is_anonymous(&self) -> bool {
        let says_nothing = |role: &String| matches!(&*role.trim().to_lowercase(), "" | "anonymous");
        self.format == PrincipalFormat::StaticWebApps && self.user_roles.iter().all(says_nothing)
    }

    /// Returns `true` if a claim that identifies the caller may have two values. Objects and lists count as equal
    /// here, however they are written.
    pub(crate) fn is_undecided(&self) -> bool {
        let is_container = |(_, val): &(String, String)| val.starts_with(['{', '[']);
        let is_identity = |typ: &str| IDENTITY.iter().any(|name| is_same_claim(typ, name));
        self.claims.iter().any(|claim| is_identity(&claim.0) && is_container(claim))
    }

    /// Returns `true` if the other headers may have these values.
    pub(crate) fn agrees_with(&self, id: Option<&str>, front_end: Option<&str>) -> bool {
        let is = |provider: &str| self.provider.eq_ignore_ascii_case(provider);
        let same_provider = front_end.is_none_or(|own| {
            is(own) || own.eq_ignore_ascii_case("azureStaticWebApps") || self.provider.is_empty()
        });
        let has_identity = ["oid", "sub"].iter().any(|name| self.claim(name).is_some());
        let is_known = |id: &str| match self.format {
            PrincipalFormat::StaticWebApps => {
                self.user_id.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(id))
            }
            _ if has_identity && (is("aad") || is("google")) => {
                self.claims.iter().any(|(_, val)| val.eq_ignore_ascii_case(id))
            }
            _ => true,
        };
        same_provider && id.is_none_or(is_known)
    }

    pub(crate) fn assert_same(&self, user: &EasyAuthPrincipal) {
        assert_eq!(user.format(), self.format);
        assert_eq!(user.provider().as_str(), self.provider);
        assert_eq!(claims_of(user), self.claims);
        assert_eq!(user.name_claim_type(), self.name_type.as_deref());
        assert_eq!(user.role_claim_type(), self.role_type.as_deref());

        let roles: Vec<&str> = user.roles().collect();
        assert!(roles.iter().map(|role| alike(role)).eq(self.roles().into_iter().map(alike)));
        assert!(roles.iter().all(|role| user.is_in_role(role)));

        let ids = [self.user_id.as_deref(), self.claim("oid"), self.claim("sub")];
        assert_alike(user.id(), ids.into_iter().flatten().find(|id| is_id(id)));
        let of_type = self.name_type.as_deref().and_then(|typ| self.claim(typ));
        let usual = ["name", "preferred_username", "unique_name", "upn"];
        let usual = usual.map(|name| self.claim(name));
        let mut names = [self.user_details.as_deref(), of_type].into_iter().chain(usual).flatten();
        assert_alike(user.name(), names.find(|name| !name.is_empty()));
        self.assert_same_claims(user);
    }

    /// Checks what does not depend on headers.
    pub(crate) fn assert_same_claims(&self, user: &EasyAuthPrincipal) {
        for (typ, _) in &self.claims {
            assert_alike(user.claim(typ), self.claim(typ));
            assert!(user.claim_values(typ).map(alike).eq(self.values(typ)));
        }
        assert_alike(user.object_id(), self.claim("oid"));
        assert_alike(user.tenant_id(), self.claim("tid"));
        assert_alike(user.subject(), self.claim("sub"));
        let mut emails = ["email", "emails"].into_iter().filter_map(|name| self.claim(name));
        assert_alike(user.email(), emails.find(|email| !email.is_empty()));
        assert_alike(user.preferred_username(), self.claim("preferred_username"));
        assert_alike(user.given_name(), self.claim("given_name"));
        assert_alike(user.family_name(), self.claim("family_name"));
        match user.groups() {
            Groups::Listed(groups) => {
                assert!(groups.into_iter().map(alike).eq(self.values("groups")));
            }
            Groups::Absent => assert_eq!(self.claim("groups"), None),
            groups => assert_eq!(groups, Groups::Overage),
        }
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let claims = self.claims.iter().filter(move |(typ, _)| is_same_claim(typ, name));
        claims.map(|(_, val)| val.as_str())
    }

    fn claim(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    fn roles(&self) -> Vec<&str> {
        let is_role = |typ: &str| {
            is_same_claim(typ, "roles")
                || self.role_type.as_deref().is_some_and(|role| is_same_claim(typ, role))
        };
        let claims = self.claims.iter().filter(|(typ, _)| is_role(typ)).map(|(_, val)| val);
        claims.chain(&self.user_roles).map(String::as_str).collect()
    }

    /// The JSON of `user`. Members of Static Web Apps have no accessor.
    fn rewritten(&self, user: &EasyAuthPrincipal) -> Json {
        let text = |text: Option<&str>| text.map_or(Json::Null, Json::text);
        // Values that are not strings are compared as they are written.
        let claims = Json::list(user.claims().map(|claim| {
            Json::object([("typ", Json::text(claim.typ())), ("val", Json::text(claim.val()))])
        }));
        let provider = Some(user.provider().as_str()).filter(|name| !name.is_empty());
        let provider = Json::text(provider.unwrap_or(UNNAMED));
        match user.format() {
            PrincipalFormat::StaticWebApps => Json::object([
                ("identityProvider", provider),
                ("userId", text(self.user_id.as_deref())),
                ("userDetails", text(self.user_details.as_deref())),
                ("userRoles", Json::list(self.user_roles.iter().map(Json::text))),
                ("claims", claims),
            ]),
            _ => Json::object([
                ("auth_typ", provider),
                ("claims", claims),
                ("name_typ", text(user.name_claim_type())),
                ("role_typ", text(user.role_claim_type())),
            ]),
        }
    }
}

/// The trimmed name of the provider, which must not be empty.
pub(crate) fn provider_name(json: &Json, member: &str) -> Result<String, Refused> {
    let name = json.nullable_text(member)?.unwrap_or_default();
    if name.trim().is_empty() { Err(Refused) } else { Ok(provider(name.trim()).to_owned()) }
}

/// The built-in providers, as headers name them.
const BUILT_IN: [&str; 8] = [
    "aad",
    "apple",
    "azureStaticWebApps",
    "facebook",
    "github",
    "google",
    "microsoftaccount",
    "twitter",
];

/// The name of a provider in headers, which can differ from its name in settings.
pub(crate) fn provider(name: &str) -> &str {
    let others = [
        ("azureactivedirectory", "aad"),
        ("legacymicrosoftaccount", "microsoftaccount"),
        ("x", "twitter"),
    ];
    let mut names = BUILT_IN.map(|own| (own, own)).into_iter().chain(others);
    names.find(|(own, _)| name.eq_ignore_ascii_case(own)).map_or(name, |(_, name)| name)
}

/// The claims in a member that is a list or null. Claims with a null are skipped.
pub(crate) fn claims(json: &Json, member: &str) -> Result<Claims, Refused> {
    let mut claims = Vec::new();
    for claim in json.nullable_list(member)? {
        if *claim == Json::Null {
            continue;
        }
        claim.members()?;
        let val = match claim.once("val")? {
            Some(json @ (Json::List(_) | Json::Object(_))) => Some(json.to_string()),
            _ => claim.nullable_scalar("val")?.map(|val| alike(&val)),
        };
        claims.extend(claim.nullable_text("typ")?.zip(val));
    }
    Ok(claims)
}

/// Refuses claims that identify the caller and have two values which their issuer does not write.
pub(crate) fn check_claims(provider: &str, claims: &Claims) -> Result<(), Refused> {
    let issuer = claims.iter().find(|(typ, _)| typ == "iss").map_or("", |(_, val)| val);
    let host = issuer.strip_prefix("https://").and_then(|rest| rest.split_once('/'));
    let is_ad_fs = issuer.split('/').nth(3) == Some("adfs");
    let is_custom = !provider.is_empty()
        && !BUILT_IN.contains(&provider)
        && !host.is_some_and(|(host, _)| microsoft::has_host(host));
    let has_two_values = |name: &str| {
        let values = claims.iter().filter(|(typ, _)| {
            is_same_claim(typ, name)
                && typ != "nameid"
                && (typ == name || name != "sub" || !(is_custom || is_ad_fs))
        });
        let values: BTreeSet<String> = values
            .map(|(_, val)| match name {
                "tid" | "oid" => val.to_ascii_lowercase(),
                _ => val.clone(),
            })
            .collect();
        values.len() > 1
    };
    let is_refused = IDENTITY
        .iter()
        .any(|name| has_two_values(name) && !(is_custom && ["tid", "oid"].contains(name)));
    if is_refused { Err(Refused) } else { Ok(()) }
}

/// Returns `true` if this identifies a caller.
pub(crate) fn is_id(text: &str) -> bool {
    let text = text.trim();
    let placeholder = "not supported currently. use oid claim";
    !text.is_empty() && text.trim_end_matches('.').to_ascii_lowercase() != placeholder
}

/// The claims of a principal. Objects and lists keep their spelling, and are compared as this model prints
/// them.
fn claims_of(user: &EasyAuthPrincipal) -> Claims {
    user.claims().map(|claim| (claim.typ().to_owned(), alike(claim.val()))).collect()
}

fn assert_alike(own: Option<&str>, expected: Option<&str>) {
    assert_eq!(own.map(alike), expected.map(alike));
}

fn alike(val: &str) -> String {
    match Json::read(val.as_bytes()) {
        Some(json @ (Json::List(_) | Json::Object(_))) => json.to_string(),
        _ => val.to_owned(),
    }
}

fn is_same_claim(one: &str, other: &str) -> bool {
    let is_name = |row: &ClaimType, name: &str| {
        row.short() == name || row.long() == name || row.other_short() == Some(name)
    };
    one == other || ClaimType::ALL.iter().any(|row| is_name(row, one) && is_name(row, other))
}
