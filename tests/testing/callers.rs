//! Callers as headers.

use std::time::{Duration, UNIX_EPOCH};

use easyauth::{
    ClaimType, EasyAuthPrincipal, IdentityProvider, ProviderTokens, Shape,
    testing::{OBJECT_ID, TENANT_ID, TestCaller},
};
use proptest::prelude::*;

#[track_caller]
fn read(caller: &TestCaller) -> EasyAuthPrincipal {
    EasyAuthPrincipal::from_headers(&caller.headers()).unwrap().expect("somebody")
}

#[test]
fn a_user_of_entra() {
    let user = read(&TestCaller::entra().role("Admin").role("Reader").claim("groups", "one"));
    assert_eq!(user.provider(), &IdentityProvider::ENTRA);
    assert_eq!(user.front_end(), Some(&IdentityProvider::ENTRA));
    assert_eq!(user.shape(), Shape::AppService);
    assert_eq!((user.id(), user.object_id()), (Some(OBJECT_ID), Some(OBJECT_ID)));
    assert_eq!(user.tenant_id(), Some(TENANT_ID));
    assert_eq!(user.name(), Some("sample@contoso.example"));
    assert_eq!(user.email(), Some("sample@contoso.example"));
    assert_eq!(user.subject(), Some("subject-of-the-sample-user"));
    assert!(user.roles().eq(["Admin", "Reader"]));
    assert!(user.claim_values("groups").eq(["one"]));
    // Roles are in the short claim, and the platform says that they are in the long one.
    assert!(user.claims().any(|claim| claim.typ() == "roles"));
    assert!(user.claims().any(|claim| claim.typ() == ClaimType::OID.long()));
    let other = read(&TestCaller::entra().object_id("one").tenant_id("two").name("José"));
    assert!(other.claim_values("oid").eq(["one"]));
    assert!(other.claim_values("tid").eq(["two"]));
    assert_eq!((other.id(), other.name()), (Some("one"), Some("José")));
}

#[test]
fn users_of_others() {
    let user = read(&TestCaller::of("google").id("110169484474386276334"));
    assert_eq!(user.provider(), &IdentityProvider::GOOGLE);
    assert_eq!(user.id(), Some("110169484474386276334"));
    let visitor = read(&TestCaller::static_web_apps("aad").role("editor").name("sample"));
    assert_eq!(visitor.shape(), Shape::StaticWebApps);
    assert_eq!(visitor.provider(), &IdentityProvider::ENTRA);
    assert_eq!(visitor.name(), Some("sample"));
    assert!(visitor.roles().eq(["anonymous", "authenticated", "editor"]));
}

#[test]
fn the_principal_is_the_same_by_itself() {
    for caller in [TestCaller::entra().role("Admin"), TestCaller::static_web_apps("github")] {
        let user = EasyAuthPrincipal::parse(&caller.principal()).unwrap();
        assert!(user.claims().eq(read(&caller).claims()));
        assert!(user.roles().eq(read(&caller).roles()));
    }
}

#[test]
fn tokens_of_the_token_store() {
    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    let caller = TestCaller::of("google")
        .access_token("first", at(0))
        .access_token("access", at(1_773_325_600))
        .id_token("id")
        .refresh_token("refresh");
    let headers = caller.headers();
    let tokens = ProviderTokens::from_headers(&headers, &IdentityProvider::GOOGLE).unwrap();
    assert_eq!(tokens.access_token().unwrap().expose_secret(), "access");
    assert_eq!(tokens.id_token().unwrap().expose_secret(), "id");
    assert_eq!(tokens.refresh_token().unwrap().expose_secret(), "refresh");
    assert_eq!(tokens.expires_on().unwrap().at(), at(1_773_325_600));
    assert_eq!(headers["x-ms-token-google-expires-on"], "2026-03-12T14:26:40.0000000Z");
    for name in ["access-token", "id-token", "refresh-token"] {
        assert!(headers[format!("x-ms-token-google-{name}")].is_sensitive(), "{name}");
    }
    assert!(!headers["x-ms-token-google-expires-on"].is_sensitive());
    // A Static Web App keeps them for itself.
    let visitor = TestCaller::static_web_apps("aad").access_token("access", at(0)).headers();
    assert!(!visitor.keys().any(|name| name.as_str().starts_with("x-ms-token")));
}

#[test]
fn times_on_the_edges_of_the_calendar() {
    for (seconds, text) in [
        (0, "1970-01-01T00:00:00.0000000Z"),
        (951_782_399, "2000-02-28T23:59:59.0000000Z"),
        (951_782_400, "2000-02-29T00:00:00.0000000Z"),
        (951_868_800, "2000-03-01T00:00:00.0000000Z"),
        (1_772_323_200, "2026-03-01T00:00:00.0000000Z"),
        (1_798_761_599, "2026-12-31T23:59:59.0000000Z"),
        (4_107_542_400, "2100-03-01T00:00:00.0000000Z"),
    ] {
        let time = UNIX_EPOCH + Duration::from_secs(seconds);
        let headers = TestCaller::entra().access_token("access", time).headers();
        assert_eq!(headers["x-ms-token-aad-expires-on"], text);
    }
}

#[test]
fn nothing_is_printed() {
    let time = UNIX_EPOCH;
    let caller = TestCaller::entra().name("canary").role("canary").access_token("canary", time);
    assert_eq!(format!("{caller:?}"), "TestCaller { provider: IdentityProvider(aad), .. }");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    /// What goes in comes out, whatever it is.
    #[test]
    fn callers_are_read_back(
        name in "[^\\p{Cc}\\s]{1,20}", roles in prop::collection::vec(".{1,10}", 0..4),
        claims in prop::collection::vec(("[a-z]{5,9}x", ".{0,10}"), 0..4), provider in "[a-z]{1,8}",
        seconds in 0_u64..4_102_444_800,
    ) {
        let mut caller = TestCaller::of(&provider).name(&name);
        let mut visitor = TestCaller::static_web_apps(&provider).name(&name);
        for role in &roles {
            (caller, visitor) = (caller.role(role), visitor.role(role));
        }
        for (typ, value) in &claims {
            caller = caller.claim(typ, value);
        }
        let expires_on = UNIX_EPOCH + Duration::from_secs(seconds);
        let headers = caller.access_token("access", expires_on).headers();
        let user = EasyAuthPrincipal::from_headers(&headers).unwrap().unwrap();
        prop_assert_eq!(user.name(), Some(name.as_str()));
        prop_assert_eq!(user.provider().as_str(), &provider);
        prop_assert!(user.roles().eq(roles.iter().map(String::as_str)));
        for (typ, value) in &claims {
            prop_assert!(user.claim_values(typ).any(|own| own == value));
        }
        let tokens = ProviderTokens::from_headers(&headers, user.provider()).unwrap();
        prop_assert_eq!(tokens.expires_on().unwrap().at(), expires_on);
        let user = read(&visitor);
        prop_assert_eq!(user.name(), Some(name.as_str()));
        prop_assert!(user.roles().skip(2).eq(roles.iter().map(String::as_str)));
    }
}
