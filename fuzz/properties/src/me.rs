//! `/.auth/me`. The input is the body of the response.

use easyauth::{ExpiresOn, MAX_ME_LEN, PrincipalFormat, Session};

use super::{
    json::{Json, Refused},
    principal::{Principal, check_claims, claims, provider_name},
    secrets::{Exposed, MEMBERS, exposed, masked_json, printed},
};

/// The members that a message may repeat, and those that change the answer: times, and roles, because
/// `anonymous` has a meaning.
const SHOWN: [&str; 6] =
    ["auth_typ", "identityProvider", "provider_name", "typ", "userRoles", "expires_on"];

/// Checks the property for this input, and panics if it does not hold.
pub fn check(input: &[u8]) {
    let result = Session::parse_me(input);
    let json = Json::read(input);
    let expected = json.as_ref().filter(|_| input.len() <= MAX_ME_LEN).map(sessions);
    let Some(Ok(expected)) = expected else {
        assert!(result.is_err(), "accepted {result:?}");
        check_printed(json.as_ref());
        return;
    };
    if result.is_err() && expected.iter().any(|session| session.principal.is_undecided()) {
        check_printed(json.as_ref());
        return;
    }
    let count = result.as_ref().map(Vec::len).ok();
    assert_eq!(count, Some(expected.len()), "{result:?}");
    for (session, expected) in result.iter().flatten().zip(&expected) {
        expected.principal.assert_same(session.principal());
        assert_eq!(session.user_id(), expected.user_id.as_deref());
        assert_eq!(exposed(session.tokens()), expected.tokens);
    }
    check_printed(json.as_ref());
}

fn check_printed(json: Option<&Json>) {
    if let Some(json) = json {
        let printed = |json: &Json| printed(&Session::parse_me(json.to_string().as_bytes()));
        assert_eq!(printed(json), printed(&masked_json(json, &SHOWN)));
    }
}

struct Expected {
    principal: Principal,
    user_id: Option<String>,
    tokens: Exposed,
}

fn sessions(json: &Json) -> Result<Vec<Expected>, Refused> {
    if let Json::List(sessions) = json {
        return sessions.iter().map(app_service).collect();
    }
    match json.once("clientPrincipal")? {
        None => Err(Refused),
        Some(Json::Null) => Ok(Vec::new()),
        Some(principal) => {
            let principal = Principal::read(principal, None)?;
            if principal.is_anonymous() {
                return Ok(Vec::new());
            }
            let user_id = principal.user_id.clone();
            Ok(vec![Expected { principal, user_id, tokens: Exposed::default() }])
        }
    }
}

fn app_service(session: &Json) -> Result<Expected, Refused> {
    session.members()?;
    let principal = Principal {
        format: PrincipalFormat::AppService,
        provider: provider_name(session, "provider_name")?,
        claims: claims(session, "user_claims")?,
        name_type: None,
        role_type: None,
        user_id: None,
        user_details: None,
        user_roles: Vec::new(),
    };
    check_claims(&principal.provider, &principal.claims)?;
    let mut tokens = Exposed::default();
    for (text, member) in tokens.0.iter_mut().zip(MEMBERS) {
        *text = token(session, member)?;
    }
    tokens.1 = expires_on(session)?;
    Ok(Expected { principal, user_id: session.nullable_scalar("user_id")?, tokens })
}

/// The only token. Null and an empty string are absent.
fn token(session: &Json, member: &str) -> Result<Option<String>, Refused> {
    match session.once(member)? {
        Some(Json::Text(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        None | Some(Json::Null) => Ok(None),
        Some(_) => Err(Refused),
    }
}

/// The only time. Null and an empty string are absent.
fn expires_on(session: &Json) -> Result<Option<ExpiresOn>, Refused> {
    match session.nullable_scalar("expires_on")? {
        Some(text) if !text.is_empty() => Ok(Some(ExpiresOn::parse(&text).ok_or(Refused)?)),
        _ => Ok(None),
    }
}
