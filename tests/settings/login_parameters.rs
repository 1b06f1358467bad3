//! Login parameters: kept, built, rejected, warned about, merged.

use std::error::Error as _;

use easyauth::{
    resource::{ARM, Scope},
    settings::{
        LoginParameters, LoginParametersBuilder, LoginParametersError as Error,
        LoginParametersErrorKind as Kind, MAX_LOGIN_PARAMETERS_LEN,
    },
};
use proptest::prelude::*;

const RESTATED: &str = "scope=openid email profile";

fn wire(entries: &[&str]) -> LoginParameters {
    LoginParameters::from_wire(entries)
}

/// The kinds of errors and their positions.
fn kinds(errors: &[Error]) -> Vec<(Kind, Option<usize>)> {
    errors.iter().map(|error| (error.kind(), error.entry())).collect()
}

fn builder() -> LoginParametersBuilder {
    LoginParameters::builder()
}

/// A `scope` of this many bytes without its key.
fn scope_of_len(length: usize) -> String {
    format!("scope={}", "a".repeat(length))
}

#[test]
fn a_list_is_kept_as_it_is() {
    let entries = ["scope=openid  x", "claims={\"a\"=\"b\"}", "junk", "=", "", "scope=\r\n", "a="];
    let parameters = wire(&entries);
    assert_eq!(parameters.to_wire(), entries);
    assert_eq!(parameters.get("claims"), Some("{\"a\"=\"b\"}"));
    assert_eq!(wire(&[]), LoginParameters::default());
    assert_ne!(parameters, wire(&["scope=openid x"]));
}

/// `additionalLoginParams` of version 1.
#[test]
fn the_older_settings_have_the_same_texts() {
    let v1 = wire(&["response_type=code id_token", "resource=https://graph.microsoft.com"]);
    assert_eq!(v1.get("resource"), Some("https://graph.microsoft.com"));
    assert_eq!(v1.problems(), []);
}

#[test]
fn values_by_key() {
    #[track_caller]
    fn check(entries: &[&str], key: &str, expected: Option<&str>) {
        assert_eq!(wire(entries).get(key), expected);
    }
    check(&["prompt=login"], "prompt", Some("login"));
    check(&["prompt=login", "prompt=none"], "prompt", Some("login"));
    check(&["claims=a=b"], "claims", Some("a=b"));
    check(&["prompt="], "prompt", Some(""));
    check(&["=x"], "", Some("x"));
    check(&["Prompt=login"], "prompt", None);
    check(&["prompt"], "prompt", None);
    check(&[], "prompt", None);
}

#[test]
fn scopes_of_a_list() {
    #[track_caller]
    fn check(entries: &[&str], expected: &[&str]) {
        let parameters = wire(entries);
        assert_eq!(parameters.scopes().map(Scope::as_str).collect::<Vec<_>>(), expected);
    }
    check(&["prompt=login", "scope=openid  api://a/x "], &["openid", "api://a/x"]);
    check(&["scope=openid \"bad\" email"], &["openid", "email"]);
    check(&["scope=openid", "scope=email"], &["openid"]);
    check(&["scope="], &[]);
    check(&["Scope=openid"], &[]);
    let longest = "a".repeat(MAX_LOGIN_PARAMETERS_LEN);
    check(&[&format!("scope={longest}")], &[&longest]);
    check(&[&format!("scope={longest}a")], &[]);
}

#[test]
fn printing_cannot_break_a_line() {
    let printed = format!("{:?}", wire(&["scope=openid", "a=\r\n\u{1b}[31m\u{202e}"]));
    assert_eq!(printed, r#"LoginParameters["scope=openid", "a=\u{d}\u{a}\u{1b}[31m\u{202e}"]"#);
    let long = format!("{:?}", wire(&[&"x".repeat(1000)]));
    assert_eq!(long, format!("LoginParameters[\"{}...\"]", "x".repeat(256)));

    let key = "\n".repeat(300);
    let problems = wire(&[&format!("{key}=1"), &format!("{key}=1")]).problems();
    let duplicate = &problems[2];
    let cut = format!("{}...", r"\u{a}".repeat(256));
    let message = format!("Entra accepts a parameter once (AADSTS9000411): `{cut}`");
    assert_eq!(duplicate.to_string(), format!("loginParameters[1]: {message}"));
    let printed = format!("{duplicate:?}");
    assert!(printed.is_ascii() && printed.len() < 3000, "{printed}");
}

#[test]
fn a_builder_builds_what_it_was_told() {
    #[track_caller]
    fn check(builder: LoginParametersBuilder, expected: &[&str]) {
        assert_eq!(builder.build().unwrap().to_wire(), expected);
    }
    check(
        builder().scopes(["openid", "email", "profile"]).scope(ARM.scope("user_impersonation")),
        &["scope=openid email profile https://management.azure.com/user_impersonation"],
    );
    check(builder().scope("openid").scopes(["email", "openid"]), &["scope=openid email"]);
    check(builder().scope("openid").offline_access(), &["scope=openid offline_access"]);
    check(
        builder().parameter("prompt", "login").scope("openid"),
        &["scope=openid", "prompt=login"],
    );
    check(builder().parameter("domain_hint", "contoso.com"), &["domain_hint=contoso.com"]);
    check(
        builder().parameter("scope", "openid  email").parameter("claims", "{\"a\"=1}"),
        &["scope=openid  email", "claims={\"a\"=1}"],
    );
}

#[test]
fn a_builder_rejects_what_a_list_cannot_show() {
    #[track_caller]
    fn rejected(builder: LoginParametersBuilder, message: &str) {
        assert_eq!(builder.build().unwrap_err().to_string(), message);
    }
    let empty = "expected at least one login parameter";
    rejected(builder(), empty);
    rejected(builder().scopes([""; 0]), empty);
    let invalid =
        |number| format!("loginParameters[0]: a scope is malformed (AADSTS70011): number {number}");
    rejected(builder().scope("a b"), &invalid(1));
    rejected(builder().scopes(["openid", "openid", ""]), &invalid(2));
    // And the first of the problems.
    let twice = "loginParameters[1]: Entra accepts a parameter once (AADSTS9000411)";
    rejected(builder().scope("openid").parameter("scope", "email"), &format!("{twice}: `scope`"));
    let prompts = builder().parameter("prompt", "none").parameter("prompt", "login");
    rejected(prompts, &format!("{twice}: `prompt`"));
}

/// Each problem alone, with its message and position. The builder rejects it too.
#[test]
fn problems() {
    #[track_caller]
    fn check(entries: &[&str], message: &str, entry: Option<usize>) {
        let problems = wire(entries).problems();
        let place = entry.map_or(String::new(), |entry| format!("loginParameters[{entry}]: "));
        let messages: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(messages, [format!("{place}{message}")]);
        assert_eq!(problems[0].entry(), entry);
        if let Some(built) = built(entries) {
            assert_eq!(built.unwrap_err(), problems[0]);
        }
    }
    #[track_caller]
    fn fine(entries: &[&str]) {
        assert_eq!(wire(entries).problems(), []);
        assert_eq!(built(entries).unwrap().unwrap(), wire(entries));
    }
    /// The builder's result, if each element has a key and a value.
    fn built(entries: &[&str]) -> Option<Result<LoginParameters, Error>> {
        let add = |builder: LoginParametersBuilder, entry: &&str| {
            let (key, value) = entry.split_once('=')?;
            Some(builder.parameter(key, value))
        };
        Some(entries.iter().try_fold(builder(), add)?.build())
    }

    let text = "expected key=value";
    check(&["prompt=login", "scope"], text, Some(1));
    check(&["prompt=login", ""], text, Some(1));
    check(&["=openid"], text, Some(0));
    check(&["="], text, Some(0));

    let text = |byte| format!("expected letters, digits, -, . and _ in the key: byte {byte}");
    check(&[" a=1"], &text(0), Some(0));
    check(&["a&b=1"], &text(1), Some(0));
    check(&["ab\n=1"], &text(2), Some(0));
    check(&["é=1"], &text(0), Some(0));
    check(&["a%20=1"], &text(1), Some(0));
    fine(&["A-b.c_9=1"]);

    let text = "Entra accepts a parameter once (AADSTS9000411): `prompt`";
    check(&["prompt=login", "prompt=login"], text, Some(1));
    fine(&["prompt=login", "Prompt=login"]);

    for key in
        ["client_id", "code_challenge", "code_challenge_method", "nonce", "redirect_uri", "State"]
    {
        let text = format!("the platform sets this parameter itself: `{key}`");
        check(&[&format!("{key}=1")], &text, Some(0));
    }
    fine(&["state_=1"]);

    check(&["prompt="], "expected a value: `prompt`", Some(0));
    fine(&["prompt= "]);

    let text = |byte| format!("the value has a character that breaks an address: `a`, byte {byte}");
    check(&["a=b\n"], &text(1), Some(0));
    check(&["a=\u{7f}"], &text(0), Some(0));
    check(&["a=é\u{85}"], &text(2), Some(0));
    check(&["a=b&redirect_uri=x"], &text(1), Some(0));
    check(&["a=b#"], &text(1), Some(0));
    fine(&["a=b?c=d%20e+f \"é\""]);

    let text = "expected a scope (AADSTS28003)";
    check(&["scope="], text, Some(0));
    check(&["scope=  "], text, Some(0));
    fine(&["scope= openid  email "]);

    let text = "a scope is malformed (AADSTS70011): number 2";
    check(&["scope=openid \"x\""], text, Some(0));
    check(&["scope=openid https://graph.microsoft.com"], text, Some(0));

    let text = "expected one value of `prompt` (AADSTS90023)";
    check(&["prompt=login consent"], text, Some(0));
    fine(&["prompt=login "]);

    let text = "the login parameters are longer than 16384 bytes (AADSTS90015)";
    check(&[&scope_of_len(16_379)], text, None);
    check(&[&scope_of_len(8_000), &format!("a={}", "b".repeat(8_377))], text, None);
    fine(&[&scope_of_len(16_378)]);
    fine(&[&scope_of_len(8_000), &format!("a={}", "b".repeat(8_376))]);
}

#[test]
fn problems_of_more_than_one_api() {
    #[track_caller]
    fn check(scopes: &str, expected: Option<Kind>) {
        let parameters = wire(&["prompt=login", &format!("scope={scopes}")]);
        let expected = Vec::from_iter(expected.map(|kind| (kind, Some(1))));
        assert_eq!(kinds(&parameters.problems()), expected);
    }
    const ID: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
    let two = || Some(Kind::TwoResources);
    let mixed = || Some(Kind::DefaultMixed);

    check("openid profile email offline_access address phone", None);
    check("User.Read https://graph.microsoft.com/Mail.Read", None);
    check("User.Read 00000003-0000-0000-c000-000000000000/Mail.Read", None);
    check("https://management.azure.com/a https://management.core.windows.net//b", None);
    check("797f4846-ba00-4fd7-ba43-dac1f8f63013/a https://management.azure.com/b", None);
    // An API without a name is at least the same as itself.
    check("api:///x api:///y", None);
    check("api://a/x api://a/y api://a//z", None);
    check(&format!("api://{ID}/x {ID}/y"), None);
    check(&format!("{ID}/x {}/y", ID.to_uppercase()), None);
    check("User.Read api://a/x", two());
    check("api://a/x openid User.Read", two());
    check("api://a/x openid api://b/x", two());
    check("api://a/x api://a/y api://b/x", two());
    check(&format!("api://{ID}/x https://{ID}/y"), two());
    check("api://797f4846-ba00-4fd7-ba43-dac1f8f63013/a https://management.azure.com/b", two());

    // A name alone and an app id are of the API in the cloud of the sign-in; an address is not.
    check("User.Read https://graph.microsoft.us/Mail.Read", None);
    check("https://graph.microsoft.us/a 00000003-0000-0000-c000-000000000000/b", None);
    check("https://graph.microsoft.com/a https://graph.microsoft.us/a", two());
    check("User.Read https://graph.microsoft.com/a https://graph.microsoft.us/a", two());
    check("User.Read https://management.azure.com/a", two());

    check("openid api://a/.default offline_access", None);
    check("api://a/.default api://a/.default", None);
    check("api://a/.default api://a/x", mixed());
    check("api://a/x api://a/.default", mixed());
    check("api://a/.default api://a//.default", mixed());
    check(".default User.Read", mixed());
    check("User.Read https://graph.microsoft.us/.default", mixed());
    check("api://a/.default api://b/x", two());
    let message = |scopes: &str| wire(&[scopes]).problems()[0].to_string();
    assert_eq!(
        message("scope=api://a/x api://a/.default"),
        "loginParameters[0]: `.default` cannot be combined with other scopes of its API (AADSTS70011)"
    );
    assert_eq!(
        message("scope=api://a/x api://b/x"),
        "loginParameters[0]: the scopes are of more than one API, and a token is for one (AADSTS28000)"
    );
}

#[test]
fn problems_of_a_resource() {
    #[track_caller]
    fn check(resource: &str, scopes: &str, expected: Option<&str>) {
        let parameters = wire(&[&format!("scope={scopes}"), &format!("resource={resource}")]);
        let problems: Vec<_> = parameters.problems().iter().map(ToString::to_string).collect();
        assert_eq!(problems, Vec::from_iter(expected));
    }
    const OTHER: &str =
        "loginParameters[1]: `resource` is not the API of the scopes, and a token is for one";
    let other = || Some(OTHER);
    check("https://graph.microsoft.com", "openid", None);
    check("https://graph.microsoft.com", "openid User.Read", None);
    check("https://graph.microsoft.com/", "User.Read", None);
    check("00000003-0000-0000-c000-000000000000", "https://graph.microsoft.us/x", None);
    check("api://a", "api://a/x", None);
    check("no identifier", "api://a/x", None);
    check("https://graph.microsoft.com", "api://a/x", other());
    check("api://b", "openid api://a/x", other());
    assert_eq!(wire(&["resource=api://a"]).problems(), []);
}

#[test]
fn all_problems_come_in_their_order() {
    let problems = wire(&["junk", "scope=User.Read api://a/x", "nonce=1", "nonce=", "=", "scope="]);
    let expected = [
        (Kind::NotKeyValue, 0),
        (Kind::ReservedKey, 2),
        (Kind::ReservedKey, 3),
        (Kind::DuplicateKey, 3),
        (Kind::NoValue, 3),
        (Kind::NotKeyValue, 4),
        (Kind::DuplicateKey, 5),
        (Kind::TwoResources, 1),
        (Kind::NoScope, 5),
    ];
    assert_eq!(kinds(&problems.problems()), expected.map(|(kind, entry)| (kind, Some(entry))));
}

#[test]
fn an_error_has_its_source() {
    let error = builder().scope("api://a").build().unwrap_err();
    assert_eq!(
        error.source().unwrap().to_string(),
        "expected the name of a permission after the API, found \"api://a\""
    );
}

#[test]
fn a_list_of_any_length_is_checked() {
    let entries = (0..100_000).map(|index| format!("key{index}=1=2"));
    let parameters = LoginParameters::from_wire(entries);
    assert_eq!(kinds(&parameters.problems()), [(Kind::TooLong, None)]);
    assert_eq!(parameters.warnings().len(), 200_000);
    assert_eq!(parameters.merge(&parameters).unwrap_err().kind(), Kind::TooLong);
    let twice = LoginParameters::from_wire(vec!["key=1"; 100_000]);
    assert_eq!(twice.problems().len(), 100_000);
    let scopes = LoginParameters::from_wire([format!("scope={}", "a/b ".repeat(1_000_000))]);
    assert_eq!(kinds(&scopes.problems()), [(Kind::TooLong, None)]);
}

/// Each warning alone, with its message and position.
#[test]
fn warnings() {
    #[track_caller]
    fn check(entries: &[&str], message: &str) {
        let warnings = wire(entries).warnings();
        let messages: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(messages, [message]);
        let entry = warnings[0].entry().unwrap();
        assert!(message.starts_with(&format!("loginParameters[{entry}]: ")));
    }
    #[track_caller]
    fn fine(entries: &[&str]) {
        assert_eq!(wire(entries).warnings(), []);
    }
    fine(&[]);
    fine(&[RESTATED, "prompt=login", "response_type=code id_token", "login_hint=x", "junk", "=x"]);
    fine(&[RESTATED, "scope=", "nonce=x", "Client_id=x"]); // problems, and no warnings beside them

    let text =
        "loginParameters[0]: `scope` has no `openid`, which a sign-in needs to get an ID token";
    check(&["scope=profile email openid2"], text);

    let text =
        "loginParameters[1]: `scope` replaces the platform's own scopes, and omits: `profile`";
    check(&["prompt=login", "scope=openid email"], text);
    let text = "loginParameters[0]: `scope` replaces the platform's own scopes, and omits: `email`";
    check(&["scope=openid profile"], text);

    let text = "loginParameters[0]: `scope` looks encoded, and the platform encodes it again";
    check(&[&format!("{RESTATED} https%3A//a.example/x")], text);
    check(&[&format!("{RESTATED} a%2f")], text);
    check(&[&format!("{RESTATED} a+b")], text);
    fine(&[&format!("{RESTATED} a%2 %zz %2g")]);
    fine(&[RESTATED, "login_hint=a+b%20,;"]);

    let text = "loginParameters[0]: `scope` has a `,` or `;`, but only spaces separate scopes";
    check(&[&format!("{RESTATED} a,b")], text);
    check(&[&format!("{RESTATED} a;b")], text);

    check(
        &["paramName1=value1"],
        "loginParameters[0]: Entra documents no such parameter: `paramName1`",
    );

    let text = "loginParameters[0]: `resource` is for the version 1.0 endpoint, and a v2.0 issuer \
                rejects it (AADSTS901002)";
    check(&["resource=https://graph.microsoft.com"], text);
    check(&["resource="], text);

    let text = "loginParameters[0]: Azure AD Graph (graph.windows.net) is retired: use scopes of \
                Microsoft Graph";
    check(&[&format!("{RESTATED} https://graph.windows.net/.default")], text);
    check(&[&format!("{RESTATED} 00000002-0000-0000-c000-000000000000/x")], text);

    check(
        &["domain_hint=contoso.com"],
        "loginParameters[0]: `domain_hint` does not restrict who can sign in",
    );

    let text = "loginParameters[0]: the value has a `=`, and the Terraform provider azurerm loses \
                such a parameter: `claims`";
    check(&["claims=a=b"], text);
    check(&["claims=="], text);
}

#[test]
fn warnings_that_come_with_another() {
    #[track_caller]
    fn check(entries: &[&str], expected: &[(Kind, Option<usize>)]) {
        assert_eq!(kinds(&wire(entries).warnings()), expected);
    }
    let id_token = |entry| (Kind::IdTokenWithoutOpenid, Some(entry));
    let no_openid = |entry| (Kind::NoOpenid, Some(entry));
    check(&["response_type=code id_token", "scope=profile email"], &[id_token(0), no_openid(1)]);
    check(&["scope=profile email", "response_type=id_token"], &[no_openid(0), id_token(1)]);
    check(&["scope=profile email", "response_type=code"], &[no_openid(0)]);
    // Without a `scope` the platform asks for `openid`.
    check(&["response_type=id_token"], &[]);
    assert_eq!(
        wire(&["response_type=id_token", "scope=profile email"]).warnings()[0].to_string(),
        "loginParameters[0]: `response_type` requests an ID token, and `scope` has no `openid` \
         (AADSTS70005)"
    );
    for identifier in [
        "https://graph.windows.net",
        "https://graph.windows.net/",
        "00000002-0000-0000-c000-000000000000",
        "https://graph.chinacloudapi.cn",
    ] {
        check(
            &[&format!("resource={identifier}")],
            &[(Kind::ResourceParameter, Some(0)), (Kind::AzureAdGraph, Some(0))],
        );
    }
    check(&["scope=openid"], &[(Kind::NotRestated, Some(0)), (Kind::NotRestated, Some(0))]);
    // What a scope has is unknown until it is written with spaces.
    let (encoded, separator) = ((Kind::EncodedScope, Some(0)), (Kind::WrongSeparator, Some(0)));
    check(&["scope=openid%20profile%20email"], &[encoded]);
    check(&["scope=openid+profile+email", "response_type=code id_token"], &[encoded]);
    check(&["scope=openid,profile,email", "response_type=id_token"], &[separator]);
    check(&["scope=profile;email"], &[separator]);
    check(&["scope=openid,profile%20email"], &[encoded, separator]);
}

#[test]
fn keys_that_are_probably_meant() {
    #[track_caller]
    fn check(key: &str, expected: Option<&str>) {
        let warnings = wire(&[&format!("{key}=x")]).warnings();
        assert_eq!(kinds(&warnings), [(Kind::UnknownKey, Some(0))]);
        let meant = expected.map_or(String::new(), |key| format!("; `{key}` is probably meant"));
        assert_eq!(
            warnings[0].to_string(),
            format!("loginParameters[0]: Entra documents no such parameter: `{key}`{meant}")
        );
    }
    check("reponse_type", Some("response_type")); // missing
    check("responsse_type", Some("response_type")); // too many
    check("rezponse_type", Some("response_type")); // wrong
    check("repsonse_type", Some("response_type")); // swapped
    check("response-typ", Some("response_type")); // two edits
    check("repsonse_tyep", Some("response_type"));
    check("rsponse_typ3x", None); // three
    check("response_mod", Some("response_mode")); // the nearest
    check("promptxx", Some("prompt"));
    check("promptxxx", None);
    check("xxprompt", Some("prompt"));
    check("promt", Some("prompt"));
    check("prom", Some("prompt"));
    check("pro", None);
    check("pormtp", Some("prompt"));
    check("SCOPE", Some("scope"));
    check("scopes", Some("scope"));
    check("scoep", Some("scope"));
    check("cope", Some("scope"));
    check("epocs", None);
    check("client_idd", None); // of those that can be set
    check("access_type", None);
    check(&"scope".repeat(50), None);
}

#[test]
fn merging() {
    #[track_caller]
    fn check(own: &[&str], other: &[&str], expected: &[&str]) {
        let (own, other) = (wire(own), wire(other));
        let merged = own.merge(&other).unwrap();
        assert_eq!(merged, wire(expected));
        assert_eq!(merged.merge(&other).unwrap(), merged);
    }
    let fix = "scope=openid email profile https://management.azure.com/user_impersonation";
    check(&[], &[fix], &[fix]);
    check(&[fix], &[], &[fix]);
    check(&[], &["prompt=login", fix, "junk"], &["prompt=login", fix, "junk"]);
    check(&["prompt=login"], &[fix], &["prompt=login", fix]);
    check(
        &["junk", "scope=openid offline_access", "prompt=login", "prompt=none"],
        &[fix],
        &[
            "junk",
            "scope=openid offline_access email profile \
             https://management.azure.com/user_impersonation",
            "prompt=login",
            "prompt=none",
        ],
    );
    // Present parameters do not change.
    check(&["scope=openid  email "], &["scope=email openid"], &["scope=openid  email "]);
    check(&["scope=openid  email "], &["scope=profile"], &["scope=openid  email profile"]);
    check(&["scope=openid email openid"], &["scope=email"], &["scope=openid email openid"]);
    check(&["scope="], &["scope=openid"], &["scope=openid"]);
    check(&["scope=a="], &["scope=openid"], &["scope=a= openid"]);
    // The same permission by another name is there.
    check(
        &["scope=797f4846-ba00-4fd7-ba43-dac1f8f63013/a"],
        &["scope=https://management.azure.com/a https://management.azure.com/b"],
        &["scope=797f4846-ba00-4fd7-ba43-dac1f8f63013/a https://management.azure.com/b"],
    );
    // A name of OpenID Connect can be one of an API too.
    check(&["scope=api://a/email"], &["scope=email"], &["scope=api://a/email email"]);
    // `.default` covers the rest of its API.
    check(&["scope=api://a/.default"], &["scope=api://a/x"], &["scope=api://a/.default"]);
    check(
        &["scope=api://a/.default"],
        &["scope=openid api://a/x"],
        &["scope=api://a/.default openid"],
    );
    check(&["scope=api://a/.default"], &["scope=api://a/.default"], &["scope=api://a/.default"]);
    // Other parameters.
    check(
        &["prompt=login", "x"],
        &["x", "y", "prompt=login", "domain_hint=a", "y"],
        &["prompt=login", "x", "y", "domain_hint=a"],
    );
    check(&["x"], &["x=1"], &["x", "x=1"]);
    check(&["resource=api://a"], &["scope=api://a/x"], &["resource=api://a", "scope=api://a/x"]);
}

#[test]
fn lists_that_cannot_be_merged() {
    #[track_caller]
    fn rejected(own: &[&str], other: &[&str], expected: (Kind, Option<usize>)) {
        let error = wire(own).merge(&wire(other)).unwrap_err();
        assert_eq!((error.kind(), error.entry()), expected);
    }
    let two = (Kind::TwoResources, Some(1));
    rejected(&["x", "scope=User.Read"], &["scope=openid api://a/x"], two);
    rejected(
        &["x", "scope=api://a/user_impersonation"],
        &["scope=api://b/user_impersonation"],
        two,
    );
    rejected(&["x", "scope=api://a/.default"], &["scope=api://b/x"], two);
    rejected(&["x", "scope=api://a/x api://b/x"], &[], two);
    rejected(&[], &["x", "scope=api://a/x api://b/x"], two);
    let resource = (Kind::ResourceOfAnotherApi, Some(0));
    rejected(&["resource=api://b"], &["scope=openid api://a/x"], resource);
    let mixed = (Kind::DefaultMixed, Some(0));
    rejected(&["scope=api://a/x"], &["scope=api://a/.default"], mixed);
    let twice = (Kind::DuplicateKey, Some(1));
    rejected(&["scope=openid", "scope=openid"], &["scope=openid"], twice);
    rejected(&["scope=openid"], &["scope=openid", "scope=email"], twice);
    let twice = (Kind::DuplicateKey, Some(0));
    rejected(&["prompt=login"], &["prompt=none"], twice);
    rejected(&[], &["prompt=login", "prompt=none"], twice);
    let invalid = (Kind::InvalidScope, Some(0));
    rejected(&["scope=\"x\""], &["scope=openid"], invalid);
    rejected(&["scope=openid"], &["scope=\"x\""], invalid);
    rejected(&["scope= "], &[], (Kind::NoScope, Some(0)));
    rejected(&[&scope_of_len(16_378)], &["scope=openid"], (Kind::TooLong, None));
}

#[test]
fn replacing_the_api() {
    #[track_caller]
    fn check(own: &[&str], other: &[&str], expected: &[&str]) {
        let (own, other) = (wire(own), wire(other));
        let replaced = own.replace_api_scopes(&other).unwrap();
        assert_eq!(replaced, wire(expected));
        assert_eq!(replaced.replace_api_scopes(&other).unwrap(), replaced);
    }
    #[track_caller]
    fn rejected(own: &[&str], other: &[&str], expected: (Kind, Option<usize>)) {
        let error = wire(own).replace_api_scopes(&wire(other)).unwrap_err();
        assert_eq!((error.kind(), error.entry()), expected);
    }
    check(
        &["prompt=login", "scope=openid User.Read email Mail.Read"],
        &["scope=openid profile api://a/x", "domain_hint=b"],
        &["prompt=login", "scope=openid email profile api://a/x", "domain_hint=b"],
    );
    check(&["scope=User.Read"], &["scope=api://a/x"], &["scope=api://a/x"]);
    // Of the same API: exactly the new ones.
    check(&["scope=api://a/x api://a/y"], &["scope=api://a/y"], &["scope=api://a/y"]);
    check(&["scope=api://a/.default"], &["scope=api://a/x"], &["scope=api://a/x"]);
    check(&["scope=api://a/x"], &["scope=api://a/.default"], &["scope=api://a/.default"]);
    // Nothing to replace.
    check(
        &["scope=api://a/y  api://a/x"],
        &["scope=api://a/x api://a/y"],
        &["scope=api://a/y  api://a/x"],
    );
    check(&["scope=User.Read"], &["scope=openid"], &["scope=User.Read openid"]);
    check(&["prompt=login"], &["scope=api://a/x"], &["prompt=login", "scope=api://a/x"]);
    check(&["scope=openid  email"], &["scope=api://a/x"], &["scope=openid  email api://a/x"]);
    // What was refused before is put right.
    check(&["scope=User.Read api://b/x"], &["scope=api://a/x"], &["scope=api://a/x"]);
    check(&["scope=api://b/x api://b/.default"], &["scope=api://a/x"], &["scope=api://a/x"]);

    rejected(&["resource=api://b"], &["scope=api://a/x"], (Kind::ResourceOfAnotherApi, Some(0)));
    rejected(&["scope=api://a/x api://b/x"], &["scope=openid"], (Kind::TwoResources, Some(0)));
    rejected(&["scope=User.Read"], &["scope=api://a/x api://b/x"], (Kind::TwoResources, Some(0)));
    let invalid = (Kind::InvalidScope, Some(0));
    rejected(&["scope=\"x\" User.Read"], &["scope=api://a/x"], invalid);
    rejected(&[&scope_of_len(16_385)], &["scope=api://a/x"], (Kind::TooLong, None));
    let twice = (Kind::DuplicateKey, Some(1));
    rejected(&["scope=User.Read", "scope=openid"], &["scope=api://a/x"], twice);
}

#[test]
fn one_more_scope() {
    #[track_caller]
    fn check(own: &[&str], scope: impl AsRef<str>, expected: &[&str]) {
        assert_eq!(wire(own).with_scope(scope).unwrap(), wire(expected));
    }
    let restated = "scope=openid email profile https://management.azure.com/x";
    check(&[], ARM.scope("x"), &[restated]);
    check(&["prompt=login"], ARM.scope("x"), &["prompt=login", restated]);
    check(&["scope=openid"], ARM.scope("x"), &["scope=openid https://management.azure.com/x"]);
    check(&[], "offline_access", &["scope=openid email profile offline_access"]);
    check(&[], "email", &[RESTATED]);
    let error = wire(&["scope=User.Read"]).with_scope(ARM.scope("x")).unwrap_err();
    assert_eq!((error.kind(), error.entry()), (Kind::TwoResources, Some(0)));
    assert_eq!(wire(&[]).with_scope("a b").unwrap_err().kind(), Kind::InvalidScope);
}

#[test]
fn from_version_1_to_2() {
    #[track_caller]
    fn check(v1: &[&str], v2: &[&str]) {
        let migrated = wire(v1).migrated_to_v2().unwrap();
        assert_eq!(migrated, wire(v2));
        assert_eq!(migrated.migrated_to_v2().unwrap(), migrated);
        let scopes: Vec<&Scope> = migrated.scopes().collect();
        assert_eq!(scopes, wire(v2).scopes().collect::<Vec<_>>());
    }
    #[track_caller]
    fn rejected(v1: &[&str], kind: Kind, entry: usize) {
        let error = wire(v1).migrated_to_v2().unwrap_err();
        assert_eq!((error.kind(), error.entry()), (kind, Some(entry)));
    }
    check(
        &["response_type=code id_token", "resource=https://graph.microsoft.com", "prompt=login"],
        &[
            "response_type=code id_token",
            "prompt=login",
            "scope=openid email profile https://graph.microsoft.com/.default",
        ],
    );
    check(
        &["resource=https://management.core.windows.net/"],
        &["scope=openid email profile https://management.core.windows.net//.default"],
    );
    check(
        &["resource=00000003-0000-0000-c000-000000000000"],
        &["scope=openid email profile 00000003-0000-0000-c000-000000000000/.default"],
    );
    check(&["resource=api://a", "scope=openid"], &["scope=openid api://a/.default"]);
    check(&["scope=User.Read", "junk"], &["scope=User.Read", "junk"]);
    check(&[], &[]);

    rejected(&["x", "resource=https://graph.windows.net"], Kind::AzureAdGraph, 1);
    rejected(&["resource=https://graph.windows.net/"], Kind::AzureAdGraph, 0);
    rejected(&["resource=api://a", "resource=api://a"], Kind::DuplicateKey, 1);
    rejected(&["x", "resource="], Kind::InvalidScope, 1);
    rejected(&["resource=a b"], Kind::InvalidScope, 0);
    rejected(&["resource=api://a", "scope=api://b/x"], Kind::TwoResources, 1);
    rejected(&["resource=api://a", "scope=api://a/x"], Kind::DefaultMixed, 1);
    let error = wire(&["resource=https://graph.windows.net"]).migrated_to_v2().unwrap_err();
    assert_eq!(
        error.to_string(),
        "loginParameters[0]: Azure AD Graph (graph.windows.net) is retired: use scopes of Microsoft \
         Graph"
    );
}

/// Each kind has its own code.
#[test]
fn kinds_have_their_own_codes() {
    let codes: std::collections::HashSet<_> = Kind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(codes.len(), Kind::ALL.len());
}

/// Scopes, and strings that are almost scopes.
fn scope() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::sample::select(vec!["openid", "profile", "email", "offline_access"])
            .prop_map(str::to_owned),
        4 => "api://[ab]/([xy]|\\.default)",
        1 => "https://management\\.(azure\\.com/|core\\.windows\\.net//)[xy]",
        1 => "[XY]",
        1 => "[ -~]{0,8}",
    ]
}

/// Elements that often have the same keys.
fn entry() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::collection::vec(scope(), 0..5)
            .prop_map(|scopes| format!("scope={}", scopes.join(" "))),
        2 => "(prompt|domain_hint|resource)=(login|a b|api://[ab])",
        1 => "\\PC{0,8}",
        1 => any::<String>(),
    ]
}

fn parameters() -> impl Strategy<Value = LoginParameters> {
    proptest::collection::vec(entry(), 0..4).prop_map(LoginParameters::from_wire)
}

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn to_wire_is_the_inverse_of_from_wire(entries in proptest::collection::vec(any::<String>(), 0..8)) {
        let parameters = LoginParameters::from_wire(&entries);
        prop_assert_eq!(parameters.to_wire(), entries);
    }

    #[test]
    fn nothing_that_is_printed_breaks_a_line(parameters in parameters()) {
        let printed = format!(
            "{parameters:?} {:?} {:?}",
            parameters.problems(),
            parameters.warnings(),
        );
        let problems = parameters.problems().into_iter().map(|problem| problem.to_string());
        let warnings = parameters.warnings().into_iter().map(|warning| warning.to_string());
        let strings: Vec<String> = problems.chain(warnings).chain([printed]).collect();
        prop_assert!(strings.iter().flat_map(|text| text.chars()).all(|c| c == ' ' || c.is_ascii_graphic()));
    }

    #[test]
    fn what_is_built_has_no_problems(
        scopes in proptest::collection::vec(scope(), 0..5),
        others in proptest::collection::vec(entry(), 0..3),
    ) {
        let others = others.iter().filter_map(|entry| entry.split_once('='));
        let add = |builder: LoginParametersBuilder, (key, value)| builder.parameter(key, value);
        let builder = others.fold(builder().scopes(&scopes), add);
        if let Ok(built) = builder.build() {
            prop_assert_eq!(built.problems(), []);
            let scope_entries = built.to_wire().iter().filter(|own| own.starts_with("scope=")).count();
            prop_assert!(scope_entries <= 1);
        }
    }

    #[test]
    fn merging_twice_is_merging_once(own in parameters(), other in parameters()) {
        for merge in [LoginParameters::merge, LoginParameters::replace_api_scopes] {
            let Ok(merged) = merge(&own, &other) else { continue };
            prop_assert_eq!(merge(&merged, &other), Ok(merged));
        }
    }

    #[test]
    fn merging_keeps_what_is_there(own in parameters(), other in parameters()) {
        let Ok(merged) = own.merge(&other) else { return Ok(()) };
        prop_assert!(merged.to_wire().len() >= own.to_wire().len());
        for (before, after) in own.to_wire().iter().zip(merged.to_wire()) {
            prop_assert!(after.starts_with(before.as_str()));
            prop_assert!(after == *before || before.starts_with("scope="));
        }
        if own.problems().is_empty() {
            prop_assert_eq!(merged.merge(&own), Ok(merged.clone()));
        }
    }

    #[test]
    fn merging_into_nothing_gives_the_other(other in parameters()) {
        if other.problems().is_empty() {
            prop_assert_eq!(LoginParameters::default().merge(&other), Ok(other));
        }
    }
}
