//! Principals: the headers as captured ones have them, and the way back.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use easyauth::{
    ClaimType, EasyAuthPrincipal, IdentityProvider, PrincipalFormat, ProviderTokens,
    testing::TestPrincipal,
};
use proptest::prelude::*;

use super::{TENANT, USER};

#[track_caller]
fn read(principal: &TestPrincipal) -> EasyAuthPrincipal {
    let from_map = EasyAuthPrincipal::from_headers(&principal.headers()).unwrap().unwrap();
    let from_pairs = EasyAuthPrincipal::from_headers(&principal.pairs()).unwrap().unwrap();
    assert_eq!(from_map, from_pairs);
    from_map
}

#[track_caller]
fn json(principal: &TestPrincipal) -> String {
    String::from_utf8(BASE64_STANDARD.decode(principal.header_value()).unwrap()).unwrap()
}

fn sample() -> TestPrincipal {
    TestPrincipal::entra()
        .name("Sample User")
        .email("sample@example.com")
        .object_id(USER)
        .tenant_id(TENANT)
        .role("Admin")
        .claim("groups", "group-1")
        .claim("groups", "group-2")
}

#[test]
fn entra_as_captured() {
    // The order of the members, the escaped slashes, the long names, and `roles` without one.
    assert_eq!(
        json(&sample()),
        [
            r#"{"auth_typ":"aad","claims":[{"typ":"name","val":"Sample User"},"#,
            r#"{"typ":"http:\/\/schemas.xmlsoap.org\/ws\/2005\/05\/identity\/claims\/emailaddress","val":"sample@example.com"},"#,
            r#"{"typ":"http:\/\/schemas.microsoft.com\/identity\/claims\/objectidentifier","val":"00000003-0000-4000-8000-000000000003"},"#,
            r#"{"typ":"http:\/\/schemas.microsoft.com\/identity\/claims\/tenantid","val":"b811a652-39e6-4a0c-b563-4279a1dd5012"},"#,
            r#"{"typ":"roles","val":"Admin"},{"typ":"groups","val":"group-1"},{"typ":"groups","val":"group-2"}],"#,
            r#""name_typ":"http:\/\/schemas.xmlsoap.org\/ws\/2005\/05\/identity\/claims\/emailaddress","#,
            r#""role_typ":"http:\/\/schemas.microsoft.com\/ws\/2008\/06\/identity\/claims\/role"}"#,
        ]
        .concat(),
    );
    let pairs = sample().pairs();
    let rest: Vec<_> = pairs[1..].iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(
        rest,
        [
            ("X-MS-CLIENT-PRINCIPAL-ID", USER),
            ("X-MS-CLIENT-PRINCIPAL-NAME", "sample@example.com"),
            ("X-MS-CLIENT-PRINCIPAL-IDP", "aad"),
        ],
    );
}

#[test]
fn entra_is_read_back() {
    let user = read(&sample());
    assert_eq!(user.provider(), &IdentityProvider::ENTRA);
    assert_eq!(user.front_end(), Some(&IdentityProvider::ENTRA));
    assert_eq!(user.format(), PrincipalFormat::AppService);
    assert_eq!(user.id(), Some(USER));
    assert_eq!(user.object_id(), Some(USER));
    assert_eq!(user.tenant_id(), Some(TENANT));
    assert_eq!(user.name(), Some("sample@example.com"));
    assert_eq!(user.email(), Some("sample@example.com"));
    assert_eq!(user.claim("name"), Some("Sample User"));
    assert!(user.is_in_role("Admin"));
    assert_eq!(user.claim_values("groups").collect::<Vec<_>>(), ["group-1", "group-2"]);
}

/// An older runtime did not name every provider, and wrote what .NET calls an unnamed one.
#[test]
fn an_unknown_provider_is_read_back() {
    let principal = TestPrincipal::of(IdentityProvider::UNKNOWN).subject("1");
    assert!(json(&principal).starts_with(r#"{"auth_typ":"AuthenticationTypes.Federation","#));
    let user = read(&principal);
    assert_eq!((user.provider(), user.front_end()), (&IdentityProvider::UNKNOWN, None));
    assert_eq!(user.id(), Some("1"));
}

#[test]
fn static_web_apps_as_captured() {
    let visitor = TestPrincipal::static_web_apps(IdentityProvider::GITHUB)
        .subject("abcd12345abcd012345abcdef0123450")
        .name("sample/user")
        .role("editor")
        .claim("urn:github:login", "is in /.auth/me alone");
    assert_eq!(
        json(&visitor),
        r#"{"identityProvider":"github","userId":"abcd12345abcd012345abcdef0123450","userDetails":"sample/user","userRoles":["anonymous","authenticated","editor"]}"#,
    );
    assert_eq!(visitor.pairs().len(), 1);
    let user = read(&visitor);
    assert_eq!(user.format(), PrincipalFormat::StaticWebApps);
    assert_eq!(user.id(), Some("abcd12345abcd012345abcdef0123450"));
    assert_eq!(user.name(), Some("sample/user"));
    assert_eq!(user.roles().collect::<Vec<_>>(), ["anonymous", "authenticated", "editor"]);
    assert_eq!(user.claims().count(), 0);
}

#[track_caller]
fn name_of(provider: IdentityProvider, claim: &str, name_type: ClaimType) {
    let user = read(&TestPrincipal::of(provider.clone()).name("Sample User").subject("1024"));
    assert_eq!(user.provider(), &provider);
    assert_eq!(user.claims().next().unwrap().typ(), claim);
    assert_eq!(user.name_claim_type(), Some(name_type.long()));
    assert_eq!(user.role_claim_type(), Some(ClaimType::ROLES.long()));
    assert_eq!((user.name(), user.id()), (Some("Sample User"), Some("1024")));
}

#[test]
fn other_providers() {
    let long = ClaimType::UNIQUE_NAME.long();
    name_of(IdentityProvider::ENTRA, "name", ClaimType::EMAIL);
    name_of(IdentityProvider::GOOGLE, "name", ClaimType::EMAIL);
    name_of(IdentityProvider::APPLE, "name", ClaimType::UNIQUE_NAME);
    name_of(IdentityProvider::GITHUB, long, ClaimType::UNIQUE_NAME);
    name_of(IdentityProvider::FACEBOOK, long, ClaimType::UNIQUE_NAME);
    name_of(IdentityProvider::TWITTER, long, ClaimType::UNIQUE_NAME);
    name_of(IdentityProvider::new("contoso"), "name", ClaimType::UNIQUE_NAME);
}

#[test]
fn an_application_has_no_name() {
    let user = read(&TestPrincipal::entra().object_id(USER).claim("idtyp", "app"));
    assert_eq!((user.id(), user.name()), (Some(USER), None));
}

#[test]
fn names_of_claims() {
    // Token store off: names as in tokens, that of `name_typ` too.
    let unmapped = read(&sample().without_claims_mapping());
    let names: Vec<_> = unmapped.claims().map(|claim| claim.typ()).collect();
    assert_eq!(names, ["name", "email", "oid", "tid", "roles", "groups", "groups"]);
    assert_eq!(unmapped.name_claim_type(), Some("email"));
    // WEBSITE_AUTH_USE_LEGACY_CLAIMS=false: a role under its long name.
    let long = read(&TestPrincipal::entra().claim(ClaimType::ROLES.long(), "Admin"));
    assert_eq!(long.claims().next().unwrap().typ(), ClaimType::ROLES.long());
    assert!(long.is_in_role("Admin"));
    // A claim that there is one of is replaced by whichever name it was said.
    let again = TestPrincipal::entra().claim(ClaimType::OID.long(), "first").object_id(USER);
    assert_eq!(read(&again).claim_values("oid").collect::<Vec<_>>(), [USER]);
}

#[test]
fn clients_that_send_a_token() {
    let headers = sample().headers_with_bearer("sample-token");
    assert_eq!(EasyAuthPrincipal::from_headers(&headers).unwrap().unwrap(), read(&sample()));
    let tokens = ProviderTokens::from_headers(&headers, &IdentityProvider::ENTRA).unwrap();
    assert!(tokens.is_empty());
    let tokens = tokens.or_bearer(&headers).unwrap();
    assert_eq!(tokens.access_token().unwrap().expose_secret(), "sample-token");
}

#[test]
fn characters_that_headers_cannot_contain() {
    let principal = TestPrincipal::entra().name("Sämple\r\n\tUser");
    let user = EasyAuthPrincipal::from_headers(&principal.headers()).unwrap().unwrap();
    assert_eq!(user.name(), Some("SämpleUser"));
    assert_eq!(user.claim("name"), Some("Sämple\r\n\tUser"));
}

#[test]
fn debug_shows_only_the_names_of_claims() {
    assert_eq!(
        format!("{:?}", TestPrincipal::entra().name("Sample User").role("Admin")),
        r#"TestPrincipal { provider: IdentityProvider(aad), format: AppService, claims: ["name", "roles"], .. }"#,
    );
    let headers = format!("{:?}", sample().headers());
    assert!(!headers.contains("sample@example.com") && !headers.contains("eyJ"), "{headers}");
}

/// A value, including unusual ones.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[ -~]{0,40}", Just(String::new())]
}

/// The name of a claim, in tokens or long.
fn name() -> impl Strategy<Value = String> {
    let known = proptest::sample::select(ClaimType::ALL);
    prop_oneof![
        known.clone().prop_map(|known| known.short().to_owned()),
        known.prop_map(|known| known.long().to_owned()),
        any::<String>(),
    ]
}

/// Claims. Those that identify the caller have one value, as in every token.
fn claims() -> impl Strategy<Value = Vec<(String, String)>> {
    proptest::collection::vec((name(), value()), 0..12).prop_map(|mut claims| {
        let identity = [ClaimType::SUB, ClaimType::TID];
        let mut seen = Vec::new();
        claims.retain(|(name, _)| {
            let known = ClaimType::find(name).filter(|known| identity.contains(known));
            let is_new = known.is_none_or(|known| !seen.contains(&known));
            seen.extend(known);
            is_new
        });
        claims
    })
}

/// An identifier that a header can contain.
fn id() -> impl Strategy<Value = String> {
    "[!-~]([ -~]{0,36}[!-~])?"
}

fn provider() -> impl Strategy<Value = IdentityProvider> {
    prop_oneof![
        proptest::sample::select(IdentityProvider::ALL),
        "[a-z][a-zA-Z0-9]{0,12}".prop_map(|name| IdentityProvider::new(&name)),
    ]
}

/// How a display name in a header is read: without control characters and surrounding spaces, not empty.
fn as_header(text: &str) -> Option<String> {
    let text = text.replace(|character: char| character.is_ascii_control(), "");
    Some(text.trim_ascii().to_owned()).filter(|text| !text.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn app_service_is_read_back(
        provider in provider(), claims in claims(), is_mapped: bool,
        name in value(), id in id(), role in value(),
    ) {
        let mut principal = TestPrincipal::of(provider.clone());
        if !is_mapped {
            principal = principal.without_claims_mapping();
        }
        for (name, value) in &claims {
            principal = principal.claim(name, value);
        }
        principal = principal.role(&role).object_id(&id).email(&name);

        let user = EasyAuthPrincipal::from_headers(&principal.headers()).unwrap().unwrap();
        prop_assert_eq!(user.provider(), &provider);
        prop_assert_eq!(user.format(), PrincipalFormat::AppService);
        // The same claims, in their order; those that were set last are there once, at the end.
        let is = |name: &str, known: ClaimType| ClaimType::find(name) == Some(known);
        let kept = claims.iter().filter(|(name, _)| {
            !is(name, ClaimType::OID) && !is(name, ClaimType::EMAIL)
        });
        let expected: Vec<(&str, &str)> = kept
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .chain([("roles", &*role), ("oid", &*id), ("email", &*name)])
            .collect();
        prop_assert_eq!(user.claims().count(), expected.len());
        for (claim, (name, value)) in user.claims().zip(expected) {
            let same_name = claim.typ() == name
                || ClaimType::find(name).is_some_and(|known| is(claim.typ(), known));
            prop_assert!(same_name, "{} for {name}", claim.typ());
            prop_assert_eq!(claim.val(), value);
        }
        prop_assert!(user.is_in_role(&role));
        prop_assert_eq!(user.email(), Some(&*name).filter(|name| !name.is_empty()));
        prop_assert_eq!(user.id(), Some(&*id));
        if let Some(name) = as_header(&name) {
            prop_assert_eq!(user.name(), Some(&*name));
        }
    }

    #[test]
    fn static_web_apps_are_read_back(
        provider in provider(), claims in claims(), name in value(), id in id(), role in value(),
    ) {
        let mut principal = TestPrincipal::static_web_apps(provider.clone());
        for (name, value) in &claims {
            principal = principal.claim(name, value);
        }
        principal = principal.role(&role).object_id(&id).email(&name);

        let user = EasyAuthPrincipal::from_headers(&principal.headers()).unwrap().unwrap();
        prop_assert_eq!(user.provider(), &provider);
        prop_assert_eq!(user.format(), PrincipalFormat::StaticWebApps);
        let name = Some(&*name).filter(|name| !name.is_empty());
        prop_assert_eq!((user.id(), user.name()), (Some(&*id), name));
        let own = claims.iter().filter(|(name, _)| ClaimType::find(name) == Some(ClaimType::ROLES));
        let own = own.map(|(_, role)| role.as_str());
        let roles: Vec<&str> = ["anonymous", "authenticated"].into_iter().chain(own).chain([&*role]).collect();
        prop_assert_eq!(user.roles().collect::<Vec<_>>(), roles);
    }
}
