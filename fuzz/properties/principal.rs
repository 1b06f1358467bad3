//! `X-MS-CLIENT-PRINCIPAL`: the input is its JSON, and its base64 as well.

use base64::{
    Engine as _,
    engine::general_purpose::{
        STANDARD, STANDARD_NO_PAD, STANDARD_PAD_INDIFFERENT, URL_SAFE, URL_SAFE_NO_PAD,
        URL_SAFE_PAD_INDIFFERENT,
    },
};
use easyauth::{ClaimType, EasyAuthPrincipal, Groups, Shape, headers::MAX_HEADER_LEN};

use super::{
    json::{Json, Refused},
    secrets::{masked_json, printed},
};

/// The members that a message may repeat. Roles are left as they are, because `anonymous` counts.
const SHOWN: [&str; 4] = ["auth_typ", "identityProvider", "typ", "userRoles"];

pub(crate) fn check(input: &[u8]) {
    let expected = Principal::read_json(input);
    for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
        check_header(&engine.encode(input), expected.as_ref());
    }
    if let Ok(value) = std::str::from_utf8(input) {
        check_header(value, Principal::read_header(value).as_ref());
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

/// What a principal says, by another reader.
#[derive(Debug)]
pub(crate) struct Principal {
    pub(crate) shape: Shape,
    pub(crate) provider: String,
    pub(crate) claims: Claims,
    pub(crate) name_type: Option<String>,
    pub(crate) role_type: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) user_details: Option<String>,
    pub(crate) user_roles: Vec<String>,
}

impl Principal {
    pub(crate) fn read_header(value: &str) -> Option<Self> {
        let value = value.trim_ascii();
        let json = STANDARD_PAD_INDIFFERENT
            .decode(value)
            .or_else(|_| URL_SAFE_PAD_INDIFFERENT.decode(value))
            .ok()?;
        Self::read_json(&json)
    }

    fn read_json(json: &[u8]) -> Option<Self> {
        Self::read(&Json::read(json)?).ok()
    }

    pub(crate) fn read(json: &Json) -> Result<Self, Refused> {
        const APP_SERVICE: [&str; 3] = ["auth_typ", "name_typ", "role_typ"];
        const STATIC_WEB_APPS: [&str; 4] =
            ["identityProvider", "userId", "userDetails", "userRoles"];
        let members = json.members()?;
        let has = |names: &[&str]| members.iter().any(|(name, _)| names.contains(&name.as_str()));
        let (shape, provider) = match (has(&APP_SERVICE), has(&STATIC_WEB_APPS)) {
            (true, false) => (Shape::AppService, "auth_typ"),
            (false, true) => (Shape::StaticWebApps, "identityProvider"),
            _ => return Err(Refused),
        };
        let user_roles = json.nullable_list("userRoles")?.iter().filter_map(|role| match role {
            Json::Text(role) => Some(Ok(role.clone())),
            Json::Null => None,
            _ => Some(Err(Refused)),
        });
        Ok(Self {
            shape,
            provider: provider_name(json, provider)?,
            claims: claims(json, "claims")?,
            name_type: json.nullable_text("name_typ")?,
            role_type: json.nullable_text("role_typ")?,
            user_id: json.nullable_scalar("userId")?,
            user_details: json.nullable_scalar("userDetails")?,
            user_roles: user_roles.collect::<Result<_, _>>()?,
        })
    }

    /// Nobody is signed in, says a Static Web App.
    pub(crate) fn is_anonymous(&self) -> bool {
        !self.user_roles.is_empty() && self.user_roles.iter().all(|role| role == "anonymous")
    }

    pub(crate) fn assert_same(&self, user: &EasyAuthPrincipal) {
        assert_eq!(user.shape(), self.shape);
        assert_eq!(user.provider().as_str(), self.provider);
        assert_eq!(claims_of(user), self.claims);
        assert_eq!(user.name_claim_type(), self.name_type.as_deref());
        assert_eq!(user.role_claim_type(), self.role_type.as_deref());

        let roles: Vec<&str> = user.roles().collect();
        assert_eq!(roles, self.roles());
        assert!(roles.iter().all(|role| user.is_in_role(role)));

        let id = self.user_id.as_deref();
        assert_eq!(user.id(), id.or(self.claim("oid")).or(self.claim("sub")));
        let named = || self.claim(self.name_type.as_deref()?);
        let usual = ["name", "preferred_username", "unique_name", "upn"];
        let usual = || usual.iter().find_map(|name| self.claim(name));
        let name = self.user_details.as_deref().or_else(named).or_else(usual);
        assert_eq!(user.name(), name);
        self.assert_same_claims(user);
    }

    /// What does not depend on headers.
    pub(crate) fn assert_same_claims(&self, user: &EasyAuthPrincipal) {
        for (typ, _) in &self.claims {
            assert_eq!(user.claim(typ), self.claim(typ));
            assert!(user.claim_values(typ).eq(self.values(typ)));
        }
        assert_eq!(user.object_id(), self.claim("oid"));
        assert_eq!(user.tenant_id(), self.claim("tid"));
        assert_eq!(user.subject(), self.claim("sub"));
        assert_eq!(user.email(), self.claim("email").or(self.claim("emails")));
        assert_eq!(user.preferred_username(), self.claim("preferred_username"));
        assert_eq!(user.given_name(), self.claim("given_name"));
        assert_eq!(user.family_name(), self.claim("family_name"));
        match user.groups() {
            Groups::Listed(groups) => assert!(groups.into_iter().eq(self.values("groups"))),
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

    /// The JSON of what `user` says. Of Static Web Apps' members there is no accessor.
    fn rewritten(&self, user: &EasyAuthPrincipal) -> Json {
        let text = |text: Option<&str>| text.map_or(Json::Null, Json::text);
        let claims =
            Json::list(claims_of(user).into_iter().map(|(typ, val)| {
                Json::object([("typ", Json::Text(typ)), ("val", Json::Text(val))])
            }));
        let provider = Json::text(user.provider().as_str());
        match user.shape() {
            Shape::StaticWebApps => Json::object([
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

/// The name of the provider without the white space around it, which must not be empty.
pub(crate) fn provider_name(json: &Json, member: &str) -> Result<String, Refused> {
    let name = json.nullable_text(member)?.unwrap_or_default();
    if name.trim().is_empty() { Err(Refused) } else { Ok(name.trim().to_owned()) }
}

/// The claims in a member that is a list or null, but for those with a null.
pub(crate) fn claims(json: &Json, member: &str) -> Result<Claims, Refused> {
    let mut claims = Vec::new();
    for claim in json.nullable_list(member)? {
        if *claim == Json::Null {
            continue;
        }
        claim.members()?;
        let (typ, val) = (claim.nullable_text("typ")?, claim.nullable_scalar("val")?);
        claims.extend(typ.zip(val));
    }
    Ok(claims)
}

fn claims_of(user: &EasyAuthPrincipal) -> Claims {
    user.claims().map(|claim| (claim.typ().to_owned(), claim.val().to_owned())).collect()
}

fn is_same_claim(one: &str, other: &str) -> bool {
    let is_name = |row: &ClaimType, name: &str| {
        row.short() == name || row.long() == name || row.other_short() == Some(name)
    };
    one == other || ClaimType::ALL.iter().any(|row| is_name(row, one) && is_name(row, other))
}
