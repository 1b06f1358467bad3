//! What a token opens, and the cure.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use easyauth::{
    AccessToken, Caller, Diagnosis, IdentityProvider, ProviderTokens, Renewal, Requirement,
    UnverifiedToken,
    access::{Cure, Permission, Reason},
    resource::{ARM, Cloud, GRAPH, KEY_VAULT, Resource, Scope},
};

use crate::support::{compact, token};

const END: u64 = 1_773_329_845;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn arm() -> Requirement {
    ARM.scope("user_impersonation").into()
}

fn diagnose(payload: &str, requirement: &Requirement) -> Diagnosis {
    token(payload).diagnose(requirement, at(END - 600))
}

/// A payload that is right in everything but what is added.
fn arm_payload(more: &str) -> String {
    format!(
        r#"{{"aud":"https://management.azure.com","exp":{END},"idtyp":"user","scp":"user_impersonation"{more}}}"#
    )
}

fn codes(diagnosis: &Diagnosis) -> (Vec<&str>, Vec<&str>) {
    (
        diagnosis.reasons().iter().map(Reason::code).collect(),
        diagnosis.cures().iter().map(Cure::code).collect(),
    )
}

/// The words of `diagnosis`, without its cures.
#[track_caller]
fn check(diagnosis: &Diagnosis, reasons: &[&str], cures: &[&str], verdict: &str) {
    assert_eq!(codes(diagnosis), (reasons.to_vec(), cures.to_vec()));
    assert_eq!(diagnosis.verdict().to_string(), verdict);
    assert_eq!(diagnosis.opens(), reasons.is_empty());
}

#[track_caller]
fn check_scope(diagnosis: &Diagnosis, scope: Option<&str>) {
    let wire = diagnosis.login_parameters().map(|parameters| parameters.to_wire());
    assert_eq!(wire, scope.map(|scope| vec![format!("scope={scope}")]));
}

#[test]
fn what_opens() {
    let diagnosis = diagnose(&arm_payload(""), &arm());
    check(&diagnosis, &[], &[], "this token opens Azure Resource Manager");
    assert_eq!(diagnosis.to_string(), "this token opens Azure Resource Manager");
    check_scope(&diagnosis, None);
    let anything = diagnose(r#"{"exp":9999999999,"scp":"a"}"#, &Requirement::scope("a"));
    check(&anything, &[], &[], "this token opens what was asked for");
}

#[test]
fn each_reason_alone() {
    const CURE: &[&str] = &["set-login-parameters"];
    let not = |reason: &str| format!("this token does not open Azure Resource Manager: {reason}");
    let scope = "openid email profile https://management.azure.com/user_impersonation";

    let aud = |aud: &str| arm_payload("").replace(r#""https://management.azure.com""#, aud);
    let diagnosis = diagnose(&aud(r#""https://vault.azure.net/""#), &arm());
    check(
        &diagnosis,
        &["wrong-audience"],
        CURE,
        &not(
            "it is for Azure Key Vault (https://vault.azure.net/), not for Azure Resource Manager",
        ),
    );
    check_scope(&diagnosis, Some(scope));
    let Reason::WrongAudience { expected, actual } = &diagnosis.reasons()[0] else { panic!() };
    assert_eq!(
        (expected.resource(), expected.identifier()),
        (Some(ARM), "https://management.azure.com")
    );
    assert_eq!(
        (actual[0].resource(), actual[0].identifier()),
        (Some(KEY_VAULT), "https://vault.azure.net/")
    );

    let diagnosis = diagnose(&aud(r#"["api://a","b\r\nc"]"#), &arm());
    check(
        &diagnosis,
        &["wrong-audience"],
        CURE,
        &not(r"it is for api://a and b\u{d}\u{a}c, not for Azure Resource Manager"),
    );
    let diagnosis = diagnose(&aud("[]"), &arm());
    check(
        &diagnosis,
        &["wrong-audience"],
        CURE,
        &not("it is for no API, not for Azure Resource Manager"),
    );

    let diagnosis = diagnose(&arm_payload("").replace("user_imp", "x"), &arm());
    check(&diagnosis, &["missing-permission"], CURE, &not("it lacks the scope user_impersonation"));
    check_scope(&diagnosis, Some(scope));

    let diagnosis = token(&arm_payload("")).diagnose(&arm(), at(END + 720));
    check(
        &diagnosis,
        &["expired"],
        &["refresh", "set-login-parameters"],
        &not("it expired 12 minutes ago"),
    );
    check_scope(
        &diagnosis,
        Some("openid email profile offline_access https://management.azure.com/user_impersonation"),
    );
    let ends = |payload: &str, now| codes(&token(payload).diagnose(&arm(), now)).0 == ["expired"];
    assert!(!ends(&arm_payload(""), at(END - 1)) && ends(&arm_payload(""), at(END)));

    let no_end = arm_payload("").replace(&format!(r#""exp":{END},"#), "");
    check(&diagnose(&no_end, &arm()), &["no-expiry"], &[], &not("it does not say when it expires"));

    let early = |nbf: u64| diagnose(&arm_payload(&format!(r#","nbf":{nbf}"#)), &arm());
    check(
        &early(END - 600 + 301),
        &["not-yet-valid"],
        &[],
        &not("it is not valid for another 5 minutes"),
    );
    assert!(early(END - 600 + 300).opens(), "clocks differ");

    let bound = diagnose(&arm_payload(r#","cnf":{"kid":"x"}"#), &arm());
    check(
        &bound,
        &["bound-to-key"],
        &[],
        &not("it is bound to a key of its client, so it is no bearer token"),
    );

    let protected = compact(r#"{"nonce":"n"}"#, arm_payload(""));
    let protected = UnverifiedToken::decode(&protected).unwrap().diagnose(&arm(), at(END - 1));
    check(
        &protected,
        &["protected"],
        &[],
        &not(
            "it has a nonce in its header, so nobody but Microsoft Graph, or the Microsoft API it was issued for, can verify it",
        ),
    );

    let id_token = diagnose(
        &arm_payload(r#","nonce":"n""#).replace(r#","scp":"user_impersonation""#, ""),
        &ARM.into(),
    );
    check(
        &id_token,
        &["id-token"],
        &["send-access-token", "set-login-parameters"],
        &not("it is an ID token, which says who signed in and opens no API"),
    );
}

#[test]
fn callers() {
    let user = arm().from_user();
    let app_only = arm_payload("").replace(r#""user""#, r#""app""#);
    check(
        &diagnose(&app_only, &user),
        &["wrong-caller"],
        &[],
        "this token does not open Azure Resource Manager: it is from an application by itself, not from a user",
    );
    assert!(diagnose(&arm_payload(""), &user).opens());
    let app = Requirement::resource(ARM).from_app();
    check(
        &diagnose(&arm_payload(""), &app),
        &["wrong-caller"],
        &[],
        "this token does not open Azure Resource Manager: it is from a user, not from an application by itself",
    );
    assert!(diagnose(&app_only, &app).opens());
    let unknown = r#"{"aud":"https://management.azure.com","exp":1773329845}"#;
    check(
        &diagnose(unknown, &app),
        &["wrong-caller"],
        &[],
        "this token does not open Azure Resource Manager: it is from somebody it does not tell, not from an application by itself",
    );
    assert_eq!((user.caller(), arm().caller()), (Some(Caller::User), None));
    // No sign-in of a user brings a token without one.
    let graph = r#"{"aud":"https://graph.microsoft.com","exp":1773329845,"idtyp":"app"}"#;
    check_scope(&diagnose(graph, &app), None);
}

#[test]
fn permissions() {
    #[track_caller]
    fn check(payload: &str, requirement: &Requirement, opens: bool) {
        let payload = format!(r#"{{"exp":1773329845,{payload}}}"#);
        assert_eq!(diagnose(&payload, requirement).opens(), opens);
    }
    let user =
        |scp: &str, roles: &str| format!(r#""idtyp":"user","scp":"{scp}","roles":[{roles}]"#);
    let app = |roles: &str| format!(r#""idtyp":"app","roles":[{roles}]"#);
    let any = Requirement::any_scope(["a", "b"]);
    check(&user("b", ""), &any, true);
    check(&user("c", ""), &any, false);
    let all = Requirement::all_scopes(["a", "b"]);
    check(&user("b a", ""), &all, true);
    check(&user("a", ""), &all, false);
    let either = Requirement::scope("a").or_app_role("R");
    check(&user("a", ""), &either, true);
    check(&app(r#""R""#), &either, true);
    check(&app(r#""S""#), &either, false);
    // An application permission says nothing in the hands of a user.
    check(&user("x", r#""R""#), &either, false);
    check(&user("x", r#""R""#), &Requirement::user_role("R"), true);
    check(&app(r#""R""#), &Requirement::user_role("R"), false);
    check(&app(r#""R""#), &Requirement::app_role("R"), true);
    check(&user("b c", ""), &Requirement::scope("a").or_all_scopes(["b", "c"]), true);
    check(&user("b", ""), &Requirement::scope("a").or_all_scopes(["b", "c"]), false);
    check(&user("x", r#""R""#), &Requirement::scope("a").or_user_role("R"), true);
    check(&user("b", ""), &Requirement::scope("a").or_scope("b"), true);
    // Asking for nothing lets nobody in.
    check(&user("a", ""), &Requirement::any_scope([""; 0]), false);
    check(&user("a", ""), &Requirement::all_scopes([""; 0]), false);
    check(&user("a", ""), &Requirement::scope(""), false);
}

#[test]
fn requirements_from_scopes() {
    let of = |scope: &str| Requirement::from(scope.parse::<Scope>().unwrap());
    assert_eq!(of("https://management.azure.com/user_impersonation"), arm());
    assert_eq!(arm(), Requirement::scope("user_impersonation").on(ARM));
    assert_eq!(of("https://management.azure.com/.default"), Requirement::resource(ARM));
    assert_eq!(of("User.Read"), Requirement::scope("User.Read").on(GRAPH));
    assert_eq!(of("api://a/x"), Requirement::scope("x").on_audience("api://a"));
    assert_eq!(of("api://a/.default"), Requirement::audience("api://a"));
    assert_eq!(of("openid"), Requirement::scope("openid"));
    assert_eq!(Requirement::from(ARM), Requirement::resource(ARM));
    assert!(of("api://a/x").alternatives().eq([[Permission::Scope("x".to_owned())]]));
}

#[test]
fn cures_by_what_was_asked_for() {
    const OTHER: &str = r#"{"aud":"api://other","exp":1773329845,"scp":"x"}"#;
    #[track_caller]
    fn check(requirement: &Requirement, scope: Option<&str>, cures: &[&str]) {
        let diagnosis = diagnose(OTHER, requirement);
        let scope = scope.map(|scope| format!("openid email profile {scope}"));
        check_scope(&diagnosis, scope.as_deref());
        assert_eq!(codes(&diagnosis).1, cures);
    }
    const SET: &[&str] = &["set-login-parameters"];
    check(&ARM.into(), Some("https://management.azure.com/user_impersonation"), SET);
    check(&GRAPH.into(), Some("https://graph.microsoft.com/.default"), SET);
    let gov: Requirement = ARM.in_cloud(Cloud::UsGov).into();
    check(&gov, Some("https://management.core.usgovcloudapi.net/user_impersonation"), SET);
    let graph = Requirement::all_scopes(["User.Read", "Mail.Read"]).on(GRAPH);
    check(
        &graph,
        Some("https://graph.microsoft.com/User.Read https://graph.microsoft.com/Mail.Read"),
        SET,
    );
    check(&Requirement::scope("a").on_audience("api://mine"), Some("api://mine/a"), SET);
    check(&Requirement::audience("api://mine"), Some("api://mine/.default"), SET);
    let own = Resource::new("Mine", &["api://mine"]);
    check(&Requirement::app_role("R").or_scope("a").on(own), Some("api://mine/a"), SET);
    // The API is not known, or no scope was asked for: no sign-in parameter helps.
    check(&Requirement::scope("a"), None, &[]);
    check(&Requirement::app_role("R").on(own), None, &["grant-app-permission"]);
    check(&Requirement::user_role("R").on(own), None, &["assign-user-role"]);
    check(&Requirement::scope("not a scope").on(own), None, &[]);
    let lacks =
        diagnose(OTHER, &Requirement::user_role("R").or_app_role("S").or_all_scopes(["a", "b"]));
    assert_eq!(
        lacks.verdict().to_string(),
        "this token does not open what was asked for: it lacks the user's role R, or the \
         application permission S, or the scope a and the scope b",
    );
    let nothing = diagnose(OTHER, &Requirement::any_scope([""; 0]));
    assert!(nothing.verdict().to_string().ends_with("it lacks a permission that nobody named"));
}

#[test]
fn protected_tokens_open_graph() {
    let header = r#"{"nonce":"n"}"#;
    let payload = r#"{"aud":"https://graph.microsoft.com","exp":1773329845,"scp":"User.Read"}"#;
    let token = UnverifiedToken::decode(&compact(header, payload)).unwrap();
    let opens = |requirement: &Requirement| token.diagnose(requirement, at(END - 1)).opens();
    assert!(opens(&GRAPH.into()));
    assert!(opens(&Requirement::audience("https://graph.microsoft.com/")));
    assert!(!opens(&Requirement::scope("User.Read")), "somebody else's API cannot verify it");
}

#[test]
fn tokens_that_cannot_be_decoded() {
    #[track_caller]
    fn check(token: &str, reason: &str, cures: &[&str], message: &str) {
        let diagnosis = AccessToken::new(token).diagnose(&arm(), at(0));
        assert_eq!(codes(&diagnosis), (vec![reason], cures.to_vec()));
        let expected = format!("this token does not open Azure Resource Manager: {message}");
        assert_eq!(diagnosis.verdict().to_string(), expected);
    }
    const SET: &[&str] = &["set-login-parameters"];
    check(
        "EwB0A8l6",
        "opaque",
        SET,
        "it is no JWT but an opaque token, as personal Microsoft accounts and other providers than Entra have them",
    );
    check(
        "e30.a.b.c.d",
        "encrypted",
        SET,
        "it is encrypted, so nobody but the API it was issued for can read it",
    );
    check(
        "e30.e3.!",
        "malformed",
        &[],
        "it cannot be read: the payload of the token is not base64url at its byte 1",
    );
    let readable = AccessToken::new(compact("{}", arm_payload("")));
    assert!(readable.diagnose(&arm(), at(END - 1)).opens());
}

/// The cure depends on where the token came from.
#[test]
fn cures_by_origin() {
    #[track_caller]
    fn check(
        headers: &[(&str, &str)],
        provider: &IdentityProvider,
        now: u64,
        reasons: &[&str],
        cures: &[&str],
    ) -> Diagnosis {
        let tokens =
            ProviderTokens::from_headers(headers, provider).unwrap().or_bearer(headers).unwrap();
        let diagnosis = tokens.diagnose(&arm(), at(now));
        assert_eq!(codes(&diagnosis), (reasons.to_vec(), cures.to_vec()));
        diagnosis
    }
    let entra = &IdentityProvider::ENTRA;
    let right = compact("{}", arm_payload(""));
    let wrong = compact("{}", arm_payload("").replace("management.azure", "vault.azure"));
    let right = ("X-MS-TOKEN-AAD-ACCESS-TOKEN", right.as_str());
    let wrong = ("X-MS-TOKEN-AAD-ACCESS-TOKEN", wrong.as_str());
    let refresh = ("X-MS-TOKEN-AAD-REFRESH-TOKEN", "r");
    let set = "set-login-parameters";
    check(&[right], entra, END - 1, &[], &[]);
    check(&[right, refresh], entra, END, &["expired"], &["refresh"]);
    let stale = check(&[right], entra, END, &["expired"], &[set]);
    assert!(stale.login_parameters().unwrap().to_wire()[0].contains(" offline_access "));
    check(&[wrong, refresh], entra, END, &["wrong-audience", "expired"], &[set]);
    let kept = check(&[wrong, refresh], entra, END - 1, &["wrong-audience"], &[set]);
    assert!(kept.login_parameters().unwrap().to_wire()[0].contains(" offline_access "));
    check(&[wrong], entra, END - 1, &["wrong-audience"], &[set]);
    let none = check(&[], entra, 0, &["no-token"], &[set]);
    let message = "this token does not open Azure Resource Manager: no access token came along";
    assert_eq!(none.verdict().to_string(), message);

    // Settings of the Entra provider change no token of another one.
    let github = &IdentityProvider::GITHUB;
    check(&[("X-MS-TOKEN-GITHUB-ACCESS-TOKEN", "gho_x")], github, 0, &["opaque"], &[]);
    let google = ("X-MS-TOKEN-GOOGLE-ACCESS-TOKEN", right.1);
    check(&[google], &IdentityProvider::GOOGLE, END, &["expired"], &["refresh"]);

    // A token that the client sent is for this application, whatever the settings.
    let own = format!("Bearer {}", wrong.1);
    let client = [("Authorization", own.as_str())];
    check(&client, entra, END - 1, &["wrong-audience"], &["exchange-on-behalf-of"]);
    let both = check(
        &client,
        entra,
        END,
        &["wrong-audience", "expired"],
        &["ask-client", "exchange-on-behalf-of"],
    );
    assert!(both.to_string().ends_with(
        ". To cure it, answer 401, so that the client sends a fresh token; then exchange the \
         client's token for one that opens the API (OAuth 2.0 on-behalf-of)",
    ));
    let tokens = ProviderTokens::from_headers(&client, entra).unwrap();
    assert!(!tokens.is_from_client() && tokens.or_bearer(&client).unwrap().is_from_client());
}

#[test]
fn sentences_of_cures() {
    #[track_caller]
    fn check(cure: &Cure, code: &str, sentence: &str) {
        assert_eq!((cure.code(), cure.to_string().as_str()), (code, sentence));
    }
    check(&Cure::Refresh, "refresh", "call /.auth/refresh with the caller's session");
    check(
        &Cure::SendAccessToken,
        "send-access-token",
        "send the access token (X-MS-TOKEN-AAD-ACCESS-TOKEN) instead",
    );
    check(
        &Cure::GrantAppPermission,
        "grant-app-permission",
        "have an administrator grant the application permission to the calling application",
    );
    check(
        &Cure::AssignUserRole,
        "assign-user-role",
        "have the app role assigned to the user in the enterprise application",
    );
    for (renewal, code, sentence) in [
        (Renewal::Refresh, "refresh", "call /.auth/refresh with the caller's session"),
        (
            Renewal::SignIn,
            "sign-in",
            "send the browser to sign in again: there is no refresh token",
        ),
        (Renewal::AskClient, "ask-client", "answer 401, so that the client sends a fresh token"),
    ] {
        assert_eq!((renewal.code(), renewal.to_string().as_str()), (code, sentence));
    }
}

#[test]
fn lengths_of_time_in_words() {
    #[track_caller]
    fn check(seconds: u64, words: &str) {
        let diagnosis = token(&arm_payload("")).diagnose(&arm(), at(END + seconds));
        assert!(diagnosis.verdict().to_string().ends_with(&format!(": it expired {words} ago")));
    }
    check(0, "0 seconds");
    check(1, "1 second");
    check(59, "59 seconds");
    check(60, "1 minute");
    check(3599, "59 minutes");
    check(3600, "1 hour");
    check(86_399, "23 hours");
    check(86_400, "1 day");
    check(864_000, "10 days");
}

#[test]
fn as_data() {
    let diagnosis =
        diagnose(r#"{"aud":"api://other","exp":1773329845}"#, &Requirement::resource(ARM));
    assert_eq!(
        serde_json::to_value(&diagnosis).unwrap(),
        serde_json::json!({
            "opens": false,
            "api": "Azure Resource Manager",
            "reasons": [{
                "code": "wrong-audience",
                "message": "it is for api://other, not for Azure Resource Manager",
            }],
            "cures": [{
                "code": "set-login-parameters",
                "message": "set identityProviders.azureActiveDirectory.login.loginParameters of the \
                            site's authSettingsV2 to [\"scope=openid email profile \
                            https://management.azure.com/user_impersonation\"], and sign out and in \
                            again",
            }],
            "loginParameters":
                ["scope=openid email profile https://management.azure.com/user_impersonation"],
        })
    );
    let opens = diagnose(r#"{"exp":1773329845,"scp":"a"}"#, &Requirement::scope("a"));
    assert_eq!(
        serde_json::to_string(&opens).unwrap(),
        r#"{"opens":true,"api":null,"reasons":[],"cures":[],"loginParameters":null}"#,
    );
    assert_eq!(opens.clone(), opens);
}
