//! `X-MS-CLIENT-PRINCIPAL` in all its forms.

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD},
};
use easyauth::{
    Caller, EasyAuthPrincipal, Groups, IdentityProvider, MeErrorKind, PrincipalErrorKind,
    PrincipalFormat, ProviderTokens, Session, endpoints::Endpoints, headers,
};

use crate::support::{chain, header, principal, with_claims};

/// The claims as (type, value).
fn pairs(user: &EasyAuthPrincipal) -> Vec<(&str, &str)> {
    user.claims().map(|claim| (claim.typ(), claim.val())).collect()
}

#[track_caller]
fn rejected(json: impl AsRef<[u8]>, kind: PrincipalErrorKind, message: &str) {
    let error = EasyAuthPrincipal::parse(&header(json)).unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
}

const APP_SERVICE: &str = include_str!("../data/principal.json");

#[test]
fn app_service() {
    let user = principal(APP_SERVICE);
    assert_eq!(
        (user.provider(), user.format()),
        (&IdentityProvider::ENTRA, PrincipalFormat::AppService)
    );
    assert_eq!(user.claims().len(), 30);
    let first: Vec<_> = user.claims().take(2).collect();
    assert_eq!((first[0].typ(), first[0].val()), ("aud", "api://orders.example.com"));
    assert_eq!(first[1].val(), "https://sts.windows.net/00000002-0000-4000-8000-000000000002/");
    assert_eq!(user.id(), Some("00000003-0000-4000-8000-000000000003"));
    assert_eq!(user.object_id(), user.id());
    assert_eq!(user.tenant_id(), Some("00000002-0000-4000-8000-000000000002"));
    assert_eq!(user.name(), Some("jose@example.com"));
    assert_eq!((user.given_name(), user.family_name()), (Some("José"), Some("Sample")));
    assert_eq!((user.email(), user.preferred_username()), (None, None));
    assert!(user.subject().is_some_and(|subject| subject.len() == 43));
    assert!(user.roles().eq(["Orders.Read", "Orders.Write"]));
    assert!(user.claim_values("amr").eq(["pwd", "mfa"]));
    assert_eq!(user.groups().contains("00000010-0000-4000-8000-000000000010"), Some(true));
    assert_eq!(user.front_end(), None);
}

#[test]
fn static_web_apps() {
    let user = principal(
        r#"{"identityProvider":"aad","userId":"abcd12345abcd012345abcdef0123450",
        "userDetails":"sample@example.com","userRoles":["anonymous","authenticated","editor"],
        "claims":[{"typ":"roles","val":"from a claim"},{"typ":"oid","val":"O"}]}"#,
    );
    assert_eq!(
        (user.provider(), user.format()),
        (&IdentityProvider::ENTRA, PrincipalFormat::StaticWebApps)
    );
    assert_eq!(user.id(), Some("abcd12345abcd012345abcdef0123450"));
    assert_eq!((user.name(), user.object_id()), (Some("sample@example.com"), Some("O")));
    assert!(user.roles().eq(["from a claim", "anonymous", "authenticated", "editor"]));
    assert!(user.is_in_role("editor") && !user.is_in_role("Editor"));
    // A user id of some providers is a number; what is absent or null is absent.
    let user = principal(r#"{"identityProvider":"twitter","userId":7,"userRoles":null}"#);
    assert_eq!((user.id(), user.name(), user.roles().count()), (Some("7"), None, 0));
    let user = principal(r#"{"identityProvider":"x","userDetails":null,"userRoles":["a",null]}"#);
    assert_eq!((user.id(), user.name(), user.roles().count()), (None, None, 1));
}

/// Different forms of the same value.
#[test]
fn forms_of_base64_and_json() {
    let text = r#"{"auth_typ":"aad","claims":[{"typ":"name","val":"~~~???ÿ"}],"name_typ":"name"}"#;
    let user = principal(text);
    assert_eq!(user.name(), Some("~~~???ÿ"));
    let same = |value: &str| assert_eq!(EasyAuthPrincipal::parse(value).as_ref(), Ok(&user));
    same(&BASE64_STANDARD_NO_PAD.encode(text)); // seen on Static Web Apps
    same(&BASE64_URL_SAFE.encode(text));
    same(&BASE64_URL_SAFE_NO_PAD.encode(text));
    same(&format!(" {}\r\n", header(text)));
    let json = |text: &str| same(&header(text));
    json(
        "\n{ \"auth_typ\" : \"aad\" ,\t\"claims\" : [ { \"typ\" : \"name\" , \"val\" : \"~~~???ÿ\" } ] , \"name_typ\" : \"name\" }\n",
    );
    json(r#"{"name_typ":"name","claims":[{"val":"~~~???ÿ","typ":"name"}],"auth_typ":"aad"}"#);
    json(r#"{"auth_typ":"aad","claims":[{"typ":"name","val":"~~~???\u00ff"}],"name_typ":"name"}"#);
    json(
        r#"{"auth\u005ftyp":"aad","claims":[{"ty\u0070":"name","val":"~~~???ÿ"}],"name_typ":"name"}"#,
    );
    json(
        r#"{"auth_typ":"aad","claims":[{"typ":"name","val":"~~~???ÿ","x":[{}]}],"name_typ":"name","x":{"claims":1}}"#,
    );
    json(
        r#"{"auth_typ":"aad","claims":[null,{"typ":"name","val":"~~~???ÿ"}],"name_typ":"name","role_typ":null}"#,
    );
    json(r#"{"auth_typ":" aad ","claims":[{"typ":"name","val":"~~~???ÿ"}],"name_typ":"name"}"#);
    // A value that mixes both alphabets is invalid in both.
    let mixed = header(text).replacen('/', "_", 1);
    assert!(mixed.contains('/') && mixed.contains('_'));
    let error = EasyAuthPrincipal::parse(&mixed).unwrap_err();
    assert_eq!(error.kind(), PrincipalErrorKind::Base64);
}

#[test]
fn escapes_and_letters() {
    #[track_caller]
    fn check(json_string: &str, value: &str) {
        let user = with_claims(&format!(r#"{{"typ":"a\/b","val":"{json_string}"}}"#));
        assert_eq!(pairs(&user), [("a/b", value)]);
    }
    check(r"https:\/\/sts.windows.net\/", "https://sts.windows.net/");
    check("Jørgen 佐藤 😀", "Jørgen 佐藤 😀");
    check(r"\ud83d\ude00\u00e9", "😀é");
    check(r#"\"\\\b\f\n\r\t"#, "\"\\\u{8}\u{c}\n\r\t");
    check(r"C:\\/", "C:\\/");
    check("", "");
}

/// Claims that are dropped, and similar claims that are kept.
#[test]
fn claims_of_every_kind() {
    #[track_caller]
    fn check(claims: &str, expected: &[(&str, &str)]) {
        assert_eq!(pairs(&with_claims(claims)), expected);
    }
    check("", &[]);
    check(r#"{"typ":"a","val":null}"#, &[]);
    check(r#"{"typ":null,"val":"b"}"#, &[]);
    check(r#"{"typ":"a"}"#, &[]);
    check(r#"{"val":"b"}"#, &[]);
    check("{}", &[]);
    check(r#"{"typ":"","val":""}"#, &[("", "")]);
    check(r#"{"typ":"a","val":10000}"#, &[("a", "10000")]);
    check(r#"{"typ":"a","val":-1.50e+2}"#, &[("a", "-1.50e+2")]);
    check(
        r#"{"typ":"a","val":123456789012345678901234567890}"#,
        &[("a", "123456789012345678901234567890")],
    );
    check(r#"{"typ":"a","val":true},{"typ":"b","val":false}"#, &[("a", "true"), ("b", "false")]);
    check(
        r#"{"typ":"r","val":"2"},{"typ":"s","val":"x"},{"typ":"r","val":"1"},{"typ":"r","val":"2"}"#,
        &[("r", "2"), ("s", "x"), ("r", "1"), ("r", "2")],
    );
    // The local emulator of Static Web Apps passes on what GitHub answers.
    check(
        r#"{"typ":"plan","val":{ "name": "free" , "x":[null,1] }},{"typ":"a","val":[]}"#,
        &[("plan", r#"{ "name": "free" , "x":[null,1] }"#), ("a", "[]")],
    );
    check(
        r#"{"val":["\u0061",{"typ":1}],"typ":"list"},{"typ":"b","val":{"u":"https:\/\/x"}}"#,
        &[("list", r#"["\u0061",{"typ":1}]"#), ("b", r#"{"u":"https:\/\/x"}"#)],
    );
    // Property names are case-sensitive: a mock with other ones has no claims.
    check(r#"{"Typ":"a","Val":"b"},{"Type":"a","Value":"b"}"#, &[]);
    assert_eq!(principal(r#"{"auth_typ":"aad","claims":null}"#).claims().len(), 0);
    assert_eq!(principal(r#"{"auth_typ":"aad"}"#).claims().len(), 0);
}

#[test]
fn roles_are_found_by_every_name() {
    const LONG: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";
    #[track_caller]
    fn check(role_typ: &str, claim: &str, found: bool) {
        let user = principal(&format!(
            r#"{{"auth_typ":"aad","role_typ":{role_typ},"claims":[{{"typ":"{claim}","val":"Admin"}}]}}"#
        ));
        assert_eq!(user.is_in_role("Admin"), found);
        assert!(!user.is_in_role("admin"));
    }
    let long = format!("\"{LONG}\"");
    check(&long, "roles", true); // the platform's default, which breaks the role checks of .NET
    check(&long, "role", true);
    check(&long, LONG, true);
    check("null", "roles", true);
    check("\"roles\"", LONG, true);
    check("\"groups\"", "groups", true); // role_typ can name any claim
    check("\"my-role\"", "my-role", true);
    check("\"my-role\"", "roles", true);
    check(&long, "my-role", false);
    check(&long, "wids", false);
    check("\"oid\"", "http://schemas.microsoft.com/identity/claims/objectidentifier", true);
    // Joined values are one role: this crate does not split them.
    let joined = with_claims(r#"{"typ":"roles","val":"a,b"}"#);
    assert!(!joined.is_in_role("a") && joined.is_in_role("a,b"));
}

#[test]
fn the_name_is_found_even_if_name_typ_names_no_claim() {
    #[track_caller]
    fn check(name_typ: &str, claims: &str, name: Option<&str>) {
        let user = principal(&format!(
            r#"{{"auth_typ":"aad","name_typ":{name_typ},"claims":[{claims}]}}"#
        ));
        assert_eq!(user.name(), name);
    }
    let long = "\"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name\"";
    check(long, r#"{"typ":"name","val":"N"},{"typ":"unique_name","val":"U"}"#, Some("U"));
    check(long, r#"{"typ":"preferred_username","val":"P"},{"typ":"name","val":"N"}"#, Some("N"));
    check(long, r#"{"typ":"upn","val":"U"},{"typ":"preferred_username","val":"P"}"#, Some("P"));
    check("null", r#"{"typ":"upn","val":"U"},{"typ":"unique_name","val":"N"}"#, Some("N"));
    check("null", r#"{"typ":"upn","val":"U"}"#, Some("U"));
    check(long, r#"{"typ":"oid","val":"O"}"#, None);
    // An empty name is none.
    check(long, r#"{"typ":"unique_name","val":""},{"typ":"upn","val":"U"}"#, Some("U"));
    check("null", r#"{"typ":"name","val":""},{"typ":"preferred_username","val":"P"}"#, Some("P"));
    check("null", r#"{"typ":"name","val":""}"#, None);
    let details = r#"{"identityProvider":"x","userDetails":"","userRoles":["authenticated"],
        "claims":[{"typ":"name","val":"N"}]}"#;
    assert_eq!(principal(details).name(), Some("N"));
    assert_eq!(principal(&details.replace(r#"val":"N"#, r#"val":""#)).name(), None);
    let user = principal(r#"{"auth_typ":"aad","name_typ":"n","role_typ":"r","claims":[]}"#);
    assert_eq!((user.name_claim_type(), user.role_claim_type()), (Some("n"), Some("r")));
    let user = principal(r#"{"auth_typ":"aad"}"#);
    assert_eq!((user.name_claim_type(), user.role_claim_type()), (None, None));
}

#[test]
fn ids_and_addresses() {
    let user = with_claims(r#"{"typ":"sub","val":"S"},{"typ":"emails","val":"b2c@example.com"}"#);
    assert_eq!((user.id(), user.email()), (Some("S"), Some("b2c@example.com")));
    let user = with_claims(
        r#"{"typ":"sub","val":"S"},{"typ":"oid","val":"O"},{"typ":"emails","val":"1"},
           {"typ":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress","val":"2"},
           {"typ":"preferred_username","val":"P"}"#,
    );
    assert_eq!((user.id(), user.email()), (Some("O"), Some("2")));
    assert_eq!(user.preferred_username(), Some("P"));
    let user = with_claims(r#"{"typ":"email","val":""},{"typ":"emails","val":"b2c@example.com"}"#);
    assert_eq!(user.email(), Some("b2c@example.com"));
    assert_eq!(with_claims(r#"{"typ":"email","val":""}"#).email(), None);
}

#[test]
fn groups_that_are_not_listed_are_unknown() {
    #[track_caller]
    fn check(claims: &str, expected: &Groups<'_>) {
        assert_eq!(&with_claims(claims).groups(), expected);
    }
    let listed = r#"{"typ":"groups","val":"G1"},{"typ":"groups","val":"G2"}"#;
    check(listed, &Groups::Listed(vec!["G1", "G2"]));
    check("", &Groups::Absent);
    check(r#"{"typ":"hasgroups","val":"true"}"#, &Groups::Overage);
    check(r#"{"typ":"hasgroups","val":true}"#, &Groups::Overage);
    check(r#"{"typ":"hasgroups","val":"False"}"#, &Groups::Absent);
    check(r#"{"typ":"_claim_names","val":"{\"groups\":\"src1\"}"}"#, &Groups::Overage);
    check(r#"{"typ":"_claim_names","val":"{\"other\":\"src1\"}"}"#, &Groups::Absent);
    check(r#"{"typ":"groups:src1","val":"x"}"#, &Groups::Overage);
    check(&format!(r#"{{"typ":"hasgroups","val":"true"}},{listed}"#), &Groups::Overage);
    assert_eq!(with_claims(listed).groups().contains("G2"), Some(true));
    assert_eq!(with_claims(listed).groups().contains("G3"), Some(false));
    assert_eq!(Groups::Overage.contains("G"), None);
    assert_eq!(Groups::Absent.contains("G"), None);
}

#[test]
fn rejects_values_that_are_not_base64() {
    #[track_caller]
    fn check(value: &str, kind: PrincipalErrorKind, message: &str) {
        let error = EasyAuthPrincipal::parse(value).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
        let headers = [(headers::CLIENT_PRINCIPAL, value), (headers::CLIENT_PRINCIPAL_ID, "id")];
        assert_eq!(EasyAuthPrincipal::from_headers(&headers), Err(error), "never anonymous");
    }
    check("", PrincipalErrorKind::Empty, "the client principal is empty");
    check(" \t", PrincipalErrorKind::Empty, "the client principal is empty");
    let base64 = PrincipalErrorKind::Base64;
    check("ey!=", base64, "the client principal is not base64 at byte 2");
    check("eyJ", base64, "the client principal is not base64 at byte 2"); // stray last bits
    check("e30ee", base64, "the client principal is not base64 at byte 5"); // cut
    check("e30=e30=", base64, "the client principal is not base64 at byte 3");
    check("e3 0=", base64, "the client principal is not base64 at byte 2");
    check("e30,e30", base64, "the client principal is not base64 at byte 3");
    check("ey==", base64, "the client principal is not base64 at byte 1"); // more of them
}

#[test]
fn rejects_invalid_json() {
    let kind = PrincipalErrorKind::Json;
    let message = |position| format!("the client principal is not valid JSON at byte {position}");
    rejected("hello", kind, &message(0));
    rejected(r#"{"auth_typ":"aad"} x"#, kind, &message(19));
    rejected(r#"{"auth_typ":"aad","claims":[{"typ":"a","val":"b"]}"#, kind, &message(48));
    // Positions count in the text that came, escapes included.
    rejected(r#"{"auth_typ":"a\/\/b","claims":[{"typ":"a","val":"b"]}"#, kind, &message(51));
    rejected(r#"{"auth_typ":"\ud800"}"#, kind, &message(13));
    rejected(format!("{}1{}", "[".repeat(128), "]".repeat(128)), kind, &message(128));
    rejected(
        b"{\"auth_typ\":\"a\xffd\"}",
        PrincipalErrorKind::Utf8,
        "the client principal is not UTF-8 at byte 14",
    );
    for text in ["[]", "null", "\"x\"", "1", "true"] {
        let kind = PrincipalErrorKind::NotAnObject;
        rejected(text, kind, "the client principal is not a JSON object");
    }
    rejected("[} ", kind, &message(1));
    rejected("1 2", kind, &message(2));
}

#[test]
fn rejects_json_that_is_not_a_principal() {
    let neither =
        "the client principal has neither the format of App Service nor of Static Web Apps";
    rejected("{}", PrincipalErrorKind::UnknownFormat, neither);
    rejected(r#"{"claims":[]}"#, PrincipalErrorKind::UnknownFormat, neither);
    rejected(r#"{"message":"hello"}"#, PrincipalErrorKind::UnknownFormat, neither);
    rejected(r#"{"Auth_Typ":"aad"}"#, PrincipalErrorKind::UnknownFormat, neither);

    let provider = "the client principal does not name its identity provider";
    for text in [
        r#"{"auth_typ":""}"#,
        r#"{"auth_typ":" "}"#,
        r#"{"auth_typ":null}"#,
        r#"{"name_typ":"n","role_typ":"r","claims":[]}"#,
        r#"{"identityProvider":"","userId":"x"}"#,
        r#"{"userId":"x","userRoles":["authenticated"]}"#,
    ] {
        rejected(text, PrincipalErrorKind::MissingProvider, provider);
    }

    let both = "the client principal mixes the formats of App Service and Static Web Apps";
    for app_service in ["auth_typ", "name_typ", "role_typ"] {
        for web_apps in ["identityProvider", "userId", "userDetails", "userRoles"] {
            let value = if web_apps == "userRoles" { r#"["x"]"# } else { r#""x""# };
            rejected(
                format!(r#"{{"{app_service}":"aad","{web_apps}":{value}}}"#),
                PrincipalErrorKind::MixedFormats,
                both,
            );
        }
    }
    rejected(
        r#"{"auth_typ":null,"identityProvider":"aad"}"#,
        PrincipalErrorKind::MixedFormats,
        both,
    );
}

#[test]
fn rejects_invalid_members() {
    #[track_caller]
    fn check_type(json: &str, member: &'static str) {
        let message = format!("the client principal has a member of the wrong JSON type: {member}");
        rejected(json, PrincipalErrorKind::InvalidMember, &message);
    }
    #[track_caller]
    fn check_twice(json: &str, member: &'static str) {
        let message = format!("the client principal has a duplicate member: {member}");
        rejected(json, PrincipalErrorKind::DuplicateMember, &message);
    }
    for member in ["auth_typ", "name_typ", "role_typ", "identityProvider"] {
        for value in ["1", "true", "[]", "{}"] {
            check_type(&format!(r#"{{"{member}":{value}}}"#), member);
        }
        check_twice(&format!(r#"{{"{member}":"a","x":1,"{member}":"a"}}"#), member);
        check_twice(&format!(r#"{{"{member}":null,"{member}":"a"}}"#), member);
    }
    for member in ["userId", "userDetails"] {
        check_type(&format!(r#"{{"{member}":[]}}"#), member);
        check_twice(&format!(r#"{{"{member}":"a","{member}":1}}"#), member);
    }
    check_type(r#"{"userRoles":"authenticated"}"#, "userRoles");
    check_type(r#"{"userRoles":[1]}"#, "userRoles");
    check_twice(r#"{"userRoles":[],"userRoles":[]}"#, "userRoles");
    check_type(r#"{"claims":{}}"#, "claims");
    check_type(r#"{"claims":"x"}"#, "claims");
    check_type(r#"{"claims":["x"]}"#, "claims");
    check_twice(r#"{"claims":[],"claims":[]}"#, "claims");
    check_type(r#"{"claims":[{"typ":1,"val":"x"}]}"#, "typ");
    check_type(r#"{"claims":[{"typ":{},"val":"x"}]}"#, "typ");
    check_twice(r#"{"claims":[{"typ":"x","val":"y","typ":"x"}]}"#, "typ");
    check_twice(r#"{"claims":[{"typ":"x","val":"y","val":"y"}]}"#, "val");
    check_twice(r#"{"claims":[{"typ":"x","val":"y","v\u0061l":"z"}]}"#, "val");
}

#[test]
fn the_length_of_a_header_is_limited() {
    let value = "x".repeat(headers::MAX_HEADER_LEN + 1);
    let error = EasyAuthPrincipal::parse(&value).unwrap_err();
    let message = "header X-MS-CLIENT-PRINCIPAL: the value is too long: expected at most 65536 bytes, found \
                   65537";
    assert_eq!(error.to_string(), message);
    assert_eq!(error.kind(), PrincipalErrorKind::Header);
    let filler = "x".repeat(headers::MAX_HEADER_LEN / 4 * 3 - r#"{"auth_typ":"aad","x":""}"#.len());
    let largest = header(format!(r#"{{"auth_typ":"aad","x":"{filler}"}}"#));
    assert_eq!(largest.len(), headers::MAX_HEADER_LEN);
    assert!(EasyAuthPrincipal::parse(&largest).is_ok());
}

#[test]
fn headers_beside_the_object() {
    let object = header(r#"{"auth_typ":"aad","claims":[{"typ":"oid","val":"O"}]}"#);
    let user = EasyAuthPrincipal::from_headers(&[
        (headers::CLIENT_PRINCIPAL, object.as_str()),
        (headers::CLIENT_PRINCIPAL_ID, "o"),
        (headers::CLIENT_PRINCIPAL_NAME, "name"),
        (headers::CLIENT_PRINCIPAL_IDP, "azureStaticWebApps"), // a linked Function
    ])
    .unwrap()
    .unwrap();
    assert_eq!((user.id(), user.name(), user.object_id()), (Some("o"), Some("name"), Some("O")));
    assert_eq!(user.provider(), &IdentityProvider::ENTRA);
    assert_eq!(user.front_end(), Some(&IdentityProvider::STATIC_WEB_APPS));
}

#[test]
fn only_an_id_or_a_name() {
    #[track_caller]
    fn check(headers: &[(&str, &str)], provider: &str) {
        let user = EasyAuthPrincipal::from_headers(headers).unwrap().unwrap();
        assert_eq!(
            (user.provider().as_str(), user.format()),
            (provider, PrincipalFormat::HeadersOnly)
        );
        assert_eq!((user.claims().len(), user.roles().count(), user.object_id()), (0, 0, None));
    }
    let (id, name) = ((headers::CLIENT_PRINCIPAL_ID, "i"), (headers::CLIENT_PRINCIPAL_NAME, "n"));
    let idp = (headers::CLIENT_PRINCIPAL_IDP, "google");
    check(&[id], "");
    check(&[name], "");
    check(&[id, name, idp], "google");
    check(&[id, (headers::CLIENT_PRINCIPAL_IDP, "")], "");
    // A provider alone does not identify a caller.
    assert_eq!(EasyAuthPrincipal::from_headers(&[idp]), Ok(None));
    let empty = [(headers::CLIENT_PRINCIPAL_ID, ""), (headers::CLIENT_PRINCIPAL_NAME, "")];
    assert_eq!(EasyAuthPrincipal::from_headers(&empty), Ok(None));
}

/// A visitor is authenticated only by a role that not every visitor has.
#[test]
fn visitors_without_a_role_are_anonymous() {
    #[track_caller]
    fn check(roles: &str, authenticated: bool) {
        let text = format!(r#"{{"identityProvider":"x","userId":"1"{roles}}}"#);
        let headers = [(headers::CLIENT_PRINCIPAL, header(&text))];
        assert_eq!(EasyAuthPrincipal::from_headers(&headers).unwrap().is_some(), authenticated);
        assert_eq!(principal(&text).is_anonymous(), !authenticated);
        let me = format!(r#"{{"clientPrincipal":{text}}}"#);
        assert_eq!(Session::parse_me(me.as_bytes()).unwrap().len(), usize::from(authenticated));
    }
    check(r#","userRoles":["anonymous","authenticated"]"#, true);
    check(r#","userRoles":["authenticated"]"#, true);
    check(r#","userRoles":["Anonymous","editor"]"#, true);
    check(r#","userRoles":["anonymous"]"#, false);
    check(r#","userRoles":["anonymous","anonymous"]"#, false);
    check(r#","userRoles":["Anonymous"]"#, false);
    check(r#","userRoles":[" ANONYMOUS ","",null]"#, false);
    check(r#","userRoles":[]"#, false);
    check(r#","userRoles":null"#, false);
    check("", false);
    // A role in the claims is not one of Static Web Apps.
    check(r#","claims":[{"typ":"roles","val":"authenticated"}]"#, false);
}

/// What a linked backend gets for a visitor who has not signed in (Azure/static-web-apps#998).
#[test]
fn the_anonymous_visitor_of_a_linked_backend() {
    #[track_caller]
    fn check(id: &str, provider: Option<&str>, authenticated: bool) {
        let mut headers = vec![(headers::CLIENT_PRINCIPAL_ID, id)];
        headers.extend(provider.map(|provider| (headers::CLIENT_PRINCIPAL_IDP, provider)));
        assert_eq!(EasyAuthPrincipal::from_headers(&headers).unwrap().is_some(), authenticated);
        headers.push((headers::CLIENT_PRINCIPAL_NAME, "anonymous"));
        assert_eq!(EasyAuthPrincipal::from_headers(&headers).unwrap().is_some(), authenticated);
    }
    check("anonymous", Some("azureStaticWebApps"), false);
    check("Anonymous", Some("AZURESTATICWEBAPPS"), false);
    check("anonymous", None, false);
    check("abcd12345abcd012345abcdef0123450", Some("azureStaticWebApps"), true);
    let name = |name| {
        let headers = [
            (headers::CLIENT_PRINCIPAL_NAME, name),
            (headers::CLIENT_PRINCIPAL_IDP, "azureStaticWebApps"),
        ];
        EasyAuthPrincipal::from_headers(&headers).unwrap().is_some()
    };
    assert!(!name("anonymous") && name("sample"));
    // A custom provider may give this ID to a user.
    check("anonymous", Some("auth0"), true);
    // If there is an object, it decides.
    let visitor =
        r#"{"identityProvider":"github","userId":"1","userRoles":["anonymous","authenticated"]}"#;
    contradiction(
        visitor,
        &[(headers::CLIENT_PRINCIPAL_ID, "anonymous")],
        "userId",
        headers::CLIENT_PRINCIPAL_ID,
    );
}

/// The object and these headers beside it contradict each other in these places.
#[track_caller]
fn contradiction(json: &str, beside: &[(&str, &str)], first: &'static str, second: &'static str) {
    let object = header(json);
    let mut headers = vec![(headers::CLIENT_PRINCIPAL, object.as_str())];
    headers.extend(beside);
    let error = EasyAuthPrincipal::from_headers(&headers).unwrap_err();
    assert_eq!(error.kind(), PrincipalErrorKind::Contradiction);
    let message = format!("the client principal contradicts itself: {first} and {second} differ");
    assert_eq!(error.to_string(), message);
}

/// The object and these headers beside it are what a platform writes.
#[track_caller]
fn consistent(json: &str, beside: &[(&str, &str)]) -> EasyAuthPrincipal {
    let object = header(json);
    let mut headers = vec![(headers::CLIENT_PRINCIPAL, object.as_str())];
    headers.extend(beside);
    EasyAuthPrincipal::from_headers(&headers).expect("consistent").expect("authenticated")
}

#[test]
fn providers_that_contradict_each_other() {
    let idp = |provider| [(headers::CLIENT_PRINCIPAL_IDP, provider)];
    let entra = r#"{"auth_typ":"aad","claims":[]}"#;
    consistent(entra, &idp("AAD"));
    consistent(entra, &idp("azureStaticWebApps")); // a linked Function
    consistent(r#"{"auth_typ":"Auth0"}"#, &idp("auth0"));
    contradiction(entra, &idp("google"), "auth_typ", headers::CLIENT_PRINCIPAL_IDP);
    contradiction(entra, &idp("auth0"), "auth_typ", headers::CLIENT_PRINCIPAL_IDP);
    contradiction(
        r#"{"auth_typ":"auth0"}"#,
        &idp("aad"),
        "auth_typ",
        headers::CLIENT_PRINCIPAL_IDP,
    );
    let visitor = r#"{"identityProvider":"github","userId":"1","userRoles":["authenticated"]}"#;
    consistent(visitor, &idp("azureStaticWebApps"));
    consistent(visitor, &idp("GitHub"));
    contradiction(visitor, &idp("aad"), "identityProvider", headers::CLIENT_PRINCIPAL_IDP);
}

/// An older runtime wrote the name that .NET gives to an unnamed provider. The header beside it names it.
#[test]
fn a_provider_that_the_object_does_not_name() {
    #[track_caller]
    fn check(auth_typ: &str, front_end: Option<&str>, expected: &IdentityProvider) {
        let json = format!(r#"{{"auth_typ":"{auth_typ}","claims":[{{"typ":"oid","val":"a"}}]}}"#);
        let idp = front_end.map(|name| (headers::CLIENT_PRINCIPAL_IDP, name));
        let user = consistent(&json, idp.as_slice());
        assert_eq!(user.provider(), expected);
    }
    let unnamed = "AuthenticationTypes.Federation";
    check(unnamed, Some("aad"), &IdentityProvider::ENTRA);
    check(" authenticationtypes.federation ", Some("facebook"), &IdentityProvider::FACEBOOK);
    check(unnamed, Some("auth0"), &IdentityProvider::new("auth0"));
    check(unnamed, None, &IdentityProvider::UNKNOWN);
    check(unnamed, Some(""), &IdentityProvider::UNKNOWN);
    check(unnamed, Some("azureStaticWebApps"), &IdentityProvider::UNKNOWN);
    check("AuthenticationTypes.Federation2", None, &IdentityProvider::new(&format!("{unnamed}2")));

    let json =
        r#"{"auth_typ":"AuthenticationTypes.Federation","claims":[{"typ":"oid","val":"a"}]}"#;
    assert_eq!(principal(json).provider(), &IdentityProvider::UNKNOWN);
    // The tokens, the sign-in page and the rules are those of the named provider.
    let named = (headers::CLIENT_PRINCIPAL_IDP, "aad");
    let user = consistent(json, &[named, (headers::CLIENT_PRINCIPAL_ID, "A")]);
    let token = [("x-ms-token-aad-access-token", "sample")];
    let tokens = ProviderTokens::from_headers(&token, user.provider()).unwrap();
    assert!(tokens.access_token().is_some());
    let login = Endpoints::default().login(user.provider()).unwrap();
    assert_eq!(login.to_string(), "/.auth/login/aad");
    let victim = (headers::CLIENT_PRINCIPAL_ID, "victim");
    contradiction(json, &[named, victim], "claim oid", headers::CLIENT_PRINCIPAL_ID);
    consistent(json, &[(headers::CLIENT_PRINCIPAL_IDP, "facebook"), victim]);
}

#[test]
fn ids_that_contradict_each_other() {
    let id = |id| [(headers::CLIENT_PRINCIPAL_ID, id)];
    let place = headers::CLIENT_PRINCIPAL_ID;
    let entra = r#"{"auth_typ":"aad","claims":[{"typ":"oid","val":"0a"},{"typ":"sub","val":"S"},
        {"typ":"stable_sid","val":"sid:1"}]}"#;
    consistent(entra, &id("0A"));
    consistent(entra, &id("S"));
    consistent(entra, &id("sid:1")); // an older runtime, which repeats the ID in a claim
    contradiction(entra, &id("sid:2"), "claim oid", place);
    contradiction(entra, &id("0b"), "claim oid", place);
    let google = r#"{"auth_typ":"google","claims":[{"typ":"sub","val":"1"}]}"#;
    consistent(google, &id("1"));
    contradiction(google, &id("2"), "claim sub", place);
    // Where it is not documented what the ID is, and where no claim says it.
    consistent(r#"{"auth_typ":"auth0","claims":[{"typ":"sub","val":"1"}]}"#, &id("2"));
    consistent(r#"{"auth_typ":"github","claims":[{"typ":"sub","val":"1"}]}"#, &id("2"));
    consistent(r#"{"auth_typ":"aad","claims":[]}"#, &id("2"));
    let visitor = r#"{"identityProvider":"x","userId":"abc","userRoles":["authenticated"]}"#;
    consistent(visitor, &id("ABC"));
    contradiction(visitor, &id("abe"), "userId", place);
    let unnamed = r#"{"identityProvider":"x","userRoles":["authenticated"]}"#;
    assert_eq!(consistent(unnamed, &id("abc")).id(), Some("abc"));
}

/// The short and the long name of a claim are one claim, of which there is one value.
#[test]
fn claims_that_contradict_each_other() {
    const CLAIMS: &str = "http://schemas.microsoft.com/identity/claims";
    let nameid = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier";
    let two = |one: (&str, &str), other: (&str, &str)| {
        let claim = |(typ, val)| format!(r#"{{"typ":"{typ}","val":"{val}"}}"#);
        format!(r#"{{"auth_typ":"aad","claims":[{},{}]}}"#, claim(one), claim(other))
    };
    let long = (format!("{CLAIMS}/objectidentifier"), format!("{CLAIMS}/tenantid"));
    for (one, other, first, second) in [
        (("oid", "a"), ("oid", "b"), "claim oid", "another claim oid"),
        (("oid", "a"), (long.0.as_str(), "b"), "claim oid", "another claim oid"),
        ((long.1.as_str(), "b"), ("tid", "a"), "claim tid", "another claim tid"),
        (("tid", "a"), ("tid", ""), "claim tid", "another claim tid"),
        (("sub", "a"), ("sub", "A"), "claim sub", "another claim sub"),
        ((nameid, "a"), ("sub", "b"), "claim sub", "another claim sub"),
        (("iss", "a"), ("iss", "A"), "claim iss", "another claim iss"),
    ] {
        contradiction(&two(one, other), &[], first, second);
        let claims = two(one, other);
        let claims = claims.split_once(r#""claims":"#).unwrap().1.trim_end_matches('}');
        let me = format!(r#"[{{"provider_name":"aad","user_claims":{claims}}}]"#);
        let error = Session::parse_me(me.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), MeErrorKind::Principal);
        assert!(chain(&error).ends_with(&format!(" itself: {first} and {second} differ")));
    }
    for (one, other) in [
        (("oid", "a"), (long.0.as_str(), "A")),
        (("tid", "a"), ("tid", "a")),
        (("sub", "a"), (nameid, "a")),
        // Other claims have several values, and other identities of a guest are other claims.
        (("roles", "a"), ("roles", "b")),
        (("sub", "a"), ("altsecid", "b")),
        (("sub", "a"), ("nameid", "b")), // AD FS
        (("tid", "a"), ("home_tid", "b")),
        (("iss", "a"), (&format!("{CLAIMS}/identityprovider"), "b")),
    ] {
        consistent(&two(one, other), &[]);
    }
}

/// Which claims of two values a platform writes depends on who issued them.
#[test]
fn claims_that_may_have_two_values() {
    const TENANT: &str = "http://schemas.microsoft.com/identity/claims/tenantid";
    const OBJECT: &str = "http://schemas.microsoft.com/identity/claims/objectidentifier";
    const SUBJECT: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier";
    let json = |provider: &str, issuer: &str, claims: [&str; 2]| {
        let [one, other] = claims.map(|typ| format!(r#"{{"typ":"{typ}","val":"V"}}"#));
        let issuer = if issuer.is_empty() {
            String::new()
        } else {
            format!(r#",{{"typ":"iss","val":"{issuer}"}}"#)
        };
        format!(
            r#"{{"auth_typ":"{provider}","claims":[{},{other}{issuer}]}}"#,
            one.replace('V', "W")
        )
    };
    let entra = "https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0";
    let external = "https://contoso.ciamlogin.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0";
    let (adfs, trust) =
        ("https://sts.contoso.com/adfs", "http://sts.contoso.com/adfs/services/trust");
    let unnamed = "AuthenticationTypes.Federation";
    let subjects = [SUBJECT, SUBJECT];
    for (provider, issuer, claims) in [
        // A list in a token of a custom provider, whose `tid` and `oid` are its own.
        ("auth0", "", ["tid", "tid"]),
        ("auth0", "https://contoso.auth0.com/", ["oid", "oid"]),
        ("auth0", "", ["tid", TENANT]),
        ("auth0", "", [OBJECT, OBJECT]),
        // AD FS writes `sub` and `nameid`, for which there is one long name.
        ("aad", adfs, subjects),
        ("aad", trust, subjects),
        ("adfs", adfs, subjects),
        (unnamed, adfs, subjects),
        ("auth0", "", subjects),
        ("auth0", "", ["sub", SUBJECT]),
    ] {
        let user = consistent(&json(provider, issuer, claims), &[]);
        assert_eq!(user.claim(claims[0]), Some("W"), "the first one");
        assert_eq!(user.claim_values(claims[1]).collect::<Vec<_>>(), ["W", "V"]);
    }
    let tenant = ("claim tid", "another claim tid");
    let object = ("claim oid", "another claim oid");
    let subject = ("claim sub", "another claim sub");
    for (provider, issuer, claims, places) in [
        ("aad", "", ["tid", TENANT], tenant),
        ("AzureActiveDirectory", adfs, ["oid", OBJECT], object),
        ("aad", adfs, ["tid", "tid"], tenant),
        (unnamed, "", ["oid", "oid"], object),
        (unnamed, "https://contoso.auth0.com/", ["tid", "tid"], tenant),
        // Entra as a custom provider.
        ("contoso", entra, ["tid", "tid"], tenant),
        ("contoso", external, [OBJECT, "oid"], object),
        ("contoso", entra, subjects, subject),
        ("google", "", subjects, subject),
        ("aad", "", subjects, subject),
        ("aad", entra, subjects, subject),
        ("aad", "https://contoso.example/x/adfs", subjects, subject),
        (unnamed, "", subjects, subject),
        // Every issuer writes one `sub`.
        ("auth0", "", ["sub", "sub"], subject),
        ("aad", adfs, ["sub", "sub"], subject),
    ] {
        contradiction(&json(provider, issuer, claims), &[], places.0, places.1);
    }
    // The header beside an unnamed provider names it. A Static Web App in front is not that provider.
    let unnamed_by = |front_end| {
        let object = header(json(unnamed, "", ["tid", "tid"]));
        [(headers::CLIENT_PRINCIPAL, object), (headers::CLIENT_PRINCIPAL_IDP, front_end)]
    };
    let user = EasyAuthPrincipal::from_headers(&unnamed_by("contoso".to_owned())).unwrap().unwrap();
    assert_eq!((user.provider().as_str(), user.tenant_id()), ("contoso", Some("W")));
    for front_end in ["aad", "azureStaticWebApps", ""] {
        assert!(EasyAuthPrincipal::from_headers(&unnamed_by(front_end.to_owned())).is_err());
    }
    // The issuer itself has one value, in whatever order.
    let two = |one: &str, other: &str| {
        format!(
            r#"{{"auth_typ":"contoso","claims":[{{"typ":"tid","val":"a"}},{{"typ":"tid","val":"b"}},
            {{"typ":"iss","val":"{one}"}},{{"typ":"iss","val":"{other}"}}]}}"#
        )
    };
    contradiction(&two(entra, adfs), &[], tenant.0, tenant.1);
    contradiction(&two(adfs, entra), &[], "claim iss", "another claim iss");
    // The same rules for a session, with its members in any order.
    let me = |provider: &str| {
        let claims = r#"[{"typ":"tid","val":"a"},{"typ":"tid","val":"b"}]"#;
        Session::parse_me(
            format!(r#"[{{"user_claims":{claims},"provider_name":"{provider}"}}]"#).as_bytes(),
        )
    };
    assert_eq!(me("auth0").unwrap()[0].principal().tenant_id(), Some("a"));
    assert_eq!(me("aad").unwrap_err().kind(), MeErrorKind::Principal);
}

/// Azure AD B2C may give one subject to all its users (AzureAD/passport-azure-ad#253).
#[test]
fn the_subject_of_all_b2c_users_is_no_id() {
    let placeholder = "Not supported currently. Use oid claim.";
    let sub = format!(r#"{{"typ":"sub","val":"{placeholder}"}}"#);
    assert_eq!(with_claims(&sub).id(), None);
    assert_eq!(with_claims(&format!(r#"{sub},{{"typ":"oid","val":"O"}}"#)).id(), Some("O"));
    let user = consistent(
        &format!(r#"{{"auth_typ":"b2c","claims":[{sub},{{"typ":"oid","val":"O"}}]}}"#),
        &[(headers::CLIENT_PRINCIPAL_ID, placeholder)],
    );
    assert_eq!((user.id(), user.subject()), (Some("O"), Some(placeholder)));
    // An empty one is none either.
    let user = with_claims(r#"{"typ":"oid","val":""},{"typ":"sub","val":"S"}"#);
    assert_eq!((user.id(), user.object_id()), (Some("S"), Some("")));
}

/// Users, and applications on their own behalf: a daemon, a Logic App, a managed identity.
#[test]
fn users_and_applications() {
    #[track_caller]
    fn check(claims: &[(&str, &str)], expected: Caller) {
        let claims: Vec<String> =
            claims.iter().map(|(typ, val)| format!(r#"{{"typ":"{typ}","val":"{val}"}}"#)).collect();
        assert_eq!(with_claims(&claims.join(",")).caller(), expected);
    }
    const V1: &str = "https://sts.windows.net/00000002-0000-4000-8000-000000000002/";
    const V2: &str = "https://login.microsoftonline.com/00000002-0000-4000-8000-000000000002/v2.0";
    let scope = "http://schemas.microsoft.com/identity/claims/scope";
    check(&[("idtyp", "app")], Caller::App);
    check(&[("idtyp", "user")], Caller::User);
    check(&[("idtyp", "device"), ("scp", "x")], Caller::Unknown);
    check(&[(scope, "user_impersonation")], Caller::User);
    check(&[("idtyp", "app"), ("scp", "x")], Caller::App);
    // App-only tokens of Entra, in which the subject is the application itself.
    check(&[("iss", V1), ("oid", "a"), ("sub", "a"), ("appid", "c")], Caller::App);
    check(&[("iss", V2), ("oid", "a"), ("sub", "a"), ("scp", "/")], Caller::App);
    check(&[("iss", V2), ("oid", "a"), ("sub", "a"), ("scp", "x")], Caller::User);
    check(&[("iss", V2), ("oid", "a"), ("sub", "b")], Caller::Unknown);
    check(&[("oid", "a"), ("sub", "a")], Caller::Unknown);
    // Users of Azure AD B2C whose subject is their object ID.
    for issuer in [
        "https://contoso.b2clogin.com/00000002-0000-4000-8000-000000000002/v2.0/",
        "https://login.microsoftonline.com/00000002-0000-4000-8000-000000000002/v2.0/",
        "https://login.microsoftonline.com/tfp/00000002-0000-4000-8000-000000000002/b2c_1/v2.0/",
    ] {
        check(&[("iss", issuer), ("oid", "a"), ("sub", "a")], Caller::Unknown);
    }
    // What only a sign-in page asks for.
    for name in ["nonce", "c_hash", "at_hash"] {
        check(&[("iss", V2), ("oid", "a"), ("sub", "a"), (name, "x")], Caller::User);
    }
    check(&[], Caller::Unknown);
    let caller = |json| principal(json).caller();
    assert_eq!(caller(r#"{"auth_typ":"github","claims":[]}"#), Caller::User);
    assert_eq!(caller(r#"{"auth_typ":"auth0","claims":[]}"#), Caller::Unknown);
    assert_eq!(caller(r#"{"identityProvider":"aad","userRoles":["authenticated"]}"#), Caller::User);
    let only_id = [(headers::CLIENT_PRINCIPAL_ID, "1"), (headers::CLIENT_PRINCIPAL_IDP, "aad")];
    let user = EasyAuthPrincipal::from_headers(&only_id).unwrap().unwrap();
    assert_eq!(user.caller(), Caller::Unknown);
    // A backend that is linked to a Static Web App, in which only users sign in.
    let linked = [only_id[0], (headers::CLIENT_PRINCIPAL_IDP, "azureStaticWebApps")];
    let user = EasyAuthPrincipal::from_headers(&linked).unwrap().unwrap();
    assert_eq!(user.caller(), Caller::User);
    assert_eq!(principal(APP_SERVICE).caller(), Caller::User);
}

#[test]
fn principals_are_equal_if_everything_readable_is_equal() {
    let principals = [
        r#"{"auth_typ":"aad","claims":[{"typ":"a","val":"b"}]}"#,
        r#"{"auth_typ":"google","claims":[{"typ":"a","val":"b"}]}"#,
        r#"{"auth_typ":"aad","claims":[{"typ":"a","val":"c"}]}"#,
        r#"{"auth_typ":"aad","claims":[{"typ":"a","val":"b"},{"typ":"a","val":"b"}]}"#,
        r#"{"auth_typ":"aad","name_typ":"n","claims":[{"typ":"a","val":"b"}]}"#,
        r#"{"auth_typ":"aad","role_typ":"n","claims":[{"typ":"a","val":"b"}]}"#,
        r#"{"identityProvider":"aad","claims":[{"typ":"a","val":"b"}]}"#,
        r#"{"identityProvider":"aad","userId":"1"}"#,
        r#"{"identityProvider":"aad","userDetails":"1"}"#,
        r#"{"identityProvider":"aad","userRoles":["1"]}"#,
    ];
    for (index, one) in principals.iter().enumerate() {
        for (other_index, other) in principals.iter().enumerate() {
            assert_eq!(principal(one) == principal(other), index == other_index);
        }
    }
    let with = |name, value| {
        EasyAuthPrincipal::from_headers(&[("X-MS-CLIENT-PRINCIPAL-ID", "1"), (name, value)])
    };
    let base = with("x", "x").unwrap();
    assert_eq!(with("x", "y").unwrap(), base);
    assert_ne!(with(headers::CLIENT_PRINCIPAL_NAME, "n").unwrap(), base);
    assert_ne!(with(headers::CLIENT_PRINCIPAL_IDP, "aad").unwrap(), base);
    assert_ne!(
        EasyAuthPrincipal::from_headers(&[("X-MS-CLIENT-PRINCIPAL-ID", "2")]).unwrap(),
        base
    );
    assert_eq!(base.clone(), base);
}

#[test]
fn providers() {
    assert_eq!(IdentityProvider::new("AAD"), IdentityProvider::ENTRA);
    assert_ne!(IdentityProvider::new("aad2"), IdentityProvider::ENTRA);
    assert_eq!(IdentityProvider::new("Auth0").as_str(), "Auth0");
    assert_eq!(IdentityProvider::UNKNOWN.as_str(), "");
    let hash = |provider: &IdentityProvider| {
        use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
        BuildHasherDefault::<DefaultHasher>::default().hash_one(provider)
    };
    assert_eq!(hash(&IdentityProvider::new("AAD")), hash(&IdentityProvider::ENTRA));
    assert_ne!(hash(&IdentityProvider::GOOGLE), hash(&IdentityProvider::ENTRA));
    for provider in IdentityProvider::ALL {
        assert_eq!(&IdentityProvider::new(provider.as_str()), provider);
    }
    assert_eq!(format!("{:?}", IdentityProvider::new("a\nb")), r"IdentityProvider(a\u{a}b)");
}

#[test]
fn formats_have_codes() {
    let shapes = [
        PrincipalFormat::AppService,
        PrincipalFormat::StaticWebApps,
        PrincipalFormat::HeadersOnly,
        PrincipalFormat::Token,
    ];
    let words = ["app-service", "static-web-apps", "headers-only", "token"];
    assert_eq!(shapes.map(PrincipalFormat::as_str), words);
}

#[test]
fn debug_shows_types_and_no_values() {
    let user = with_claims(r#"{"typ":"oid","val":"secret-value"},{"typ":"a\nb","val":"x"}"#);
    assert_eq!(
        format!("{user:?}"),
        r"EasyAuthPrincipal { provider: IdentityProvider(aad), format: AppService, claims: [Claim(oid), Claim(a\u{a}b)], .. }",
    );
    assert_eq!(format!("{:?}", Groups::Listed(vec!["G"])), "Listed(1 groups)");
    assert_eq!(format!("{:?} {:?}", Groups::Overage, Groups::Absent), "Overage Absent");
}
