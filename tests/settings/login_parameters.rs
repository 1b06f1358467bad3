//! Login parameters: what is kept, built, refused, warned of, merged.

use std::error::Error as _;

use easyauth::{
    resource::{ARM, Scope},
    settings::{
        LoginParameters, LoginParametersBuilder, LoginParametersError as Error,
        LoginParametersWarning as Warning, MAX_LOGIN_PARAMETERS_LEN, Prompt,
    },
};
use proptest::prelude::*;

const RESTATED: &str = "scope=openid profile email";

fn wire(entries: &[&str]) -> LoginParameters {
    LoginParameters::from_wire(entries)
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
    assert_eq!(parameters.entries().collect::<Vec<_>>(), entries);
    assert_eq!(parameters.entries().len(), 7);
    let split: Vec<_> = parameters.parameters().collect();
    let expected = [
        ("scope", "openid  x"),
        ("claims", "{\"a\"=\"b\"}"),
        ("", ""),
        ("scope", "\r\n"),
        ("a", ""),
    ];
    assert_eq!(split, expected);
    assert!(!parameters.is_empty());
    assert!(wire(&[]).is_empty());
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
    assert_eq!(
        duplicate.to_string(),
        format!("loginParameters[1]: `{cut}` is there already, and Entra takes a parameter once")
    );
    assert_eq!(format!("{duplicate:?}"), format!("DuplicateKey {{ entry: 1, key: \"{cut}\" }}"));
    let Error::DuplicateKey { key: own, .. } = duplicate else { panic!("{duplicate:?}") };
    assert_eq!(own.as_str(), key);
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
    check(builder().prompt(Prompt::Login).scope("openid"), &["scope=openid", "prompt=login"]);
    check(builder().domain_hint("contoso.com"), &["domain_hint=contoso.com"]);
    check(builder().response_type("code id_token"), &["response_type=code id_token"]);
    check(
        builder().resource_v1("https://graph.microsoft.com"),
        &["resource=https://graph.microsoft.com"],
    );
    check(
        builder().raw("scope=openid  email").raw("claims={\"a\"=1}"),
        &["scope=openid  email", "claims={\"a\"=1}"],
    );
    let all: Vec<&str> = Prompt::ALL.iter().map(|prompt| prompt.as_str()).collect();
    assert_eq!(all, ["consent", "login", "none", "select_account"]);
}

#[test]
fn what_a_builder_refuses_by_itself() {
    #[track_caller]
    fn refused(builder: LoginParametersBuilder, expected: Error) {
        assert_eq!(builder.build().unwrap_err(), expected);
    }
    refused(builder(), Error::Empty);
    refused(builder().scopes([""; 0]), Error::Empty);
    let invalid = |number, scope| {
        let source = Scope::parse(scope).unwrap_err();
        Error::InvalidScope { entry: 0, number, source }
    };
    refused(builder().scope("a b"), invalid(1, "a b"));
    refused(builder().scopes(["openid", "openid", ""]), invalid(2, ""));
    // And one of everything else, by way of the problems.
    let error = builder().scope("openid").raw("scope=email").build().unwrap_err();
    assert!(matches!(error, Error::DuplicateKey { entry: 1, .. }));
    let error = builder().prompt(Prompt::None).prompt(Prompt::Login).build().unwrap_err();
    assert!(matches!(error, Error::DuplicateKey { entry: 1, .. }));
    assert_eq!(Error::Empty.to_string(), "there is no login parameter");
    assert_eq!((Error::Empty.entry(), Error::Empty.aadsts()), (None, None));
}

/// Each problem comes alone, with its message, its position and Entra's code for it, and the builder
/// refuses it too.
#[test]
fn problems() {
    #[track_caller]
    fn check(entries: &[&str], message: &str, entry: Option<usize>, aadsts: Option<&str>) {
        let problems = wire(entries).problems();
        let messages: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(messages, [message]);
        assert_eq!((problems[0].entry(), problems[0].aadsts()), (entry, aadsts));
        let built = entries.iter().fold(builder(), LoginParametersBuilder::raw).build();
        assert_eq!(built.unwrap_err(), problems[0]);
    }
    #[track_caller]
    fn fine(entries: &[&str]) {
        assert_eq!(wire(entries).problems(), []);
        let built = entries.iter().fold(builder(), LoginParametersBuilder::raw).build().unwrap();
        assert_eq!(built, wire(entries));
    }

    let text = "loginParameters[1] has no `=` between a key and a value";
    check(&["prompt=login", "scope"], text, Some(1), None);
    check(&["prompt=login", ""], text, Some(1), None);

    let text = "loginParameters[0] has no key in front of its `=`";
    check(&["=openid"], text, Some(0), None);
    check(&["="], text, Some(0), None);

    let text = |position| {
        format!("loginParameters[0]: the key has a byte at position {position} that no key has")
    };
    check(&[" a=1"], &text(0), Some(0), None);
    check(&["a&b=1"], &text(1), Some(0), None);
    check(&["ab\n=1"], &text(2), Some(0), None);
    check(&["é=1"], &text(0), Some(0), None);
    check(&["a%20=1"], &text(1), Some(0), None);
    fine(&["A-b.c_9=1"]);

    let text = "loginParameters[1]: `prompt` is there already, and Entra takes a parameter once";
    check(&["prompt=login", "prompt=login"], text, Some(1), Some("AADSTS9000411"));
    fine(&["prompt=login", "Prompt=login"]);

    for key in
        ["client_id", "code_challenge", "code_challenge_method", "nonce", "redirect_uri", "State"]
    {
        let text = format!("loginParameters[0]: `{key}` is set by the platform");
        check(&[&format!("{key}=1")], &text, Some(0), None);
    }
    fine(&["state_=1"]);

    check(&["prompt="], "loginParameters[0]: `prompt` has no value", Some(0), None);
    fine(&["prompt= "]);

    let text = |position| {
        format!(
            "loginParameters[0]: the value of `a` has a byte at position {position} that breaks an \
             address"
        )
    };
    check(&["a=b\n"], &text(1), Some(0), None);
    check(&["a=\u{7f}"], &text(0), Some(0), None);
    check(&["a=é\u{85}"], &text(2), Some(0), None);
    check(&["a=b&redirect_uri=x"], &text(1), Some(0), None);
    check(&["a=b#"], &text(1), Some(0), None);
    fine(&["a=b?c=d%20e+f \"é\""]);

    let text = "loginParameters[0]: there is no scope";
    check(&["scope="], text, Some(0), Some("AADSTS28003"));
    check(&["scope=  "], text, Some(0), Some("AADSTS28003"));
    fine(&["scope= openid  email "]);

    let text = "loginParameters[0]: one of the scopes is not a scope (number 2)";
    check(&["scope=openid \"x\""], text, Some(0), Some("AADSTS70011"));
    check(&["scope=openid https://graph.microsoft.com"], text, Some(0), Some("AADSTS70011"));

    let text = "loginParameters[0]: `prompt` has more than one value";
    check(&["prompt=login consent"], text, Some(0), Some("AADSTS90023"));
    fine(&["prompt=login "]);

    let text = "the login parameters have more than 16384 bytes";
    check(&[&scope_of_len(16_379)], text, None, Some("AADSTS90015"));
    check(
        &[&scope_of_len(8_000), &format!("a={}", "b".repeat(8_377))],
        text,
        None,
        Some("AADSTS90015"),
    );
    fine(&[&scope_of_len(16_378)]);
    fine(&[&scope_of_len(8_000), &format!("a={}", "b".repeat(8_376))]);
}

#[test]
fn problems_of_more_than_one_api() {
    #[track_caller]
    fn check(scopes: &str, expected: Option<Error>) {
        let parameters = wire(&["prompt=login", &format!("scope={scopes}")]);
        assert_eq!(parameters.problems(), Vec::from_iter(expected));
    }
    const ID: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
    let two = || Some(Error::TwoResources { entry: 1 });
    let mixed = || Some(Error::DefaultMixed { entry: 1 });

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
    assert_eq!(
        mixed().unwrap().to_string(),
        "loginParameters[1]: `.default` is mixed with other scopes of the API"
    );
    let codes = [two(), mixed()].map(|error| error.unwrap().aadsts());
    assert_eq!(codes, [Some("AADSTS28000"), Some("AADSTS70011")]);
    let entries = [two(), mixed()].map(|error| error.unwrap().entry());
    assert_eq!(entries, [Some(1), Some(1)]);
}

#[test]
fn problems_of_a_resource() {
    #[track_caller]
    fn check(resource: &str, scopes: &str, expected: Option<Error>) {
        let parameters = wire(&[&format!("scope={scopes}"), &format!("resource={resource}")]);
        assert_eq!(parameters.problems(), Vec::from_iter(expected));
    }
    let other = || Some(Error::ResourceOfAnotherApi { entry: 1 });
    check("https://graph.microsoft.com", "openid", None);
    check("https://graph.microsoft.com", "openid User.Read", None);
    check("https://graph.microsoft.com/", "User.Read", None);
    check("00000003-0000-0000-c000-000000000000", "https://graph.microsoft.us/x", None);
    check("api://a", "api://a/x", None);
    check("no identifier", "api://a/x", None);
    check("https://graph.microsoft.com", "api://a/x", other());
    check("api://b", "openid api://a/x", other());
    let error = other().unwrap();
    assert_eq!(
        error.to_string(),
        "loginParameters[1]: `resource` is not the API of the scopes, and a token is for one"
    );
    assert_eq!((error.entry(), error.aadsts()), (Some(1), None));
    assert_eq!(wire(&["resource=api://a"]).problems(), []);
}

#[test]
fn all_problems_come_in_their_order() {
    let problems = wire(&["junk", "scope=User.Read api://a/x", "nonce=1", "nonce=", "=", "scope="])
        .problems()
        .iter()
        .map(|problem| (problem.entry(), problem.to_string()))
        .map(|(entry, text)| {
            (entry.unwrap(), text.split(' ').take(4).collect::<Vec<_>>().join(" "))
        })
        .collect::<Vec<_>>();
    let expected = [
        (0, "loginParameters[0] has no `=`"),
        (2, "loginParameters[2]: `nonce` is set"),
        (3, "loginParameters[3]: `nonce` is set"),
        (3, "loginParameters[3]: `nonce` is there"),
        (3, "loginParameters[3]: `nonce` has no"),
        (4, "loginParameters[4] has no key"),
        (5, "loginParameters[5]: `scope` is there"),
        (1, "loginParameters[1]: the scopes are"),
        (5, "loginParameters[5]: there is no"),
    ];
    assert_eq!(problems, expected.map(|(entry, text)| (entry, text.to_owned())));
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
    assert_eq!(parameters.problems(), [Error::TooLong]);
    assert_eq!(parameters.warnings().len(), 200_000);
    assert_eq!(parameters.merge(&parameters), Err(Error::TooLong));
    let twice = LoginParameters::from_wire(vec!["key=1"; 100_000]);
    assert_eq!(twice.problems().len(), 100_000);
    let scopes = LoginParameters::from_wire([format!("scope={}", "a/b ".repeat(1_000_000))]);
    assert_eq!(scopes.problems(), [Error::TooLong]);
}

/// Each warning comes alone, with its message, its position and Entra's code for it.
#[test]
fn warnings() {
    #[track_caller]
    fn check(entries: &[&str], message: &str, aadsts: Option<&str>) {
        let warnings = wire(entries).warnings();
        let messages: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(messages, [message]);
        assert_eq!(warnings[0].aadsts(), aadsts);
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

    let text = "loginParameters[0]: `scope` has no `openid`, which a sign-in needs for an ID token";
    check(&["scope=profile email openid2"], text, None);

    let text = "loginParameters[1]: `scope` replaces the platform's own, and has no `profile`";
    check(&["prompt=login", "scope=openid email"], text, None);
    let text = "loginParameters[0]: `scope` replaces the platform's own, and has no `email`";
    check(&["scope=openid profile"], text, None);

    let text = "loginParameters[0]: `scope` looks encoded, which the platform does by itself";
    check(&[&format!("{RESTATED} https%3A//a.example/x")], text, None);
    check(&[&format!("{RESTATED} a%2f")], text, None);
    check(&[&format!("{RESTATED} a+b")], text, None);
    fine(&[&format!("{RESTATED} a%2 %zz %2g")]);
    fine(&[RESTATED, "login_hint=a+b%20,;"]);

    let text = "loginParameters[0]: `scope` has a `,` or `;`, and spaces separate scopes";
    check(&[&format!("{RESTATED} a,b")], text, None);
    check(&[&format!("{RESTATED} a;b")], text, None);

    check(&["paramName1=value1"], "loginParameters[0]: Entra documents no `paramName1`", None);

    let text = "loginParameters[0]: `resource` is for the version 1.0 endpoint, and a v2.0 issuer \
                refuses it";
    check(&["resource=https://graph.microsoft.com"], text, Some("AADSTS901002"));
    check(&["resource="], text, Some("AADSTS901002"));

    let text = "loginParameters[0]: Azure AD Graph (graph.windows.net) is retired, and Microsoft \
                Graph replaces it";
    check(&[&format!("{RESTATED} https://graph.windows.net/.default")], text, None);
    check(&[&format!("{RESTATED} 00000002-0000-0000-c000-000000000000/x")], text, None);

    check(&["domain_hint=contoso.com"], "loginParameters[0]: `domain_hint` keeps nobody out", None);

    let text = "loginParameters[0]: the value of `claims` has a `=`, and the Terraform provider \
                azurerm loses it";
    check(&["claims=a=b"], text, None);
    check(&["claims=="], text, None);
}

#[test]
fn warnings_that_come_with_another() {
    #[track_caller]
    fn check(entries: &[&str], expected: &[Warning]) {
        assert_eq!(wire(entries).warnings(), expected);
    }
    let id_token = |entry| Warning::IdTokenWithoutOpenid { entry };
    let no_openid = |entry| Warning::NoOpenid { entry };
    check(&["response_type=code id_token", "scope=profile email"], &[id_token(0), no_openid(1)]);
    check(&["scope=profile email", "response_type=id_token"], &[no_openid(0), id_token(1)]);
    check(&["scope=profile email", "response_type=code"], &[no_openid(0)]);
    // Without a `scope` the platform asks for `openid`.
    check(&["response_type=id_token"], &[]);
    assert_eq!(id_token(0).aadsts(), Some("AADSTS70005"));
    assert_eq!(
        id_token(2).to_string(),
        "loginParameters[2]: `response_type` asks for an ID token, and `scope` has no `openid`"
    );
    for identifier in [
        "https://graph.windows.net",
        "https://graph.windows.net/",
        "00000002-0000-0000-c000-000000000000",
        "https://graph.chinacloudapi.cn",
    ] {
        check(
            &[&format!("resource={identifier}")],
            &[Warning::ResourceParameter { entry: 0 }, Warning::AzureAdGraph { entry: 0 }],
        );
    }
    check(
        &["scope=openid"],
        &[
            Warning::NotRestated { entry: 0, scope: "profile" },
            Warning::NotRestated { entry: 0, scope: "email" },
        ],
    );
}

#[test]
fn keys_that_are_probably_meant() {
    #[track_caller]
    fn check(key: &str, expected: Option<&str>) {
        let warnings = wire(&[&format!("{key}=x")]).warnings();
        let [Warning::UnknownKey { entry: 0, key: own, meant }] = &warnings[..] else {
            panic!("{warnings:?}")
        };
        assert_eq!((own.as_str(), *meant), (key, expected));
        let meant = expected.map_or(String::new(), |key| format!("; `{key}` is probably meant"));
        assert_eq!(
            warnings[0].to_string(),
            format!("loginParameters[0]: Entra documents no `{key}`{meant}")
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
    // What is there is not touched.
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
fn what_cannot_be_merged() {
    #[track_caller]
    fn refused(own: &[&str], other: &[&str], expected: &str) {
        let error = wire(own).merge(&wire(other)).unwrap_err();
        assert_eq!(format!("{error:?}"), expected);
    }
    let two = "TwoResources { entry: 1 }";
    refused(&["x", "scope=User.Read"], &["scope=openid api://a/x"], two);
    refused(&["x", "scope=api://a/user_impersonation"], &["scope=api://b/user_impersonation"], two);
    refused(&["x", "scope=api://a/.default"], &["scope=api://b/x"], two);
    refused(&["x", "scope=api://a/x api://b/x"], &[], two);
    refused(&[], &["x", "scope=api://a/x api://b/x"], two);
    let resource = "ResourceOfAnotherApi { entry: 0 }";
    refused(&["resource=api://b"], &["scope=openid api://a/x"], resource);
    let mixed = "DefaultMixed { entry: 0 }";
    refused(&["scope=api://a/x"], &["scope=api://a/.default"], mixed);
    let twice = r#"DuplicateKey { entry: 1, key: "scope" }"#;
    refused(&["scope=openid", "scope=openid"], &["scope=openid"], twice);
    refused(&["scope=openid"], &["scope=openid", "scope=email"], twice);
    let twice = r#"DuplicateKey { entry: 0, key: "prompt" }"#;
    refused(&["prompt=login"], &["prompt=none"], twice);
    refused(&[], &["prompt=login", "prompt=none"], twice);
    let invalid = "InvalidScope { entry: 0, number: 1, source: ScopeError(invalid-byte) }";
    refused(&["scope=\"x\""], &["scope=openid"], invalid);
    refused(&["scope=openid"], &["scope=\"x\""], invalid);
    refused(&["scope= "], &[], "NoScope { entry: 0 }");
    refused(&[&scope_of_len(16_378)], &["scope=openid"], "TooLong");
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
    fn refused(own: &[&str], other: &[&str], expected: &str) {
        let error = wire(own).replace_api_scopes(&wire(other)).unwrap_err();
        assert_eq!(format!("{error:?}"), expected);
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

    refused(&["resource=api://b"], &["scope=api://a/x"], "ResourceOfAnotherApi { entry: 0 }");
    refused(&["scope=api://a/x api://b/x"], &["scope=openid"], "TwoResources { entry: 0 }");
    refused(&["scope=User.Read"], &["scope=api://a/x api://b/x"], "TwoResources { entry: 0 }");
    let invalid = "InvalidScope { entry: 0, number: 1, source: ScopeError(invalid-byte) }";
    refused(&["scope=\"x\" User.Read"], &["scope=api://a/x"], invalid);
    refused(&[&scope_of_len(16_385)], &["scope=api://a/x"], "TooLong");
    let twice = r#"DuplicateKey { entry: 1, key: "scope" }"#;
    refused(&["scope=User.Read", "scope=openid"], &["scope=api://a/x"], twice);
}

#[test]
fn one_more_scope() {
    #[track_caller]
    fn check(own: &[&str], scope: impl AsRef<str>, expected: &[&str]) {
        assert_eq!(wire(own).with_scope(scope).unwrap(), wire(expected));
    }
    let restated = "scope=openid profile email https://management.azure.com/x";
    check(&[], ARM.scope("x"), &[restated]);
    check(&["prompt=login"], ARM.scope("x"), &["prompt=login", restated]);
    check(&["scope=openid"], ARM.scope("x"), &["scope=openid https://management.azure.com/x"]);
    check(&[], "offline_access", &["scope=openid profile email offline_access"]);
    check(&[], "email", &[RESTATED]);
    let error = wire(&["scope=User.Read"]).with_scope(ARM.scope("x")).unwrap_err();
    assert_eq!(error, Error::TwoResources { entry: 0 });
    assert!(matches!(wire(&[]).with_scope("a b"), Err(Error::InvalidScope { .. })));
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
    fn refused(v1: &[&str], expected: &str) {
        assert_eq!(format!("{:?}", wire(v1).migrated_to_v2().unwrap_err()), expected);
    }
    check(
        &["response_type=code id_token", "resource=https://graph.microsoft.com", "prompt=login"],
        &[
            "response_type=code id_token",
            "prompt=login",
            "scope=openid profile email https://graph.microsoft.com/.default",
        ],
    );
    check(
        &["resource=https://management.core.windows.net/"],
        &["scope=openid profile email https://management.core.windows.net//.default"],
    );
    check(
        &["resource=00000003-0000-0000-c000-000000000000"],
        &["scope=openid profile email 00000003-0000-0000-c000-000000000000/.default"],
    );
    check(&["resource=api://a", "scope=openid"], &["scope=openid api://a/.default"]);
    check(&["scope=User.Read", "junk"], &["scope=User.Read", "junk"]);
    check(&[], &[]);

    refused(&["x", "resource=https://graph.windows.net"], "AzureAdGraph { entry: 1 }");
    refused(&["resource=https://graph.windows.net/"], "AzureAdGraph { entry: 0 }");
    let twice = r#"DuplicateKey { entry: 1, key: "resource" }"#;
    refused(&["resource=api://a", "resource=api://a"], twice);
    let invalid = "InvalidScope { entry: 1, number: 1, source: ScopeError(missing-api) }";
    refused(&["x", "resource="], invalid);
    let invalid = "InvalidScope { entry: 0, number: 1, source: ScopeError(invalid-byte) }";
    refused(&["resource=a b"], invalid);
    refused(&["resource=api://a", "scope=api://b/x"], "TwoResources { entry: 1 }");
    refused(&["resource=api://a", "scope=api://a/x"], "DefaultMixed { entry: 1 }");
    let error = wire(&["resource=https://graph.windows.net"]).migrated_to_v2().unwrap_err();
    assert_eq!(
        error.to_string(),
        "loginParameters[0]: `resource` is Azure AD Graph, which is retired; choose scopes of \
         Microsoft Graph"
    );
    assert_eq!((error.entry(), error.aadsts()), (Some(0), None));
}

/// Scopes, and texts that are nearly scopes.
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

/// Elements that meet each other in many ways.
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
        let texts: Vec<String> = problems.chain(warnings).chain([printed]).collect();
        prop_assert!(texts.iter().flat_map(|text| text.chars()).all(|c| c == ' ' || c.is_ascii_graphic()));
    }

    #[test]
    fn what_is_built_has_no_problems(
        scopes in proptest::collection::vec(scope(), 0..5),
        others in proptest::collection::vec(entry(), 0..3),
    ) {
        let builder = others.iter().fold(builder().scopes(&scopes), LoginParametersBuilder::raw);
        if let Ok(built) = builder.build() {
            prop_assert_eq!(built.problems(), []);
            let scope_entries = built.parameters().filter(|(key, _)| *key == "scope").count();
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
        prop_assert!(merged.entries().len() >= own.entries().len());
        for (before, after) in own.entries().zip(merged.entries()) {
            prop_assert!(after.starts_with(before));
            prop_assert!(after == before || before.starts_with("scope="));
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
