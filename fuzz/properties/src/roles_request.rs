//! The function that assigns roles to users of Static Web Apps. The input is the body that it receives. It is
//! also read as the roles that the function returns, one a line.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use easyauth::{
    AccessToken, EasyAuthPrincipal, PrincipalFormat,
    functions::{MAX_ROLES_REQUEST_LEN, RolesRequest, RolesRequestErrorKind, roles_response},
    headers::MAX_HEADER_LEN,
};

use super::{
    json::{Json, Refused},
    principal::Principal,
    secrets::{CANARY, masked_json, printed},
};

/// The members that the user is read from. `userRoles` is not one of them: the function returns it.
const USER: [&str; 4] = ["identityProvider", "userId", "userDetails", "claims"];

/// The members that a message may repeat.
const SHOWN: [&str; 2] = ["identityProvider", "typ"];

/// Checks the property for this input, and panics if it does not hold.
pub fn check(input: &[u8]) {
    check_request(input);
    if let Ok(text) = std::str::from_utf8(input) {
        let roles = Json::list(text.lines().map(Json::text));
        let response = roles_response(text.lines());
        assert_eq!(Json::read(response.as_bytes()), Some(Json::object([("roles", roles)])));
    }
}

fn check_request(input: &[u8]) {
    let actual = RolesRequest::parse(input);
    if input.len() > MAX_ROLES_REQUEST_LEN {
        let kind = actual.err().map(|error| error.kind());
        assert_eq!(kind, Some(RolesRequestErrorKind::TooLong));
        return;
    }
    let json = Json::read(input);
    let expected = json.as_ref().map_or(Err(Refused), Request::read);
    match (&actual, &expected) {
        (Ok(actual), Ok(expected)) => expected.assert_same(actual),
        (Err(error), Err(_)) => {
            let is_empty = input.iter().all(u8::is_ascii_whitespace);
            assert_eq!(error.kind() == RolesRequestErrorKind::Empty, is_empty);
            let is_malformed = error.kind() == RolesRequestErrorKind::Json;
            assert!(!is_malformed || json.is_none(), "{error:?}");
        }
        (actual, Ok(expected)) => assert!(expected.user.is_undecided(), "refused: {actual:?}"),
        (actual, Err(_)) => assert!(actual.is_err(), "accepted {actual:?}"),
    }
    if let Some(json) = json {
        check_same_members(&json);
    }
}

fn check_same_members(body: &Json) {
    let request = |body: &Json| RolesRequest::parse(body.to_string().as_bytes());
    assert_eq!(printed(&request(body)), printed(&request(&masked_json(body, &SHOWN))));

    let actual = request(body);
    let more = request(&with_more(body));
    assert_eq!(actual.as_ref().map(parts), more.as_ref().map(parts));

    // The user is the same as in the header.
    let header = user_of(body).map(|user| STANDARD.encode(user.to_string())).unwrap_or_default();
    if let (Ok(actual), true) = (&actual, header.len() <= MAX_HEADER_LEN) {
        assert_eq!(EasyAuthPrincipal::parse(&header).as_ref(), Ok(actual.user()));
    }
}

fn parts(request: &RolesRequest) -> (&EasyAuthPrincipal, Option<&str>) {
    (request.user(), request.access_token().map(AccessToken::expose_secret))
}

/// The members that a user is read from.
fn user_of(body: &Json) -> Result<Json, Refused> {
    let members = body.members()?.iter().filter(|(name, _)| USER.contains(&name.as_str()));
    Ok(Json::object(members.map(|(name, value)| (name.as_str(), value.clone()))))
}

/// The same body with members that are not read.
fn with_more(body: &Json) -> Json {
    let Ok(members) = body.members() else { return body.clone() };
    let roles = || Json::list([Json::text(CANARY)]);
    let more = [("userRoles", roles()), ("auth_typ", Json::text(CANARY)), ("roles", roles())];
    let own = members.iter().filter(|(name, _)| more.iter().all(|(more, _)| name != more));
    Json::object(own.map(|(name, value)| (name.as_str(), value.clone())).chain(more.clone()))
}

/// The expected content of a body.
struct Request {
    user: Principal,
    access_token: Option<String>,
}

impl Request {
    fn read(body: &Json) -> Result<Self, Refused> {
        let token = body.nullable_text("accessToken")?.filter(|token| !token.is_empty());
        Ok(Self { user: Principal::read(&user_of(body)?, None)?, access_token: token })
    }

    fn assert_same(&self, actual: &RolesRequest) {
        self.user.assert_same(actual.user());
        assert_eq!(actual.user().format(), PrincipalFormat::StaticWebApps);
        assert!(!actual.user().is_in_role(CANARY));
        let token = actual.access_token().map(AccessToken::expose_secret);
        assert_eq!(token, self.access_token.as_deref());
    }
}
