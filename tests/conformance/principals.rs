//! Shapes of real principals, an answer of `/.auth/me`, and Microsoft's published sample tokens.

use std::{fs, path::PathBuf};

use easyauth::{
    Caller, EasyAuthPrincipal, IdentityProvider, PrincipalErrorKind, PrincipalFormat, Session,
    UnverifiedToken,
};

use crate::folder;

/// What is expected of one principal.
enum Expected {
    /// Format, provider, number of claims, ID, name, a role of the caller.
    Accepted(
        PrincipalFormat,
        &'static str,
        usize,
        Option<&'static str>,
        Option<&'static str>,
        &'static str,
    ),
    Refused(PrincipalErrorKind),
}

use Expected::{Accepted, Refused};

/// Every file of the folder, by its name.
const PRINCIPALS: &[(&str, Expected)] = &[
    (
        "aad_cratis_mock",
        Accepted(
            PrincipalFormat::AppService,
            "aad",
            3,
            Some("00000000-1000-0000-0000-000000000001"),
            Some("Alice Smith"), // name_typ names a claim that is not there
            "",
        ),
    ),
    (
        "aad_v1_access_token_bearer_api",
        Accepted(
            PrincipalFormat::AppService,
            "aad",
            27,
            Some("00000003-0000-4000-8000-000000000003"),
            Some("user@example.com"),
            "",
        ),
    ),
    (
        "aad_v2_id_token_roles_cc",
        Accepted(
            PrincipalFormat::AppService,
            "aad",
            19,
            Some("00000003-0000-4000-8000-000000000003"),
            Some("user@example.com"),
            "admin", // in a short `roles`, while role_typ is long
        ),
    ),
    ("edge_empty_claims", Accepted(PrincipalFormat::AppService, "aad", 0, None, None, "")),
    ("edge_null_claims", Accepted(PrincipalFormat::AppService, "aad", 2, None, None, "")),
    (
        "facebook_functions_host_mock",
        Accepted(
            PrincipalFormat::AppService,
            "facebook",
            3,
            Some("10241897674253170"),
            Some("Sample User"),
            "",
        ),
    ),
    ("github_blog", Accepted(PrincipalFormat::AppService, "github", 2, None, Some("John Doe"), "")),
    ("neg_bad_base64", Refused(PrincipalErrorKind::Base64)),
    ("neg_empty", Refused(PrincipalErrorKind::Empty)),
    ("neg_empty_auth_typ", Refused(PrincipalErrorKind::MissingProvider)),
    ("neg_malformed_in_wild", Refused(PrincipalErrorKind::Json)),
    ("neg_not_json", Refused(PrincipalErrorKind::Json)),
    ("neg_wrong_json", Refused(PrincipalErrorKind::UnknownFormat)),
    (
        "swa_github_from_logs",
        Accepted(
            PrincipalFormat::StaticWebApps,
            "github",
            0,
            Some("00000000"),
            Some("sampleuser"),
            "authenticated",
        ),
    ),
    (
        "swa_managed_aad",
        Accepted(
            PrincipalFormat::StaticWebApps,
            "aad",
            0,
            Some("abcd12345abcd012345abcdef0123450"),
            Some("user@example.com"),
            "authenticated",
        ),
    ),
    (
        "swa_unpadded",
        Accepted(
            PrincipalFormat::StaticWebApps,
            "aad",
            0,
            Some("402ee264-0000-4000-8000-000000000000"),
            Some("user@contoso.com"),
            "admin",
        ),
    ),
];

#[test]
fn principals() {
    let Some(folder) = folder("principals") else { return };
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".b64").map(str::to_owned))
        .collect();
    names.sort_unstable();
    assert!(names.iter().eq(PRINCIPALS.iter().map(|(name, _)| name)), "a case for every file");
    for (name, expected) in PRINCIPALS {
        let value = fs::read_to_string(folder.join(format!("{name}.b64"))).unwrap();
        let result = EasyAuthPrincipal::parse(&value);
        let headers = [("X-MS-CLIENT-PRINCIPAL", value.trim())];
        match expected {
            Refused(expected) => {
                let error = result.expect_err(name);
                assert_eq!(error.kind(), *expected, "{name}: {error}");
                assert!(EasyAuthPrincipal::from_headers(&headers).is_err(), "{name}");
            }
            Accepted(format, provider, claims, id, user_name, role) => {
                let user = result.unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(
                    EasyAuthPrincipal::from_headers(&headers).as_ref(),
                    Ok(&Some(user.clone()))
                );
                assert_eq!((user.format(), user.claims().len()), (*format, *claims), "{name}");
                assert_eq!(user.provider(), &IdentityProvider::new(provider), "{name}");
                assert_eq!((user.id(), user.name()), (*id, *user_name), "{name}");
                assert_eq!(user.is_in_role(role), !role.is_empty(), "{name}");
                // All are users. For a mock and for shortened claims this is unknown.
                let is_bare = ["aad_cratis_mock", "edge_empty_claims", "edge_null_claims"];
                let caller = if is_bare.contains(name) { Caller::Unknown } else { Caller::User };
                assert_eq!(user.caller(), caller, "{name}");
                compare_with_text(name, &user, &folder);
            }
        }
    }
}

/// The claims are those of the text beside the header, where there is one.
fn compare_with_text(name: &str, user: &EasyAuthPrincipal, folder: &std::path::Path) {
    let Ok(text) = fs::read_to_string(folder.join(format!("{name}.json"))) else { return };
    let text: serde_json::Value = serde_json::from_str(&text).unwrap();
    let claims =
        text.get("claims").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
    let expected = claims
        .iter()
        .filter_map(|claim| Some((claim.get("typ")?.as_str()?, claim.get("val")?.as_str()?)));
    assert!(user.claims().map(|claim| (claim.typ(), claim.val())).eq(expected), "{name}");
}

#[test]
fn auth_me() {
    let Some(folder) = folder("principals") else { return };
    let body = fs::read(folder.join("auth_me_aad_v1_guest.json")).unwrap();
    let sessions = Session::parse_me(&body).unwrap();
    let [session] = &sessions[..] else { panic!("one session") };
    let user = session.principal();
    assert_eq!(user.provider(), &IdentityProvider::ENTRA);
    assert_eq!(session.user_id(), Some("user@contoso.com"));
    assert_eq!(user.tenant_id(), Some("11111111-2222-4333-8444-555555555555"));
    assert_eq!(user.object_id(), Some("bbbbbbbb-cccc-4ddd-8eee-ffffffffffff"));
    assert!(user.is_in_role("Resource.Read"));
    assert_eq!(user.claims().len(), 13);
    assert!(session.tokens().id_token().is_some() && session.tokens().access_token().is_none());
}

/// Their signatures are cut, and the version 1.0 one names two tenants: good to look at, and no more.
#[test]
fn sample_tokens() {
    let Some(folder) = folder("tokens") else { return };
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort_unstable();
    let [v1, v2] = &files[..] else { panic!("two samples") };
    let decode = |file| {
        let text = fs::read_to_string(file).unwrap();
        UnverifiedToken::decode(text.trim()).unwrap()
    };
    let v1 = decode(v1);
    assert_eq!((v1.version(), v1.header().alg()), (Some("1.0"), Some("RS256")));
    assert!(v1.has_audience("ef1da9d4-ff77-4c3e-a005-840c3f830745"));
    assert!(v1.scopes().eq(["user_impersonation"]));
    assert_eq!(v1.client_id(), Some("75dbe77f-10a3-4e59-85fd-8c127544f17c"));
    assert_eq!((v1.caller(), v1.header().x5t()), (Caller::User, v1.header().kid()));
    assert!(!v1.issuer().unwrap().contains(v1.tenant_id().unwrap()));

    let v2 = decode(v2);
    assert_eq!((v2.version(), v2.header().x5t()), (Some("2.0"), None));
    assert!(v2.has_audience("6E74172B-BE56-4843-9FF4-E66A39BB12E3"));
    assert!(v2.has_scope("access_as_user"));
    assert_eq!(v2.client_id(), Some("6e74172b-be56-4843-9ff4-e66a39bb12e3"));
    assert_eq!(v2.tenant_id(), Some("72f988bf-86f1-41af-91ab-2d7cd011db47"));
    assert!(!v2.header().is_protected() && !v2.is_id_token());
}
