//! Diagnoses: which API a token opens, and the fix.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use easyauth::{
    AccessToken, Caller, Diagnosis, IdentityProvider, ProviderTokens, Renewal, Requirement,
    Session, UnverifiedToken,
    access::{Fix, Outcome, Permission, Reason},
    resource::{ARM, Cloud, GRAPH, KEY_VAULT, Resource, Scope},
};

use crate::support::{compact, token};

const END: u64 = 1_773_329_845;

/// The steps to another sign-in.
const SIGN_IN: &[&str] = &["add-delegated-permission", "set-login-parameters", "sign-in-again"];

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn arm() -> Requirement {
    ARM.scope("user_impersonation").into()
}

fn diagnose(payload: &str, requirement: &Requirement) -> Diagnosis {
    token(payload).diagnose(requirement, at(END - 600))
}

/// A payload that meets the requirement, plus these members.
fn arm_payload(more: &str) -> String {
    format!(
        r#"{{"aud":"https://management.azure.com","exp":{END},"idtyp":"user","scp":"user_impersonation"{more}}}"#
    )
}

fn codes(diagnosis: &Diagnosis) -> (Vec<&str>, Vec<&str>) {
    (
        diagnosis.reasons().iter().map(Reason::code).collect(),
        diagnosis.fixes().iter().map(Fix::code).collect(),
    )
}

/// Checks codes and summary.
#[track_caller]
fn check(diagnosis: &Diagnosis, reasons: &[&str], fixes: &[&str], summary: &str) {
    assert_eq!(codes(diagnosis), (reasons.to_vec(), fixes.to_vec()));
    assert_eq!(diagnosis.summary().to_string(), summary);
    assert_eq!(diagnosis.opens(), reasons.is_empty());
}

#[track_caller]
fn check_scope(diagnosis: &Diagnosis, scope: Option<&str>) {
    let wire = diagnosis.login_parameters().map(|parameters| parameters.to_wire());
    assert_eq!(wire, scope.map(|scope| vec![format!("scope={scope}")]));
}

#[test]
fn tokens_that_open() {
    let diagnosis = diagnose(&arm_payload(""), &arm());
    check(&diagnosis, &[], &[], "this token opens Azure Resource Manager");
    assert_eq!(diagnosis.to_string(), "this token opens Azure Resource Manager");
    check_scope(&diagnosis, None);
    let anything = diagnose(r#"{"exp":9999999999,"scp":"a"}"#, &Requirement::scope("a"));
    check(&anything, &[], &[], "this token opens the required API");
}

#[test]
fn each_reason_alone() {
    const FIX: &[&str] = SIGN_IN;
    let not = |reason: &str| format!("this token does not open Azure Resource Manager: {reason}");
    let scope = "openid email profile https://management.azure.com/user_impersonation";

    let aud = |aud: &str| arm_payload("").replace(r#""https://management.azure.com""#, aud);
    let diagnosis = diagnose(&aud(r#""https://vault.azure.net/""#), &arm());
    check(
        &diagnosis,
        &["wrong-audience"],
        FIX,
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
        FIX,
        &not(r"it is for api://a and b\u{d}\u{a}c, not for Azure Resource Manager"),
    );
    let diagnosis = diagnose(&aud("[]"), &arm());
    check(
        &diagnosis,
        &["wrong-audience"],
        FIX,
        &not("it is for no API, not for Azure Resource Manager"),
    );

    let diagnosis = diagnose(&arm_payload("").replace("user_imp", "x"), &arm());
    check(&diagnosis, &["missing-permission"], FIX, &not("it lacks the scope user_impersonation"));
    check_scope(&diagnosis, Some(scope));

    let diagnosis = token(&arm_payload("")).diagnose(arm(), at(END + 720));
    check(&diagnosis, &["expired"], &["sign-in-again"], &not("it expired 12 minutes ago"));
    check_scope(&diagnosis, None);
    let ends = |payload: &str, now| codes(&token(payload).diagnose(arm(), now)).0 == ["expired"];
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
        &not("it is bound to a key of its client, so it cannot be used as a bearer token"),
    );

    // The API that it was issued for can verify it. Your own API cannot.
    let protected = compact(r#"{"nonce":"n"}"#, arm_payload(""));
    let protected = UnverifiedToken::decode(&protected).unwrap();
    assert!(protected.diagnose(arm(), at(END - 1)).opens());
    check(
        &protected.diagnose(Requirement::scope("user_impersonation"), at(END - 1)),
        &["protected"],
        &[],
        "this token does not open the required API: its header has a nonce, so only Microsoft \
         Graph, or the Microsoft API that it was issued for, can verify it",
    );

    let id_token = diagnose(
        &arm_payload(r#","nonce":"n""#).replace(r#","scp":"user_impersonation""#, ""),
        &ARM.into(),
    );
    check(
        &id_token,
        &["id-token"],
        &["send-access-token", "add-delegated-permission", "set-login-parameters", "sign-in-again"],
        &not("it is an ID token, which identifies the user and opens no API"),
    );
}

/// What no step changes: a token that is bound to its client, wherever it came from.
#[test]
fn no_step_is_prescribed_without_a_reason_for_it() {
    let bound = arm_payload(r#","cnf":{"kid":"x"}"#);
    let bound = AccessToken::new(compact(r#"{"alg":"RS256"}"#, bound));
    for diagnosis in [bound.diagnose(arm(), at(0)), bound.diagnose_requested(arm(), at(0))] {
        assert_eq!(codes(&diagnosis), (vec!["bound-to-key"], vec![]));
    }
}

/// Every sign-in provides a token for Microsoft Graph with the scopes that the platform requests.
#[test]
fn a_sign_in_without_parameters_is_enough_for_its_default_scopes() {
    let nothing = |wanted: Requirement| {
        let diagnosis = ProviderTokens::default().diagnose(wanted, at(END));
        diagnosis.fixes().iter().map(Fix::code).collect::<Vec<_>>()
    };
    let sign_in = ["enable-token-store", "set-client-credential", "sign-in-again"];
    assert_eq!(nothing(GRAPH.scope("email").into()), sign_in);
    let more = nothing(GRAPH.scope("Mail.Read").into());
    assert_eq!(more[2..], ["add-delegated-permission", "set-login-parameters", "sign-in-again"]);
}

#[test]
fn callers() {
    let user = arm().by_user();
    let app_only = arm_payload("").replace(r#""user""#, r#""app""#);
    check(
        &diagnose(&app_only, &user),
        &["wrong-caller"],
        &["call-as-user"],
        "this token does not open Azure Resource Manager: it is from an application without a user, not from a user",
    );
    assert!(diagnose(&arm_payload(""), &user).opens());
    let app = Requirement::audience(ARM).by_app();
    check(
        &diagnose(&arm_payload(""), &app),
        &["wrong-caller"],
        &["call-as-app"],
        "this token does not open Azure Resource Manager: it is from a user, not from an application without a user",
    );
    assert!(diagnose(&app_only, &app).opens());
    let unknown = r#"{"aud":"https://management.azure.com","exp":1773329845}"#;
    check(
        &diagnose(unknown, &app),
        &["wrong-caller"],
        &["call-as-app"],
        "this token does not open Azure Resource Manager: it is from an unknown kind of caller, not from an application without a user",
    );
    assert_eq!((user.caller(), arm().caller()), (Some(Caller::User), None));
    // Without an app role to grant, the call alone remains.
    let nothing = ProviderTokens::default().diagnose(&app, at(END));
    assert_eq!(codes(&nothing), (vec!["no-token"], vec!["call-as-app"]));
    let role = Requirement::app_role("Orders.Manage").on(ARM);
    let nothing = ProviderTokens::default().diagnose(&role, at(END));
    assert_eq!(codes(&nothing).1, ["grant-app-permission", "call-as-app"]);
    // A sign-in of a user never provides an app-only token.
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
    // The same role in a user's token is not an application permission.
    check(&user("x", r#""R""#), &either, false);
    check(&user("x", r#""R""#), &Requirement::user_role("R"), true);
    check(&app(r#""R""#), &Requirement::user_role("R"), false);
    check(&app(r#""R""#), &Requirement::app_role("R"), true);
    check(&user("b c", ""), &Requirement::scope("a").or_all_scopes(["b", "c"]), true);
    check(&user("b", ""), &Requirement::scope("a").or_all_scopes(["b", "c"]), false);
    check(&user("x", r#""R""#), &Requirement::scope("a").or_user_role("R"), true);
    check(&user("b", ""), &Requirement::scope("a").or_scope("b"), true);
    // An empty list is never met.
    check(&user("a", ""), &Requirement::any_scope([""; 0]), false);
    check(&user("a", ""), &Requirement::all_scopes([""; 0]), false);
    check(&user("a", ""), &Requirement::scope(""), false);
}

/// What the token has is not missing, and the registration has it already. The sign-in must still request
/// all scopes.
#[test]
fn only_missing_permissions_are_named() {
    const GRAPH_URI: &str = "https://graph.microsoft.com";
    #[track_caller]
    fn check(aud: &str, requirement: &Requirement, lacks: &str, to_add: &[&str]) {
        let payload =
            format!(r#"{{"aud":"{aud}","exp":{END},"idtyp":"user","scp":"User.Read Files.Read"}}"#);
        let diagnosis = diagnose(&payload, requirement);
        let reason = diagnosis.reasons().last().unwrap();
        assert_eq!((reason.code(), &*reason.to_string()), ("missing-permission", lacks));
        let added = diagnosis.fixes().iter().find_map(|fix| match fix {
            Fix::AddDelegatedPermission { scopes, .. } => Some(scopes.as_slice()),
            _ => None,
        });
        assert_eq!(added.unwrap_or_default(), to_add);
        let parameters = diagnosis.login_parameters().unwrap();
        assert_eq!(parameters.scopes().filter(|scope| !scope.is_openid()).count(), 2);
    }
    let both = Requirement::all_scopes(["Mail.Read", "User.Read"]).on(GRAPH);
    check(GRAPH_URI, &both, "it lacks the scope Mail.Read", &["Mail.Read"]);
    let either = both.clone().or_all_scopes(["Files.Read", "Files.Write"]);
    let lacks = "it lacks the scope Mail.Read, or the scope Files.Write";
    check(GRAPH_URI, &either, lacks, &["Mail.Read"]);
    // The same names at another API are other permissions.
    let both = &["Mail.Read", "User.Read"];
    check("api://other", &either, lacks, both);
    let role = Requirement::user_role("S").or_all_scopes(["User.Read", "Mail.Read"]).on(GRAPH);
    let lacks = "it lacks the user's role S, or the scope Mail.Read";
    check(GRAPH_URI, &role, lacks, &["Mail.Read"]);
}

#[test]
fn requirements_from_scopes() {
    let of = |scope: &str| Requirement::from(Scope::parse(scope).unwrap());
    assert_eq!(of("https://management.azure.com/user_impersonation"), arm());
    assert_eq!(arm(), Requirement::scope("user_impersonation").on(ARM));
    assert_eq!(of("https://management.azure.com/.default"), Requirement::audience(ARM));
    assert_eq!(of("User.Read"), Requirement::scope("User.Read").on(GRAPH));
    assert_eq!(of("api://a/x"), Requirement::scope("x").on("api://a"));
    assert_eq!(of("api://a/.default"), Requirement::audience("api://a"));
    assert_eq!(of("openid"), Requirement::scope("openid"));
    assert_eq!(Requirement::from(ARM), Requirement::audience(ARM));
    assert!(of("api://a/x").alternatives().eq([[Permission::Scope("x".to_owned())]]));
}

#[test]
fn fixes_by_requirement() {
    const OTHER: &str = r#"{"aud":"api://other","exp":1773329845,"scp":"x"}"#;
    #[track_caller]
    fn check(requirement: &Requirement, scope: Option<&str>, fixes: &[&str]) {
        let diagnosis = diagnose(OTHER, requirement);
        let scope = scope.map(|scope| format!("openid email profile {scope}"));
        check_scope(&diagnosis, scope.as_deref());
        assert_eq!(codes(&diagnosis).1, fixes);
    }
    const SET: &[&str] = SIGN_IN;
    check(&ARM.into(), Some("https://management.azure.com/user_impersonation"), SET);
    check(&GRAPH.into(), Some("https://graph.microsoft.com/.default"), SET.get(1..).unwrap());
    let gov: Requirement = ARM.in_cloud(Cloud::UsGov).into();
    check(&gov, Some("https://management.core.usgovcloudapi.net/user_impersonation"), SET);
    let graph = Requirement::all_scopes(["User.Read", "Mail.Read"]).on(GRAPH);
    check(
        &graph,
        Some("https://graph.microsoft.com/User.Read https://graph.microsoft.com/Mail.Read"),
        SET,
    );
    check(&Requirement::scope("a").on("api://mine"), Some("api://mine/a"), SET);
    check(&Requirement::audience("api://mine"), Some("api://mine/.default"), SET);
    let own = Resource::new("Mine", &["api://mine"]);
    check(&Requirement::app_role("R").or_scope("a").on(own), Some("api://mine/a"), SET);
    // The API is unknown, or no scope is required: no sign-in parameter helps.
    check(&Requirement::scope("a"), None, &[]);
    check(&Requirement::app_role("R").on(own), None, &["grant-app-permission", "call-as-app"]);
    let role = ["assign-user-role"].iter().chain(SET).copied().collect::<Vec<_>>();
    check(&Requirement::user_role("R").on(own), Some("api://mine/.default"), &role);
    check(&Requirement::user_role("R").on("api://other"), None, &[role[0], role[3]]);
    check(&Requirement::scope("not a scope").on(own), None, &["add-delegated-permission"]);
    let lacks =
        diagnose(OTHER, &Requirement::user_role("R").or_app_role("S").or_all_scopes(["a", "b"]));
    assert_eq!(
        lacks.summary().to_string(),
        "this token does not open the required API: it lacks the user's role R, or the \
         application permission S, or the scope a and the scope b",
    );
    let nothing = diagnose(OTHER, &Requirement::any_scope([""; 0]));
    assert!(nothing.summary().to_string().ends_with("it lacks an unspecified permission"));
}

#[test]
fn protected_tokens_open_graph() {
    let header = r#"{"nonce":"n"}"#;
    let payload = r#"{"aud":"https://graph.microsoft.com","exp":1773329845,"scp":"User.Read"}"#;
    let token = UnverifiedToken::decode(&compact(header, payload)).unwrap();
    let opens = |requirement: &Requirement| token.diagnose(requirement, at(END - 1)).opens();
    assert!(opens(&GRAPH.into()));
    assert!(opens(&Requirement::audience("https://graph.microsoft.com/")));
    assert!(!opens(&Requirement::scope("User.Read")), "other APIs cannot verify it");
}

#[test]
fn tokens_that_cannot_be_decoded() {
    #[track_caller]
    fn check(token: &str, reason: &str, fixes: &[&str], message: &str) {
        let diagnosis = AccessToken::new(token).diagnose(arm(), at(0));
        assert_eq!(codes(&diagnosis), (vec![reason], fixes.to_vec()));
        let expected = format!("this token does not open Azure Resource Manager: {message}");
        assert_eq!(diagnosis.summary().to_string(), expected);
    }
    check(
        "EwB0A8l6",
        "personal-account",
        &["add-delegated-permission", "set-login-parameters", "sign-in-with-work-account"],
        "it is not a JWT but an opaque token of a personal Microsoft account, which Microsoft \
         Graph accepts and APIs of Azure do not",
    );
    check(
        "e30.!.c2ln",
        "malformed",
        &[],
        "it cannot be read: the payload of the token is not base64url at byte 0",
    );
    let readable = AccessToken::new(compact("{}", arm_payload("")));
    assert!(readable.diagnose(arm(), at(END - 1)).opens());
}

/// A cut inside the signature shows in its length. The claims can still be read.
#[test]
fn truncated_signatures() {
    #[track_caller]
    fn check(alg: &str, length: usize, reasons: &[&str]) {
        let whole = compact(format!(r#"{{"alg":"{alg}"}}"#), arm_payload(""));
        let (message, _) = whole.rsplit_once('.').unwrap();
        let token = AccessToken::new(format!("{message}.{}", "A".repeat(length)));
        let fixes: &[&str] = if reasons.is_empty() { &[] } else { &["use-whole-token"] };
        let diagnosis = token.diagnose(arm(), at(END - 1));
        assert_eq!(codes(&diagnosis), (reasons.to_vec(), fixes.to_vec()), "{alg} {length}");
    }
    check("RS256", 0, &["unsigned"]);
    // RSA keys have at least 2048 bits (RFC 7518 section 3.3): 256 bytes.
    for alg in ["RS256", "RS384", "RS512", "PS256"] {
        check(alg, 1, &["truncated"]);
        check(alg, 340, &["truncated"]);
        check(alg, 342, &[]);
    }
    // A key of 3072 bits.
    check("RS256", 512, &[]);
    // No number of bytes has this length in base64url.
    check("RS256", 345, &["truncated"]);
    check("ES256", 85, &["truncated"]);
    check("ES256", 86, &[]);
    let other = AccessToken::new(compact(r#"{"alg":"RS256"}"#, arm_payload("")) + ".");
    let vault: Requirement = KEY_VAULT.into();
    assert_eq!(codes(&other.diagnose(vault, at(END - 1))).0, ["wrong-audience", "unsigned"]);
}

/// The fix depends on the source of the token.
#[test]
fn fixes_by_origin() {
    #[track_caller]
    fn check(
        headers: &[(&str, &str)],
        provider: &IdentityProvider,
        now: u64,
        reasons: &[&str],
        fixes: &[&str],
    ) -> Diagnosis {
        let tokens =
            ProviderTokens::from_headers(headers, provider).unwrap().or_bearer(headers).unwrap();
        let diagnosis = tokens.diagnose(arm(), at(now));
        assert_eq!(codes(&diagnosis), (reasons.to_vec(), fixes.to_vec()));
        diagnosis
    }
    let entra = &IdentityProvider::ENTRA;
    let right = compact("{}", arm_payload(""));
    let wrong = compact("{}", arm_payload("").replace("management.azure.com", "vault.azure.net"));
    let right = ("X-MS-TOKEN-AAD-ACCESS-TOKEN", right.as_str());
    let wrong = ("X-MS-TOKEN-AAD-ACCESS-TOKEN", wrong.as_str());
    let refresh = ("X-MS-TOKEN-AAD-REFRESH-TOKEN", "r");
    check(&[right], entra, END - 1, &[], &[]);
    check(&[right, refresh], entra, END, &["expired"], &["refresh"]);
    let stale =
        check(&[right], entra, END, &["expired"], &["sign-in-again", "request-refresh-token"]);
    assert!(stale.to_string().ends_with(
        ". To fix it, sign out and in again; for the next time, add offline_access to the scopes in \
         loginParameters, so that /.auth/refresh can renew the token next time",
    ));
    check(&[wrong, refresh], entra, END, &["wrong-audience", "expired"], SIGN_IN);
    let kept = check(&[wrong, refresh], entra, END - 1, &["wrong-audience"], SIGN_IN);
    assert!(kept.login_parameters().unwrap().to_wire()[0].contains(" offline_access "));
    check(&[wrong], entra, END - 1, &["wrong-audience"], SIGN_IN);
    let from_scratch: Vec<&str> =
        ["enable-token-store", "set-client-credential"].iter().chain(SIGN_IN).copied().collect();
    let none = check(&[], entra, 0, &["no-token"], &from_scratch);
    let message = "this token does not open Azure Resource Manager: the access token is missing";
    assert_eq!(none.summary().to_string(), message);
    // The store is on. Without a credential, a sign-in provides only the ID token.
    let id = ("X-MS-TOKEN-AAD-ID-TOKEN", right.1);
    check(&[id], entra, 0, &["no-token"], &from_scratch[1..]);

    // Settings of the Entra provider do not change tokens of other providers.
    let github = &IdentityProvider::GITHUB;
    let entra_steps = ["set-client-credential", SIGN_IN[0], SIGN_IN[1], "sign-in-with-entra"];
    check(
        &[("X-MS-TOKEN-GITHUB-ACCESS-TOKEN", "gho_x")],
        github,
        0,
        &["not-a-token"],
        &entra_steps,
    );
    let google = ("X-MS-TOKEN-GOOGLE-ACCESS-TOKEN", right.1);
    let again = ["sign-in-again", "request-refresh-token"];
    let stale = check(&[google], &IdentityProvider::GOOGLE, END, &["expired"], &again);
    assert!(
        stale.to_string().contains("/.auth/login/google?access_type=offline&prompt=consent, so")
    );
    let refresh = ("X-MS-TOKEN-GOOGLE-REFRESH-TOKEN", "r");
    check(&[google, refresh], &IdentityProvider::GOOGLE, END, &["expired"], &["refresh"]);
    // The platform cannot refresh these, even with a refresh token (azure-docs#47611).
    for name in ["auth0", "apple"] {
        let name = name.to_ascii_uppercase();
        let access = (format!("X-MS-TOKEN-{name}-ACCESS-TOKEN"), right.1);
        let refresh = (format!("X-MS-TOKEN-{name}-REFRESH-TOKEN"), "r");
        let headers = [(access.0.as_str(), access.1), (refresh.0.as_str(), refresh.1)];
        let provider = &IdentityProvider::new(&name.to_ascii_lowercase());
        check(&headers, provider, END, &["expired"], &["sign-in-again"]);
        let tokens = ProviderTokens::from_headers(&headers, provider).unwrap();
        assert_eq!(tokens.renewal_at(at(END)), Some(Renewal::SignIn));
    }

    // A token that the client sent is for this application. Settings do not change it.
    let exchange = ["add-delegated-permission", "exchange-on-behalf-of"];
    let own = compact("{}", arm_payload("").replace("https://management.azure.com", "api://own"));
    let own = format!("Bearer {own}");
    let client = [("Authorization", own.as_str())];
    check(&client, entra, END - 1, &["wrong-audience"], &exchange);
    let both = check(
        &client,
        entra,
        END,
        &["wrong-audience", "expired"],
        &["ask-client", exchange[0], exchange[1]],
    );
    assert!(both.to_string().ends_with(
        ". To fix it, respond with 401, so that the client sends a fresh token; then add the delegated \
         permission user_impersonation of Azure Resource Manager to the app registration, and consent to \
         it; then exchange the client's token for one that opens the API (OAuth 2.0 on-behalf-of) for \
         the scope https://management.azure.com/user_impersonation",
    ));
    // A token for one of Microsoft's APIs cannot be exchanged.
    let foreign = format!("Bearer {}", wrong.1);
    let steps = ["ask-client-for-token", exchange[0], exchange[1]];
    let foreign = [("Authorization", foreign.as_str())];
    check(&foreign, entra, END - 1, &["wrong-audience"], &steps);
    let tokens = ProviderTokens::from_headers(&client, entra).unwrap();
    assert!(!tokens.is_from_client() && tokens.or_bearer(&client).unwrap().is_from_client());
}

/// Whether a client's token is for the required API decides between another token of the client and an
/// exchange. Where that is undecided, neither is prescribed.
#[test]
fn an_undecided_audience_prescribes_no_other_token_of_the_client() {
    const OWN: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
    const OTHER: &str = "7f85283c-be56-4843-9ff4-e66a39bb12e3";
    #[track_caller]
    fn check(wanted: &Requirement, more: &str, now: u64, reasons: &[&str], fixes: &[&str]) {
        let own = compact("{}", format!(r#"{{"aud":"{OWN}","exp":{END},{more}}}"#));
        let headers = [("Authorization", format!("Bearer {own}"))];
        let tokens = ProviderTokens::default().or_bearer(&headers).unwrap();
        let diagnosis = tokens.diagnose(wanted, at(now));
        assert_eq!(codes(&diagnosis), (reasons.to_vec(), fixes.to_vec()));
    }
    let orders = |api: &str| Requirement::scope("Orders.Read").on(api);
    let user = r#""idtyp":"user","scp":"Files.Read""#;
    let app = r#""idtyp":"app","roles":["R"]"#;
    let id_token = r#""nonce":"n""#;
    let both = ["unclear-audience", "missing-permission"];
    check(&orders("api://orders"), user, END - 1, &both, &[]);
    let stale = ["unclear-audience", "missing-permission", "expired"];
    check(&orders("api://orders"), user, END, &stale, &["ask-client"]);
    // Only a user can have the scope, at whichever API.
    check(&orders("api://orders"), app, END - 1, &both, &["call-as-user"]);
    let role = Requirement::user_role("Orders.Admin").on("api://orders");
    check(&role, user, END - 1, &both, &[]);
    // An ID token is of no use in both cases. Which scopes the client needs is undecided.
    let reasons = ["unclear-audience", "id-token", "missing-permission"];
    check(&orders("api://orders"), id_token, END - 1, &reasons, &["ask-client-for-token"]);
    // The two differ, or are the same.
    let exchange = ["add-delegated-permission", "exchange-on-behalf-of"];
    let reasons = ["wrong-audience", "missing-permission"];
    check(&orders(OTHER), user, END - 1, &reasons, &exchange);
    check(&orders(OWN), user, END - 1, &["missing-permission"], &["ask-client-for-token"]);
    let reasons = ["id-token", "missing-permission"];
    check(&orders(OWN), id_token, END - 1, &reasons, &["ask-client-for-token"]);
}

/// No token can be requested for an API whose audiences are unknown. The reason says to name it.
#[test]
fn an_unknown_api_has_no_steps() {
    #[track_caller]
    fn check(diagnosis: &Diagnosis, reasons: &[&str]) {
        assert_eq!(codes(diagnosis), (reasons.to_vec(), vec![]));
    }
    let wanted = Requirement::from(ARM.in_cloud(Cloud::Singapore).scope("user_impersonation"));
    let own = compact("{}", format!(r#"{{"aud":"api://own","exp":{END},"idtyp":"user"}}"#));
    let lacks = ["unknown-api", "missing-permission"];
    let bearer = [("Authorization", format!("Bearer {own}"))];
    let client = ProviderTokens::default().or_bearer(&bearer).unwrap();
    check(&client.diagnose(&wanted, at(0)), &lacks);
    let store = [("X-MS-TOKEN-AAD-ACCESS-TOKEN", own.as_str())];
    let store = ProviderTokens::from_headers(&store, &IdentityProvider::ENTRA).unwrap();
    check(&store.diagnose(&wanted, at(0)), &lacks);
    let own = AccessToken::new(own.as_str());
    check(&own.diagnose(&wanted, at(0)), &lacks);
    check(&own.diagnose_requested(&wanted, at(0)), &lacks);
    check(&AccessToken::new("gho_x").diagnose(&wanted, at(0)), &["not-a-token", "unknown-api"]);
    let nothing = ProviderTokens::default().diagnose(&wanted, at(0));
    check(&nothing, &["no-token", "unknown-api"]);
    assert_eq!(
        nothing.to_string(),
        "this token does not open Azure Resource Manager (Singapore): the access token is missing; the \
         audiences of Azure Resource Manager (Singapore) are unknown: name its App ID URI instead",
    );
    let opaque = AccessToken::new("qwertyuiop").diagnose(&wanted, at(0));
    assert_eq!(opaque.outcome(), Outcome::CannotTell);
}

/// Static Web Apps send no tokens, whatever their settings say.
#[test]
fn no_setting_helps_behind_a_static_web_app() {
    #[track_caller]
    fn check(headers: &[(&str, &str)], provider: &IdentityProvider, fixes: &[&str]) {
        let diagnose = |tokens: ProviderTokens| tokens.diagnose(arm(), at(0));
        let tokens = || ProviderTokens::from_headers(headers, provider).unwrap();
        assert_eq!(codes(&diagnose(tokens())), (vec!["no-token"], fixes.to_vec()));
        assert_eq!(diagnose(tokens()), diagnose(tokens().or_bearer(headers).unwrap()));
    }
    const AT_THIS_APP: &[&str] = &["sign-in-at-this-app"];
    let entra = &IdentityProvider::ENTRA;
    let idp = ("X-MS-CLIENT-PRINCIPAL-IDP", "azureStaticWebApps");
    let auth_token = ("x-ms-auth-token", "Bearer e30.e30.c2ln");
    // A linked Function, whose principal names the provider of the sign-in.
    check(&[idp, auth_token], entra, AT_THIS_APP);
    check(&[idp], entra, AT_THIS_APP);
    check(&[("x-ms-client-principal-idp", " AzureStaticWebApps ")], entra, AT_THIS_APP);
    check(&[auth_token], entra, AT_THIS_APP);
    check(&[idp], &IdentityProvider::GITHUB, AT_THIS_APP);
    // Only an ID or a name.
    check(&[], &IdentityProvider::STATIC_WEB_APPS, AT_THIS_APP);
    check(&[idp], &IdentityProvider::UNKNOWN, AT_THIS_APP);
    let me = br#"{"clientPrincipal":{"identityProvider":"aad","userId":"1","userRoles":["authenticated"]}}"#;
    let sessions = Session::parse_me(me).unwrap();
    let [session] = sessions.as_slice() else { panic!("{sessions:?}") };
    assert_eq!(codes(&session.tokens().diagnose(arm(), at(0))).1, AT_THIS_APP);
    let app_service: Vec<&str> =
        ["enable-token-store", "set-client-credential"].iter().chain(SIGN_IN).copied().collect();
    check(&[("X-MS-CLIENT-PRINCIPAL-IDP", "aad")], entra, &app_service);
    // No user can have the permission, wherever users sign in.
    let role = Requirement::app_role("Orders.Manage").on(ARM);
    let tokens = ProviderTokens::from_headers(&[idp], entra).unwrap();
    let diagnosis = tokens.diagnose(role, at(0));
    assert_eq!(codes(&diagnosis).1, ["grant-app-permission", "call-as-app"]);
    // With tokens, the platform is App Service.
    let wrong = compact("{}", arm_payload("").replace("management.azure.com", "vault.azure.net"));
    let headers = [("X-MS-TOKEN-AAD-ACCESS-TOKEN", wrong.as_str()), auth_token];
    let tokens = ProviderTokens::from_headers(&headers, entra).unwrap();
    assert_eq!(codes(&tokens.diagnose(arm(), at(0))).1, SIGN_IN);
}

#[test]
fn messages_of_fixes() {
    #[track_caller]
    fn check(fix: &Fix, code: &str, message: &str) {
        assert_eq!((fix.code(), fix.to_string().as_str()), (code, message));
    }
    check(&Fix::Refresh, "refresh", "call /.auth/refresh with the caller's session");
    check(
        &Fix::SendAccessToken,
        "send-access-token",
        "send the access token (X-MS-TOKEN-AAD-ACCESS-TOKEN) instead of the ID token",
    );
    check(
        &Fix::EnableTokenStore,
        "enable-token-store",
        "enable the token store (login.tokenStore.enabled in the site's authSettingsV2)",
    );
    check(
        &Fix::SetClientCredential,
        "set-client-credential",
        "give the Entra provider a client credential (registration.clientSecretSettingName): without \
         one, a sign-in provides only an ID token",
    );
    check(&Fix::SignInAgain, "sign-in-again", "sign out and in again");
    check(&Fix::SignInWithEntra, "sign-in-with-entra", "sign in with Microsoft Entra");
    check(
        &Fix::SignInWithWorkAccount,
        "sign-in-with-work-account",
        "sign in with a work or school account of a Microsoft Entra tenant",
    );
    check(
        &Fix::UseWholeToken,
        "use-whole-token",
        "use the complete token as it was issued: copy the value of the header \
         X-MS-TOKEN-AAD-ACCESS-TOKEN without line breaks, and not from a log that shortens it; \
         then diagnose that token",
    );
    check(
        &Fix::RequestRefreshToken(IdentityProvider::MICROSOFT_ACCOUNT),
        "request-refresh-token",
        "add wl.offline_access to the scopes of the Microsoft account provider, so that /.auth/refresh \
         can renew the token next time",
    );
    check(
        &Fix::AskClientForToken { scopes: vec![] },
        "ask-client-for-token",
        "respond with 401, so that the client requests an access token for this application",
    );
    let scopes = vec!["api://a/b".to_owned(), "api://a/c".to_owned()];
    check(
        &Fix::AskClientForToken { scopes: scopes.clone() },
        "ask-client-for-token",
        "respond with 401, so that the client requests an access token for this application (api://a/b \
         api://a/c)",
    );
    check(
        &Fix::RequestScopes(scopes),
        "request-scopes",
        "request another token from the token endpoint for the scope api://a/b and api://a/c",
    );
    check(
        &Fix::CallAsApp { scope: None },
        "call-as-app",
        "request a token as the application itself (client credentials or a managed identity)",
    );
    check(&Fix::CallAsUser, "call-as-user", "call with the token of an authenticated user");
    check(
        &Fix::NameTheApi(vec![ARM, KEY_VAULT]),
        "name-the-api",
        "say which API is meant: Azure Resource Manager (https://management.azure.com) or Azure Key \
         Vault (https://vault.azure.net)",
    );
    check(
        &Fix::SignInAtThisApp,
        "sign-in-at-this-app",
        "sign callers in at this application itself: Static Web Apps do not pass on a token that \
         can be used or exchanged",
    );
    assert!(Fix::RequestRefreshToken(IdentityProvider::ENTRA).is_optional());
    assert!(!Fix::SignInAgain.is_optional());
    check(
        &Fix::GrantAppPermission,
        "grant-app-permission",
        "have an administrator grant the application permission to the calling application",
    );
    check(
        &Fix::AssignUserRole,
        "assign-user-role",
        "have the app role assigned to the user in the enterprise application",
    );
}

#[test]
fn messages_of_renewals() {
    for (renewal, code, message) in [
        (Renewal::Refresh, "refresh", "call /.auth/refresh with the caller's session"),
        (
            Renewal::SignIn,
            "sign-in",
            "send the browser to sign in again: /.auth/refresh cannot renew this token",
        ),
        (
            Renewal::AskClient,
            "ask-client",
            "respond with 401, so that the client sends a fresh token",
        ),
    ] {
        assert_eq!((renewal.code(), renewal.to_string().as_str()), (code, message));
    }
}

#[test]
fn durations_in_words() {
    #[track_caller]
    fn check(seconds: u64, words: &str) {
        let diagnosis = token(&arm_payload("")).diagnose(arm(), at(END + seconds));
        assert!(diagnosis.summary().to_string().ends_with(&format!(": it expired {words} ago")));
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
fn serialized_form() {
    let diagnosis =
        diagnose(r#"{"aud":"api://other","exp":1773329845}"#, &Requirement::audience(ARM));
    assert_eq!(
        serde_json::to_value(&diagnosis).unwrap(),
        serde_json::json!({
            "opens": false,
            "outcome": "does-not-open",
            "api": "Azure Resource Manager",
            "reasons": [{
                "code": "wrong-audience",
                "message": "it is for api://other, not for Azure Resource Manager",
            }],
            "notes": [],
            "fixes": [{
                "code": "add-delegated-permission",
                "message": "add the delegated permission user_impersonation of Azure Resource Manager \
                            to the app registration, and consent to it",
            }, {
                "code": "set-login-parameters",
                "message": "set identityProviders.azureActiveDirectory.login.loginParameters of the \
                            site's authSettingsV2 to [\"scope=openid email profile \
                            https://management.azure.com/user_impersonation\"]",
            }, {
                "code": "sign-in-again",
                "message": "sign out and in again",
            }],
            "loginParameters":
                ["scope=openid email profile https://management.azure.com/user_impersonation"],
        })
    );
    let opens = diagnose(r#"{"exp":1773329845,"scp":"a"}"#, &Requirement::scope("a"));
    assert_eq!(
        serde_json::to_string(&opens).unwrap(),
        r#"{"opens":true,"outcome":"opens","api":null,"reasons":[],"notes":[],"fixes":[],"loginParameters":null}"#,
    );
    assert_eq!(opens.clone(), opens);
}
